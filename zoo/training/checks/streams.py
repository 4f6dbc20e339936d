"""Streams that end too early, never, or at once, and batches of a form that Keras does not take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras

from zoo.training._streams import Supply, as_parts, rows_of
from zoo.training.checks.finding import Finding, error, warning


def stream_ends(supply: Supply) -> Iterator[Finding]:
    """A stream without an end, and nothing that says where an epoch ends.

    A generator that goes on for ever, a `tf.data` pipeline that repeats, a `PyDataset` whose ``num_batches`` is
    ``None``: without ``steps_per_epoch`` the first epoch never ends; without ``validation_steps`` the first
    validation. A generator is looked through for a while, and one that ends is fine.

    Example:
        zoo.fit(model, dataset.repeat(), epochs=3)
    Mend:
        zoo.fit(model, dataset.repeat(), epochs=3, steps_per_epoch=100)

    Cases: A12; keras-team/keras#12773.
    """
    if supply.asked is not None:
        return
    name = _argument(supply)
    if supply.length == math.inf:
        yield error(
            f"The {supply.part} never ends, and nothing says how many batches make an epoch.",
            f"Pass {name}, for example {name}=100.",
        )
    elif supply.kind == "generator" and supply.length is None:
        yield error(
            f"The {supply.part} comes from a generator that had not ended after a long look: it is large, or never "
            "ends.",
            f"Pass {name}, the batches that make an epoch.",
        )


def stream_is_long_enough(supply: Supply) -> Iterator[Finding]:
    """A stream without a batch, or with fewer than one epoch is to have.

    Keras ends such an epoch early, and writes a loss of 0.0 for one that has no batch at all.

    Example:
        zoo.fit(model, dataset.batch(32), steps_per_epoch=1000)
    Mend:
        zoo.fit(model, dataset.batch(32).repeat(), steps_per_epoch=1000)

    Cases: A12; keras-team/keras-io#285.
    """
    name, length = _argument(supply), supply.length
    if length == 0 or supply.empty:
        yield error(
            f"The {supply.part} holds no batch.",
            "Look at what fills it: is a folder empty, a filter too strict?",
        )
    elif supply.asked is not None and length is not None and length < supply.asked:
        more = " .repeat() lets a dataset begin anew." if supply.kind == "tf.data" else ""
        yield error(
            f"The {supply.part} holds {length:g} batches and {name}={supply.asked} asks for more.",
            f"Leave {name} out to take all of them, or pass at most {length:g}.{more}",
        )


def batches_are_pairs(supply: Supply, targets: bool = True) -> Iterator[Finding]:
    """A batch that is not ``(x, y)`` or ``(x, y, sample_weight)``, or whose parts differ in their rows.

    Keras takes a bare array for x alone, and then misses the targets in the middle of a graph; four parts raise
    a sentence without the part that is too many.

    Example:
        zoo.fit(model, (x[k : k + 8] for k in range(0, 64, 8)), steps_per_epoch=8)
    Mend:
        zoo.fit(model, ((x[k : k + 8], y[k : k + 8]) for k in range(0, 64, 8)), steps_per_epoch=8)
    """
    batch = supply.first
    if batch is None or supply.empty:
        return
    parts = as_parts(batch)
    if parts is None:
        yield error(
            f"A batch of the {supply.part} has {len(batch)} parts; it has (x, y) or (x, y, sample_weight).",
            "Several inputs are one part: ((x1, x2), y), or a dictionary by the inputs' names.",
        )
        return
    if targets and (len(parts) == 1 or parts[1] is None):
        yield error(
            f"A batch of the {supply.part} holds x and no targets: {_form(batch)}.",
            "Let it give pairs (x, y).",
        )
        return
    rows = rows_of(batch)
    if len(set(rows.values())) > 1:
        told = " and ".join(f"{name} has {count}" for name, count in rows.items())
        yield error(
            f"The first batch of the {supply.part} has rows that do not match: {told}.",
            "Cut x and y at the same places.",
        )


def rows_are_batched(supply: Supply, model: keras.Model) -> Iterator[Finding]:
    """A `tf.data` pipeline, or another stream, that gives single rows and no batches.

    Keras needs the batch axis; it complains about the rank of some layer's input.

    Example:
        zoo.fit(model, tf.data.Dataset.from_tensor_slices((x, y)))
    Mend:
        zoo.fit(model, tf.data.Dataset.from_tensor_slices((x, y)).batch(32))
    """
    tensors = getattr(model, "inputs", None) or []
    parts = as_parts(supply.first)
    if parts is None or not tensors:
        return
    arrays = keras.tree.flatten(parts[0])
    if len(arrays) != len(tensors):
        return
    single = [
        tuple(getattr(a, "shape", ())) == tuple(t.shape[1:]) for a, t in zip(arrays, tensors, strict=True)
    ]
    if all(single) and all(None not in t.shape[1:] for t in tensors):
        mend = "Use dataset.batch(32)." if supply.kind == "tf.data" else "Give batches: np.stack 32 rows."
        yield error(
            f"The {supply.part} gives single rows, of the shape {tuple(arrays[0].shape)}; the model takes batches.",
            mend,
        )


def nothing_beside_a_stream(
    part: str, y: Any = None, sample_weight: Any = None, batch_size: int | None = None
) -> Iterator[Finding]:
    """Targets, weights or a batch size given beside a stream that brings its own.

    Keras refuses the first two and ignores ``batch_size`` without a word.

    Example:
        zoo.fit(model, dataset, batch_size=256)
    Mend:
        zoo.fit(model, dataset.unbatch().batch(256))
    """
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            yield error(
                f"The {part} comes in batches that hold their own targets and weights, and {name} was passed besides.",
                f"Put it into the batches, (x, y, sample_weight), and leave {name}= out.",
            )
    if batch_size is not None:
        yield warning(
            f"The {part} comes in batches of its own, so that batch_size={batch_size} has no effect.",
            "Leave it out, or batch the rows anew: dataset.unbatch().batch(...).",
        )


def streams_differ(training: Supply, validation: Supply) -> Iterator[Finding]:
    """One iterator for training and for validation.

    Each takes batches from the other: the model is judged by rows that it would have learned from, and neither
    sees all of them.

    Example:
        zoo.fit(model, batches, steps_per_epoch=5, validation_data=batches, validation_steps=5)
    Mend:
        zoo.fit(model, batches(train), steps_per_epoch=5, validation_data=batches(valid), validation_steps=5)
    """
    if training.kind == "generator" and training.stream is validation.stream:
        yield error(
            "The training data and the validation data are one and the same generator, and each would take batches "
            "from the other.",
            "Make two of them.",
        )


def _argument(supply: Supply) -> str:
    known = {"training": "steps_per_epoch", "validation": "validation_steps"}
    return known.get(supply.part.split()[0], "steps")


def _form(batch: Any) -> str:
    shape = getattr(batch, "shape", None)
    return (
        f"{type(batch).__name__} of shape {tuple(shape)}"
        if shape is not None
        else f"a {type(batch).__name__}"
    )
