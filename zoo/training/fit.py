"""How is it trained? The one door."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import keras
import numpy as np

from zoo.training._arguments import as_list, at_least
from zoo.training._best import keeping_best
from zoo.training._compiled import settle
from zoo.training._guard import Guard
from zoo.training._interrupt import stop_on_interrupt
from zoo.training._learned import remember
from zoo.training._memory import memory_budget as memory_budget_of
from zoo.training._same_run import description
from zoo.training._streams import plainly
from zoo.training._task import training_task
from zoo.training._ways import Course, Way, train
from zoo.training.callbacks._recorder import Recorder
from zoo.training.checkpoint import Checkpoint
from zoo.training.checks.afterwards import afterwards, note
from zoo.training.checks.model import remember_step
from zoo.training.preflight import Checks, findings, known, tell
from zoo.training.progress import Verbose, progress_callback


def fit(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = None,
    verbose: Verbose = "auto",
    seed: int | None = None,
    class_weight: Mapping[Any, Any] | str | None = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    checks: Checks = "auto",
    compiled: bool | Literal["auto"] = "auto",
    memory_budget: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> keras.callbacks.History:
    """Train a compiled model: ``model.fit``, an epoch at a time, with checks before the first step.

    Keras' semantics, and five things more. What cannot be meant is an `InputError` before the first step.
    An epoch is one compiled call where nothing needs to be told of every batch, which takes most of the time
    off small networks. The order of the rows depends on the seed and the epoch alone, so a run can be repeated.
    Ctrl-C ends training after the batch at hand, or some more of a tenth of a second in all, with the best weights
    of an early-stopping callback restored and the history returned. ``validation_split`` shuffles and
    stratifies, where Keras takes the last rows.

    Args:
        model: a compiled `keras.Model`.
        data: a `Dataset` (its validation rows are used), ``(x, y)``, ``x`` with ``y``, a
            `tf.data.Dataset`, a `PyDataset` or a generator. Several inputs or outputs are lists or
            dictionaries by name.
        y: targets, where ``data`` is ``x``. A model that needs none, such as a GAN, takes ``x`` alone.
        epochs: how often to go through the rows.
        batch_size: rows a step; 32 by default.
        validation_data: rows to judge by after each epoch, in any form that ``data`` may have.
        validation_split: share of the training rows to use for that, where there is no validation data.
        callbacks: one, or a list.
        verbose: ``"auto"`` shows a bar on a terminal and a line an epoch in a pipe; 0, 1 and 2 choose.
        seed: of the order of the rows and of all randomness in training. ``None`` draws the order from
            NumPy's global state, which `keras.utils.set_random_seed` sets.
        class_weight: weight of each class in the loss, ``{0: 1.0, 1: 50.0}`` or ``"balanced"``; with several outputs by
            their names, ``{"kind": {0: 1.0, 1: 50.0}}``.
        sample_weight: weight of each row in the loss; with several outputs one array for all, or by their names.
        initial_epoch: number of the first epoch, for going on where an earlier call ended.
        steps_per_epoch: batches that make an epoch, where the data is a stream that does not say so.
        validation_steps: batches that make a validation, likewise.
        checks: what to do with what `zoo.preflight` finds. ``"auto"`` raises what cannot be meant and warns
            of what is rarely meant; ``"error"`` raises both, ``"warn"`` warns of both, ``"off"`` does not look.
        compiled: ``"auto"`` trains by compiled epochs where that can be done, and otherwise by ``model.fit``, and
            says why at ``verbose=2``; ``True`` raises that reason; ``False`` is ``model.fit``.
        memory_budget: bytes that rows may take on the device; by default a quarter of what is free. More rows than
            that are brought there in parts.
        checkpoint: a folder of this training alone. What it has come to is kept there after an epoch, at most every
            five seconds, and at the end; the same call in a new process goes on from there, and ends with the weights,
            the history and the callbacks' states of a training without a break, bit for bit on the same machine.
            ``epochs`` may grow; anything else that differs is an `InputError`.

    Returns:
        Keras' `History`; its ``params`` also hold ``interrupted`` (by Ctrl-C) and ``seconds``, and ``stopped_by`` is
        ``"nan"`` where the loss was not finite: then training ends at that step, a warning says which layer's numbers
        were the first, and the model has the weights from before.

    Raises:
        InputError: the model, the data or a callback cannot be meant, or ``compiled=True`` cannot be done; says
            what to change.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris", validation_split=0.2)
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> history = zoo.fit(model, data, epochs=2, verbose=0, seed=0)
        >>> sorted(history.history)
        ['accuracy', 'loss', 'val_accuracy', 'val_loss']

    Source: the deck, "fit", "validation data", "early stopping".
    """
    if seed is not None:
        keras.utils.set_random_seed(seed)
    kept = Checkpoint(checkpoint)
    order_seed = seed if seed is not None else int(np.random.randint(2**31))  # noqa: NPY002 - Keras seeds this one
    order_seed = kept.seed_or(order_seed)
    if batch_size is not None:
        at_least("batch_size", batch_size)
    known(checks)
    budget = memory_budget_of(memory_budget)
    task = training_task(
        model,
        data,
        y,
        sample_weight=sample_weight,
        batch_size=batch_size,
        validation_data=validation_data,
        validation_split=validation_split,
        # Recorders come last: they keep the last epoch, and another callback may say that this is it.
        callbacks=sorted(as_list(callbacks), key=lambda callback: isinstance(callback, Recorder)),
        class_weight=class_weight,
        epochs=epochs,
        initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch,
        validation_steps=validation_steps,
        seed=order_seed,
    )
    if checks != "off":
        tell(findings(task), checks)
    settle(model, task.data.rows)
    if kept.active:
        asked = {
            "batch_size": batch_size or 32,
            "seed": seed,
            "compiled": compiled,
            "steps_per_epoch": steps_per_epoch,
        }
        kept.compare(description(task, **asked), epochs=epochs, order=order_seed)
    before = note(model)
    guard = Guard(model, task.callbacks, watches=checks != "off" and before.sound)
    course = Course(guard)
    # The course comes last: it has begun once all the others have.
    callbacks = [*task.callbacks, *as_list(progress_callback(verbose)), course]
    way = Way(
        kept.way.get("compiled", compiled),
        kept.way.get("budget", budget),
        batch_size or 32,
        order_seed,
        steps_per_epoch,
        stated=bool(steps_per_epoch or validation_steps),
        told_why=verbose == 2,
        xla=kept.way.get("xla"),
    )
    supplies = task.data.supply, task.validation.supply if task.validation else None
    with (
        keeping_best(task.callbacks),
        stop_on_interrupt(model) as interruption,
        plainly(*supplies),
        kept.around(task.callbacks, stream=any(supplies), verbose=verbose != 0),
    ):
        kept.cut_short = lambda: interruption.count > 0 or guard.finding is not None
        try:
            train(task, callbacks, course, way, kept)
        except BaseException as error:
            # Whatever broke in: callbacks end as they would have, so the best weights come back.
            if course.begun:
                course.told.on_train_end()
            if not isinstance(error, KeyboardInterrupt) or interruption.count > 1:
                raise
            interruption.count = 1
    remember_step(model)
    if task.data.rows is not None:
        remember(model, task.data.rows)
    history = interruption.note_in(_plain(model.history), kept.seconds)
    found = list(course.findings())
    if guard.finding is not None:
        history.params["stopped_by"] = "nan"
    elif not any(getattr(callback, "puts_weights_back", False) for callback in task.callbacks):
        found += afterwards(model, before, history.history, course.batches)
    tell(found, checks)
    return history


def _plain(history: keras.callbacks.History) -> keras.callbacks.History:
    """Turn what callbacks have put into a history into plain floats."""
    history.history = {name: [float(value) for value in values] for name, values in history.history.items()}
    return history
