"""LeNet-5, the classic of 1998."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Activation, Count, ImageShape
from zoo.models._blocks import assemble, head
from zoo.registry import register_model


@register_model(tags=("images", "mnist", "classic"), example={"input_shape": (8, 8, 1), "num_classes": 10})
def lenet5(
    input_shape: ImageShape = (28, 28, 1), num_classes: Count = 10, *, activation: Activation = "tanh"
) -> keras.Model:
    """LeNet-5: convolutions of 6 and 16 filters of 5x5, average pooling, then Dense 120, 84 and 10.

    The paper pads MNIST's 28x28 to 32x32; here the first convolution pads ("same") where the image is
    smaller than 32, which gives the same sizes from there on. Images below 12x12 are padded in the second
    one too.

    Four things differ from the paper. Its pooling has a weight and a bias for each map and a sigmoid
    behind; here it is a plain mean. Its second convolution joins each map to some of the six below, here
    to all of them (2,416 weights, not 1,516). Its tanh is stretched, 1.7159 tanh(2x/3). Its last layer
    measures the distance to a drawn pattern of each digit; here it is a softmax.

    Args:
        input_shape: ``(height, width, channels)``.
        num_classes: 2 or more give softmax, 1 gives one sigmoid unit.
        activation: of convolutions and hidden layers; the paper's is tanh.

    Returns:
        An uncompiled model, ``(batch, height, width, channels) -> (batch, num_classes)``, float32 in 0..1.

    Examples:
        >>> lenet5((28, 28, 1)).count_params() == lenet5((32, 32, 1)).count_params() == 61706
        True

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition"
    (1998); the deck, "CNN".
    """
    side = min(input_shape[:2])
    first, second = "valid" if side >= 32 else "same", "valid" if side >= 12 else "same"
    layers = [
        keras.layers.Conv2D(6, 5, padding=first, activation=activation, name="conv_1"),
        keras.layers.AveragePooling2D(2, padding="same", name="pool_1"),
        keras.layers.Conv2D(16, 5, padding=second, activation=activation, name="conv_2"),
        keras.layers.AveragePooling2D(2, padding="same", name="pool_2"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(120, activation=activation, name="hidden_1"),
        keras.layers.Dense(84, activation=activation, name="hidden_2"),
        head(num_classes),
    ]
    return assemble(layers, input_shape=input_shape, api="sequential", name="lenet5")
