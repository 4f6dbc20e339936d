"""The first weights of one architecture from many seeds, without building it so often."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

_DRAWS = 200  # seeds that a builder may draw for its layers, at most
_FEW = 3  # models that are rather built than understood


def first_weights(build: Callable[[int], keras.Model], seeds: Sequence[int]) -> dict[int, list[np.ndarray]]:
    """Return the first values of a model's variables by seed.

    Building a model takes far longer than drawing its weights. All that a seed decides is which numbers Keras
    draws, one for each layer's initializer; so two models are built, it is noted which draw has filled which
    variable, and for the other seeds only the draws are made again. Where the second model is not what the notes on
    the first one say, to the last bit, every model is built.

    Args:
        build: from a seed to the model, after `keras.utils.set_random_seed`.
        seeds: all different.
    """
    found: dict[int, list[np.ndarray]] = {}
    notes: _Notes | None = None
    redraw: Callable[[int], list[np.ndarray]] | None = None
    for seed in seeds:
        if len(found) == 2 and len(seeds) > _FEW and notes is not None:
            one, other = found
            redraw = _understood(notes, found[one], found[other], other)
        if redraw is not None:
            found[seed] = redraw(seed)
            continue
        model = build(seed)
        notes = notes or _Notes.of(model, seed)
        found[seed] = values(model)
    return found


def values(model: keras.Model) -> list[np.ndarray]:
    """Return the values of a model's variables: those that are trained, then the others."""
    return [keras.ops.convert_to_numpy(variable) for variable in variables(model)]


def variables(model: keras.Model) -> list[keras.Variable]:
    """Return a model's variables: those that are trained, then the others, seeds of dropout among them."""
    return [*model.trainable_variables, *model.non_trainable_variables]


@dataclass(frozen=True)
class _Draw:
    """How a variable was filled: by an initializer, or with a seed itself, from one of Keras' draws."""

    number: int
    initializer: Any = None
    shape: tuple[int, ...] = ()
    dtype: str = ""

    def value(self, seed: int) -> np.ndarray:
        if self.initializer is None:
            return np.array([seed, 0])
        initializer = copy.copy(self.initializer)
        initializer.seed = seed
        drawn: np.ndarray = keras.ops.convert_to_numpy(initializer(self.shape, dtype=self.dtype))
        return drawn


@dataclass(frozen=True)
class _Notes:
    """Which draw has filled which variable; ``None`` for a variable that no draw explains."""

    draws: list[_Draw | None]

    @classmethod
    def of(cls, model: keras.Model, seed: int) -> _Notes:
        numbers = {drawn: number for number, drawn in reversed(list(enumerate(_draws(seed))))}
        initializers = [
            value
            for layer in model._flatten_layers()
            for value in vars(layer).values()
            if isinstance(value, keras.initializers.Initializer) and getattr(value, "seed", None) in numbers
        ]
        notes: list[_Draw | None] = []
        for variable in variables(model):
            value = keras.ops.convert_to_numpy(variable)
            shape, dtype = tuple(variable.shape), str(variable.dtype)
            if dtype.startswith(("int", "uint")) and shape == (2,) and int(value[0]) in numbers:
                notes.append(_Draw(numbers[int(value[0])]))  # a SeedGenerator's state
                continue
            notes.append(None)
            for initializer in initializers if len(shape) > 0 else ():
                draw = _Draw(numbers[initializer.seed], initializer, shape, dtype)
                if np.array_equal(draw.value(initializer.seed), value):
                    notes[-1] = draw
                    initializers.remove(initializer)
                    break
        return cls(notes)

    def values(self, seed: int, like: Sequence[np.ndarray]) -> list[np.ndarray]:
        drawn = _draws(seed)
        return [
            value if draw is None else draw.value(drawn[draw.number]).astype(value.dtype)
            for draw, value in zip(self.draws, like, strict=True)
        ]


def _understood(
    notes: _Notes, first: list[np.ndarray], second: list[np.ndarray], seed: int
) -> Callable[[int], list[np.ndarray]] | None:
    """Return what draws a seed's first values, if it draws those of the second model exactly."""
    if [value.shape for value in first] != [value.shape for value in second]:
        return None
    if not all(map(np.array_equal, notes.values(seed, first), second)):
        return None
    return lambda seed: notes.values(seed, first)


def _draws(seed: int) -> list[int]:
    """Return the seeds that Keras draws for layers after `keras.utils.set_random_seed`."""
    source = random.Random(seed)
    return [source.randint(1, int(1e9)) for _ in range(_DRAWS)]
