"""Are the numbers numbers, and of the size that the model expects?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from zoo._ends import input_names
from zoo.training._data import Rows, leaves
from zoo.training._learned import summary
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning
from zoo.training.checks.tables import not_numbers

_MOST_VALUES = 60_000_000  # of one array that are looked at one by one; of a larger one, every so many rows
_APART = 30.0  # times as large: another scale, not another draw
_SAMPLE = 256  # rows that are sent through a model's own scaling


def no_text(s: Situation) -> Iterator[Finding]:
    """Text, or objects, where the model takes numbers.

    Labels given as words make Keras say "Invalid dtype: str96", or 2,176 characters that end in "Cast string
    to float is not supported"; neither names the labels. An input whose layer looks words up may hold text.

    Example:
        zoo.fit(model, x, np.array(["cat", "dog", "cow", "cat"] * 16))
    Mend:
        names, y = np.unique(y, return_inverse=True)

    Cases: A16; tensorflow/tensorflow#28367.
    """
    inputs = getattr(s.model, "inputs", None) or []
    if s.rows is not None and inputs and len(leaves(s.rows.x)) != len(inputs):
        return  # input_shapes says that: which part is text to be cannot be known
    read = _text_inputs(s)
    for label, array in labelled(s.rows):
        if label in read:
            if array.dtype.kind != "U":
                odd = next((v for v in array.flat if not isinstance(v, str)), "nothing")
                yield error(
                    f"{label} of the {s.part} holds {odd}, and the model takes text there.",
                    "Fill the gaps, for example with .fillna('unknown'), and turn the column into text with "
                    ".astype(str).",
                )
        elif s.rows is not None:
            yield from not_numbers(array, label, s.part, s.rows.columns if label == "x" else (), s.rows.index)


def finite(s: Situation) -> Iterator[Finding]:
    """A value is NaN or infinite.

    One empty cell of a table ruins every weight that it touches. With ReLU on a processor the loss even stays
    finite (the fused product and ReLU turn NaN into 0), so that `TerminateOnNaN` is silent too, and every row
    gets the same answer.

    Example:
        x[3, 1] = np.nan
        zoo.fit(model, x, y)
    Mend:
        frame = frame.fillna(frame.median())

    Cases: A4; unit8co/darts#881, tensorflow/tensorflow#40072.
    """
    for label, array in labelled(s.rows, weights=True):
        if array.dtype.kind not in "fc":
            continue
        every = max(1, -(-array.size // _MOST_VALUES))
        seen = array[::every]
        if np.isfinite(seen.sum(dtype="float64")):
            continue
        bad = np.argwhere(~np.isfinite(seen))
        if not len(bad):
            continue  # the sum alone was too large
        row, *rest = (int(i) for i in bad[0])
        value = seen[tuple(bad[0])]
        looked = f" (of every {every}th row)" if every > 1 else ""
        yield error(
            f"{label} of the {s.part} holds {len(bad)} value(s){looked} that are not finite; the first, {value}, is in "
            f"row {every * row}{_place(s, label, rest)}.",
            "Fill them (for example with the column's median) or drop the rows.",
        )


def picture_scale(s: Situation) -> Iterator[Finding]:
    """Pictures of 0 to 255 go into a network that does not scale them, or are scaled twice.

    Bytes in a network meant for 0 to 1 learn slowly or not at all; numbers in 0 to 1 that the model's own
    `Rescaling` divides by 255 once more are all alike to it. Keras takes either without a word.

    Example:
        model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), ...])
        zoo.fit(model, images / 255, labels)
    Mend:
        zoo.fit(model, images, labels)
    """
    if s.rows is None or len(leaves(s.rows.x)) != 1:
        return
    x = leaves(s.rows.x)[0]
    if x.dtype.kind not in "uifb" or not x.size or x.ndim < 2:
        return
    sample = x[:: max(1, len(x) // _SAMPLE)][:_SAMPLE]
    low, high = float(sample.min()), float(sample.max())
    scaled = _after_own_scaling(s.model, sample)
    if scaled is None:
        return
    if scaled is not sample:
        if x.dtype.kind == "f" and _vanished(sample, scaled):
            yield error(
                f"x of the {s.part} goes from {low:g} to {high:g}, and the model scales it again, to "
                f"{scaled.min():.3g} to {scaled.max():.3g}: all rows look alike to it.",
                "Pass the values as they were before you scaled them, or leave the scaling layer out.",
            )
    elif _are_bytes(s.model, sample) and not scales_itself(s.model):
        yield error(
            f"x of the {s.part} holds images from {low:g} to {high:g}, and nothing in the model scales them.",
            "Divide by 255, or begin the model with keras.layers.Rescaling(1 / 255).",
        )


def same_scale(s: Situation) -> Iterator[Finding]:
    """Rows to judge by, or to predict, are of another scale than those that the model learned from.

    One of the two was divided by 255, or standardised, and the other was not. What comes out is then
    meaningless.

    Example:
        zoo.fit(model, x_train / 255, y_train, validation_data=(x_valid, y_valid))
    Mend:
        zoo.fit(model, x_train / 255, y_train, validation_data=(x_valid / 255, y_valid))
    """
    if s.rows is None or s.learned is None:
        return
    inputs = [(label, array) for label, array in labelled(s.rows) if label.startswith("x")]
    for (label, _), mine, theirs in zip(inputs, summary(s.rows).sizes, s.learned.sizes, strict=False):
        if mine and theirs and not 1 / _APART < mine / theirs < _APART:
            yield warning(
                f"{label} of the {s.part} has the mean size {mine:.3g}, and what the model learned from {theirs:.3g}.",
                "Scale both in the same way, by figures of the training data.",
            )


def labelled(rows: Rows | None, *, weights: bool = False) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each array of some rows with what messages call it: ``x``, ``x['left']``, ``y``, ..."""
    if rows is None:
        return
    parts = {"x": rows.x, "y": rows.y, **({"sample_weight": rows.sample_weight} if weights else {})}
    for kind, value in parts.items():
        if value is not None:
            yield from _within(kind, value)


