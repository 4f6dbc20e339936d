"""Which layer's numbers were the first that are not finite, in a step that is taken again slowly?"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

import keras

from zoo.training._gradients import BACKENDS, gradients_at, loss_with
from zoo.training._model_weights import all_layers, is_finite, learns_as_keras_does, numbers

IN_THE_ROWS = ", which holds NaN or infinity"


def first_in_step(model: keras.Model, batch: Any) -> str:
    """Say what is the first that is not finite in a step from finite weights; nothing is changed.

    Args:
        model: a compiled model, with the weights from before the step.
        batch: the step's rows, ``(x, y)`` or ``(x, y, sample_weight)``.

    Returns:
        The end of a sentence, or ``""`` where all is finite up to the gradients, or nothing can be seen.

    Examples:
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="slope")])
        >>> model.compile("sgd", "mse")
        >>> first_in_step(model, (np.ones((2, 1), "float32"), np.array([[1.0], [np.inf]], "float32")))
        'y, which holds NaN or infinity'
    """
    for name, part in zip(
        ("x", "y", "sample_weight"), keras.utils.unpack_x_y_sample_weight(batch), strict=True
    ):
        if part is not None and not all(map(_is_finite, keras.tree.flatten(part))):
            return f"{name}{IN_THE_ROWS}"
    if not learns_as_keras_does(model) or keras.config.backend() not in BACKENDS:
        return ""
    loss = loss_with(model, batch, training=True)
    with _watched(model) as seen:
        value = float(keras.ops.convert_to_numpy(loss([], [])))
    if seen:
        return f"the output of the layer {seen[0]!r}"
    if not math.isfinite(value):
        return "the loss itself: every layer's output is finite"
    variables = list(model.trainable_variables)
    found = [
        variable.path
        for variable, gradient in zip(variables, gradients_at(loss, variables), strict=True)
        if not _is_finite(gradient)
    ]
    # The gradient comes from the loss backwards, so the last of them was the first.
    return f"the gradient at {found[-1]}" if found else ""


@contextlib.contextmanager
def _watched(model: keras.Model) -> Iterator[list[str]]:
    """Note the names of layers whose output is not finite, in the order in which they come to their end."""
    seen: list[str] = []
    layers = [layer for layer in all_layers(model) if not isinstance(layer, keras.layers.InputLayer)]

    def watching(layer: Any) -> Any:
        call = layer.call

        def watched_call(*args: Any, **kwargs: Any) -> Any:
            said = call(*args, **kwargs)
            if not all(map(_is_finite, keras.tree.flatten(said))):
                seen.append(layer.name)
            return said

        return watched_call

    for layer in layers:
        vars(layer)["call"] = watching(layer)
    try:
        yield seen
    finally:
        for layer in layers:
            vars(layer).pop("call", None)


def _is_finite(value: Any) -> bool:
    try:
        array = numbers(value)
    except Exception:  # a symbolic value inside a loop, or text
        return True
    return is_finite(array)
