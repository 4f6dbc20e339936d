"""The few things that `zoo.fit_many` needs of a backend and that `keras.ops` has no name for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from zoo.errors import InputError

BACKENDS = ("tensorflow", "jax")


def known_backend() -> None:
    """Refuse a backend that cannot map a training step.

    Raises:
        InputError: it is none of `BACKENDS`.
    """
    if keras.backend.backend() not in BACKENDS:
        raise InputError(
            f"fit_many needs the backend {' or '.join(BACKENDS)}; this is {keras.backend.backend()}. Set "
            'os.environ["KERAS_BACKEND"] before Keras is imported, or train each network with zoo.fit.'
        )


def compiled(function: Callable[..., Any], *, fused: bool) -> Callable[..., Any]:
    """Compile a function of nests of arrays; whole numbers among its arguments are part of the program.

    Args:
        function: what to compile.
        fused: let XLA make it; JAX always does.
    """
    if keras.backend.backend() == "jax":
        import jax

        return _over_constants(jax.jit, function)
    import tensorflow as tf

    return _over_constants(lambda one: tf.function(one, jit_compile=fused, autograph=False), function)


def _over_constants(compile: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile anew for each value of the arguments that come by keyword, and for each shape of the others.

    TensorFlow would do the latter by itself, and warn of it after a few.
    """
    made: dict[Any, Callable[..., Any]] = {}

    def call(*arrays: Any, **constants: Any) -> Any:
        shapes = tuple(getattr(leaf, "shape", None) for leaf in keras.tree.flatten(arrays))
        key = tuple(sorted(constants.items())), str(shapes)
        if key not in made:
            made[key] = compile(lambda *inner: function(*inner, **constants))
        return made[key](*arrays)

    return call


def mapped(function: Callable[..., Any], arrays: Sequence[Any]) -> Any:
    """Call a function of one network on arrays stacked over all of them, as one computation."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.vmap(function)(*arrays)
    import tensorflow as tf

    return tf.vectorized_map(lambda mine: function(*mine), tuple(arrays), warn=False)


def in_turn(function: Callable[..., Any], arrays: Sequence[Any]) -> Any:
    """Call a function of one network on each of the stacked ones, inside the same compiled call."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.lax.map(lambda mine: function(*mine), tuple(arrays))
    import tensorflow as tf

    def one(mine: Any) -> Any:
        return function(*mine)

    like = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape[1:], array.dtype), tuple(arrays))
    shapes = tf.function(one, autograph=False).get_concrete_function(like).structured_outputs
    outputs = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), shapes)
    return tf.map_fn(one, tuple(arrays), fn_output_signature=outputs)


def gradients(function: Callable[[list[Any]], tuple[Any, Any]], weights: list[Any]) -> tuple[Any, list[Any]]:
    """Return what a function returns beside its loss, and the gradient of the loss for each weight.

    Args:
        function: from weights to ``(loss, anything)``.
        weights: arrays.
    """
    if keras.backend.backend() == "jax":
        import jax

        (_, beside), slopes = jax.value_and_grad(function, has_aux=True)(weights)
        return beside, slopes
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss, beside = function(weights)
    slopes = tape.gradient(loss, weights)
    return beside, [None if slope is None else tf.convert_to_tensor(slope) for slope in slopes]
