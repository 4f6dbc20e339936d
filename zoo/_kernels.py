"""What a layer looks for in an image, as images, for those who record it and those who draw it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from zoo._lazy import keras, np
from zoo.errors import InputError, UnknownNameError, did_you_mean


@dataclass(frozen=True)
class Seeing:
    """A layer whose weights are images.

    Attributes:
        layer: a convolution, or a Dense layer on all pixels of an image.
        shape: of each image, ``(height, width, channels)``.
    """

    layer: Any
    shape: tuple[int, int, int]

    def kernels(self) -> np.ndarray:
        """Return the weights as they are now, ``(units, height, width, channels)`` float32."""
        kernel: np.ndarray = keras.ops.convert_to_numpy(self.layer.kernel).astype("float32")
        return np.moveaxis(kernel.reshape(*self.shape, -1), -1, 0)


def seeing_layer(model: keras.Model, name: str | None = None) -> Seeing:
    """Find the layer whose weights can be shown as images.

    Args:
        model: a built model.
        name: of a layer; by default the first convolution of images, or else the first Dense layer on all
            pixels of one.

    Raises:
        InputError: the weights are no images.
        UnknownNameError: no layer has this name.

    Examples:
        >>> import zoo
        >>> found = seeing_layer(zoo.create_model("cnn", input_shape=(8, 8, 1), num_classes=10))
        >>> found.layer.name, found.kernels().shape
        ('conv_1', (32, 3, 3, 1))
    """
    layers = [layer for layer in model._flatten_layers(include_self=False) if hasattr(layer, "kernel")]
    if name is not None:
        named = [layer for layer in model._flatten_layers(include_self=False) if layer.name == name]
        if not named:
            hint = did_you_mean(name, names := [layer.name for layer in layers])
            raise UnknownNameError(
                f"The model has no layer {name!r}.{hint} Layers with weights: {', '.join(names)}."
            )
        if (shape := _shape(model, named[0])) is None:
            raise InputError(
                f"The weights of the layer {name!r} are no images: that takes a Conv2D, or a Dense layer on all "
                "pixels of an image."
            )
        return Seeing(named[0], shape)
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    for layer in [*convolutions, *layers]:
        if (shape := _shape(model, layer)) is not None:
            return Seeing(layer, shape)
    raise InputError(
        "No layer of this model has weights that are images: that takes a Conv2D, or a Dense layer on all "
        "pixels of an image."
    )


def _shape(model: keras.Model, layer: Any) -> tuple[int, int, int] | None:
    """Return the shape of a layer's weights as images, or ``None`` where they are none."""
    if isinstance(layer, keras.layers.Conv2D):
        height, width, channels = layer.kernel.shape[:3]
        return int(height), int(width), int(channels)
    if not isinstance(layer, keras.layers.Dense):
        return None
    pixels = int(layer.kernel.shape[0])
    whole = getattr(model, "input_shape", None)
    if isinstance(whole, tuple) and len(whole) == 4 and math.prod(whole[1:]) == pixels:
        return whole[1], whole[2], whole[3]
    side = math.isqrt(pixels)
    on_pixels = isinstance(whole, tuple) and whole[1:] == (pixels,)
    return (side, side, 1) if on_pixels and side >= 4 and side * side == pixels else None
