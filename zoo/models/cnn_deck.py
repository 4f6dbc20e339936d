"""The deck's convolutional network, layer by layer."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Count, ImageShape
from zoo.models._blocks import assemble, head
from zoo.registry import register_model


@register_model(tags=("images", "mnist", "deck"), example={"input_shape": (8, 8, 1)})
def cnn_deck(input_shape: ImageShape = (28, 28, 1), num_classes: Count = 10) -> keras.Model:
    """The deck's network for MNIST: twice a convolution of 128 filters and ReLU, then one Dense layer.

    There is no pooling, so 1,003,530 of its 1,152,394 weights are in the last layer. `cnn` is the same
    with arguments: ``cnn((28, 28, 1), 10, filters=(128, 128), hidden=(), pooling=None)``.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: 2 or more give softmax, 1 gives one sigmoid unit.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes)``, float32 in 0..1.

    Examples:
        >>> cnn_deck().count_params()
        1152394

    Source: the deck, "CNN", "How to use it".
    """
    layers = [
        keras.layers.Conv2D(128, 3, padding="same", name="conv_1"),
        keras.layers.Activation("relu", name="conv_1_relu"),
        keras.layers.Conv2D(128, 3, padding="same", name="conv_2"),
        keras.layers.Activation("relu", name="conv_2_relu"),
        keras.layers.Flatten(name="flatten"),
        head(num_classes),
    ]
    return assemble(layers, input_shape=input_shape, api="sequential", name="cnn_deck")
