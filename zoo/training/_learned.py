"""What a model has learned from, remembered while it lives, so that rows of another kind can be told from it."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import keras
import numpy as np

from zoo.training._data import Rows, leaves

_SAMPLE = 4096  # rows that are looked at


@dataclass(frozen=True)
class Learned:
    """What is remembered of the rows that a model learned from.

    Attributes:
        columns: names of the columns, or nothing.
        sizes: the mean size of the numbers of each input; ``None`` for one that is text, or of too few rows to say.
    """

    columns: tuple[str, ...]
    sizes: tuple[float | None, ...]


_models: WeakKeyDictionary[keras.Model, Learned] = WeakKeyDictionary()


def summary(rows: Rows) -> Learned:
    """Return what is remembered of some rows.

    Examples:
        >>> summary(Rows(np.array([[1.0, -3.0]] * 8), None, columns=("a", "b")))
        Learned(columns=('a', 'b'), sizes=(2.0,))
    """
    return Learned(rows.columns, tuple(_size(array) for array in leaves(rows.x)))


def remember(model: keras.Model, rows: Rows) -> None:
    """Keep in mind what a model learned from."""
    _models[model] = summary(rows)


def learned_by(model: keras.Model) -> Learned | None:
    """Return what a model learned from, where it was trained here and now."""
    return _models.get(model)


def _size(array: np.ndarray) -> float | None:
    if array.dtype.kind not in "uif" or len(array) < 8:
        return None
    return float(np.abs(array[:: max(1, len(array) // _SAMPLE)]).mean(dtype="float64"))
