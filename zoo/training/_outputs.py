"""A model's outputs as the checks see them: shape, activation, loss and targets, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.training._data import Rows, by_name


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
    """

    name: str
    shape: tuple[int | None, ...]
    activation: str | None
    loss: str
    from_logits: bool
    y: np.ndarray | None
    label: str
    ignored: int | None = None

    @property
    def units(self) -> int | None:
        """Size of the last axis."""
        return self.shape[-1] if self.shape else None


def outputs_of(model: keras.Model, rows: Rows | None) -> list[Output]:
    """List the outputs of a functional or Sequential model; a subclassed one has none to show."""
    tensors = getattr(model, "outputs", None) or []
    names = output_names(model)
    targets = by_name(rows.y, names) if rows is not None else {}
    outputs = []
    for position, (name, tensor) in enumerate(zip(names, tensors, strict=False)):
        loss, config = _loss_of(model.loss, name, position)
        outputs.append(
            Output(
                name=name,
                shape=tuple(tensor.shape[1:]),
                activation=_activation_of(tensor),
                loss=loss,
                from_logits=bool(config.get("from_logits")),
                y=targets.get(name),
                label="y" if len(names) == 1 else f"y[{name!r}]",
                ignored=config.get("ignore_class"),
            )
        )
    return outputs


def output_names(model: keras.Model) -> list[str]:
    """Name the outputs as Keras' logs do: by the keys of a dictionary, or by the layers."""
    struct = getattr(model, "_outputs_struct", None)
    if isinstance(struct, dict):
        return [next(key for key, one in struct.items() if one is tensor) for tensor in model.outputs]
    named = getattr(model, "output_names", None)
    if named:
        return list(named)
    return [tensor._keras_history.operation.name for tensor in getattr(model, "outputs", None) or []]


def _activation_of(tensor: Any) -> str | None:
    """Name the activation that made a tensor, looking through layers that only move numbers about."""
    operation = tensor._keras_history.operation
    while isinstance(operation, keras.layers.Reshape | keras.layers.Flatten | keras.layers.Dropout):
        tensor = operation.input
        operation = tensor._keras_history.operation
    if isinstance(operation, keras.Model):
        inner = getattr(operation, "outputs", None) or []
        return _activation_of(inner[0]) if len(inner) == 1 else None
    if isinstance(operation, keras.layers.Softmax):
        return "softmax"
    activation = getattr(operation, "activation", None)
    if activation is not None:
        return str(getattr(activation, "__name__", "")) or None
    return None


def _loss_of(loss: Any, name: str, position: int) -> tuple[str, dict[str, Any]]:
    """Return the name of an output's loss and its settings; a loss of the user's own has neither."""
    if isinstance(loss, Mapping):
        loss = loss.get(name)
    elif isinstance(loss, list | tuple):
        loss = loss[position] if position < len(loss) else None
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if isinstance(loss, keras.losses.Loss) and type(loss).__module__.startswith("keras."):
        return _snake(type(loss).__name__), loss.get_config()
    if str(getattr(loss, "__module__", "")).startswith("keras."):
        return str(getattr(loss, "__name__", "")), {}
    return "", {}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
