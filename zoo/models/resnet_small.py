"""A small residual network."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, ImageShape, Widths
from zoo.models._blocks import head
from zoo.registry import register_model


@register_model(
    tags=("images", "functional", "residual"),
    example={"input_shape": (8, 8, 1), "num_classes": 10, "filters": (4, 8), "depth": 1},
)
def resnet_small(
    input_shape: ImageShape,
    num_classes: Count = 10,
    *,
    filters: Widths = (16, 32, 64),
    depth: Count = 2,
    shortcuts: bool = True,
    activation: Activation = "relu",
) -> keras.Model:
    """Residual network: each block adds what it has learned to what came in.

    A block is convolution, normalisation, activation, convolution, normalisation; then its input is added,
    over a 1x1 convolution where the shape changes. At each new width the image is halved. Global average
    pooling at the end leaves one number a filter.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: 2 or more give softmax, 1 gives one sigmoid unit.
        filters: number of filters, one for each stage.
        depth: blocks in each stage, two convolutions each.
        shortcuts: ``False`` leaves the additions out: the same layers in a plain row, to compare with.
        activation: a Keras name or a function.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes)``, float32 in 0..1.

    Examples:
        >>> resnet_small((32, 32, 3), 10, filters=(16, 32, 64), depth=3).count_params()
        274042

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (2015), section 4.2.
    """

    def conv(x: keras.KerasTensor, units: int, size: int, stride: int, name: str) -> keras.KerasTensor:
        layer = keras.layers.Conv2D(units, size, stride, padding="same", use_bias=False, name=name)
        return keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(layer(x))

    def act(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return keras.layers.Activation(activation, name=f"{name}_activation")(x)

    def block(x: keras.KerasTensor, units: int, stride: int, name: str) -> keras.KerasTensor:
        inside = act(conv(x, units, 3, stride, f"{name}_conv_1"), f"{name}_conv_1")
        inside = conv(inside, units, 3, 1, f"{name}_conv_2")
        if shortcuts:
            same = stride == 1 and x.shape[-1] == units
            x = x if same else conv(x, units, 1, stride, f"{name}_shortcut")
            inside = keras.layers.Add(name=f"{name}_add")([x, inside])
        return act(inside, name)

    inputs = keras.Input(tuple(input_shape), name="input")
    x = act(conv(inputs, filters[0], 3, 1, "stem"), "stem")
    for stage, units in enumerate(filters, start=1):
        for number in range(1, depth + 1):
            halved = stage > 1 and number == 1
            x = block(x, units, 2 if halved else 1, f"block_{stage}_{number}")
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(inputs, head(num_classes)(x), name="resnet_small")
