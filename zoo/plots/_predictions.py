"""What a model says of some rows, for the pictures that show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from zoo._feed import feed
from zoo.errors import InputError


def probabilities_and_labels(model: Any, split: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a probability a class and the true class of each row.

    Logits are made into probabilities; one sigmoid unit becomes two columns.

    Raises:
        InputError: the model or the rows have several outputs, or the targets are no labels.
    """
    labels = as_labels(split.y)
    return ask(model, split.x, batch_size=256), labels


def ask(model: Any, x: Any, *, batch_size: int = 4096) -> np.ndarray:
    """Return what a classifier says of rows, as a probability a class, ``(rows, classes)``.

    Args:
        model: a `keras.Model`; an estimator with ``predict_proba``, such as one of ``zoo.by_hand``, which is
            given tables, so that images are flattened; or a function of the rows that returns a probability
            a class, or that of class 1.
        x: rows.
        batch_size: of a `keras.Model`.

    Raises:
        InputError: it is none of these, or it does not say one class a row.
    """
    if isinstance(model, keras.Model):
        return as_probabilities(np.asarray(model.predict(feed(x), batch_size=batch_size, verbose=0)))
    rows = np.asarray(x)
    if hasattr(model, "predict_proba"):
        return as_probabilities(np.asarray(model.predict_proba(rows.reshape(len(rows), -1))))
    if not callable(model):
        raise InputError(
            "This picture asks a classifier: a Keras model, an estimator with predict_proba, or a function of rows; "
            f"got {type(model).__name__}."
        )
    said = np.asarray(model(rows))
    return as_probabilities(said[:, None] if said.ndim == 1 else said)


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