def _within(label: str, value: Any) -> Iterator[tuple[str, np.ndarray]]:
    if not isinstance(value, dict | list):
        yield label, value
        return
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _within(f"{label}[{key!r}]", part)


def scales_itself(model: keras.Model) -> bool:
    """Say whether something in a model may scale its input; a layer of the user's own may."""
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
    return not layers or any(
        isinstance(layer, scaling) or not type(layer).__module__.startswith("keras.") for layer in layers
    )


def _place(s: Situation, label: str, rest: list[int]) -> str:
    columns = s.rows.columns if s.rows is not None else ()
    if columns and len(rest) == 1 and label == "x":
        return f", column {columns[rest[0]]!r}"
    if len(rest) == 1:
        return f", column {rest[0]}"
    return f", position {tuple(rest)}" if rest else ""


def _after_own_scaling(model: keras.Model, sample: np.ndarray) -> np.ndarray | None:
    """Send rows through the scaling layers that a model begins with; return them as they are if there is none.

    ``None`` where that cannot be told.
    """
    tensors, kinds = (
        getattr(model, "inputs", None) or [],
        (keras.layers.Rescaling, keras.layers.Normalization),
    )
    if len(tensors) != 1:
        return None
    values, tensor, operations = sample, tensors[0], _operations(model)
    while True:
        takers = [o for o in operations if getattr(o, "_inbound_nodes", None) and _takes(o, tensor)]
        if len(takers) != 1:
            return values
        (taker,) = takers
        if isinstance(taker, keras.Model) and len(getattr(taker, "inputs", None) or ()) == 1:
            operations, tensor = _operations(taker), taker.inputs[0]
        elif isinstance(taker, kinds):
            scaled = keras.ops.convert_to_numpy(taker(np.asarray(values, dtype="float32")))
            values, tensor = np.asarray(scaled), taker.output
        else:
            return values


def _operations(model: keras.Model) -> list[Any]:
    return list(getattr(model, "operations", None) or model.layers)


def _takes(operation: Any, tensor: Any) -> bool:
    return any(one is tensor for node in operation._inbound_nodes for one in node.input_tensors)


def _are_bytes(model: keras.Model, sample: np.ndarray) -> bool:
    """Say whether rows hold pictures of 0 to 255: by what the model takes, or because they look so."""
    low, high = float(sample.min()), float(sample.max())
    if low < 0 or not 32 < high <= 255:
        return False
    shape = tuple(model.inputs[0].shape)
    takes_pictures = len(shape) == 4 and shape[-1] in (1, 3, 4, None)
    many = int(np.prod(sample.shape[1:])) >= 64
    whole = sample.dtype == np.uint8 or (high == 255 and bool((sample == np.round(sample)).all()))
    return takes_pictures or (many and whole)


def _vanished(before: np.ndarray, after: np.ndarray) -> bool:
    """Say whether scaling has left next to nothing of what tells rows apart."""
    was, left = float(before.std(dtype="float64")), float(after.std(dtype="float64"))
    if was < 1e-3:
        return False
    if left < min(0.02, was / 20) and float(before.max()) <= 1.5:
        return True
    if before.ndim > 2:
        return False
    # A table: each column is on a scale of its own, and far from 0 in all its rows.
    spread, middle = after.std(axis=0, dtype="float64"), np.abs(after.mean(axis=0, dtype="float64"))
    return bool(np.median(spread) < 0.2 and np.median(middle) > 10 * np.median(spread))


def _text_inputs(s: Situation) -> set[str]:
    """Name the parts of x that the model takes as text, as messages call them."""
    tensors = getattr(s.model, "inputs", None) or []
    if s.rows is None or not isinstance(s.rows.x, dict | list):
        return {"x"} if any(tensor.dtype == "string" for tensor in tensors) else set()
    named = isinstance(s.rows.x, dict)
    return {
        f"x[{(name if named else position)!r}]"
        for position, (name, tensor) in enumerate(zip(input_names(s.model), tensors, strict=True))
        if tensor.dtype == "string"
    }
