"""The gradient of a loss at some of a model's variables, on the backends that have one to ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

Loss = Callable[[Sequence[Any], Sequence[Any]], Any]  # of variables, and of the values to put in their place


def gradients_at(loss: Loss, variables: Sequence[Any]) -> list[Any]:
    """Return the gradient at each variable.

    Args:
        loss: takes the variables and the values to put in their place.
        variables: where.

    Raises:
        KeyError: the backend is neither of `BACKENDS`.
    """
    return _GRADIENTS[keras.config.backend()](loss, variables)


def loss_with(model: keras.Model, rows: Any, *, training: bool) -> Loss:
    """Return a model's loss on rows, its penalties among it, as a function of some variables' values.

    Keras' scope gives the values and takes up every change: of metrics, of running means, of the states from which
    random numbers are drawn. None of them outlives it.

    Args:
        model: a compiled model.
        rows: ``(x, y)`` or ``(x, y, sample_weight)``.
        training: whether layers are as they are in training.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(rows)

    def loss(variables: Sequence[Any], values: Sequence[Any]) -> Any:
        with keras.StatelessScope(list(zip(variables, values, strict=True)), collect_losses=True):
            said = model(x, training=training)
            return model.compute_loss(x, y, said, sample_weight)

    return loss


def _with_tensorflow(loss: Loss, variables: Sequence[Any]) -> list[Any]:
    import tensorflow as tf

    values = [tf.identity(variable.value) for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(values)
        total = loss(variables, values)
    # A variable on which the loss does not depend has a gradient of zeros, not none.
    gradients: list[Any] = tape.gradient(total, values, unconnected_gradients="zero")
    return gradients


def _with_jax(loss: Loss, variables: Sequence[Any]) -> list[Any]:
    import jax

    values = [variable.value for variable in variables]
    gradients: list[Any] = jax.grad(lambda values: loss(variables, values))(values)
    return gradients


_GRADIENTS = {"tensorflow": _with_tensorflow, "jax": _with_jax}
BACKENDS = tuple(_GRADIENTS)
