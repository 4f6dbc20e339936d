"""What `zoo.fit_many` refuses: networks that are no variants of one, and steps that cannot be mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError

ALONE = "Train each network with zoo.fit."
TRACED = (
    "weight_decay",
    "beta_1",
    "beta_2",
    "rho",
    "epsilon",
)  # numbers of an optimizer that only arithmetic meets
_OPEN = (
    "initializer",
    "regularizer",
)  # endings of settings that may differ: starts and penalties are told apart
_FREE = ("name", "seed", "learning_rate")


def can_be_mapped(model: keras.Model) -> None:
    """Refuse a model whose training step is not Keras' own, or not that of one network.

    Raises:
        InputError: says what it is, and the way out.
    """
    own = [
        name
        for name in ("train_step", "test_step")
        if getattr(type(model), name) is not getattr(keras.Model, name)
    ]
    if own:
        raise InputError(
            f"{type(model).__name__} has a {own[0]} of its own, which fit_many cannot map. {ALONE}"
        )
    optimizer = model.optimizer
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        raise InputError(f"fit_many does not scale losses, as mixed_float16 needs. {ALONE}")
    for name in ("use_ema", "gradient_accumulation_steps"):
        if getattr(optimizer, name, None):
            raise InputError(f"fit_many does not know the optimizer's {name}. Leave it out, or: {ALONE}")
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and isinstance(layer, keras.layers.RNN):
            raise InputError(f"The layer {layer.name!r} carries its state from batch to batch. {ALONE}")


def rows_are_numbers(rows: Any) -> None:
    """Refuse text.

    Raises:
        InputError: an array holds no numbers.
    """
    for array in keras.tree.flatten(rows):
        if np.asarray(array).dtype.kind not in "biuf":
            raise InputError(
                f"fit_many takes numbers; an array has the dtype {np.asarray(array).dtype}. Turn text into numbers "
                f"first. {ALONE}"
            )


def alike(models: Mapping[int, keras.Model], variants: Sequence[Mapping[str, Any]]) -> None:
    """Refuse variants that are not of one architecture.

    What may differ are the first weights, L1 and L2 penalties, and an optimizer's numbers in `TRACED`.

    Args:
        models: the model of each variant that is to be looked at, by the variant's number.
        variants: all of them.

    Raises:
        InputError: names the variable of another shape, or the setting that differs.
    """
    (first, model), *others = models.items()
    for number, other in others:
        told = f"Variant {number}, {dict(variants[number])}, is not of variant {first}'s architecture"
        mend = "Call fit_many once for each architecture."
        for mine, theirs in zip(model.variables, other.variables, strict=False):
            if mine.shape != theirs.shape:
                raise InputError(
                    f"{told}: {theirs.path} has the shape {tuple(theirs.shape)}, not {tuple(mine.shape)}. {mend}"
                )
        counts = [len(m.trainable_variables) for m in (model, other)]
        if counts[0] != counts[1] or len(model.variables) != len(other.variables):
            raise InputError(f"{told}: it has {counts[1]} trained variables, not {counts[0]}. {mend}")
        difference = _difference(_settings(model), _settings(other))
        if difference:
            raise InputError(f"{told}: {difference}. {mend}")


def penalty_factors(regularizer: Any) -> tuple[float, float] | None:
    """Return the factors of L1 and L2; ``None`` for a regularizer of another kind."""
    if regularizer is None:
        return 0.0, 0.0
    known = (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2)
    if type(regularizer) not in known:
        return None
    return float(getattr(regularizer, "l1", 0.0)), float(getattr(regularizer, "l2", 0.0))


def _settings(model: keras.Model) -> dict[str, Any]:
    """Return what a model computes with, beside its variables, as text by name."""
    found: dict[str, Any] = {}
    layers = [layer for layer in model._flatten_layers() if not isinstance(layer, keras.Model)]
    for place, layer in enumerate(layers):
        label = f"layer {place}, {type(layer).__name__}"
        found[label] = "there"
        found |= {f"{label}: {name}": value for name, value in _text(_config(layer)).items()}
        if isinstance(layer, keras.layers.Normalization):
            found[f"{label}: mean"] = str(np.asarray(layer.mean).tolist())
            found[f"{label}: variance"] = str(np.asarray(layer.variance).tolist())
    for variable in model.trainable_variables:
        if penalty_factors(variable.regularizer) is None:
            found[f"penalty on {variable.path}"] = str(_text(variable.regularizer.get_config()))
    optimizer = model.optimizer.get_config()
    rate = optimizer["learning_rate"]
    found["optimizer"] = type(model.optimizer).__name__
    found["optimizer: schedule"] = str(rate) if isinstance(rate, Mapping) else "none"
    found |= {f"optimizer: {k}": v for k, v in _text(optimizer).items() if k not in TRACED}
    return found


def _config(layer: keras.Layer) -> Mapping[str, Any]:
    try:
        config: Mapping[str, Any] = layer.get_config()
    except (NotImplementedError, TypeError, ValueError):  # a layer of the user's own that says nothing
        return {}
    return config


def _text(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that must not differ, as text."""
    return {
        name: str(_text(value)) if isinstance(value, Mapping) else str(value)
        for name, value in config.items()
        if name not in _FREE and not name.endswith(_OPEN)
    }


def _difference(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    for name in [*mine, *theirs]:
        if mine.get(name) != theirs.get(name):
            return f"{name} is {theirs.get(name, 'not there')}, not {mine.get(name, 'not there')}"
    return ""
