"""Weights of classes turned into weights of rows, also of one output among several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

ClassWeight = Mapping[Any, Any]


def row_weights(y: np.ndarray, class_weight: Mapping[int, float]) -> np.ndarray:
    """Return the weight of each row by its class; a class that is not named weighs 1.

    Args:
        y: labels ``(rows,)`` or ``(rows, 1)``, or one-hot ``(rows, classes)``.
        class_weight: weights by class.

    Examples:
        >>> row_weights(np.array([0, 2, 1, 1]), {1: 5.0, 2: 3.0})
        array([1., 3., 5., 5.], dtype=float32)
    """
    y = np.asarray(y)
    labels = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] != 1 else np.round(y.reshape(len(y), -1)[:, 0])
    weights = np.ones(len(y), "float32")
    for label, weight in class_weight.items():
        weights[labels == int(label)] = weight
    return weights


def weights_of(y: Any, class_weight: ClassWeight, names: Sequence[str] = (), given: Any = None) -> Any:
    """Return sample weights in the form of the targets.

    Args:
        y: an array, or a list, tuple or dictionary of them.
        class_weight: weights by class, or by output and then by class.
        names: the outputs' names in order, where ``y`` is a list.
        given: sample weights that are there already; they are multiplied.

    Examples:
        >>> y = {"kind": np.array([0, 1]), "size": np.array([1.5, 2.5])}
        >>> weights_of(y, {"kind": {1: 4.0}})
        {'kind': array([1., 4.], dtype=float32), 'size': array([1., 1.], dtype=float32)}
    """
    if isinstance(y, Mapping):
        return {
            name: weights_of(one, _theirs(class_weight, name, len(y)), (), _part(given, name))
            for name, one in y.items()
        }
    if isinstance(y, list | tuple):
        keys = list(names) if len(names) == len(y) else list(range(len(y)))
        return [
            weights_of(one, _theirs(class_weight, key, len(y)), (), _part(given, place))
            for place, (key, one) in enumerate(zip(keys, y, strict=True))
        ]
    if names and len(names) == 1 and any(isinstance(value, Mapping) for value in class_weight.values()):
        class_weight = _theirs(class_weight, names[0], 1)
    weights = row_weights(y, class_weight)
    return weights if given is None else weights * np.asarray(given, "float32").reshape(len(weights))


def weighted_pipeline(dataset: Any, class_weight: ClassWeight, names: Sequence[str] = ()) -> Any:
    """Return a `tf.data.Dataset` of ``(x, y)`` or ``(x, y, sample_weight)`` with the weights in it."""
    import tensorflow as tf

    def weigh(x: Any, y: Any, given: Any = None) -> tuple[Any, Any, Any]:
        parts = keras.tree.flatten(y) if given is None else keras.tree.flatten((y, given))
        outputs = keras.tree.flatten(y)

        def rows(*arrays: Any) -> list[np.ndarray]:
            targets = keras.tree.pack_sequence_as(y, list(arrays[: len(outputs)]))
            theirs = (
                keras.tree.pack_sequence_as(given, list(arrays[len(outputs) :]))
                if given is not None
                else None
            )
            return keras.tree.flatten(weights_of(targets, class_weight, names, theirs))  # type: ignore[no-any-return]

        weights = tf.numpy_function(rows, parts, [tf.float32] * len(outputs))
        for one, target in zip(weights, outputs, strict=True):
            one.set_shape(target.shape[:1])
        return x, y, keras.tree.pack_sequence_as(y, list(weights))

    return dataset.map(weigh, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def _theirs(class_weight: ClassWeight, key: Any, count: int) -> ClassWeight:
    """Return one output's weights by class; weights that name no output belong to the only one."""
    if any(isinstance(value, Mapping) for value in class_weight.values()):
        return class_weight.get(key) or {}
    return class_weight if count == 1 else {}


def _part(given: Any, key: Any) -> Any:
    if given is None or not isinstance(given, Mapping | list | tuple):
        return given
    if isinstance(given, Mapping):
        return given.get(key)
    return given[key] if isinstance(key, int) and key < len(given) else None
