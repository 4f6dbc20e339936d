"""Streams of batches as training takes them: looked at, counted, and never shown again without a word."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras

from zoo.errors import InputError
from zoo.training._around import Kept, Readied, Renewed
from zoo.training._peek import as_numpy, kind_of, peek

_AHEAD = {"batches": 1000, "size": 256 * 2**20, "seconds": 10.0}  # to find the end of a generator
_KEPT = {"batches": 10**9, "size": 2**30, "seconds": 60.0}  # of a generator to validate by


class Supply:
    """A stream, as Keras takes it.

    An iterator gives each batch once. Keras would ask it again in the next epoch, show the two batches it had
    looked at once more, and write a loss of 0.0 for an epoch without batches. Here the batches are counted,
    and one is looked ahead, so that the end is known when the last batch is given out. What a generator gives
    for validation is kept, so that each epoch is judged by the same rows. A pipeline or a `PyDataset` begins
    anew where it ends in the middle of an epoch.

    Args:
        stream: a generator or another iterator, a `tf.data.Dataset`, a `PyDataset`, a `DataLoader`.
        steps: batches an epoch (or a validation), or ``None`` for all of them.
        part: how messages call it.
        keep: keep the batches of an iterator, to show them again.

    Attributes:
        weigh: what is done with ``x``, ``y`` and perhaps ``sample_weight`` of each batch, or ``None``.
        steps: what Keras gets as ``steps_per_epoch`` or ``validation_steps``.
        first: the first batch in NumPy arrays, ``()`` where there is none, ``None`` where it cannot be seen.
        length: batches in all; infinity for a stream without an end, ``None`` where that is not known.
        counts: whether ``found`` counts the batches of an iterator.
        found: batches given out so far.
        dry: whether the last one has been given out.
        error: what the stream raised, which TensorFlow would wrap in an error of its own.

    Examples:
        >>> supply = Supply(([k], [0]) for k in range(3))
        >>> supply.length, supply.steps, supply.first
        (3, 3, (array([0]), array([0])))
    """

    def __init__(
        self,
        stream: Any,
        *,
        steps: int | None = None,
        part: str = "training data",
        keep: bool = False,
    ) -> None:
        self.part, self.asked, self.steps = part, steps, steps
        self.kind, self.stream = kind_of(stream), stream
        self.found, self.dry, self.counts = 0, False, False
        self.error: Exception | None = None
        self.weigh: Callable[..., Any] | None = None
        if self.kind == "generator":
            self._take(iter(stream), keep)
            return
        self.length = length_of(stream)
        self.first = peek(stream)[0]
        self._feed = self._again(stream)

    @property
    def feed(self) -> Any:
        """What Keras gets."""
        if self.kind == "generator":
            return Readied(self._feed, self._ready) if isinstance(self._feed, Kept) else self._feed
        if self.weigh is None:
            return self._feed
        if self.kind == "tf.data":
            return self._feed.map(self.weigh)
        if self.kind == "PyDataset":
            return Readied(self._feed, self._ready)
        self.steps = self.steps or (int(self.length) if self.length else None)
        return (self._ready(tuple(batch)) for _ in itertools.count() for batch in self._feed)

    @property
    def rows(self) -> tuple[Any, ...] | None:
        """The first batch as ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``; ``None`` where it is no such thing."""
        parts = as_parts(self.first)
        return None if parts is None else tuple(list(p) if isinstance(p, tuple) else p for p in parts)

    @property
    def empty(self) -> bool:
        """Whether the stream was seen to hold no batch."""
        return isinstance(self.first, tuple) and not self.first

    def spent(self, epochs: int) -> bool:
        """Say whether nothing is left after so many whole epochs."""
        return self.counts and self.dry and self.found <= epochs * (self.steps or math.inf)

    def short(self, epochs: int) -> bool:
        """Say whether the batches have not sufficed for so many epochs."""
        return self.counts and self.dry and self.found < epochs * (self.steps or 0)

    def _take(self, batches: Iterator[Any], keep: bool) -> None:
        """Take an iterator: look at its beginning, or at all of it."""
        if keep:
            drawn, self.length = _draw(batches, self.asked, _KEPT if self.asked else _AHEAD)
        elif self.asked is None:
            drawn, self.length = _draw(batches, None, _AHEAD)
        else:
            drawn, self.length = _draw(batches, 1, _KEPT)
        self.first = as_numpy(drawn[0]) if drawn else ()
        enough = self.length is not None or (self.asked is not None and len(drawn) >= self.asked)
        if keep and enough:
            self._feed, self.steps = Kept(drawn), len(drawn)
            return
        self.counts = True
        self.steps = self.asked if self.asked is not None else self.length
        self._feed = self._flow(itertools.chain(drawn, batches))

    def _flow(self, batches: Iterator[Any]) -> Iterator[Any]:
        nothing = object()
        try:
            held = next(batches, nothing)
            while held is not nothing:
                following = next(batches, nothing)
                self.found += 1
                self.dry = following is nothing
                yield self._ready(held)
                held = following
        except Exception as error:
            self.error = error
            raise

    def _ready(self, batch: Any) -> Any:
        """Bring a batch into the form that Keras takes, with weights of classes in it."""
        if isinstance(batch, list) and len(batch) in (2, 3):
            batch = tuple(batch)
        lengths = rows_of(batch)
        if len(set(lengths.values())) > 1:
            told = " and ".join(f"{name} {count}" for name, count in lengths.items())
            raise InputError(f"Batch {self.found} of the {self.part} has rows that do not match: {told}.")
        return batch if self.weigh is None or not isinstance(batch, tuple) else self.weigh(*batch)

    def _again(self, stream: Any) -> Any:
        """Let a stream begin anew in the middle of an epoch, where the steps of an epoch do not divide it."""
        if self.asked is None or self.length == math.inf or (self.length and self.length % self.asked == 0):
            return stream
        if self.kind == "tf.data" and hasattr(stream, "repeat"):
            return stream.repeat()
        if self.kind == "PyDataset" and self.length:
            return Renewed(stream, self.length)
        return stream


def length_of(stream: Any) -> float | None:
    """Count the batches that a stream says it has: infinity without an end, ``None`` where it does not say."""
    if isinstance(stream, keras.utils.PyDataset):
        batches = stream.num_batches
        return math.inf if batches is None else int(batches)
    cardinality = getattr(stream, "cardinality", None)
    if cardinality is not None:
        count = int(cardinality() if callable(cardinality) else cardinality)
        return math.inf if count == -1 else None if count < 0 else count
    try:
        return len(stream)
    except TypeError:
        return None


def as_parts(batch: Any) -> tuple[Any, ...] | None:
    """Return a batch as ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``, or ``None`` where it is no such thing."""
    if batch is None:
        return None
    if isinstance(batch, list) and len(batch) in (2, 3):
        batch = tuple(batch)
    if not isinstance(batch, tuple):
        return None if isinstance(batch, list) else (batch,)
    return batch if len(batch) in (1, 2, 3) else None


def rows_of(batch: Any) -> dict[str, int]:
    """Count the rows of each part of a batch."""
    parts = as_parts(batch) or ()
    counts: dict[str, int] = {}
    for label, part in zip(("x", "y", "sample_weight"), parts, strict=False):
        for array in keras.tree.flatten(part):
            shape = getattr(array, "shape", None)
            if shape is not None and len(shape) and shape[0] is not None:
                counts.setdefault(label, int(shape[0]))
                if counts[label] != int(shape[0]):
                    counts[f"another of {label}"] = int(shape[0])
    return counts


@contextlib.contextmanager
def plainly(*supplies: Supply | None) -> Iterator[None]:
    """Raise what a stream raised as it was, and keep Keras' own word on streams that end to ourselves."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Your input ran out of data")
        try:
            yield
        except Exception:
            for supply in supplies:
                if supply is not None and supply.error is not None:
                    raise supply.error from None
            raise


def _draw(batches: Iterator[Any], most: int | None, limits: dict[str, float]) -> tuple[list[Any], int | None]:
    """Draw batches until there are enough, or none is left, or it becomes too much; say how many there are."""
    drawn: list[Any] = []
    size, begin = 0, time.perf_counter()
    while most is None or len(drawn) < most:
        try:
            drawn.append(next(batches))
        except StopIteration:
            return drawn, len(drawn)
        size += sum(getattr(array, "nbytes", 0) for array in keras.tree.flatten(drawn[-1]))
        spent = time.perf_counter() - begin
        if most == 1 or len(drawn) >= limits["batches"] or size > limits["size"] or spent > limits["seconds"]:
            break
    return drawn, None
