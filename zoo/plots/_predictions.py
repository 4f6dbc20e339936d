"""What a model says of some rows, for the pictures that show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from zoo._feed import feed
from zoo.errors import InputError


def probabilities_and_labels(model: keras.Model, split: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a probability a class and the true class of each row.

    Logits are made into probabilities; one sigmoid unit becomes two columns.

    Raises:
        InputError: the model or the rows have several outputs, or the targets are no labels.
    """
    labels = as_labels(split.y)
    return as_probabilities(np.asarray(model.predict(feed(split.x), batch_size=256, verbose=0))), labels


def as_probabilities(values: np.ndarray) -> np.ndarray:
    """Return a classifier's output as a probability a class, ``(rows, classes)``.

    Raises:
        InputError: it is not one row of numbers a sample.
    """
    if values.ndim != 2:
        raise InputError(
            f"This picture shows one class a row; the model's output has the shape {values.shape}."
        )
    if values.shape[1] == 1:
        if (values < 0).any() or (values > 1).any():
            values = 1 / (1 + np.exp(-values))
        return np.hstack([1 - values, values])
    if (values < 0).any() or not np.allclose(values.sum(axis=1), 1, atol=1e-3):
        values = np.asarray(keras.ops.softmax(values, axis=1))
    return values


def as_labels(y: Any) -> np.ndarray:
    """Return targets as one label a row, ``(rows,)``; one-hot rows become their class.

    Raises:
        InputError: they are the targets of several outputs.
    """
    if isinstance(y, dict | list):
        raise InputError("This picture shows one output; the rows have several.")
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] > 1:
        labels = labels.argmax(axis=1)
    classes: np.ndarray = labels.reshape(-1).astype(int)
    return classes


def images_of(x: Any) -> np.ndarray:
    """Return rows as images, ``(rows, height, width[, 3])``.

    Raises:
        InputError: the rows are no images.
    """
    array = np.asarray(x) if not isinstance(x, dict | list) else np.empty(0)
    if array.ndim == 4 and array.shape[-1] == 1:
        return array[..., 0]
    if (array.ndim == 4 and array.shape[-1] in (3, 4)) or array.ndim == 3:
        return array
    raise InputError(f"This picture needs images, (rows, height, width, channels); got {array.shape}.")


def names_for(count: int, class_names: Sequence[str]) -> list[str]:
    """Return a name a class, numbers where there are none."""
    return [str(name) for name in class_names] if class_names else [str(number) for number in range(count)]
