"""What builders share: a hidden layer, a head, and the two ways to join layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from zoo._lazy import keras
from zoo.errors import InputError

Api = Literal["sequential", "functional"]


def assemble(
    layers: Iterable[keras.Layer], *, input_shape: Sequence[int], api: Api, name: str
) -> keras.Model:
    """Join layers in a row, in the Sequential way or by calling each on the one before it."""
    inputs = keras.Input(tuple(input_shape), name="input")
    if api == "sequential":
        return keras.Sequential([inputs, *layers], name=name)
    outputs = inputs
    for layer in layers:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs, name=name)


def activated(
    layer: Callable[..., keras.Layer],
    *,
    name: str,
    activation: Any,
    batch_normalization: bool,
    **arguments: Any,
) -> list[keras.Layer]:
    """Return a layer with its activation, and batch normalisation between the two if wanted.

    The bias goes where batch normalisation is: it would only be subtracted again.
    """
    if not batch_normalization:
        return [layer(name=name, activation=activation, **arguments)]
    return [
        layer(name=name, use_bias=False, **arguments),
        # 0.9 settles in tens of steps; the default 0.99 needs hundreds, more than a small table has.
        keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm"),
        keras.layers.Activation(activation, name=f"{name}_activation"),
    ]


def dense_layers(
    hidden: Sequence[int],
    *,
    activation: Any,
    dropout: float,
    batch_normalization: bool,
    regularizer: Any = None,
) -> list[keras.Layer]:
    """Return the hidden Dense layers, each followed by Dropout where ``dropout`` is not 0."""
    layers: list[keras.Layer] = []
    for number, units in enumerate(hidden, start=1):
        layers += activated(
            keras.layers.Dense,
            units=units,
            name=f"hidden_{number}",
            activation=activation,
            batch_normalization=batch_normalization,
            kernel_regularizer=regularizer,
        )
        if dropout:
            layers.append(keras.layers.Dropout(dropout, name=f"hidden_{number}_dropout"))
    return layers


def head(num_classes: int | None, num_outputs: int | None = None, regularizer: Any = None) -> keras.Layer:
    """Return the last layer: softmax over classes, one sigmoid unit, or linear outputs.

    Args:
        num_classes: 2 or more for softmax, 1 for one sigmoid unit.
        num_outputs: number of real-valued outputs. One of the two must be given, and only one.
        regularizer: on the kernel.
    """
    if (num_classes is None) == (num_outputs is None):
        raise InputError(
            "Give num_classes for classification or num_outputs for regression, and not both; got "
            f"num_classes={num_classes} and num_outputs={num_outputs}."
        )
    # Under mixed precision the last layer keeps 32 bits: a sure answer's logarithm needs them.
    options = {"kernel_regularizer": regularizer, "dtype": keras.config.floatx()}
    if num_classes is None:
        return keras.layers.Dense(num_outputs, name="prediction", **options)
    activation = "sigmoid" if num_classes == 1 else "softmax"
    return keras.layers.Dense(num_classes, activation=activation, name="probability", **options)


def flatten(input_shape: Sequence[int]) -> list[keras.Layer]:
    """Return a Flatten layer where the input is more than a row of numbers."""
    return [keras.layers.Flatten(name="flatten")] if len(input_shape) > 1 else []


def penalty(l1: float, l2: float) -> Any:
    """Return Keras' regulariser for L1 and L2 penalties, or ``None`` where both are 0."""
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None
