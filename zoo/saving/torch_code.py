"""A Keras model said in PyTorch: the text of an ``nn.Sequential``, and its weights on the way there."""

from __future__ import annotations

import keras

from zoo.errors import InputError
from zoo.saving._torch_layers import WRITERS, Shape, Text, cannot


def torch_code(model: keras.Model) -> str:
    """Write a model as PyTorch code: an ``nn.Sequential``, and the weights moved into it.

    The text is complete: run it where ``keras_model`` is the model, and ``model`` computes the same.
    PyTorch keeps a Dense kernel transposed and has the channels of an image before its height and width;
    the text says where that matters.

    Args:
        model: layers in a row, Sequential or functional: Dense, Conv2D, pooling, Flatten, Dropout,
            Activation and BatchNormalization.

    Returns:
        Python code that needs ``torch`` and ``keras_model``.

    Raises:
        InputError: a layer has no such equivalent, or the layers are not in a row; names the layer.

    Examples:
        >>> import keras
        >>> layers = [keras.Input((25,)), keras.layers.Dense(2, activation="relu", name="hidden")]
        >>> print(torch_code(keras.Sequential(layers)))
        import torch
        from torch import nn
        <BLANKLINE>
        model = nn.Sequential(
            nn.Linear(25, 2),  # hidden
            nn.ReLU(),
        )
        <BLANKLINE>
        # Keras keeps a Dense kernel as (inputs, units), PyTorch as (units, inputs).
        weights = {layer.name: layer.get_weights() for layer in keras_model.layers}
        state = {
            "0.weight": weights["hidden"][0].T,
            "0.bias": weights["hidden"][1],
        }
        model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
        model.eval()

    Source: the deck, "Keras Pytorch".
    """
    text = Text(_shape_of(model))
    for layer in _in_a_row(model):
        write = WRITERS.get(type(layer).__name__)
        if write is None or not type(layer).__module__.startswith("keras."):
            known = ", ".join(WRITERS)
            raise cannot(layer, f"has no equivalent here; there are equivalents of {known}")
        write(text, layer)
        text.shape = tuple(layer.compute_output_shape((None, *text.shape)))[1:]
    if text.flattened:
        raise InputError(
            f"torch_code cannot end {model.name!r} with Flatten: PyTorch would flatten the channels first. "
            "A Dense layer after it can be written."
        )
    return text.whole()


def _in_a_row(model: keras.Model) -> list[keras.Layer]:
    """Return the layers after the input, each of which feeds the next alone."""
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if isinstance(model, keras.Sequential):
        return layers
    last = model.inputs[0]
    for layer in layers:
        if layer.input is not last:
            raise cannot(layer, "is not fed by the layer before it; nn.Sequential is layers in a row")
        last = layer.output
    return layers


def _shape_of(model: keras.Model) -> Shape:
    ends = [getattr(model, side, None) or () for side in ("inputs", "outputs")]
    if not model.built or any(len(tensors) != 1 for tensors in ends):
        raise InputError(
            f"torch_code needs a built model with one input and one output; {model.name!r} is not. Start a "
            "Sequential model with keras.Input(shape)."
        )
    shape = tuple(model.inputs[0].shape[1:])
    if None in shape or len(shape) not in (1, 3):
        raise InputError(
            f"torch_code takes rows of numbers or images of one size; {model.name!r} takes {shape}."
        )
    return shape
