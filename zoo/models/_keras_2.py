"""What old files name and Keras 3 has not: a function that it computes otherwise, and layers that it dropped."""

from __future__ import annotations

import math
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="zoo")  # type: ignore[untyped-decorator]
def hard_sigmoid_keras_2(x: Any) -> Any:
    """Hard sigmoid of Keras 1 and 2: ``clip(0.2 x + 0.5, 0, 1)``, in Keras 3 ``clip(x / 6 + 0.5, 0, 1)``.

    The gates of their LSTM and GRU were these by default.

    Args:
        x: any tensor.

    Returns:
        A tensor of the same shape.

    Examples:
        >>> [round(float(y), 3) for y in hard_sigmoid_keras_2(keras.ops.array([-3.0, 0.0, 1.0, 3.0]))]
        [0.0, 0.5, 0.7, 1.0]
    """
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="zoo")
class LocallyConnected2D(keras.layers.Layer):  # type: ignore[misc]
    """A convolution with filters of its own at each place, as Keras 1 and 2 had it.

    Args:
        filters: channels that come out.
        kernel_size: rows and columns of a filter.
        strides: steps between the places.
        use_bias: whether each place and channel has a bias.
        activation, kernel_initializer, bias_initializer: names, as of `keras.layers.Conv2D`.
        padding, data_format, implementation: as old files write them; only what was the default is read.

    Examples:
        >>> tuple(LocallyConnected2D(4, (3, 3))(keras.ops.ones((2, 8, 6, 1))).shape)
        (2, 6, 4, 4)
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        use_bias: bool = True,
        activation: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        padding: str = "valid",
        data_format: str | None = None,
        implementation: int = 1,
        **options: Any,
    ) -> None:
        if padding != "valid" or implementation != 1 or data_format not in (None, "channels_last"):
            raise ValueError("it is read with padding='valid', implementation=1 and channels last")
        ignored = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")
        super().__init__(**{name: value for name, value in options.items() if name not in ignored})
        self.filters, self.use_bias = filters, use_bias
        self.kernel_size, self.strides = _sizes(kernel_size, self.rank), _sizes(strides, self.rank)
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape: Any) -> None:
        """Make the filters of every place."""
        *whole, channels = input_shape[1:]
        places = [
            (side - size) // step + 1
            for side, size, step in zip(whole, self.kernel_size, self.strides, strict=True)
        ]
        fields = math.prod(self.kernel_size) * channels
        shape = (math.prod(places), fields, self.filters)
        self.kernel = self.add_weight(shape=shape, initializer=self.kernel_initializer, name="kernel")
        if self.use_bias:
            shape = (*places, self.filters)
            self.bias = self.add_weight(shape=shape, initializer=self.bias_initializer, name="bias")
        self.places = places

    def call(self, inputs: Any) -> Any:
        """Multiply what lies under each place by the filters of that place."""
        size, step = self.kernel_size, self.strides
        if self.rank == 1:
            inputs, size, step = inputs[:, :, None], (*size, 1), (*step, 1)
        patches = keras.ops.image.extract_patches(inputs, size, step, padding="valid")
        rows = keras.ops.reshape(patches, (-1, *self.kernel.shape[:2]))
        outputs = keras.ops.einsum("bpi,pio->bpo", rows, self.kernel)
        outputs = keras.ops.reshape(outputs, (-1, *self.places, self.filters))
        return self.activation(outputs + self.bias if self.use_bias else outputs)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make it again."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


@keras.saving.register_keras_serializable(package="zoo")
class LocallyConnected1D(LocallyConnected2D):
    """The same along one axis.

    Examples:
        >>> tuple(LocallyConnected1D(4, 3, strides=2)(keras.ops.ones((2, 9, 5))).shape)
        (2, 4, 4)
    """

    rank = 1


def _sizes(given: Any, rank: int) -> tuple[int, ...]:
    return (given,) * rank if isinstance(given, int) else tuple(given)
