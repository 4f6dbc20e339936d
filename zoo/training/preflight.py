"""What Keras would do silently, said before the first step.

A check is a small function that looks at the compiled model, the data and the callbacks, and yields a
sentence for each thing that cannot be meant: what was expected, what came, what to change. `CHECKS` lists
them in the order they are run; the first that finds something ends the search, since a wrong shape makes
every later finding noise.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import keras
import numpy as np

from zoo.errors import InputError, did_you_mean
from zoo.training._callback_checks import directions_are_known, monitored_metrics_exist, rates_can_be_set
from zoo.training._data import Rows, by_name, leaves
from zoo.training._outputs import outputs_of
from zoo.training._situation import Situation
from zoo.training._wording import (
    bare,
    camel,
    fits,
    integers,
    is_numeric,
    mismatch,
    one_hot,
    out_of_range,
    shape_hint,
    some,
    with_rows,
)

# Losses that compare number with number, so that targets of another shape would be broadcast.
_ELEMENTWISE = {
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "poisson",
    "hinge",
    "squared_hinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
}


Check = Callable[[Situation], Iterator[str]]


def compiled(s: Situation) -> Iterator[str]:
    """An uncompiled model has no loss to lessen."""
    if not s.model.compiled:
        yield (
            "The model is not compiled. Call model.compile first, for example "
            'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"]).'
        )


def no_text(s: Situation) -> Iterator[str]:
    """Text is not a number; Keras' error for it names neither x nor y. A lookup layer's input takes text."""
    inputs = getattr(s.model, "inputs", None) or []
    if s.rows is not None and inputs and len(leaves(s.rows.x)) != len(inputs):
        return  # input_shapes says that first: which part is text to be cannot be known
    read = _text_inputs(s)
    for label, array in _arrays(s):
        if label in read:
            if array.dtype.kind != "U":
                odd = next((v for v in array.flat if not isinstance(v, str)), "nothing")
                yield (
                    f"{label} of the {s.part} holds {odd}, and the model takes text there. Fill the gaps, for "
                    "example with .fillna('unknown'), and turn the column into text with .astype(str)."
                )
            continue
        if array.dtype.kind not in "OUS":
            continue
        if array.dtype.kind == "O" and is_numeric(array):
            yield f"{label} has the dtype object, though it holds numbers. Use {bare(label)}.astype('float32')."
            continue
        shown = ", ".join(map(repr, list(dict.fromkeys(map(str, array.ravel()[:1000])))[:3]))
        mend = (
            "names, y = np.unique(y, return_inverse=True) turns them into integers."
            if label.startswith("y")
            else "Turn the column into numbers, or leave it out."
        )
        yield f"{label} of the {s.part} holds text ({shown}, ...), and the model takes numbers. {mend}"


def input_shapes(s: Situation) -> Iterator[str]:
    """A wrong shape, said in the same sentence whatever was called before (cases A26)."""
    tensors = getattr(s.model, "inputs", None) or []
    if s.rows is None or not tensors:
        return
    if hasattr(s.model, "training_shape"):  # it learns from something else than it is called with
        tensors = [keras.KerasTensor((None, *s.model.training_shape), name="x")]
    names = [tensor.name for tensor in tensors]
    given = by_name(s.rows.x, names)
    struct = getattr(s.model, "_inputs_struct", None)
    if isinstance(struct, dict):
        names = [next(k for k, v in struct.items() if v is tensor) for tensor in tensors]
    if len(leaves(s.rows.x)) != len(tensors):
        table = " A table goes in column by column: x = dict(table)." * bool(s.rows.columns)
        yield f"The model has {len(tensors)} input(s), {', '.join(names)}; x holds {len(leaves(s.rows.x))}.{table}"
        return
    if unknown := [name for name in given if name not in names and isinstance(s.rows.x, dict)]:
        hint = did_you_mean(unknown[0], names)
        yield f"x[{unknown[0]!r}] is no input of the model; its inputs are {', '.join(names)}.{hint}"
        return
    for position, (name, tensor) in enumerate(zip(names, tensors, strict=True)):
        array = given[name] if isinstance(s.rows.x, dict) else leaves(s.rows.x)[position]
        expected, got = tuple(tensor.shape[1:]), array.shape[1:]
        if fits(got, expected) or fits((*got, 1), expected) or fits(got, (*expected, 1)):
            continue
        label = "x" if len(names) == 1 else f"x[{name!r}]"
        yield (
            f"{label} of the {s.part} has the shape {array.shape}; the model expects "
            f"{with_rows(expected)}.{shape_hint(array.shape, expected, label)}"
        )


def target_shapes(s: Situation) -> Iterator[str]:
    """Targets that would broadcast against the output, or come in the wrong encoding (cases A3)."""
    known = {output.name for output in s.outputs}
    if s.rows is not None and isinstance(s.rows.y, dict) and known:
        for name in s.rows.y:
            if name not in known:
                yield (
                    f"y[{name!r}] is no output of the model; its outputs are {', '.join(sorted(known))}."
                    f"{did_you_mean(name, known)}"
                )
    for o in s.outputs:
        if o.y is None:
            if s.rows is not None and o.loss:
                yield f"The output {o.name!r} has a loss and no targets: y has no {o.name!r}."
            continue
        got, out = o.y.shape[1:], o.shape
        flat = got in ((), (1,)) and len(out) == 1
        if o.loss == "sparse_categorical_crossentropy":
            if fits(got, out) and one_hot(o.y) and (o.units or 0) > 1:
                yield (
                    f"{o.label} is one-hot, shape {o.y.shape}, and sparse_categorical_crossentropy takes "
                    f"integers of shape {with_rows(out[:-1])}. Use {o.label}.argmax(axis=-1), or the loss "
                    '"categorical_crossentropy".'
                )
            elif not (fits(got, out[:-1]) or fits(got, (*out[:-1], 1))):
                yield mismatch(o, with_rows(out[:-1]))
        elif o.loss in ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence"):
            if not fits(got, out):
                mend = (
                    f' Use the loss "sparse_categorical_crossentropy", or keras.utils.to_categorical({o.label}, '
                    f"{o.units})."
                    if flat
                    else ""
                )
                yield mismatch(o, with_rows(out)) + mend
        elif o.loss in _ELEMENTWISE and not fits(got, out) and not (flat and out == (1,)):
            if integers(o.y) and flat and (o.units or 0) > 1:
                yield (
                    f"{o.label} holds integer labels, shape {o.y.shape}, and {o.loss} would compare each with "
                    f"all {o.units} outputs. For classes use a softmax output and the loss "
                    f'"sparse_categorical_crossentropy"; for numbers give the last layer 1 unit.'
                )
            else:
                units = got[0] if len(got) == 1 else 1
                yield (
                    mismatch(o, with_rows(out))
                    + f" Keras would broadcast them. Give the last layer {units} unit(s), or {o.label} "
                    f"{o.units} column(s)."
                )


def finite(s: Situation) -> Iterator[str]:
    """One NaN or infinity ruins every weight, often without a word (case A4)."""
    for label, array in _arrays(s):
        if array.dtype.kind != "f" or np.isfinite(array.sum(dtype="float64")):
            continue
        bad = np.argwhere(~np.isfinite(array))
        if not len(bad):
            continue
        row, *rest = (int(i) for i in bad[0])
        names = s.rows.columns if s.rows else ()
        column = f", column {names[rest[0]]!r}" if names and len(rest) == 1 and label == "x" else ""
        place = column or (
            f", column {rest[0]}" if len(rest) == 1 else f", position {tuple(rest)}" if rest else ""
        )
        yield (
            f"{label} of the {s.part} holds {len(bad)} value(s) that are not finite; the first, "
            f"{array[tuple(bad[0])]}, is in row {row}{place}. Fill them (for example with the column's "
            "median) or drop the rows."
        )


def last_layer_fits_loss(s: Situation) -> Iterator[str]:
    """Probabilities to a loss that wants logits, or logits to one that wants probabilities."""
    for o in s.outputs:
        if "crossentropy" not in o.loss or o.activation is None:
            continue
        if o.from_logits and o.activation in ("softmax", "sigmoid"):
            yield (
                f"The output {o.name!r} ends in {o.activation} and its loss has from_logits=True, which would "
                f"apply {o.activation} again. Drop the activation, or from_logits."
            )
        wanted = "sigmoid" if o.loss.startswith("binary") else "softmax"
        if not o.from_logits and o.activation in ("linear", "relu", "tanh"):
            yield (
                f"{o.loss} expects probabilities and the output {o.name!r} gives raw numbers (activation "
                f"{o.activation!r}). End the model in {wanted}, or compile with "
                f"keras.losses.{camel(o.loss)}(from_logits=True)."
            )
        if o.activation == "softmax" and o.units == 1:
            yield (
                f"The output {o.name!r} is a softmax over one unit, which is always 1. Use sigmoid with "
                "binary_crossentropy, or one unit a class."
            )


def label_range(s: Situation) -> Iterator[str]:
    """Labels that the output has no unit for, or that are no labels at all (case A1)."""
    for o in s.outputs:
        if o.y is None or o.y.dtype.kind not in "iufb" or not o.y.size:
            continue
        meant = o.y if o.ignored is None else o.y[o.y != o.ignored]
        low, high = meant.min(initial=o.y.max()), meant.max(initial=o.y.min())
        if o.loss == "sparse_categorical_crossentropy" and o.units:
            if not integers(o.y):
                odd = o.y[o.y != np.round(o.y)].ravel()[0]
                yield f"{o.label} of the {s.part} holds {odd}; sparse_categorical_crossentropy takes whole numbers."
            elif low < 0 or high >= o.units:
                yield out_of_range(o, s.part, low, high)
        elif o.loss.startswith("binary") and (low < 0 or high > 1):
            if o.units == 1 and integers(o.y) and high > 1:
                classes = len(np.unique(o.y))
                mend = (
                    "Labels seem to be 1 and 2: use y - 1."
                    if classes == 2
                    else f"For {classes} classes use {classes} units with softmax and "
                    '"sparse_categorical_crossentropy".'
                )
            elif low == -1 and high == 1:
                mend = f"Labels -1 and +1 become 0 and 1 by ({o.label} > 0).astype(int)."
            else:
                mend = "Scale or encode them as 0 and 1."
            yield f"{o.loss} expects targets from 0 to 1; {o.label} of the {s.part} goes from {low} to {high}. {mend}"


def every_class_is_there(s: Situation) -> Iterator[str]:
    """A class that is not in the training rows cannot be learned (case A13)."""
    trained = {o.name: o for o in s.others}
    for o in s.outputs:
        if o.y is None or "crossentropy" not in o.loss or not integers(o.y):
            continue
        labels = o.y.argmax(axis=-1) if o.loss == "categorical_crossentropy" else o.y
        present = np.unique(labels)
        if o.loss.startswith("binary") and (o.units or 0) > 1:
            continue  # several yes/no labels: a rare one may well be absent
        if s.others:
            reference = trained[o.name].y
            if reference is None:
                continue
            if o.loss == "categorical_crossentropy":
                reference = reference.argmax(axis=-1)
            if missing := sorted(set(present.tolist()) - set(np.unique(reference).tolist())):
                yield (
                    f"Class {some(missing)} is in the validation data and not in the training data, so it "
                    "cannot be learned. Shuffle and stratify the split, for example "
                    "sklearn.model_selection.train_test_split(x, y, stratify=y)."
                )
        elif len(present) == 1:
            yield (
                f"{o.label} of the {s.part} holds one class only, {present[0]}: any model learns to answer "
                "that. Were the rows sorted before they were split?"
            )
        elif o.units and o.units > 1 and (missing := sorted(set(range(o.units)) - set(present.tolist()))):
            yield (
                f"The output {o.name!r} has {o.units} classes and the training rows lack class "
                f"{some(missing)}. Add rows of it, or leave it out: names, y = np.unique(y, "
                f"return_inverse=True) and num_classes={len(present)}."
            )


def image_scale(s: Situation) -> Iterator[str]:
    """Bytes of 0 to 255 in a network that expects 0 to 1 learn slowly or not at all."""
    if s.rows is None or len(leaves(s.rows.x)) != 1 or _scales_itself(s.model):
        return
    x = leaves(s.rows.x)[0]
    image = x.ndim == 4 and x.shape[-1] in (1, 3, 4)
    if image and x.dtype.kind in "uif" and x.min() >= 0 and x.max() > 32:
        yield (
            f"x of the {s.part} holds images from {x.min():g} to {x.max():g}, and nothing in the model scales "
            "them. Divide by 255, or begin the model with keras.layers.Rescaling(1 / 255)."
        )


CHECKS: tuple[Check, ...] = (
    compiled,
    no_text,
    input_shapes,
    target_shapes,
    finite,
    last_layer_fits_loss,
    label_range,
    every_class_is_there,
    image_scale,
    monitored_metrics_exist,
    directions_are_known,
    rates_can_be_set,
)


def preflight(
    model: keras.Model,
    rows: Rows | None,
    validation: Rows | None,
    *,
    callbacks: Sequence[Any] = (),
    validated: bool = False,
    stream: Any = None,
    checks: Literal["error", "warn", "off"] = "error",
    judged: bool = False,
) -> None:
    """Run every check on the training and the validation rows.

    Args:
        model: a model, compiled or not.
        rows: training rows, or ``None`` for a stream.
        validation: validation rows, or ``None``.
        callbacks: what fit was given.
        validated: whether there is validation data of any kind.
        stream: the training data, where it is a stream.
        checks: ``"error"`` raises the first finding, ``"warn"`` warns of it, ``"off"`` looks at nothing.
        judged: the rows are to be judged, not learned from, so a class may be absent.

    Raises:
        InputError: something cannot be meant.
    """
    if checks == "off":
        return
    if checks not in ("error", "warn"):
        raise InputError(f'checks must be "error", "warn" or "off"; got {checks!r}.')
    outputs = outputs_of(model, rows)
    part = "data" if judged else "training data"
    situations = [Situation(model, part, rows, outputs, (), callbacks, validated, stream)]
    if validation is not None and rows is not None:
        theirs = outputs_of(model, validation)
        situations.append(Situation(model, "validation data", validation, theirs, outputs, (), validated))
    for situation in situations:
        for check in CHECKS:
            if judged and check is every_class_is_there:
                continue
            if message := next(check(situation), None):
                if checks == "error":
                    raise InputError(f'{message} (checks="warn" goes on all the same.)')
                warnings.warn(message, stacklevel=3)
                break


def _arrays(s: Situation) -> Iterator[tuple[str, np.ndarray]]:
    if s.rows is None:
        return
    for kind, value in (("x", s.rows.x), ("y", s.rows.y)):
        keys = value.keys() if isinstance(value, dict) else range(len(leaves(value)))
        for key, array in zip(keys, leaves(value), strict=True):
            yield (kind if not isinstance(value, dict | list) else f"{kind}[{key!r}]"), array


def _text_inputs(s: Situation) -> set[str]:
    """Name the parts of x that the model takes as text, as messages call them."""
    tensors = getattr(s.model, "inputs", None) or []
    if s.rows is None or not isinstance(s.rows.x, dict | list):
        return {"x"} if any(tensor.dtype == "string" for tensor in tensors) else set()
    struct = getattr(s.model, "_inputs_struct", None)
    keys = struct.items() if isinstance(struct, dict) else [(tensor.name, tensor) for tensor in tensors]
    named = isinstance(s.rows.x, dict)
    return {
        f"x[{(name if named else position)!r}]"
        for position, (name, tensor) in enumerate(keys)
        if tensor.dtype == "string"
    }


def _scales_itself(model: keras.Model) -> bool:
    layers = getattr(model, "layers", [])
    scaling = (
        keras.layers.Rescaling,
        keras.layers.Normalization,
        keras.layers.BatchNormalization,
        keras.layers.LayerNormalization,
        keras.layers.Lambda,
        keras.layers.Embedding,
        keras.Model,
    )
    # A layer of the user's own may scale as well: only a network of Keras' own layers is judged.
    return not layers or any(
        isinstance(layer, scaling) or not type(layer).__module__.startswith("keras.") for layer in layers
    )
