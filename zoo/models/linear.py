"""Networks without a hidden layer: linear, logistic and softmax regression."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Count, Penalty, Shape
from zoo.models._blocks import assemble, flatten, head, penalty
from zoo.registry import register_model


@register_model(task="regression", tags=("table", "deck"), example={"input_shape": (10,)})
def linear(
    input_shape: Shape, num_outputs: Count = 1, *, l1: Penalty = 0.0, l2: Penalty = 0.0
) -> keras.Model:
    """Linear regression: ``y = x w + b``, a weight for each input and no activation.

    Args:
        input_shape: shape of one sample, ``(features,)``; an image is flattened first.
        num_outputs: how many numbers to predict.
        l1: factor of the penalty on the weights' absolute values.
        l2: factor of the penalty on their squares.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, num_outputs)``, float32.

    Examples:
        >>> linear((10,)).count_params()
        11

    Source: the deck, "Linear Regression".
    """
    layers = [*flatten(input_shape), head(None, num_outputs, penalty(l1, l2))]
    return assemble(layers, input_shape=input_shape, api="sequential", name="linear")


@register_model(tags=("table", "binary", "deck"), example={"input_shape": (30,)})
def logistic_regression(input_shape: Shape, *, l1: Penalty = 0.0, l2: Penalty = 0.0) -> keras.Model:
    """Logistic regression: one sigmoid unit, the probability of class 1.

    Compile it with ``binary_crossentropy``; labels are 0 and 1.

    Args:
        input_shape: shape of one sample, ``(features,)``; an image is flattened first.
        l1: factor of the penalty on the weights' absolute values.
        l2: factor of the penalty on their squares.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, 1)``, float32 in 0..1.

    Examples:
        >>> logistic_regression((30,)).count_params()
        31

    Source: the deck, "Logistic Regression".
    """
    layers = [*flatten(input_shape), head(1, None, penalty(l1, l2))]
    return assemble(layers, input_shape=input_shape, api="sequential", name="logistic_regression")


@register_model(tags=("table", "images", "deck"), example={"input_shape": (8, 8, 1), "num_classes": 10})
def softmax_regression(
    input_shape: Shape, num_classes: Count, *, l1: Penalty = 0.0, l2: Penalty = 0.0
) -> keras.Model:
    """Softmax regression: one score a class, made into probabilities that sum to 1.

    Compile it with ``sparse_categorical_crossentropy``; labels are integers from 0.

    Args:
        input_shape: shape of one sample; an image is flattened first.
        num_classes: how many classes, 2 or more (1 gives `logistic_regression`).
        l1: factor of the penalty on the weights' absolute values.
        l2: factor of the penalty on their squares.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, num_classes)``, float32 in 0..1.

    Examples:
        >>> softmax_regression((28, 28, 1), 10).count_params()
        7850

    Source: the deck, "MNIST", its first network.
    """
    layers = [*flatten(input_shape), head(num_classes, None, penalty(l1, l2))]
    return assemble(layers, input_shape=input_shape, api="sequential", name="softmax_regression")
