"""A model's outputs as the checks see them: shape, activation, loss and targets, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np


@dataclass(frozen=True)
class Output:
    """One output of a compiled model.

    Attributes:
        name: of the output.
        shape: without the batch axis; ``None`` where it is not fixed.
        activation: ``softmax``, ``sigmoid``, ``linear``, ...; ``None`` where it cannot be known.
        loss: the loss' name in Keras' snake case, ``""`` where there is none or one of the user's own.
        from_logits: whether the loss expects logits.
        y: the targets, or ``None`` where none came under this name.
        label: how messages call the targets: ``y`` or ``y['price']``.
        ignored: a label that the loss leaves out (``ignore_class``), or ``None``.
        has_loss: whether there is a loss at all, one of the user's own included.
    """

    name: str
    shape: tuple[int | None, ...]
    activation: str | None
    loss: str
    from_logits: bool
    y: np.ndarray | None
    label: str
    ignored: int | None = None
    has_loss: bool = True

    @property
    def units(self) -> int | None:
        """Size of the last axis."""
        return self.shape[-1] if self.shape else None


def activation_of(tensor: Any) -> str | None:
    """Name the activation that made a tensor, looking through layers that only move numbers about."""
    operation = tensor._keras_history.operation
    while isinstance(operation, keras.layers.Reshape | keras.layers.Flatten | keras.layers.Dropout):
        tensor = operation.input
        operation = tensor._keras_history.operation
    if isinstance(operation, keras.Model):
        inner = getattr(operation, "outputs", None) or []
        return activation_of(inner[0]) if len(inner) == 1 else None
    if isinstance(operation, keras.layers.Softmax):
        return "softmax"
    activation = getattr(operation, "activation", None)
    if activation is not None:
        return str(getattr(activation, "__name__", "")) or None
    return None


def name_and_settings(
    loss: Any, shape: tuple[int | None, ...], y: np.ndarray | None
) -> tuple[str, dict[str, Any]]:
    """Return the name of a loss and its settings; a loss of the user's own has neither."""
    if isinstance(loss, str) and loss.lower() in ("crossentropy", "ce"):  # which Keras tells by the shapes
        if shape[-1:] == (1,):
            return "binary_crossentropy", {}
        sparse = y is not None and (y.ndim - 1 < len(shape) or y.shape[-1] == 1)
        return ("sparse_" if sparse else "") + "categorical_crossentropy", {}
    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError:  # a name that Keras does not know, which it says clearly itself
            return "", {}
    if isinstance(loss, keras.losses.Loss) and type(loss).__module__.startswith("keras."):
        return _snake(type(loss).__name__), loss.get_config()
    if str(getattr(loss, "__module__", "")).startswith("keras."):
        return str(getattr(loss, "__name__", "")), {}
    return "", {}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
