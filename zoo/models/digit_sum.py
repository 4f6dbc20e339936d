"""Two digits and their sum: one tower for both pictures, three answers."""

from __future__ import annotations

from typing import Any

from zoo._lazy import keras
from zoo.arguments import Count, ImageShape, Rate, Widths
from zoo.models._blocks import activated, assemble, dense_layers
from zoo.registry import register_model


@register_model(
    task="multi-output",
    tags=("images", "functional", "multi-input", "shared", "digits"),
    example={"input_shape": (8, 8, 1), "filters": (4, 8), "features": 8, "hidden": (16,)},
)
def digit_sum(
    input_shape: ImageShape = (8, 8, 1),
    *,
    filters: Widths = (24, 48),
    features: Count = 64,
    hidden: Widths = (256,),
    dropout: Rate = 0.0,
) -> keras.Model:
    """Two pictures of digits through one shared tower; three answers: each digit, and their sum.

    A tower looks at one picture: convolutions with pooling, then a Dense layer of features. It is called
    twice, so what it learns from the left picture it knows of the right one, and each weight exists once.
    Each digit is read from its own picture's features, the sum from both.

    Args:
        input_shape: ``(height, width, channels)`` of one picture.
        filters: number of filters of each convolution of the tower.
        features: how many numbers the tower says of a picture.
        hidden: units of each Dense layer between the two pictures' features and the sum.
        dropout: share of what the convolutions found switched off at each training step, 0 to below 1.

    Returns:
        An uncompiled model from ``{"left": (batch, height, width, channels), "right": the same}`` to
        ``{"left_digit": (batch, 10), "right_digit": (batch, 10), "sum": (batch, 19)}``, float32 in 0..1.

    Examples:
        >>> model = digit_sum((8, 8, 1), filters=(4, 8), hidden=(16,))
        >>> sorted(model.output), model.get_layer("tower").output_shape
        (['left_digit', 'right_digit', 'sum'], (None, 64))

    Source: the deck, "functional API"; shared layers: Bromley, Guyon, LeCun, Säckinger and Shah (1993).
    """
    normed: dict[str, Any] = {"activation": "relu", "batch_normalization": True}
    layers: list[keras.Layer] = []
    for number, units in enumerate(filters, start=1):
        conv: dict[str, Any] = {"filters": units, "kernel_size": 3, "padding": "same"}
        layers += activated(keras.layers.Conv2D, name=f"conv_{number}", **normed, **conv)
        layers.append(keras.layers.MaxPooling2D(2, padding="same", name=f"pool_{number}"))
    layers.append(keras.layers.Flatten(name="flatten"))
    if dropout:
        layers.append(keras.layers.Dropout(dropout, name="dropout"))
    layers += activated(keras.layers.Dense, name="features", units=features, **normed)
    tower = assemble(layers, input_shape=input_shape, api="sequential", name="tower")

    inputs = {side: keras.Input(tuple(input_shape), name=side) for side in ("left", "right")}
    said = {side: tower(picture) for side, picture in inputs.items()}
    last: dict[str, Any] = {"activation": "softmax", "dtype": keras.config.floatx()}
    outputs = {
        f"{side}_digit": keras.layers.Dense(10, name=f"{side}_digit", **last)(says)
        for side, says in said.items()
    }
    both = keras.layers.Concatenate(name="both")(list(said.values()))
    for layer in dense_layers(hidden, dropout=0.0, **normed):
        both = layer(both)
    outputs["sum"] = keras.layers.Dense(19, name="sum", **last)(both)
    return keras.Model(inputs, outputs, name="digit_sum")
