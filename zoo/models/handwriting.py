"""The network that reads a stranger's digit from a picture of any size."""

from __future__ import annotations

from typing import Annotated, Any

from zoo._lazy import keras
from zoo.arguments import Count, Rate, Rule, Widths
from zoo.models._blocks import activated, assemble, head
from zoo.registry import register_model

_Pen = Annotated[float, Rule("a number of pixels from 1 to 6", lambda value: 1 <= value <= 6)]


@register_model(tags=("images", "digits", "mnist"), example={"filters": (4, 8)})
def handwriting(
    num_classes: Count = 10,
    *,
    pen: _Pen = 2.2,
    filters: Widths = (16, 32, 48, 64),
    dropout: Rate = 0.25,
) -> keras.Model:
    """Convolutional network for drawings of any size, which it lays as MNIST's digits lie before it reads them.

    What `zoo.prepare_image` does for other networks happens in its first layer, ``canvas``, so the saved file
    alone reads a picture: dark on light or light on dark, large or small, anywhere on the sheet, with a thin pen or
    a fat brush. The layers behind it are one model, ``reader``, which can be trained by itself on what ``canvas``
    gives: a 5x5 convolution that moves by two pixels, and 3x3 convolutions with batch normalisation.

    Args:
        num_classes: 10 for digits.
        pen: the width that strokes are brought to, in pixels of a sheet of 28.
        filters: number of filters of each convolution.
        dropout: share of values switched off before the last layer at each training step, 0 to below 1.

    Returns:
        An uncompiled model, ``(batch, height, width, 1 to 4) -> (batch, num_classes)``: pixels in 0..255 or 0..1,
        grey or colours, the fourth channel how opaque they are.

    Examples:
        >>> model = handwriting()
        >>> model.input_shape, model.output_shape, model.get_layer("reader").input_shape
        ((None, None, None, None), (None, 10), (None, 28, 28, 1))

    Source: the deck, "predict", its exercise with Paint; LeCun, Cortes and Burges (1998) on how MNIST was made.
    """
    from zoo.models._canvas import DigitCanvas

    layers: list[keras.Layer] = []
    for number, units in enumerate(filters, start=1):
        shape: dict[str, Any] = {
            "kernel_size": 3 if number > 1 else 5,
            "strides": 1 if number > 1 else 2,
            "padding": "valid" if number > 3 else "same",
        }
        layers += activated(
            keras.layers.Conv2D,
            filters=units,
            name=f"conv_{number}",
            activation="relu",
            batch_normalization=True,
            **shape,
        )
        if number == 2:
            layers.append(keras.layers.MaxPooling2D(2, name="pool"))
    layers += [keras.layers.Flatten(name="flatten"), keras.layers.Dropout(dropout, name="dropout")]
    reader = assemble([*layers, head(num_classes)], input_shape=(28, 28, 1), api="sequential", name="reader")
    picture = keras.Input((None, None, None), name="picture")
    canvas = DigitCanvas(pen, name="canvas")
    return keras.Model(picture, reader(canvas(picture)), name="handwriting")
