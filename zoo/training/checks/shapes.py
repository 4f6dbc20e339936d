"""Do the rows have the shapes that the model and its losses expect?"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from zoo._ends import input_names
from zoo.errors import did_you_mean
from zoo.training._data import by_name, leaves
from zoo.training._outputs import Output
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error
from zoo.training.checks.wording import fits, integers, mismatch, one_hot, shape_mend, with_rows

OF_NUMBERS = {
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
}
# Losses that compare number with number, so that targets of another shape would be broadcast.
ELEMENTWISE = OF_NUMBERS | {
    "poisson",
    "hinge",
    "squared_hinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
}
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence")


def input_shapes(s: Situation) -> Iterator[Finding]:
    """Inputs have another shape than the model expects.

    Channels first where the model has them last, one picture without its batch axis, a flat row in place of a
    picture, the inputs of a model with several under wrong names. Keras checks shapes too, until two batch
    sizes have relaxed what it checks; from then on the same mistake gives 3,465 characters of a graph's
    trace. Here it is always the same sentence, whatever was called before.

    Example:
        zoo.predict(model, np.zeros((2, 1, 28, 28)))
    Mend:
        zoo.predict(model, np.moveaxis(np.zeros((2, 1, 28, 28)), 1, -1))

    Cases: A26; tensorflow/tensorflow#69827, tensorflow/tensorflow#99318.
    """
    tensors = getattr(s.model, "inputs", None) or []
    if s.rows is None or not tensors:
        return
    if hasattr(s.model, "training_shape") and s.purpose != "predict":  # it learns from another shape
        tensors = [keras.KerasTensor((None, *s.model.training_shape), name="x")]
    names = input_names(s.model, tensors)
    given = by_name(s.rows.x, names)
    if len(leaves(s.rows.x)) != len(tensors):
        table = "A table goes in column by column: x = dict(table)." * bool(s.rows.columns)
        yield error(
            f"The model has {len(tensors)} input(s), {', '.join(names)}; x holds {len(leaves(s.rows.x))}.",
            table,
        )
        return
    if unknown := [name for name in given if name not in names and isinstance(s.rows.x, dict)]:
        yield error(
            f"x[{unknown[0]!r}] is no input of the model; its inputs are {', '.join(names)}.",
            did_you_mean(unknown[0], names).strip(),
        )
        return
    for position, (name, tensor) in enumerate(zip(names, tensors, strict=True)):
        array = given[name] if isinstance(s.rows.x, dict) else leaves(s.rows.x)[position]
        expected, got = tuple(tensor.shape[1:]), array.shape[1:]
        if fits(got, expected) or fits((*got, 1), expected) or fits(got, (*expected, 1)):
            continue
        label = "x" if len(names) == 1 else f"x[{name!r}]"
        yield error(
            f"{label} of the {s.part} has the shape {array.shape}; the model expects {with_rows(expected)}.",
            shape_mend(array.shape, expected, label),
        )


def target_shapes(s: Situation) -> Iterator[Finding]:
    """Targets have another shape than the output, so that the loss would broadcast them, or another encoding.

    A regression network with three outputs and one column of targets trains quietly in Keras: each output is
    compared with the one column. The same goes for one output and three columns, integer labels against
    several outputs with a loss for numbers, one-hot rows where integers are expected, and integers where
    one-hot rows are.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        model.compile("adam", "mse")
        zoo.fit(model, x, x.sum(axis=1, keepdims=True))
    Mend:
        keras.layers.Dense(1)

    Cases: A3; tensorflow/tensorflow#45813.
    """
    for o in s.outputs:
        if o.y is None:
            continue
        if o.loss == "sparse_categorical_crossentropy":
            yield from _sparse(o, o.y)
        elif o.loss in CATEGORICAL:
            yield from _categorical(o, o.y)
        elif o.loss in ELEMENTWISE:
            yield from _elementwise(o, o.y)


def _sparse(o: Output, y: np.ndarray) -> Iterator[Finding]:
    got, out = y.shape[1:], o.shape
    if fits(got, out) and (o.units or 0) > 1 and one_hot(y):
        yield error(
            f"{o.label} is one-hot, shape {y.shape}, and sparse_categorical_crossentropy takes integers of shape "
            f"{with_rows(out[:-1])}.",
            f'Use {o.label}.argmax(axis=-1), or the loss "categorical_crossentropy".',
        )
    elif not (fits(got, out[:-1]) or fits(got, (*out[:-1], 1))):
        yield error(mismatch(o, with_rows(out[:-1])))


def _categorical(o: Output, y: np.ndarray) -> Iterator[Finding]:
    got, out = y.shape[1:], o.shape
    if fits(got, out):
        return
    mend = ""
    if fits(got, out[:-1]) or fits(got, (*out[:-1], 1)):
        mend = f'Use the loss "sparse_categorical_crossentropy", or keras.utils.to_categorical({o.label}, {o.units}).'
    yield error(mismatch(o, with_rows(out)), mend)


def _elementwise(o: Output, y: np.ndarray) -> Iterator[Finding]:
    got, out = y.shape[1:], o.shape
    # Keras adds or drops a last axis of 1, rightly.
    if fits(got, out) or fits((*got, 1), out) or fits(got, (*out, 1)):
        return
    if integers(y) and got in ((), (1,)) and len(out) == 1 and (o.units or 0) > 1:
        yield error(
            f"{o.label} holds integer labels, shape {y.shape}, and {o.loss} would compare each with all {o.units} "
            "outputs.",
            'For classes use a softmax output and the loss "sparse_categorical_crossentropy"; for numbers give '
            "the last layer 1 unit.",
        )
        return
    units = got[0] if len(got) == 1 else 1
    yield error(
        f"{mismatch(o, with_rows(out))} Keras would broadcast them.",
        f"Give the last layer {units} unit(s), or {o.label} {o.units} column(s).",
    )
