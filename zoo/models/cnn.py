"""The convolutional network."""

from __future__ import annotations

from typing import Literal

from zoo._lazy import keras
from zoo.arguments import Activation, Count, ImageShape, Penalty, Rate, Widths
from zoo.models._blocks import Api, activated, assemble, dense_layers, head, penalty
from zoo.registry import register_model


@register_model(
    tags=("images", "dropout", "regularised", "deck"),
    example={"input_shape": (8, 8, 1), "num_classes": 10},
)
def cnn(
    input_shape: ImageShape,
    num_classes: Count | None = None,
    num_outputs: Count | None = None,
    *,
    filters: Widths = (32, 64),
    kernel_size: Count = 3,
    first_kernel_size: Count | None = None,
    first_strides: Count = 1,
    padding: Literal["same", "valid"] = "same",
    pooling: Literal["max", "average"] | None = "max",
    hidden: Widths = (128,),
    activation: Activation = "relu",
    dropout: Rate = 0.0,
    l2: Penalty = 0.0,
    batch_normalization: bool = False,
    api: Api = "sequential",
) -> keras.Model:
    """Convolutional network: filters slid over the image, pooling, then Dense layers.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: classification: 2 or more give softmax, 1 gives one sigmoid unit.
        num_outputs: regression: how many numbers to predict. Give one of the two.
        filters: number of filters of each convolution.
        kernel_size: side of the square that a filter looks at, in pixels.
        first_kernel_size: the same of the first convolution; by default ``kernel_size``.
        first_strides: pixels that the first convolution moves by. With 2 it leaves a quarter of the image, which
            is a quarter of its work, and there is no pooling behind it.
        padding: ``"same"`` keeps the image's size, ``"valid"`` trims the border.
        pooling: ``"max"`` or ``"average"`` halves the image after each convolution; ``None`` keeps it.
        hidden: units of each Dense layer before the last.
        activation: of convolutions and hidden layers, a Keras name or a function.
        dropout: share of values switched off after each block at each training step, 0 to below 1.
        l2: factor of the penalty on the squares of the weights.
        batch_normalization: normalise each layer before its activation.
        api: ``"sequential"`` or ``"functional"``: the same network, built either way.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes or num_outputs)``,
        float32.

    Raises:
        InputError: both or neither of num_classes and num_outputs, or an image too small for this depth.

    Examples:
        >>> cnn((8, 8, 1), 10, filters=(32, 64), hidden=(128,)).count_params()
        53002

    Source: the deck, "CNN"; LeCun, Bottou, Bengio and Haffner (1998).
    """
    regularizer = penalty(0.0, l2)
    pool = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D, None: None}[pooling]
    layers = []
    for number, units in enumerate(filters, start=1):
        layers += activated(
            keras.layers.Conv2D,
            filters=units,
            kernel_size=kernel_size if number > 1 else first_kernel_size or kernel_size,
            strides=1 if number > 1 else first_strides,
            padding=padding,
            name=f"conv_{number}",
            activation=activation,
            batch_normalization=batch_normalization,
            kernel_regularizer=regularizer,
        )
        if pool and not (number == 1 and first_strides > 1):
            # "same" rounds an odd side up, so a small image never shrinks to nothing.
            layers.append(pool(2, padding="same", name=f"pool_{number}"))
        if dropout:
            layers.append(keras.layers.Dropout(dropout, name=f"conv_{number}_dropout"))
    layers.append(keras.layers.Flatten(name="flatten"))
    layers += dense_layers(
        hidden,
        activation=activation,
        dropout=dropout,
        batch_normalization=batch_normalization,
        regularizer=regularizer,
    )
    layers.append(head(num_classes, num_outputs, regularizer))
    return assemble(layers, input_shape=input_shape, api=api, name="cnn")
