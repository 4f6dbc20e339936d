"""Which metric a name was meant to be: Keras looks at shapes alone, and the loss and the activation know more."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo.training._outputs import Output
from zoo.training.checks.wording import camel

HINGES = ("hinge", "squared_hinge")
_ACCURACY = ("accuracy", "acc")
_COUNTS = ("precision", "recall", "true_positives", "true_negatives", "false_positives", "false_negatives")
_CROSSENTROPIES = {
    "binary": keras.metrics.BinaryCrossentropy,
    "categorical": keras.metrics.CategoricalCrossentropy,
    "sparse_categorical": keras.metrics.SparseCategoricalCrossentropy,
}


def meant(metric: Any, o: Output) -> Any:
    """Return the metric that a name stands for, or what came, where Keras takes it rightly.

    ``"accuracy"`` of several yes-or-no labels is the share of labels, not of rows whose largest number is in
    the right place; and where the loss takes logits, a half is at logit 0. The name in the history stays the
    one written. An object is never exchanged.

    Args:
        metric: a name, a function of Keras', or an object.
        o: the output it is for.

    Examples:
        >>> labels = np.array([[1, 1, 0], [0, 0, 0]])
        >>> o = Output("tags", (3,), "sigmoid", "binary_crossentropy", False, labels, "y")
        >>> meant("acc", o).get_config()["name"], type(meant("acc", o)).__name__
        ('acc', 'BinaryAccuracy')
        >>> meant("mae", o)
        'mae'
    """
    name = spelled(metric)
    if name is None:
        return metric
    shown = metric if isinstance(metric, str) else name
    if name in _ACCURACY and _is_binary(o):
        threshold = half(o)
        # Keras takes one unit for yes or no as well, and cuts it at 0.5.
        return metric if o.units == 1 and threshold == 0.5 else _binary_accuracy(shown, threshold)
    if half(o) == 0:
        if name == "binary_accuracy":
            return _binary_accuracy(shown, 0.0)
        if name in _COUNTS:  # by their names alone, these cut at 0.5
            return getattr(keras.metrics, camel(name))(name=shown, thresholds=0)
        if name == "auc":
            return keras.metrics.AUC(name=shown, from_logits=True)
    kind = name.removesuffix("_crossentropy")
    if name in ("crossentropy", "ce"):
        kind = keras_choice(o)
    elif not o.from_logits or not name.endswith("_crossentropy"):
        return metric
    return _CROSSENTROPIES[kind](name=shown, from_logits=o.from_logits) if kind in _CROSSENTROPIES else metric


def spelled(metric: Any) -> str | None:
    """Return the name of a metric that is no object, spelled as Keras' functions are; ``None`` for an object.

    Examples:
        >>> spelled("BinaryAccuracy"), spelled(keras.metrics.binary_accuracy), spelled("Acc"), spelled(print)
        ('binary_accuracy', 'binary_accuracy', 'acc', None)
        >>> spelled("AUC"), spelled("auc")
        ('auc', 'auc')
    """
    if isinstance(metric, str):
        if metric.lower() in (*_ACCURACY, "crossentropy", "ce"):
            return metric.lower()
        if metric.upper() == metric:
            return {"BCE": "binary_crossentropy"}.get(metric, metric.lower())
        return "binary_crossentropy" if metric == "bce" else snake(metric)
    if callable(metric) and str(getattr(metric, "__module__", "")).startswith("keras."):
        return getattr(metric, "__name__", None)
    return None


def snake(name: str) -> str:
    """Write a class's name as Keras' functions are called: ``binary_accuracy``."""
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def half(o: Output) -> float:
    """Return where yes and no part: 0 for logits and for a hinge, else 0.5."""
    return 0.0 if (o.from_logits and o.loss.startswith("binary")) or o.loss in HINGES else 0.5


def keras_choice(o: Output) -> str:
    """Return which accuracy Keras takes by the shapes: binary, categorical or sparse_categorical."""
    if o.units == 1:
        return "binary"
    if o.y is None:
        return ""
    sparse = o.y.ndim < len(o.shape) + 1 or o.y.shape[-1] == 1
    return "sparse_categorical" if sparse else "categorical"


def _is_binary(o: Output) -> bool:
    """Say whether an output answers yes or no, once or several times.

    Rows with exactly one 1 each, all of them, are classes, one-hot, whatever the activation: there the largest
    number counts.
    """
    if o.units == 1:
        return True
    yes_or_no = (
        o.loss.startswith("binary")
        or o.loss in HINGES
        or (o.activation == "sigmoid" and "crossentropy" not in o.loss)
    )
    if not yes_or_no or o.y is None or o.y.dtype.kind not in "iubf" or keras_choice(o) != "categorical":
        return False
    if not np.isin(o.y, (0, 1)).all():
        return False
    return not (o.y.sum(axis=-1) == 1).all()


def _binary_accuracy(name: str, threshold: float) -> keras.metrics.Metric:
    return keras.metrics.BinaryAccuracy(name=name, threshold=threshold)
