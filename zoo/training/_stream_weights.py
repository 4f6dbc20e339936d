"""Targets and weights of a stream, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arrange import arrange_batch, targets_by_name, weights_by_name
from zoo.training._class_weights import class_tables, known_classes
from zoo.training._compiled import outputs_by_name
from zoo.training._data import Rows
from zoo.training._layout import layout_of
from zoo.training._outputs import Output
from zoo.training._weights import flat_labels, signed_labels
from zoo.training.checks.wording import listed


def batch_weigher(
    model: keras.Model, class_weight: Any = None, first: Rows | None = None
) -> Callable[[Any], Any] | None:
    """Return what is to be done with each batch of a stream, or ``None`` where Keras takes it rightly as it is.

    Args:
        model: a compiled model.
        class_weight: as for `weigh`; ``"balanced"`` would need all rows.
        first: the first rows of the stream, where they are known.

    Returns:
        A function of ``x``, ``y`` and perhaps ``sample_weight`` of a batch, arrays or tensors, that returns them with
        targets and weights as the model's outputs stand; `tf.data.Dataset.map` takes it.

    Raises:
        InputError: a class, an output or a weight cannot be meant.
    """
    layout = layout_of(model)
    outputs = {o.name: o for o in outputs_by_name(model, first)}
    signed, flat = (find(model, list(outputs.values())) for find in (signed_labels, flat_labels))
    if layout is None or (layout.form == "one" and not (class_weight or signed or flat)):
        return None
    chosen = class_weight.values() if isinstance(class_weight, Mapping) else (class_weight,)
    if any(isinstance(value, str) and value == "balanced" for value in chosen):
        raise InputError(
            'class_weight="balanced" needs all rows, and these come as a stream. Count the classes first.'
        )
    tables = class_tables(list(outputs.values()), class_weight)
    vectors = {name: _vector(outputs[name], table) for name, table in tables.items()}

    def weighed(*batch: Any) -> Any:
        if not (vectors or signed or flat) or len(batch) < 2:
            return arrange_batch(model, batch)
        x, y, *given = batch
        targets = targets_by_name(model, y)
        targets |= {name: keras.ops.cast(targets[name] > 0, "float32") for name in signed}
        columns = {**targets, **{name: keras.ops.expand_dims(targets[name], axis=-1) for name in flat}}
        if not vectors:
            return arrange_batch(model, (x, columns, *given))
        by_class = {
            name: keras.ops.take(vector, _labels(outputs[name], targets[name]))
            for name, vector in vectors.items()
        }
        some = next(iter(by_class.values()))
        ones = some[(slice(None), *(0,) * (len(some.shape) - 1))] * 0 + 1
        rows = weights_by_name(layout, given[0]) if given and given[0] is not None else {}
        weights = {
            name: _times(keras.ops.cast(rows.get(name, ones), "float32"), by_class.get(name))
            for name in layout.names
        }
        return arrange_batch(model, (x, columns, weights))

    return weighed


def _vector(o: Output, table: Mapping[Any, float]) -> np.ndarray:
    """Return the weights of the classes 0, 1, ..., so that labels point at them."""
    classes = known_classes(o) or list(table)
    if any(not isinstance(found, int) or found < 0 for found in classes):
        raise InputError(
            f"class_weight of a stream takes classes 0, 1, ...; those of {o.label} are {listed(classes)}."
        )
    return np.array([table.get(found, 1.0) for found in range(max(classes) + 1)], "float32")


def _labels(o: Output, y: Any) -> Any:
    """Return the classes of a batch of targets, one-hot or not."""
    if len(y.shape) == len(o.shape) + 1 and y.shape[-1] != 1 and not o.loss.startswith("sparse"):
        return keras.ops.argmax(y, axis=-1)
    flat = keras.ops.squeeze(y, axis=-1) if len(y.shape) > 1 and y.shape[-1] == 1 else y
    return keras.ops.cast(keras.ops.round(keras.ops.cast(flat, "float32")), "int32")


def _times(rows: Any, by_class: Any) -> Any:
    if by_class is None:
        return rows
    while len(rows.shape) < len(by_class.shape):
        rows = keras.ops.expand_dims(rows, axis=-1)
    return rows * by_class
