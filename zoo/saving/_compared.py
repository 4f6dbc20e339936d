"""Rows to hold an exported file against its model on, and how far the outputs are apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from zoo._ends import input_names, output_names
from zoo.errors import InputError
from zoo.saving._sample import OPEN_SIDES, outputs_of, random_rows

_TOLERANCE = 1e-5
_ROUNDING = 1e-6  # of a float32 after sums of a few dozen numbers, in one order or another
_MADE_UP = (32, 1)  # a file takes any number of rows, so two are tried
_REAL = 256

Arrays = list[np.ndarray]


def made_up_rows(model: keras.Model) -> list[Arrays]:
    """Return random rows that a model takes, an array an input, in two numbers of rows.

    Raises:
        InputError: the model gives two answers to one row, or takes none.
    """
    told: Exception | None = None
    for side in OPEN_SIDES:
        parts = [random_rows(model, rows, side) for rows in _MADE_UP]
        try:
            one, again = (outputs_of(model, parts[0]) for _ in range(2))
        except Exception as error:  # the rows are made up, so any complaint is about their size
            told = error
            continue
        if not all(
            np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, again, strict=True)
        ):
            raise InputError(
                f"{model.name} gives two answers to one row, so no file can be held against it. Something in it draws "
                "at random while it predicts; let it do so in training alone."
            )
        return parts if all(end.shape[0] is None for end in model.inputs) else parts[:1]
    reason = " ".join(str(told).split())[:200]
    raise InputError(f"{model.name} takes no random rows to hold a file against it: {reason}") from told


def real_rows(model: keras.Model, data: Any) -> Arrays:
    """Return the first rows of some data, an array an input.

    Raises:
        InputError: they do not fit the model.
    """
    x = getattr(getattr(data, "test", data), "x", data)
    names = input_names(model)
    if isinstance(x, Mapping):
        given = [x.get(name) for name in names]
    else:
        given = list(x) if isinstance(x, list | tuple) else [x]
    arrays = [_fitted(value, tensor) for value, tensor in zip(given, model.inputs, strict=False)]
    rows = {len(array) for array in arrays if array is not None}
    if len(given) != len(names) or len(rows) != 1 or any(array is None for array in arrays):
        wanted = ", ".join(f"{name} {tensor.shape}" for name, tensor in zip(names, model.inputs, strict=True))
        got: Any = x.items() if isinstance(x, Mapping) else zip(names, given, strict=False)
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in got)
        raise InputError(f"The data does not fit {model.name}, which takes {wanted}; got {shapes}.")
    return [array for array in arrays if array is not None]


def _fitted(value: Any, tensor: Any) -> np.ndarray | None:
    """Return the first rows of an array in an input's type, or None where it is of another shape."""
    if value is None or not np.ndim(value) or not len(value):
        return None
    array, shape = np.asarray(value)[: tensor.shape[0] or _REAL], tuple(tensor.shape[1:])
    if array.shape[1:] != shape and (*array.shape[1:], 1) == shape:
        array = array[..., None]
    fits = array.ndim == len(shape) + 1 and all(
        size in (None, got) for size, got in zip(shape, array.shape[1:], strict=True)
    )
    text = tensor.dtype == "string"
    if not (fits and len(array) == (tensor.shape[0] or len(array)) and text == (array.dtype.kind in "USO")):
        return None
    return array if text else array.astype(tensor.dtype)


def compared(model: keras.Model, kind: str, rows: str) -> Callable[[Arrays, Arrays, Arrays], float]:
    """Return a function that gives the largest difference between a file's outputs and the model's own.

    A model with an edge in it, such as one that looks where the ink begins, turns the rounding of its input into more
    than its own last digits. Where it does, a file may be as far from it as four times that.

    Args:
        model: the model.
        kind: the file's format, for messages.
        rows: the kind of rows, for messages.

    Returns:
        The function of the file's outputs, the model's, and the inputs. It raises `InputError` where the outputs are
        further apart than 1e-5, or of another shape.
    """

    def difference(found: Arrays, expected: Arrays, inputs: Arrays) -> float:
        begin = f"{model.name} was not exported to {kind}: on {rows} rows"
        most = 0.0
        for place, (name, one, other) in enumerate(zip(output_names(model), found, expected, strict=True)):
            if one.shape != other.shape:
                raise InputError(
                    f"{begin} {name} comes out as {one.shape}, and the model gives {other.shape}."
                )
            apart = _apart(one, other)
            if apart > _TOLERANCE and apart > 4 * _apart(_shaken(model, inputs)[place], other):
                raise InputError(
                    f"{begin} {name} is up to {apart:.1e} from what the model gives, and {_TOLERANCE:.0e} is allowed."
                )
            most = max(most, apart)
        return most

    return difference


def _shaken(model: keras.Model, inputs: Arrays) -> Arrays:
    """Return what a model makes of its inputs after each number is rounded another way."""
    random = np.random.default_rng(0)
    return outputs_of(
        model,
        [
            (array * (1 + random.choice([-_ROUNDING, _ROUNDING], array.shape))).astype(array.dtype)
            if array.dtype.kind == "f"
            else array
            for array in inputs
        ],
    )


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference, as a share of the largest number where that is over 1."""
    if other.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(one.astype(str), other.astype(str)) else np.inf
    a, b = one.astype("float64"), other.astype("float64")
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0.0, np.abs(a - b))
    size = np.max(np.abs(b), where=np.isfinite(b), initial=1.0)
    return float(np.max(np.nan_to_num(gaps, nan=np.inf), initial=0.0) / size)
