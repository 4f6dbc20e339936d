"""How much work is one answer? The multiplications of a weight with a value, counted over a model's layers."""

from __future__ import annotations

import math
from typing import Any

import keras

from zoo.errors import InputError


def multiply_adds(model: keras.Model) -> int:
    """Count the multiplications of a weight with a value, each with its addition, that one row takes.

    Dense layers, convolutions and recurrent layers count, as often as the model calls them. What costs little beside
    them does not: biases, activations, normalisation, pooling, and whatever has no matrix of weights, such as a
    spectrogram.

    Args:
        model: a built model whose layers Keras has linked (Sequential or functional), also with models inside.

    Raises:
        InputError: a layer has a matrix of weights that this does not know how to count, or a size that is not known.

    Examples:
        >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, padding="same"), keras.layers.Flatten()]
        >>> multiply_adds(keras.Sequential([*layers, keras.layers.Dense(10)]))  # 64 * 9 * 4 + 256 * 10
        4864
    """
    function = model._functional if isinstance(model, keras.Sequential) else model
    if not isinstance(function, keras.Function):
        raise InputError(f"{model.name} is no model whose layers Keras has linked; its work is not counted.")
    calls = [call for depth in function._nodes_by_depth.values() for call in depth if not call.is_input]
    return sum(_of_call(call.operation, call) for call in calls)


def _of_call(layer: Any, call: Any) -> int:
    if isinstance(layer, keras.Model):
        return multiply_adds(layer)
    matrices = [weight for weight in getattr(layer, "weights", ()) if len(weight.shape) > 1]
    if not matrices or isinstance(layer, keras.layers.Embedding):  # which looks up
        return 0
    values: int = sum(math.prod(weight.shape) for weight in matrices)
    if isinstance(layer, keras.layers.Dense):
        return values * _places(layer, call.outputs[0].shape[1:-1])
    if isinstance(layer, keras.layers.Bidirectional | keras.layers.RNN):
        return values * _places(layer, call.input_tensors[0].shape[1:2])
    if hasattr(layer, "kernel_size"):
        shape = (call.input_tensors if "Transpose" in type(layer).__name__ else call.outputs)[0].shape
        last = getattr(layer, "data_format", "channels_last") == "channels_last"
        return values * _places(layer, shape[1:-1] if last else shape[2:])
    raise InputError(
        f"{layer.name}, a {type(layer).__name__}, is not among the layers whose work is counted."
    )


def _places(layer: Any, shape: tuple[int | None, ...]) -> int:
    if None in shape:
        raise InputError(f"{layer.name} has no fixed size: {shape}; its work cannot be counted.")
    return math.prod(size for size in shape if size is not None)
