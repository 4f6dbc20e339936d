"""Weights of classes and of rows, turned into one weight a row for each output."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arrange import arrange, targets_by_name, weights_by_name
from zoo.training._class_weights import class_tables, weights_of_rows
from zoo.training._compiled import metrics_of, outputs_by_name
from zoo.training._data import Rows
from zoo.training._layout import layout_of
from zoo.training._meant import HINGES, spelled
from zoo.training._outputs import Output, name_and_settings


def weigh(model: keras.Model, rows: Rows, class_weight: Any = None) -> Rows:
    """Return rows with their targets arranged for the model, and weighed.

    A row's weight is its sample weight times the weight of its class; Keras refuses the two together, and class
    weights where there are several outputs.

    Args:
        model: a compiled model.
        rows: with targets and sample weights in any form.
        class_weight: weight of each class, ``"balanced"``, or either by output.

    Returns:
        Rows whose ``y`` and ``sample_weight`` have the form of the model's outputs.

    Raises:
        InputError: a class, an output or a weight cannot be meant.

    Examples:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3, "softmax")])
        >>> model.compile("sgd", "sparse_categorical_crossentropy")
        >>> rows = Rows(np.ones((3, 1)), np.array([0, 1, 2]), np.array([1.0, 1.0, 3.0]))
        >>> weigh(model, rows, {"1": 50.0}).sample_weight.tolist()
        [1.0, 50.0, 3.0]
    """
    outputs = outputs_by_name(model, rows) or guessed_output(model, rows)
    if rows.y is None:
        return rows
    targets = rows.y
    signed, flat = signed_labels(model, outputs), flat_labels(model, outputs)
    if signed or flat:
        targets = dict(targets_by_name(model, targets))
        targets |= {name: (targets[name] > 0).astype("float32") for name in signed}
        targets |= {name: targets[name][..., np.newaxis] for name in flat}
    if not outputs or (class_weight is None and rows.sample_weight is None):
        return dataclasses.replace(rows, y=arrange(model, targets)[0])
    given = row_weights(model, outputs, rows.sample_weight)
    tables = class_tables(outputs, class_weight)
    weights = {}
    for o in outputs:
        mine = given.get(o.name, np.ones(len(rows), "float32"))
        if o.name in tables:
            by_class = weights_of_rows(o, tables[o.name])
            rank = max(mine.ndim, by_class.ndim)
            mine = _to_rank(mine, rank) * _to_rank(by_class, rank)
        weights[o.name] = _as_the_loss(o, mine)
    if layout_of(model) is None:
        return dataclasses.replace(rows, y=targets, sample_weight=weights[outputs[0].name])
    y, arranged = arrange(model, targets, weights)
    return dataclasses.replace(rows, y=y, sample_weight=arranged)


def signed_labels(model: keras.Model, outputs: Sequence[Output]) -> list[str]:
    """Name the outputs whose targets are -1 and +1 under a hinge, and whose accuracy is asked for, which knows no -1.

    As 0 and 1 they give the same loss, since Keras' hinges make -1 of 0, and the right accuracy.
    """
    asked = {name: any(map(_is_accuracy, metrics)) for name, metrics in metrics_of(model).items()}
    return [
        o.name
        for o in outputs
        if o.loss in HINGES and o.units == 1 and asked.get(o.name)
        if o.y is not None and o.y.dtype.kind in "if" and np.isin(o.y, (-1, 1)).all()
    ]


def flat_labels(model: keras.Model, outputs: Sequence[Output]) -> list[str]:
    """Name the outputs of one unit whose targets have no axis for it, where a cross entropy as a metric asks for one.

    Keras gives the loss that axis and the metric not, and raises what names neither.
    """
    asked = {name: any(map(_is_crossentropy, metrics)) for name, metrics in metrics_of(model).items()}
    return [
        o.name
        for o in outputs
        if o.units == 1 and asked.get(o.name) and o.y is not None and o.y.ndim == len(o.shape)
    ]


def _is_crossentropy(metric: Any) -> bool:
    return spelled(metric) == "binary_crossentropy" or isinstance(metric, keras.metrics.BinaryCrossentropy)


def _is_accuracy(metric: Any) -> bool:
    return spelled(metric) in ("accuracy", "acc", "binary_accuracy") or isinstance(
        metric, keras.metrics.BinaryAccuracy
    )


def row_weights(model: keras.Model, outputs: Sequence[Output], sample_weight: Any) -> dict[str, np.ndarray]:
    """Return the sample weights of each output, as numbers of 0 or more with an axis for the rows.

    Raises:
        InputError: a key is no output's name, or weights are no numbers, negative, all 0, or of another shape.
    """
    if sample_weight is None:
        return {}
    layout = layout_of(model)
    if layout is None:
        if isinstance(sample_weight, Mapping | list | tuple) or not outputs:
            return {}
        given = {outputs[0].name: sample_weight}
    else:
        given = weights_by_name(layout, sample_weight)
    several = isinstance(sample_weight, Mapping | list | tuple) and len(given) > 1
    checked = {
        o.name: _checked(o, given[o.name], f"sample_weight[{o.name!r}]" if several else "sample_weight")
        for o in outputs
        if o.name in given
    }
    if not any(array.any() for array in checked.values()):
        raise InputError("sample_weight is 0 in every row, so nothing would be learned. Leave it out.")
    return checked


def guessed_output(model: keras.Model, rows: Rows) -> list[Output]:
    """Return what can be known of the output of a model that shows none: by its loss and its one array of targets."""
    loss = getattr(model, "loss", None)
    if not isinstance(rows.y, np.ndarray) or isinstance(loss, Mapping | list | tuple):
        return []
    shape = rows.y.shape[1:]
    name, settings = name_and_settings(loss, shape, rows.y)
    # Labels take an axis less than the output has, and how many classes there are cannot be seen.
    shape = (
        (*(shape[:-1] if shape[-1:] == (1,) else shape), None) if name.startswith("sparse") else shape or (1,)
    )
    logits, ignored = bool(settings.get("from_logits")), settings.get("ignore_class")
    return [Output("output", shape, None, name, logits, rows.y, "y", ignored, loss is not None)]


def _checked(o: Output, weights: Any, label: str) -> np.ndarray:
    """Return weights as numbers, one a row or one for each of its places."""
    array = np.asarray(weights)
    if array.dtype.kind not in "biuf":
        raise InputError(
            f"{label} must hold numbers; got {array.ravel()[:1].tolist()} of the dtype {array.dtype}."
        )
    array = array.astype("float32")
    odd = np.argwhere(~(np.isfinite(array) & (array >= 0)))
    if len(odd):
        row = int(odd[0][0]) if array.ndim else 0
        raise InputError(
            f"{label} must hold numbers of 0 or more; row {row} has {array[tuple(odd[0])]}. Use 0 for rows that are "
            "not to count."
        )
    if o.y is not None and array.shape[:1] != o.y.shape[:1]:
        raise InputError(
            f"{label} must hold a weight a row, {len(o.y)} of them; its shape is {array.shape}. "
            f"Use an array of shape ({len(o.y)},)."
        )
    places = o.shape[:-1]
    if array.ndim > 1 and array.shape[-1] == 1 and array.ndim != len(places) + 1:
        array = array[..., 0]
    if array.ndim > 1 and not (
        array.ndim == len(places) + 1
        and all(e in (None, g) or g == 1 for g, e in zip(array.shape[1:], places, strict=True))
    ):
        fitting = f"(rows, {', '.join(str(p or 'any') for p in places)})" if places else ""
        raise InputError(
            f"{label} has the shape {array.shape}; the output {o.name!r} takes a weight a row, (rows,)"
            f"{' or one a place, ' + fitting if fitting else ''}."
        )
    return array


def _as_the_loss(o: Output, weights: np.ndarray) -> np.ndarray:
    """Give weights of rows the axes of the loss, which Keras would line up with the last of them instead.

    The loss of a picture has a number a pixel. How many a loss of the user's own has cannot be known.
    """
    return _to_rank(weights, max(weights.ndim, len(o.shape))) if o.loss else weights


def _to_rank(weights: np.ndarray, rank: int) -> np.ndarray:
    return weights.reshape(weights.shape + (1,) * (rank - weights.ndim))
