"""The multilayer perceptron."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, Penalty, Rate, Shape, Widths
from zoo.models._blocks import Api, assemble, dense_layers, flatten, head, penalty
from zoo.registry import register_model


@register_model(
    tags=("table", "images", "regression", "dropout", "regularised", "deck"),
    example={"input_shape": (8, 8, 1), "num_classes": 10},
    presets={
        "blobs": {"input_shape": (2,), "num_classes": 2, "hidden": (100,) * 5, "activation": "sigmoid"},
        "rings": {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25), "activation": "sigmoid"},
        "rings_relu": {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25)},
        "dropout": {"dropout": 0.5},
        "l1": {"l1": 1e-4},
        "l2": {"l2": 1e-3},
    },
)
def mlp(
    input_shape: Shape,
    num_classes: Count | None = None,
    num_outputs: Count | None = None,
    *,
    hidden: Widths = (128, 128),
    activation: Activation = "relu",
    dropout: Rate = 0.0,
    l1: Penalty = 0.0,
    l2: Penalty = 0.0,
    batch_normalization: bool = False,
    api: Api = "sequential",
) -> keras.Model:
    """Multilayer perceptron: Dense layers in a row, then classes or numbers.

    Presets name the deck's networks: ``blobs`` (2-100-100-100-100-100-2, sigmoid), ``rings`` (2-25-25-1,
    sigmoid) and ``rings_relu``; and what holds any of them back: ``dropout`` (a half), ``l1``, ``l2``.

    Args:
        input_shape: shape of one sample, ``(features,)``; an image is flattened first.
        num_classes: classification: 2 or more give softmax, 1 gives one sigmoid unit.
        num_outputs: regression: how many numbers to predict. Give one of the two.
        hidden: units of each hidden layer.
        activation: of the hidden layers, a Keras name or a function.
        dropout: share of hidden units switched off at each training step, 0 to below 1.
        l1: factor of the penalty on the weights' absolute values.
        l2: factor of the penalty on their squares.
        batch_normalization: normalise each hidden layer before its activation.
        api: ``"sequential"`` or ``"functional"``: the same network, built either way.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, num_classes or num_outputs)``, float32.

    Raises:
        InputError: both or neither of num_classes and num_outputs.

    Examples:
        >>> mlp((2,), 1, hidden=(25, 25), activation="sigmoid").count_params()
        751

    Source: the deck, "Deep Learning"; Rumelhart, Hinton and Williams (1986).
    """
    regularizer = penalty(l1, l2)
    layers = [
        *flatten(input_shape),
        *dense_layers(
            hidden,
            activation=activation,
            dropout=dropout,
            batch_normalization=batch_normalization,
            regularizer=regularizer,
        ),
        head(num_classes, num_outputs, regularizer),
    ]
    return assemble(layers, input_shape=input_shape, api=api, name="mlp")
