"""Are the labels those of the model's classes, and are all classes there?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from zoo.training._compiled import metrics_of
from zoo.training._outputs import Output
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning
from zoo.training.checks.wording import integers, listed, one_hot, out_of_range

_LOPSIDED = 0.9  # share of one class from which an accuracy says little


def label_range(s: Situation) -> Iterator[Finding]:
    """A label has no unit of its own, or is no label.

    Labels that begin at 1, a -1 for "unknown", one class too many. On a processor Keras raises a graph's
    trace whose useful sentence begins at its 2,198th character; on a graphics card people report a loss of
    NaN and training that goes on. A binary loss takes any number, -1 and +1 among them, and computes
    something.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        zoo.fit(model, x, np.arange(64) % 3 + 1)
    Mend:
        zoo.fit(model, x, y - 1)

    Cases: A1; tensorflow/tensorflow#56979, tensorflow/tensorflow#8484, keras-team/keras#17368.
    """
    for o in s.outputs:
        if o.y is None or o.y.dtype.kind not in "iufb" or not o.y.size:
            continue
        meant = o.y if o.ignored is None else o.y[o.y != o.ignored]
        if not meant.size:
            continue
        low, high = meant.min(), meant.max()
        if o.loss == "sparse_categorical_crossentropy" and o.units:
            if not integers(meant):
                odd = meant[meant != np.round(meant)].ravel()[0]
                yield error(
                    f"{o.label} of the {s.part} holds {odd}; sparse_categorical_crossentropy takes whole numbers.",
                    'For numbers use a loss such as "mse"; for classes names, y = np.unique(y, return_inverse=True).',
                )
            elif low < 0 or high >= o.units:
                yield error(*out_of_range(o, s.part, low, high))
        elif o.loss.startswith("binary") and (low < 0 or high > 1):
            yield error(
                f"{o.loss} expects targets from 0 to 1; {o.label} of the {s.part} goes from {low:g} to {high:g}.",
                _binary_mend(o, low, high),
            )


def rows_are_distributions(s: Situation) -> Iterator[Finding]:
    """Rows of targets that are no distribution over classes, under a softmax.

    A softmax over classes and a categorical cross entropy expect that each row's targets sum to 1. Rows with
    several ones are several yes or no answers, which a softmax cannot give; a row of zeros counts for
    nothing.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("adam", "categorical_crossentropy")
        zoo.fit(model, x, np.array([[1, 1, 0], [0, 0, 1]] * 32))
    Mend:
        keras.layers.Dense(3, "sigmoid")
        model.compile("adam", "binary_crossentropy")
    """
    for o in s.outputs:
        if o.y is None or o.y.dtype.kind not in "iufb" or not o.y.size or o.y.ndim < 2:
            continue
        several = o.activation == "softmax" and o.loss.startswith("binary") and (o.units or 0) > 1
        if not several and o.loss not in ("categorical_crossentropy", "categorical_focal_crossentropy"):
            continue
        if o.y.shape[1:] != o.shape and None not in o.shape:
            continue
        sums = o.y.sum(axis=-1, dtype="float64")
        odd = np.abs(sums - 1) > 1e-3
        if o.y.min() < 0 or o.y.max() > 1:
            yield error(
                f"{o.label} of the {s.part} goes from {o.y.min():g} to {o.y.max():g}; {o.loss} expects shares "
                "of each class, from 0 to 1.",
                f"Use keras.utils.to_categorical(labels, {o.units}).",
            )
        elif (sums > 1 + 1e-3).any() and integers(o.y):
            row = int(np.argwhere(sums > 1 + 1e-3)[0][0])
            yield error(
                f"{o.label} of the {s.part} holds rows with several 1s (row {row} has {sums.ravel()[row]:g}), and a "
                "softmax gives one answer.",
                'End the model in sigmoid and use the loss "binary_crossentropy".',
            )
        elif odd.any() and not several:
            row = int(np.argwhere(odd)[0][0])
            yield warning(
                f"{o.label} of the {s.part} has {int(odd.sum())} row(s) that do not sum to 1 (row {row} to "
                f"{sums.ravel()[row]:g}), as {o.loss} expects.",
                "A row of zeros counts for nothing: leave it out, or give it a class.",
            )


def every_class_is_there(s: Situation) -> Iterator[Finding]:
    """A class is missing from the rows to learn from, or there is one only.

    Rows that were sorted before they were cut give a training part without the last class: accuracy 1.0,
    validation accuracy 0.0. `zoo.fit(validation_split=...)` shuffles and stratifies; this is about parts that
    were cut before.

    Example:
        zoo.fit(model, x[:150], y[:150], validation_data=(x[150:], y[150:]))
    Mend:
        sklearn.model_selection.train_test_split(x, y, stratify=y)

    Cases: A13; keras-team/keras#8346, keras-team/keras#20946, keras-team/keras#6422.
    """
    if s.purpose != "fit" or s.supply is not None:
        return
    trained = {o.name: o for o in s.trained}
    for o in s.outputs:
        present = _classes(o)
        if present is None:
            continue
        if s.validating:
            reference = _classes(trained[o.name]) if o.name in trained else None
            if reference is not None and (missing := sorted(set(present) - set(reference))):
                yield warning(
                    f"Class {listed(missing)} is in the {s.part} and not in the training data, so it cannot be "
                    "learned.",
                    "Shuffle and stratify the split, for example "
                    "sklearn.model_selection.train_test_split(x, y, stratify=y).",
                )
        elif len(present) == 1:
            yield error(
                f"{o.label} of the {s.part} holds one class only, {present[0]}: any model learns to answer that.",
                "Were the rows sorted before they were split?",
            )
        elif o.units and o.units > 1 and (missing := sorted(set(range(o.units)) - set(present))):
            first = "The labels seem to start at 1: use y - 1. " if missing == [0] else ""
            yield warning(
                f"The output {o.name!r} has {o.units} classes and the {s.part} lacks class {listed(missing)}.",
                f"{first}Add rows of it, or leave it out: names, y = np.unique(y, return_inverse=True) and "
                f"num_classes={len(present)}.",
            )


def majority(s: Situation) -> Iterator[Finding]:
    """One class has so many rows that the accuracy says little.

    Where 95 % of the rows are of one class, a model that has learned nothing is right 95 times in 100.

    Example:
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        zoo.fit(model, x, np.arange(1000) % 20 == 0)
    Mend:
        model.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.Recall()])
    """
    if s.purpose == "predict" or s.validating or s.class_weight or s.supply is not None:
        return
    if s.rows is None or s.rows.sample_weight is not None:
        return
    for o in s.outputs:
        if not _accuracy_alone(metrics_of(s.model).get(o.name, [])):
            continue
        found = _largest_share(o)
        if found is None or found[1] < _LOPSIDED or found[1] == 1:
            continue
        answer, share = found
        yield warning(
            f"{share:.1%} of {o.label} of the {s.part} is {answer}: a model that always answers that has the accuracy "
            f"{share:.3f}.",
            "Measure what is rare as well, metrics=['accuracy', keras.metrics.Recall()], and weigh it, "
            'class_weight="balanced".',
        )


def _binary_mend(o: Output, low: Any, high: Any) -> str:
    y = o.y if o.y is not None else np.zeros(1)
    if low == -1 and high == 1 and integers(y):
        return f"Labels -1 and +1 become 0 and 1 by ({o.label} > 0).astype(int)."
    if low >= 0 and 32 < high <= 255:
        return f"Values of 0 to 255 become 0 to 1 by {o.label} / 255."
    if o.units == 1 and integers(y) and high > 1:
        classes = len(np.unique(y))
        if classes == 2:
            return f"Labels seem to be {low:g} and {high:g}: use ({o.label} == {high:g}).astype(int)" + (
                ", or y - 1." if (low, high) == (1, 2) else "."
            )
        return (
            f'For {classes} classes use {classes} units with softmax and "sparse_categorical_crossentropy".'
        )
    return "Scale or encode them as 0 and 1."


def _classes(o: Output) -> list[int] | None:
    """List the classes among an output's targets; ``None`` where these are no classes, or several a row."""
    if o.y is None or "crossentropy" not in o.loss or not o.y.size or not integers(o.y):
        return None
    if o.loss.startswith("binary"):
        if (
            o.units or 0
        ) > 1 or o.y.ndim > 2:  # several answers a row, or a picture: a rare one may well be absent
            return None
        labels = o.y
    elif o.loss.startswith("categorical"):
        if not one_hot(o.y):
            return None
        labels = o.y.argmax(axis=-1)
    else:
        labels = o.y
    return [int(label) for label in np.unique(labels) if label != o.ignored]


def _accuracy_alone(metrics: Sequence[Any]) -> bool:
    """Say whether metrics measure accuracy and nothing that a rare class shows in."""
    names = [
        str(getattr(metric, "name", None) or getattr(metric, "__name__", metric)).lower()
        for metric in metrics
    ]
    return bool(names) and all(name == "acc" or name.endswith("accuracy") for name in names)


def _largest_share(o: Output) -> tuple[str, float] | None:
    """Return the commonest answer and its share of the targets."""
    if o.y is None or "crossentropy" not in o.loss or not o.y.size or not integers(o.y):
        return None
    if o.loss.startswith("categorical"):
        if not one_hot(o.y):
            return None
        labels, counts = np.unique(o.y.argmax(axis=-1), return_counts=True)
    else:
        labels, counts = np.unique(o.y, return_counts=True)
    best = int(counts.argmax())
    return f"class {int(labels[best])}", float(counts[best] / counts.sum())
