"""Two digits and their sum: one tower for both pictures, three answers."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import ImageShape, Rate, Widths
from zoo.models._blocks import activated, dense_layers
from zoo.registry import register_model


@register_model(
    task="multi-output",
    tags=("images", "functional", "multi-input", "shared", "digits"),
    example={"input_shape": (8, 8, 1), "filters": (4, 8), "hidden": (16,)},
)
def digit_sum(
    input_shape: ImageShape = (8, 8, 1),
    *,
    filters: Widths = (24, 48),
    hidden: Widths = (128,),
    dropout: Rate = 0.0,
) -> keras.Model:
    """Two pictures of digits through one shared tower; three answers: each digit, and their sum.

    A tower looks at one picture: convolutions with pooling and normalisation. It is called twice, so what
    it learns from the left picture it knows of the right one, and each weight exists once. The digits are
    read from their own picture, the sum from both.

    Args:
        input_shape: ``(height, width, channels)`` of one picture.
        filters: number of filters of each convolution of the tower.
        hidden: units of each Dense layer between the two pictures' features and the sum.
        dropout: share of the features switched off at each training step, 0 to below 1.

    Returns:
        An uncompiled model from ``{"left": (batch, height, width, channels), "right": the same}`` to
        ``{"left_digit": (batch, 10), "right_digit": (batch, 10), "sum": (batch, 19)}``, float32 in 0..1.

    Examples:
        >>> model = digit_sum((8, 8, 1), filters=(4, 8), hidden=(16,))
        >>> sorted(model.output), model.get_layer("tower").output_shape
        (['left_digit', 'right_digit', 'sum'], (None, 32))

    Source: the deck, "functional API"; shared layers: Bromley, Guyon, LeCun, Säckinger and Shah (1993).
    """
    tower = keras.Sequential([keras.Input(tuple(input_shape), name="picture")], name="tower")
    for number, units in enumerate(filters, start=1):
        kernel = {"filters": units, "kernel_size": 3, "padding": "same", "name": f"conv_{number}"}
        for layer in activated(keras.layers.Conv2D, activation="relu", batch_normalization=True, **kernel):
            tower.add(layer)
        tower.add(keras.layers.MaxPooling2D(2, padding="same", name=f"pool_{number}"))
    tower.add(keras.layers.Flatten(name="flatten"))
    tower.add(keras.layers.Dropout(dropout, name="tower_dropout"))

    inputs = {side: keras.Input(tuple(input_shape), name=side) for side in ("left", "right")}
    seen = {side: tower(picture) for side, picture in inputs.items()}
    outputs = {
        f"{side}_digit": keras.layers.Dense(10, activation="softmax", name=f"{side}_digit")(features)
        for side, features in seen.items()
    }
    both = keras.layers.Concatenate(name="both")(list(seen.values()))
    for layer in dense_layers(hidden, activation="relu", dropout=dropout, batch_normalization=False):
        both = layer(both)
    outputs["sum"] = keras.layers.Dense(19, activation="softmax", name="sum")(both)
    return keras.Model(inputs, outputs, name="digit_sum")
