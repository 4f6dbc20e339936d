"""The smallest network that reads."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, ImageShape, Widths
from zoo.models._blocks import Api, activated, assemble, head
from zoo.registry import register_model


@register_model(tags=("images", "fast"), example={"input_shape": (8, 8, 1), "num_classes": 10})
def tiny(
    input_shape: ImageShape,
    num_classes: Count | None = None,
    num_outputs: Count | None = None,
    *,
    filters: Widths = (6, 8, 8, 10),
    activation: Activation = "relu",
    api: Api = "sequential",
) -> keras.Model:
    """Convolutional network of some two thousand weights, none of which says what a whole picture looks like.

    A Dense layer behind convolutions has a weight for each place, each filter and each class. Here each filter has
    one picture of its own instead, which says at which places its answers count; what is left is one number a
    filter, and the last layer. The first convolution moves by two pixels, but not over images with a side under 16.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: classification: 2 or more give softmax, 1 gives one sigmoid unit.
        num_outputs: regression: how many numbers to predict. Give one of the two.
        filters: number of filters of the 5x5 convolution, and of each 3x3 convolution after it.
        activation: of the convolutions, a Keras name or a function.
        api: ``"sequential"`` or ``"functional"``: the same network, built either way.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes or num_outputs)``,
        float32.

    Raises:
        InputError: both or neither of num_classes and num_outputs.

    Examples:
        >>> tiny((28, 28, 1), 10).count_params()
        2616

    Source: the deck, "CNN", made small; Howard and others (2017) for convolutions of one filter each.
    """
    small = min(input_shape[:2]) < 16
    layers: list[keras.Layer] = []
    for number, units in enumerate(filters, start=1):
        layers += activated(
            keras.layers.Conv2D,
            filters=units,
            kernel_size=5 if number == 1 else 3,
            strides=2 if number == 1 and not small else 1,
            padding="same",
            name=f"conv_{number}",
            activation=activation,
            batch_normalization=True,
        )
        if number == 2:
            layers.append(keras.layers.MaxPooling2D(2, padding="same", name="pool"))
    shrunk = (1 if small else 2) * (2 if len(filters) > 1 else 1)
    places = tuple(-(-side // shrunk) for side in input_shape[:2])  # what is left of the image, rounded up
    layers += [keras.layers.DepthwiseConv2D(places, name="places"), keras.layers.Flatten(name="flatten")]
    layers.append(head(num_classes, num_outputs))
    return assemble(layers, input_shape=input_shape, api=api, name="tiny")
