"""Weights of classes: which class a key means, and which class a row is of."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from zoo.errors import InputError, did_you_mean
from zoo.training._meant import HINGES
from zoo.training._outputs import Output
from zoo.training.checks.wording import listed, one_hot

Table = dict[Any, float]


def class_tables(outputs: Sequence[Output], class_weight: Any) -> dict[str, Table]:
    """Return the weights of classes by output, with classes as they stand in the targets.

    Args:
        outputs: of the model, with the targets of the rows to learn from.
        class_weight: for one output a dictionary from class to weight, weights in the order of the classes, or
            ``"balanced"``; for several outputs a dictionary of these by output.

    Raises:
        InputError: a key is no class, a weight is no number of 0 or more, or the targets are no classes.

    Examples:
        >>> o = Output("out", (2,), "softmax", "sparse_categorical_crossentropy", False, np.array([0, 0, 1]), "y")
        >>> class_tables([o], {"0": 1.0, "1": 2.0})
        {'out': {0: 1.0, 1: 2.0}}
        >>> class_tables([o], "balanced")
        {'out': {0: 0.75, 1: 1.5}}
    """
    if class_weight is None or (isinstance(class_weight, Mapping) and not class_weight):
        return {}
    named = {o.name: o for o in outputs}
    by_output = isinstance(class_weight, Mapping) and all(
        _is_table(value) or key in named for key, value in class_weight.items()
    )
    if by_output:
        for name in class_weight:
            if name not in named:
                raise InputError(
                    f"class_weight[{name!r}] is no output of the model; its outputs are {', '.join(named)}."
                    f"{did_you_mean(str(name), named)}"
                )
        chosen = {name: class_weight[name] for name in named if class_weight.get(name) is not None}
    elif len(outputs) == 1:
        chosen = {outputs[0].name: class_weight}
    else:
        of_classes = next((o.name for o in outputs if "crossentropy" in o.loss), outputs[0].name)
        shown = repr(class_weight) if len(repr(class_weight)) < 80 else "{0: 1.0, 1: 50.0}"
        raise InputError(
            f"The model has {len(outputs)} outputs, {', '.join(named)}; say whose classes class_weight is about: "
            f"class_weight={{{of_classes!r}: {shown}}}."
        )
    label = "class_weight[{!r}]" if by_output else "class_weight"
    return {name: _table(named[name], value, label.format(name)) for name, value in chosen.items()}


def weights_of_rows(o: Output, table: Table) -> np.ndarray:
    """Return the weight of each row, or of each of its places; a class without a weight counts 1."""
    classes, places = np.unique(labels_of(o), return_inverse=True)
    weights = np.array([table.get(found, 1.0) for found in classes.tolist()], "float32")[places]
    return weights.reshape(labels_of(o).shape)


def labels_of(o: Output) -> np.ndarray:
    """Return the class of each row, or of each of its places.

    Raises:
        InputError: the targets are no classes, or there are several a row.
    """
    y = o.y
    if y is None:
        raise InputError(f"class_weight of the output {o.name!r} needs its targets, and there are none.")
    if y.dtype.kind in "US":
        return y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y  # as a table's column comes
    if y.dtype.kind not in "iubf" or not np.isfinite(y).all():
        raise InputError(f"class_weight needs classes; {o.label} has the dtype {y.dtype}.")
    if y.ndim > 1 and y.ndim == len(o.shape) + 1 and y.shape[-1] > 1 and not o.loss.startswith("sparse"):
        if o.loss.startswith("categorical") or o.loss == "kl_divergence" or one_hot(y):
            return np.asarray(y.argmax(axis=-1))
        row = int(np.argwhere(y.sum(axis=-1) != 1)[0][0])
        raise InputError(
            f"class_weight needs one class a row; row {row} of {o.label} is {y[row].tolist()}. Weigh the rows "
            "yourself, sample_weight=..., or the labels in a loss of your own."
        )
    flat = y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y
    whole = np.round(flat)
    if (whole != flat).any() and not (o.loss.startswith("binary") and flat.min() >= 0 and flat.max() <= 1):
        odd = flat[whole != flat].ravel()[0]
        raise InputError(
            f"class_weight needs classes; {o.label} holds {odd:g}, a number. For numbers pass "
            "sample_weight=, a weight a row."
        )
    return whole.astype("int64")


def known_classes(o: Output) -> list[Any]:
    """Return the classes that there can be, or where the output does not tell, those that the targets hold."""
    found: list[Any] = [] if o.y is None else np.unique(labels_of(o)).tolist()
    if o.loss in HINGES or (o.y is not None and o.y.dtype.kind in "US"):
        return found
    if o.units == 1 and o.loss.startswith("binary"):
        return [0, 1]
    classes = o.loss.startswith(("sparse", "categorical", "binary")) or o.activation in ("softmax", "sigmoid")
    units = o.units or 0
    return list(range(units)) if classes and units > 1 else found


def _table(o: Output, weights: Any, label: str) -> Table:
    classes = known_classes(o)
    if isinstance(weights, str):
        if weights != "balanced":
            raise InputError(
                f'{label} must be a dictionary from class to weight, or "balanced"; got {weights!r}.'
            )
        from sklearn.utils.class_weight import compute_class_weight

        labels = labels_of(o).ravel()
        found = np.unique(labels)
        balanced = compute_class_weight("balanced", classes=found, y=labels)
        return dict(zip(found.tolist(), balanced.tolist(), strict=True))
    if not isinstance(weights, Mapping):
        values = np.asarray(weights).tolist()
        if not isinstance(values, list) or len(values) != len(classes):
            raise InputError(
                f"{label} must be a dictionary from class to weight, or a weight for each of the {len(classes)} "
                f"classes {listed(classes)}; got {weights!r}."
            )
        weights = dict(zip(classes, values, strict=True))
    table: Table = {}
    for key, weight in weights.items():
        which = _class(key, classes)
        if which not in classes:
            raise InputError(
                f"{label} has the key {key!r}, which is no class of {o.label}; the classes are "
                f"{listed(classes, most=10)}.{_offset(weights, classes)}"
            )
        if which in table:
            raise InputError(f"{label} has two weights for the class {which!r}.")
        table[which] = _weight(weight, f"{label}[{key!r}]")
    if table and not any(table.get(found, 1.0) for found in classes):
        raise InputError(f"{label} is 0 for every class, so nothing would be learned. Leave it out.")
    return table


def _class(key: Any, classes: Sequence[Any]) -> Any:
    """Return the class that a key means: digits in text are a number, as keys from JSON are."""
    if classes and isinstance(classes[0], str):
        return str(key)
    if isinstance(key, str | bytes):
        text = (key.decode() if isinstance(key, bytes) else key).strip()
        return int(float(text)) if re.fullmatch(r"[+-]?\d+(\.0*)?", text) else key
    if isinstance(key, numbers.Real | np.bool_) and float(key).is_integer():
        return int(float(key))
    return key


def _weight(weight: Any, label: str) -> float:
    number = isinstance(weight, numbers.Real) and not isinstance(weight, bool)
    if not number or not math.isfinite(weight) or weight < 0:
        raise InputError(f"{label} must be a number of 0 or more; got {weight!r}.")
    return float(weight)


def _is_table(value: Any) -> bool:
    return (
        value == "balanced"
        if isinstance(value, str)
        else isinstance(value, Mapping | list | tuple | np.ndarray)
    )


def _offset(keys: Iterable[Any], classes: Sequence[Any]) -> str:
    """Say how keys that begin at 1 are to be counted."""
    meant = [_class(key, classes) for key in keys]
    if sorted(map(str, meant)) == sorted(str(c + 1) for c in classes if isinstance(c, int)):
        return " They seem to start at 1: use {k - 1: w for k, w in class_weight.items()}."
    return ""
