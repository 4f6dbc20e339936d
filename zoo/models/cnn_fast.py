"""The convolutional network that learns soonest."""

from __future__ import annotations

from typing import Literal

from zoo._lazy import keras
from zoo.arguments import Activation, Count, ImageShape, Margin, Rate, Widths
from zoo.errors import InputError
from zoo.models._blocks import Api, activated, assemble, head
from zoo.registry import register_model


@register_model(tags=("images", "fast"), example={"input_shape": (8, 8, 1), "num_classes": 10})
def cnn_fast(
    input_shape: ImageShape,
    num_classes: Count | None = None,
    num_outputs: Count | None = None,
    *,
    filters: Widths = (16, 32, 64),
    shrink: Literal["pool", "stride"] = "pool",
    fixed_first: bool = False,
    margin: Margin = 0,
    activation: Activation = "relu",
    dropout: Rate = 0.0,
    api: Api = "sequential",
) -> keras.Model:
    """Convolutional network that shrinks the image at once, so that a step costs little.

    A 5x5 convolution that moves by two pixels leaves a quarter of the image; the 3x3 convolutions after it
    work on that quarter, and on a sixteenth behind the second. Batch normalisation allows large steps: train
    it with a one-cycle learning rate. An image with a side under 16 pixels is too small to lose any: there
    the first convolution moves by one pixel, and every convolution keeps the size.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: classification: 2 or more give softmax, 1 gives one sigmoid unit.
        num_outputs: regression: how many numbers to predict. Give one of the two.
        filters: number of filters of the 5x5 convolution, and of each 3x3 convolution after it.
        shrink: ``"pool"`` takes the maximum of four after the second convolution; with ``"stride"`` that
            convolution moves by two pixels, which is a quarter of its work, and the third trims the border.
        fixed_first: leave the first convolution as it is, without batch normalisation: gradients end before
            it, which saves a third of a step. Give it good filters:
            ``model.get_layer("conv_1").set_weights(zoo.by_hand.whitening_filters(images))``.
        margin: pixels cut from each side; in training the window that is left moves about by so many.
        activation: of the convolutions, a Keras name or a function.
        dropout: share of values switched off before the last layer at each training step, 0 to below 1.
        api: ``"sequential"`` or ``"functional"``: the same network, built either way.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes or num_outputs)``,
        float32.

    Raises:
        InputError: both or neither of num_classes and num_outputs, or a margin that leaves nothing.

    Examples:
        >>> cnn_fast((28, 28, 1), 10).count_params()
        39898
        >>> cnn_fast((28, 28, 1), 10, shrink="stride", fixed_first=True, margin=1).count_params()
        29610

    Source: the deck, "CNN", made quick; Ioffe and Szegedy (2015); Smith and Topin (2017); Page (2019).
    """
    window = min(input_shape[:2]) - 2 * margin
    stride = shrink == "stride"
    small = window < 16 + stride  # or the third convolution would find less than three pixels
    layers = _framed(margin, window, input_shape)
    for number, units in enumerate(filters, start=1):
        fixed = fixed_first and number == 1
        layers += activated(
            keras.layers.Conv2D,
            filters=units,
            kernel_size=5 if number == 1 else 3,
            strides=2 if (number == 1 and not small) or (number == 2 and stride) else 1,
            padding="same" if small or number > 2 + stride else "valid",
            name=f"conv_{number}",
            activation=activation,
            batch_normalization=not fixed,
            trainable=not fixed,
        )
        if number == 2 and not stride:
            layers.append(keras.layers.MaxPooling2D(2, padding="same", name="pool"))
    layers.append(keras.layers.Flatten(name="flatten"))
    if dropout:
        layers.append(keras.layers.Dropout(dropout, name="dropout"))
    layers.append(head(num_classes, num_outputs))
    return assemble(layers, input_shape=input_shape, api=api, name="cnn_fast")


def _framed(margin: int, window: int, input_shape: ImageShape) -> list[keras.Layer]:
    """Return the layer that cuts the margin off, where there is one."""
    if window < 1:
        raise InputError(
            f"A margin of {margin} leaves nothing of an image of {input_shape[0]}x{input_shape[1]}."
        )
    if not margin:
        return []
    from zoo.models._window import RandomWindow

    return [RandomWindow(margin, name="window")]
