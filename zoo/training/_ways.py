"""The two ways through a training: by compiled epochs, and by Keras' own `fit`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras

from zoo.errors import InputError
from zoo.training._again import Again
from zoo.training._data import Batches, leaves
from zoo.training._epoch_plan import NotCompilable
from zoo.training._guard import Guard
from zoo.training._stream_weights import batch_weigher
from zoo.training._task import Task
from zoo.training._weights import weigh
from zoo.training._when_compiled import against
from zoo.training._whole_epochs import WholeEpochs
from zoo.training.checkpoint import Checkpoint
from zoo.training.checks.finding import Finding
from zoo.training.compiled_epoch import CompiledEpochs


@dataclass(frozen=True)
class Way:
    """How to go through a training.

    Attributes:
        compiled: by compiled epochs where that can be done (``"auto"``), always or never.
        budget: bytes that rows may take on the device.
        batch_size: rows a step.
        seed: of the order of the rows.
        steps_per_epoch: batches that make an epoch, where the caller says so.
        stated: whether the caller says so of the training or of the validation.
        told_why: whether to say why a training goes by Keras.
        xla: whether XLA is to compile the epochs; ``None`` chooses.
    """

    compiled: bool | Literal["auto"]
    budget: int
    batch_size: int
    seed: int
    steps_per_epoch: int | None
    stated: bool
    told_why: bool
    xla: bool | None = None


class Course(keras.callbacks.Callback):  # type: ignore[misc]
    """Gives each epoch its order, and knows whether training has begun and how many batches there were.

    Attributes:
        begun: whether all callbacks have been told of the beginning.
        batches: how many were learned from.
        told: the list of all callbacks.
        feed: what `model.fit` reads, or ``None``.

    Args:
        guard: watches for what is not finite.
    """

    by_epoch = True
    only_listens = True

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self.guard = guard
        self.begun, self.batches, self._seen = False, 0, 0
        self.told: Any = None
        self.feed: Any = None

    def findings(self) -> Iterator[Finding]:
        """Yield what is to be said of a loss that was not finite, and of streams that ran dry."""
        if self.guard.finding is not None:
            yield self.guard.finding
        if isinstance(self.told, WholeEpochs):
            yield from self.told.findings()

    def on_train_begin(self, logs: Any = None) -> None:
        """Note that it has begun."""
        self.begun = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the batches: all up to this one."""
        self.batches += batch + 1 - self._seen
        self._seen = batch + 1
        if isinstance(self.told, WholeEpochs):
            self.told.look(batch, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the order of the rows."""
        self._seen = 0
        if isinstance(self.feed, Batches):
            self.feed.set_epoch(epoch)


def train(task: Task, callbacks: Sequence[Any], course: Course, way: Way, kept: Checkpoint) -> None:
    """Train a model, tell the callbacks, and keep what it comes to.

    Raises:
        InputError: it must go by compiled epochs and cannot.
    """
    if way.compiled is not False:
        why = _by_compiled_epochs(task, callbacks, course, way, kept)
        if why is None:
            return
        if way.compiled is True:
            raise InputError(
                f"This cannot be trained by compiled epochs, since {why}. Leave compiled=True out."
            )
        if way.told_why:
            print(f"trained by model.fit, since {why}", flush=True)
    _by_keras(task, callbacks, course, way, kept)


def _by_compiled_epochs(
    task: Task, callbacks: Sequence[Any], course: Course, way: Way, kept: Checkpoint
) -> str | None:
    """Train by compiled epochs; return why not, where it cannot be done."""
    model = task.model
    parts = [part for part in (task.data, task.validation) if part is not None]
    why = against(
        model,
        [leaf for part in parts if part.rows is not None for leaf in leaves([part.rows.x, part.rows.y])],
        callbacks,
        stream=any(part.supply is not None for part in parts),
        steps=way.stated,
    )
    if why is not None:
        return why
    rows = weigh(model, task.data.known_rows, task.class_weight)
    judged = None if task.validation is None else weigh(model, task.validation.known_rows)
    try:
        training = CompiledEpochs(
            model,
            rows,
            judged,
            callbacks,
            batch_size=way.batch_size,
            seed=way.seed,
            epochs=task.epochs,
            initial_epoch=task.initial_epoch,
            budget=way.budget,
            guard=course.guard,
            xla=way.xla,
        )
    except NotCompilable as reason:
        return str(reason)
    course.told = keras.callbacks.CallbackList(
        callbacks, add_history=True, model=model, epochs=task.epochs, steps=training.steps, verbose=0
    )
    training.run(course.told, kept)
    return None


def _by_keras(task: Task, callbacks: Sequence[Any], course: Course, way: Way, kept: Checkpoint) -> None:
    """Train by `model.fit`."""
    model, rows, supply, arguments = task.model, task.data.rows, task.data.supply, {}
    feed: Any
    steps = way.steps_per_epoch
    if supply is not None:
        supply.weigh = batch_weigher(model, task.class_weight, rows)
        feed, steps = supply.feed, supply.steps
    else:
        weighed = weigh(model, task.data.known_rows, task.class_weight)
        feed = Batches(weighed, batch_size=way.batch_size, seed=way.seed)
    theirs = task.validation.supply if task.validation is not None else None
    if theirs is not None and task.validation is not None:
        theirs.weigh = batch_weigher(model, None, task.validation.rows)
        arguments = {"validation_data": theirs.feed, "validation_steps": theirs.steps}
    elif task.validation is not None:
        judged = weigh(model, task.validation.known_rows)
        arguments = {"validation_data": judged.as_tuple(), "validation_batch_size": way.batch_size}
    course.feed = feed
    course.told = WholeEpochs(
        callbacks,
        supply=supply,
        validation=theirs,
        kept=kept,
        guard=course.guard,
        taken=Again(model, feed) if isinstance(feed, Batches) and model.steps_per_execution == 1 else None,
        initial_epoch=task.initial_epoch,
        add_history=True,
        model=model,
        epochs=task.epochs,
        steps=steps or _steps(feed),
        verbose=0,
    )
    model.fit(
        feed,
        epochs=task.epochs,
        initial_epoch=task.initial_epoch,
        steps_per_epoch=steps,
        callbacks=course.told,
        shuffle=False,
        verbose=0,
        **arguments,
    )


def _steps(feed: Any) -> int | None:
    """Return the batches an epoch, where the data says so."""
    if isinstance(feed, keras.utils.PyDataset):
        steps: int | None = feed.num_batches
        return steps
    known = int(feed.cardinality()) if hasattr(feed, "cardinality") else -1
    return known if known > 0 else None
