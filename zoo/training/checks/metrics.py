"""Do the metrics measure what the outputs give and the targets hold?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from zoo.training._compiled import metrics_of
from zoo.training._meant import HINGES, half, keras_choice, snake, spelled
from zoo.training._outputs import Output
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning
from zoo.training.checks.wording import camel, integers, one_hot

# Metrics that cut at a threshold, which is 0.5 unless said otherwise, and how each is told another.
_CUTS = {
    "binary_accuracy": "threshold",
    "binary_io_u": "threshold",
    **dict.fromkeys(
        ("precision", "recall", "true_positives", "true_negatives", "false_positives", "false_negatives"),
        "thresholds",
    ),
}
# Metrics that try many thresholds from 0 to 1 and cannot be told of logits.
_OF_PROBABILITIES = (
    "f1_score",
    "f_beta_score",
    "precision_at_recall",
    "recall_at_precision",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
)
_UNIT_BY_UNIT = (*_CUTS, *_OF_PROBABILITIES, "auc", "categorical_accuracy", "top_k_categorical_accuracy")
_DISTANCES = (
    "mae",
    "mse",
    "mape",
    "msle",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
)
_SPARSE = ("sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy")
_ACCURACIES = ("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
_LOSSES_OF_NUMBERS = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "mean_squared_logarithmic_error",
)


def metrics_know_logits(s: Situation) -> Iterator[Finding]:
    """A metric takes logits for probabilities.

    Where the loss has ``from_logits=True`` a half is at 0, and the metric still cuts at 0.5, or tries thresholds from 0
    to 1: it reports another figure, and a likely one. What is written as a name, "accuracy" or "auc", the zoo sets
    right by itself; a metric object is the user's own.

    Example:
        model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.AUC()])
    Mend:
        model.compile(
            "adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=[keras.metrics.AUC(from_logits=True)]
        )

    Cases: A15; tensorflow/tensorflow#41413.
    """
    for o, metric, name, config in _metrics(s):
        given = isinstance(metric, keras.metrics.Metric)
        if (
            name.endswith("_crossentropy")
            and given
            and bool(config.get("from_logits")) != o.from_logits
            and o.loss == name
        ):
            yield error(
                f"The loss of the output {o.name!r} has from_logits={o.from_logits}, and its metric {name} has not.",
                f"Use keras.metrics.{camel(name)}(from_logits={o.from_logits}).",
            )
        if half(o) != 0:
            continue
        cut = config.get(_CUTS.get(name, ""))
        if name in _CUTS and given and (cut is None or np.all(np.equal(cut, 0.5))):
            yield error(
                f"The output {o.name!r} gives logits, where a half is at 0, and its metric {name} cuts at 0.5.",
                f"Use keras.metrics.{_class(metric)}({_CUTS[name]}=0).",
            )
        elif name == "auc" and given and not config.get("from_logits"):
            yield error(
                f"The output {o.name!r} gives logits, and its metric auc takes them for probabilities from 0 to 1.",
                "Use keras.metrics.AUC(from_logits=True).",
            )
        elif name in _OF_PROBABILITIES and (o.units == 1 or config.get("threshold") is not None):
            yield error(
                f"The output {o.name!r} gives logits, and its metric {name} takes probabilities from 0 to 1.",
                "End the model in sigmoid, and leave from_logits out of the loss.",
            )


def metrics_fit_targets(s: Situation) -> Iterator[Finding]:
    """A metric compares what cannot be compared, and reports something all the same.

    "categorical_accuracy" of integer labels asks where the largest of one number is; "mae" of labels against a row of
    probabilities subtracts each from all; keras.metrics.Accuracy asks whether a probability equals a label.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["categorical_accuracy"])
        zoo.fit(model, x, np.arange(64) % 3)
    Mend:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    Cases: A2; tensorflow/tensorflow#41361.
    """
    for o, metric, name, config in _metrics(s):
        if o.y is None or o.y.dtype.kind not in "iubf" or not o.y.size:
            continue
        several, kind = (o.units or 0) > 1, keras_choice(o)
        if several and kind == "categorical" and name in _SPARSE:
            yield error(
                f"{name} takes integer labels; {o.label} has the shape {o.y.shape}, one column a class.",
                f'Use "{name.removeprefix("sparse_")}", or "accuracy", which looks by itself.',
            )
        elif several and kind == "sparse_categorical" and name in _UNIT_BY_UNIT and integers(o.y):
            sparse = f"sparse_{name}"
            mend = (
                f'Use "{sparse}".'
                if sparse in _SPARSE
                else f"Use {o.label} = keras.utils.to_categorical({o.label}, {o.units}) and the loss "
                '"categorical_crossentropy".'
            )
            yield error(
                f"{name} compares unit by unit; {o.label} holds integer labels, shape {o.y.shape}, and the output "
                f"{o.name!r} has {o.units} units.",
                mend,
            )
        elif several and kind == "sparse_categorical" and name in _DISTANCES and o.loss.startswith("sparse"):
            yield error(
                f"{name} would subtract each label of {o.label} from all {o.units} units of the output {o.name!r}.",
                'Use "accuracy", or "sparse_categorical_crossentropy".',
            )
        elif name == "mean_io_u" and several and config.get("sparse_y_pred"):
            yield error(
                f"MeanIoU takes classes, and the output {o.name!r} gives {o.units} numbers for each.",
                f"Use keras.metrics.MeanIoU({o.units}, sparse_y_pred=False).",
            )
        elif name == "accuracy" and isinstance(metric, keras.metrics.Accuracy):
            yield error(
                f"keras.metrics.Accuracy asks whether an output equals its target to the last digit; the output "
                f"{o.name!r} gives numbers between the classes.",
                'Use "accuracy", which takes the accuracy that fits.',
            )
        elif name in ("f1_score", "f_beta_score") and config.get("threshold") is None and o.units == 1:
            yield error(
                f"{name} without a threshold takes the largest of the units, and the output {o.name!r} has one: it is "
                "always a yes.",
                f"Use keras.metrics.{_class(metric)}(threshold=0.5).",
            )


def metrics_are_telling(s: Situation) -> Iterator[Finding]:
    """A metric says little: it is always 1, counts something else than rows, or takes numbers for classes.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("adam", "categorical_crossentropy", metrics=["top_k_categorical_accuracy"])
    Mend:
        model.compile("adam", "categorical_crossentropy", metrics=[keras.metrics.TopKCategoricalAccuracy(k=2)])

    Cases: A2, A15.
    """
    for o, metric, name, config in _metrics(s):
        units = o.units or 0
        k = config.get("k", 5)
        if name.endswith("top_k_categorical_accuracy") and 1 < units <= k:
            yield warning(
                f"{name} looks among the {k} largest of the {units} units of the output {o.name!r}: it is always 1.",
                f"Use keras.metrics.{camel(name)}(k={max(1, units // 2)}).",
            )
        if o.y is None or o.y.dtype.kind not in "iubf" or not o.y.size:
            continue
        several_yes = (
            units > 1 and o.y.shape[-1:] == (units,) and np.isin(o.y, (0, 1)).all() and not one_hot(o.y)
        )
        if name == "binary_accuracy" and o.activation == "softmax" and units > 1 and one_hot(o.y):
            yield warning(
                f"binary_accuracy counts each of the {units} units of the output {o.name!r} for itself: to say "
                f"no always is right in {1 - 1 / units:.0%}.",
                'Use "accuracy", which counts rows.',
            )
        elif several_yes and o.activation == "sigmoid" and name == "categorical_accuracy":
            yield warning(
                f"categorical_accuracy looks at the largest unit alone, and rows of {o.label} have several 1, or none.",
                'Use "binary_accuracy", or "accuracy".',
            )
        elif several_yes and name in ("f1_score", "f_beta_score") and config.get("threshold") is None:
            yield warning(
                f"{name} without a threshold takes the largest unit alone; rows of {o.label} have several 1, or none.",
                f"Use keras.metrics.{_class(metric)}(threshold=0.5).",
            )
        elif name in _ACCURACIES and _are_numbers(o):
            yield warning(
                f"{name} is the share of right classes, and {o.label} holds numbers such as {_odd(o.y):g}.",
                'For numbers use "mae" or keras.metrics.R2Score().',
            )
        elif name in _ACCURACIES and units == 1 and (o.y == -1).any() and o.loss not in HINGES:
            yield warning(
                f"{name} compares yes and no as 1 and 0; {o.label} has -1, which is never right.",
                f"Use ({o.label} > 0).astype(int); a hinge loss takes 0 and 1 as well.",
            )
        elif name in _ACCURACIES and o.ignored is not None and (o.y == o.ignored).any():
            yield warning(
                f"The loss leaves the label {o.ignored} out, and {name} counts it as wrong.",
                f"Give it no weight: sample_weight=({o.label} != {o.ignored}), weighted_metrics=[{name!r}].",
            )


def _metrics(s: Situation) -> Iterator[tuple[Output, Any, str, dict[str, Any]]]:
    """Go through the metrics of Keras' own: the output, the metric, its name and its settings."""
    if s.purpose == "predict" or not s.model.compiled:
        return
    by_output = metrics_of(s.model)
    for o in s.outputs:
        for metric in by_output.get(o.name, []):
            if not isinstance(metric, keras.metrics.Metric):
                if name := spelled(metric):
                    yield o, metric, name, {}
            elif (
                type(metric).__module__.startswith("keras.")
                and type(metric) is not keras.metrics.MeanMetricWrapper
            ):
                yield o, metric, snake(type(metric).__name__).replace("a_u_c", "auc"), metric.get_config()


def _class(metric: Any) -> str:
    return type(metric).__name__ if isinstance(metric, keras.metrics.Metric) else camel(str(metric))


def _are_numbers(o: Output) -> bool:
    return (
        o.loss in _LOSSES_OF_NUMBERS and o.y is not None and not integers(o.y) and o.activation != "softmax"
    )


def _odd(y: np.ndarray) -> float:
    return float(y[y != np.round(y)].ravel()[0])
