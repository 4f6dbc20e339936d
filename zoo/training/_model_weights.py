"""A model's layers and weights, as the checks before and after training look at them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

_MOST = 512 * 2**20  # bytes of weights that are looked at; of a larger model, the smaller ones first


def all_layers(model: keras.Model) -> list[Any]:
    """List the layers of a model and of the models inside it, each once."""
    if hasattr(model, "_flatten_layers"):
        return list(model._flatten_layers(include_self=False))
    return list(model.layers)


def learns_as_keras_does(model: keras.Model) -> bool:
    """Say whether a model has Keras' own training step, and not one of the user's with rules of its own."""
    return str(getattr(type(model).train_step, "__module__", "")).startswith("keras.")


def draws_random_numbers(model: keras.Model) -> bool:
    """Say whether a step of a model draws random numbers, as dropout does."""
    return any(variable.path.endswith("seed_generator_state") for variable in model.variables)


def iterations_of(model: keras.Model) -> int:
    """Return how many steps a model's optimizer has taken."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if iterations is None else int(numbers(iterations))


def numbers(variable: Any) -> np.ndarray:
    """Return a variable's values; the halves of bfloat16 as float32."""
    # Keras' own convert_to_numpy copies, and makes TensorFlow warn of NumPy's coming rules.
    array = np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)
    return array if array.dtype.kind in "biufcSUO" else array.astype("float32")


def within_reach(variables: list[Any]) -> Iterator[Any]:
    """Yield variables, the small ones first, until they come to half a gigabyte."""
    size = 0
    for variable in sorted(variables, key=lambda one: int(np.prod(one.shape))):
        size += 4 * int(np.prod(variable.shape))
        if size > _MOST:
            return
        yield variable


def fingerprint(variable: Any) -> int:
    """Return a checksum of a variable's values, which any change of a bit changes."""
    return zlib.crc32(np.ascontiguousarray(numbers(variable)).tobytes())


def is_finite(array: np.ndarray) -> bool:
    """Say whether an array holds neither NaN nor infinity.

    Examples:
        >>> is_finite(np.ones(3)), is_finite(np.array([np.inf, -np.inf]))
        (True, False)
    """
    with np.errstate(invalid="ignore"):  # of infinity less infinity
        return array.dtype.kind != "f" or bool(np.isfinite(array.sum(dtype="float64")))


def not_finite(model: keras.Model) -> list[tuple[str, int, int]]:
    """Name the weights that hold NaN or infinity, with how many of how many values."""
    looked = {id(variable) for variable in within_reach(list(model.weights))}
    found = []
    for variable in model.weights:
        array = numbers(variable) if id(variable) in looked else np.zeros(0, "float32")
        if not is_finite(array):
            bad = int((~np.isfinite(array)).sum())
            if bad:
                found.append((variable.path, bad, array.size))
    return found
