"""The variants of `zoo.fit_many`: what is told of each, and the model that it begins with."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError, did_you_mean
from zoo.registry import create_model, model_info
from zoo.training._arguments import at_least
from zoo.training._many_starts import first_weights

Variant = dict[str, Any]
OURS = ("seed", "learning_rate", "weight_decay", "initial_scale", "fold")


def expand(variants: Any) -> list[Variant]:
    """Return a dictionary a variant, each with its seed.

    Args:
        variants: a number of seeds, a list of dictionaries, or a dictionary of lists, every combination of which is
            a variant.

    Examples:
        >>> expand(2)
        [{'seed': 0}, {'seed': 1}]
        >>> expand({"learning_rate": [0.1, 0.01], "seed": range(2)})[1]
        {'learning_rate': 0.1, 'seed': 1}
    """
    if isinstance(variants, int | np.integer) and not isinstance(variants, bool):
        at_least("variants", int(variants))
        found: list[Variant] = [{"seed": seed} for seed in range(int(variants))]
    elif isinstance(variants, Mapping):
        found = [{}]
        for name, values in variants.items():
            if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
                raise InputError(
                    f"variants[{name!r}] must be a list, each of whose values is tried; got {values!r}. What all "
                    f"variants share is the builder's: [{values!r}]."
                )
            found = [{**one, name: value} for one in found for value in values]
    elif isinstance(variants, Sequence) and all(isinstance(one, Mapping) for one in variants):
        found = [dict(one) for one in variants]
    else:
        raise InputError(
            "variants must be a number of seeds, a list of dictionaries or a dictionary of lists; got "
            f"{type(variants).__name__}. Two seeds at two rates are {{'seed': [0, 1], 'learning_rate': [0.1, 0.01]}}."
        )
    if not found:
        raise InputError('There are no variants. Ten seeds are variants=10 or {"seed": range(10)}.')
    for number, variant in enumerate(found):
        seed = variant.setdefault("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise InputError(
                f"The seed of variant {number} must be a whole number of 0 or more; got {seed!r}."
            )
        variant["seed"] = int(seed)
    return found


class Builder:
    """Makes the compiled model of a variant, as someone would who trains it alone.

    Args:
        builder: a name that `zoo.create_model` knows, or a function that returns a model.
        arguments: of the builder, the same for all variants.
        compile: of ``model.compile``; ``None`` where the function returns a compiled model.
        variants: all of them, to be looked at before the first is built.
    """

    def __init__(
        self,
        builder: str | Callable[..., keras.Model],
        arguments: Mapping[str, Any],
        compile: Mapping[str, Any] | None,
        variants: Sequence[Variant],
    ) -> None:
        self._builder, self._shared, self._compile = builder, dict(arguments), compile
        if isinstance(builder, str):
            model_info(builder)  # an unknown name gets its sentence here
            self._named, self._any = frozenset({"seed"}), True  # create_model checks the others
        elif callable(builder):
            parameters = inspect.signature(builder).parameters.values()
            self._named = frozenset(one.name for one in parameters)
            self._any = any(one.kind is one.VAR_KEYWORD for one in parameters)
        else:
            raise InputError(
                f"builder must be a model's name or a function that returns a model; got {type(builder).__name__}. "
                "A finished model has one start only: write def build(seed): ... return model."
            )
        for name in {key for variant in variants for key in variant} | set(self._shared):
            if not self._any and name not in self._named and (name not in OURS or name in self._shared):
                raise InputError(
                    f"The builder takes no {name!r}.{did_you_mean(name, [*self._named, *OURS])} It takes "
                    f"{', '.join(sorted(self._named)) or 'nothing'}; besides, a variant may have {', '.join(OURS)}."
                )

    def model(self, variant: Variant) -> keras.Model:
        """Return the compiled model of a variant."""
        model = self._built(variant)
        scale = self.own(variant, "initial_scale")
        if scale is not None:
            for weights in model.trainable_variables:
                weights.assign(scaled(keras.ops.convert_to_numpy(weights), scale))
        return self._compiled(model, variant)

    def starts(self, variants: Sequence[Variant]) -> list[list[np.ndarray]]:
        """Return the first values of the variables of each variant's model."""
        by_arguments: dict[str, list[int]] = {}
        for number, variant in enumerate(variants):
            by_arguments.setdefault(self._key(variant), []).append(number)
        found: dict[int, list[np.ndarray]] = {}
        for numbers in by_arguments.values():
            seeds = sorted({variants[number]["seed"] for number in numbers})

            def build(seed: int, one: Variant = variants[numbers[0]]) -> keras.Model:
                return self._built({**one, "seed": seed})

            weights = first_weights(build, seeds)
            found |= {number: weights[variants[number]["seed"]] for number in numbers}
        return [found[number] for number in range(len(variants))]

    def samples(self, variants: Sequence[Variant]) -> list[int]:
        """Return for each variant the first one that is built with the same arguments, the seed left out."""
        firsts: dict[str, int] = {}
        return [firsts.setdefault(self._key(variant), number) for number, variant in enumerate(variants)]

    def own(self, variant: Variant, name: str) -> Any:
        """Return what is ours to do for a variant: what the builder does not ask for by name."""
        return None if name in self._named else variant.get(name)

    def _key(self, variant: Variant) -> str:
        return repr(sorted((k, v) for k, v in self._arguments(variant).items() if k != "seed"))

    def _arguments(self, variant: Variant) -> dict[str, Any]:
        mine = {name: value for name, value in variant.items() if name in self._named or name not in OURS}
        return {**self._shared, **mine}

    def _built(self, variant: Variant) -> keras.Model:
        keras.utils.set_random_seed(variant["seed"])
        if isinstance(self._builder, str):
            return create_model(self._builder, **self._arguments(variant))
        model = self._builder(**self._arguments(variant))
        if not isinstance(model, keras.Model):
            raise InputError(f"The builder must return a keras.Model; it returned {type(model).__name__}.")
        if not model.built:
            raise InputError("The builder's model has no weights yet. Begin it with keras.Input(shape).")
        return model

    def _compiled(self, model: keras.Model, variant: Variant) -> keras.Model:
        if self._compile is not None:
            model.compile(**keras.tree.map_structure(_fresh, dict(self._compile)))
        if getattr(model, "optimizer", None) is None:
            raise InputError(
                'The builder\'s model is not compiled. Pass compile={"optimizer": "adam", "loss": "mse"}, or '
                "compile it in the builder."
            )
        rate, decay = (self.own(variant, name) for name in ("learning_rate", "weight_decay"))
        if rate is not None:
            if isinstance(model.optimizer.get_config()["learning_rate"], Mapping):
                raise InputError(
                    "The optimizer has a learning rate schedule, and the variants have a learning_rate. Leave one of "
                    "them out, or let the builder take learning_rate and make the schedule of it."
                )
            model.optimizer.learning_rate = rate
        if decay is not None:
            model.optimizer.weight_decay = decay
        return model


def scaled(weights: np.ndarray, scale: float) -> np.ndarray:
    """Return first weights times a scale; those with one axis, such as biases, as they are.

    Examples:
        >>> scaled(np.ones((1, 2)), 3.0).tolist(), scaled(np.ones(2), 3.0).tolist()
        ([[3.0, 3.0]], [1.0, 1.0])
    """
    return weights * np.asarray(scale, weights.dtype) if weights.ndim > 1 else weights


def _fresh(value: Any) -> Any:
    """Return a new optimizer or metric like one that was given: each model has its own."""
    if isinstance(value, keras.optimizers.Optimizer | keras.metrics.Metric):
        return type(value).from_config(value.get_config())
    return copy.copy(value) if isinstance(value, keras.losses.Loss) else value
