"""Training an epoch at a time: one compiled call, where Keras has a call and some Python for every batch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from zoo.training._again import AgainByEpochs
from zoo.training._data import Batches, Rows, order_of_rows
from zoo.training._device_rows import Chunk, DeviceRows, looks_of
from zoo.training._epoch_backend import always_xla
from zoo.training._epoch_functions import Trainer, trainer
from zoo.training._epoch_plan import Call, Outcome, Plan
from zoo.training._guard import Guard
from zoo.training._when_compiled import looks_at_tests, only_listens
from zoo.training._xla_choice import choose
from zoo.training.checkpoint import Checkpoint

_CALL = 0.1  # seconds that a call should take, so that Ctrl-C is heard and the bar moves
_TIMED = 100  # steps of a call that is timed
_FIRST = 8  # steps of a call before it is known how long they take
_MOST_EPOCHS = 64  # of a call
_WHOLE = 32 * 2**20  # bytes of rows that XLA puts in order at once
_WHOLE_STEPS = 2000  # of an epoch that is put in order at once, so that a whole one can be timed


class CompiledEpochs:
    """A training of a model on rows, by compiled epochs.

    Args:
        model: a compiled model.
        rows: the training rows, arranged and weighed.
        judged: the rows to validate by, or ``None``.
        callbacks: all that are told of the training.
        batch_size: rows a step.
        seed: of the order of the rows.
        epochs: where training ends, counted from the first epoch of all.
        initial_epoch: where it begins.
        budget: bytes that rows may take on the device.
        guard: watches for what is not finite.
        xla: whether XLA compiles the epochs; ``None`` chooses.

    Attributes:
        steps: batches of an epoch.

    Raises:
        NotCompilable: the model's training step returns what is no metric.

    Source: the deck, "fit"; a compiled loop over `train_step` is the idea of Keras' ``steps_per_execution``.
    """

    def __init__(
        self,
        model: keras.Model,
        rows: Rows,
        judged: Rows | None,
        callbacks: Sequence[Any],
        *,
        batch_size: int,
        seed: int,
        epochs: int,
        initial_epoch: int,
        budget: int,
        guard: Guard,
        xla: bool | None = None,
    ) -> None:
        self._guard = guard
        self._model, self._batch_size, self._seed = model, batch_size, seed
        self._epochs, self._initial = epochs, model._initial_epoch or initial_epoch
        self._count, self._validates = len(rows), judged is not None
        self._rows = DeviceRows(rows, judged, batch_size=batch_size, budget=budget)
        self._whole_steps, self._tail = divmod(self._count, batch_size)
        self.steps = self._whole_steps + (self._tail > 0)
        self._rater = next((one for one in callbacks if hasattr(one, "rates_of_epoch")), None)
        self._watchers = [one for one in callbacks if isinstance(one, keras.callbacks.TerminateOnNaN)]
        self._listened = all(map(only_listens, callbacks))
        self._apart = any(map(looks_at_tests, callbacks))  # then validation is a call of its own
        self._step_seconds: float | None = None
        self._epoch_seconds: float | None = None
        self._calls = 0
        model._symbolic_build(data_batch=looks_of(self._rows.like, min(batch_size, self._count)))
        self._budget = budget
        self._trainer = self._choose(xla)
        self._again = AgainByEpochs(
            model, self._trainer, self._rows, rows, self._planned, batch_size=batch_size, seed=seed
        )

    def _choose(self, xla: bool | None) -> Trainer:
        """Return the function that trains soonest, or the one that is wanted."""
        left = max(0, self._epochs - self._initial)
        many = min(_MOST_EPOCHS, max(1, 2**20 // self._count), max(1, left)) if self._listened else 1
        plan = Plan(
            batch_size=self._batch_size,
            judged=bool(self._rows.judged),
            rated=self._rater is not None,
            watched=bool(self._watchers) or self._guard.watches,
        )
        fixed = replace(
            plan,
            xla=True,
            rows=self._count,
            steps=self.steps,
            whole=self._rows.size <= _WHOLE and self.steps <= _WHOLE_STEPS,
            epochs_a_call=many,
        )

        like = self._rows.like
        if always_xla() and self._rows.leaves is None:
            steps = -(-self._rows.most // self._batch_size)
            fixed = replace(fixed, steps=steps, whole=False, epochs_a_call=1)
            like = looks_of(like, self._rows.most)

        def make(xla: bool) -> Trainer:
            return trainer(self._model, like, self._rows.judged_like, fixed if xla or always_xla() else plan)

        if self._rows.leaves is None or not left or xla is not None:
            return make(bool(xla))
        # Timed as it will be called: some whole epochs at once, or the first steps of one.
        few = min(many, max(1, _TIMED // self.steps))
        epochs = [self._initial + number for number in range(few)]
        sample = Call(
            self._orders(epochs),
            np.zeros((few, self.steps), "float32"),
            first=0,
            last=self._whole_steps if few > 1 else min(self._whole_steps, _TIMED),
            tail=self._tail > 0 and (few > 1 or not self._whole_steps),
            fresh=True,
            judge=False,
        )
        return choose(self._model, make, [*self._rows.leaves, *self._rows.judged], sample, left * self.steps)

    def run(self, told: keras.callbacks.CallbackList, kept: Checkpoint) -> None:
        """Train, and tell the callbacks what `model.fit` tells them.

        Args:
            told: the callbacks, with their model and parameters.
            kept: keeps what training comes to.
        """
        model = self._model
        model.stop_training = False
        told.on_train_begin()
        kept.begin(told, compiled=True, xla=self._trainer.plan.xla, budget=self._budget)
        epoch = begin = model._initial_epoch or self._initial
        self._guard.begin(
            lambda: self._trainer.variables, step=epoch * self.steps, steps=self.steps, taken=self._again
        )
        logs: dict[str, float] | None = None
        while epoch < self._epochs and not (epoch > begin and model.stop_training):
            for figures in self._next(told, epoch):
                epoch, logs = epoch + 1, figures
            kept.rest(epoch - 1, last=bool(epoch >= self._epochs or model.stop_training))
        if isinstance(model.optimizer, keras.optimizers.Optimizer) and self._epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_weights)
        told.on_train_end(logs)

    def _next(self, told: Any, epoch: int) -> Iterator[dict[str, float]]:
        """Train one epoch, or as many at once as nobody needs to look between; yield the figures of each."""
        seconds, begin, done = self._epoch_seconds, time.perf_counter(), 0
        at_once = self._listened and self._rows.leaves is not None and not self._rows.left_to_keras
        if seconds is None or not at_once or 2 * seconds > _CALL:
            yield self._one(told, epoch)
            done = 1
        else:
            many = min(
                self._trainer.plan.epochs_a_call or _MOST_EPOCHS, int(_CALL / seconds), self._epochs - epoch
            )
            for logs in self._several(told, epoch, max(1, many)):
                yield logs
                done += 1
        if seconds is not None or self._calls > 1:  # the very first call makes itself ready, which takes long
            self._epoch_seconds = (time.perf_counter() - begin) / done

    def _several(self, told: Any, first: int, many: int) -> Iterator[dict[str, float]]:
        """Train several epochs in one call, and tell of them afterwards."""
        numbers = list(range(first, first + many))
        call = Call(
            self._orders(numbers),
            self._rates(numbers),
            first=0,
            last=self._whole_steps,
            tail=self._tail > 0,
            fresh=True,
            judge=bool(self._rows.judged),
        )
        outcome = self._take(self._rows.leaves or [], call)
        last = first + len(outcome.train) - 1
        self._guard.after(outcome.train[-1], last * self.steps + outcome.steps - 1)
        for number, train, test in zip(numbers, outcome.train, outcome.test, strict=False):
            logs = {**train, **(_of_validation(test) if call.judge else {})}
            for callback in told.callbacks:  # themselves, since the list looks at every figure each time
                callback.on_epoch_begin(number)
                callback.on_train_batch_end(self.steps - 1, train)
                callback.on_epoch_end(number, logs)
            yield logs

    def _one(self, told: Any, epoch: int) -> dict[str, float]:
        """Train one epoch, in as many calls as it takes to be heard in between."""
        model = self._model
        told.on_epoch_begin(epoch)
        if self._guard.watches and not self._listened:  # a callback may have set the learning rate
            self._again.note(epoch)
        train: dict[str, float] = {}
        test: dict[str, float] | None = None
        chunk = None
        for chunk, call in self._calls_of(epoch):
            outcome = self._take(chunk.leaves, call)
            train, test = outcome.train[-1], outcome.test[-1] if call.judge else None
            step = chunk.offset + outcome.steps
            if self._watchers and math.isfinite(outcome.before) and not math.isfinite(train.get("loss", 0.0)):
                for watcher in self._watchers:
                    watcher.on_batch_end(step - 2, {"loss": outcome.before})
            self._guard.after(train, epoch * self.steps + step - 1)
            told.on_train_batch_end(step - 1, train)
            if model.stop_training:
                break
        logs = dict(train)
        if self._validates and chunk is not None:
            logs |= _of_validation(self._judge(told, chunk, test))
        told.on_epoch_end(epoch, logs)
        return logs

    def _calls_of(self, epoch: int) -> Iterator[tuple[Chunk, Call]]:
        """Yield the calls that make an epoch, each with its rows."""
        rates = self._rates([epoch])
        for chunk in self._rows.chunks(order_of_rows(self._seed, epoch, self._count)):
            whole, tail = divmod(len(chunk.order), self._batch_size)
            step, end = 0, -1
            while end < whole:
                end = min(whole, step + self._steps_of_a_call())
                ends = end == whole and chunk.last
                yield (
                    chunk,
                    Call(
                        chunk.order[np.newaxis],
                        rates[:, chunk.offset :],
                        first=step,
                        last=end,
                        tail=end == whole and tail > 0,
                        fresh=chunk.offset + step == 0,
                        judge=ends and bool(self._rows.judged) and not self._apart,
                    ),
                )
                step = end

    def _take(self, leaves: list[Any], call: Call) -> Outcome:
        """Make a call, and note how long a step takes."""
        begin = time.perf_counter()
        outcome = self._trainer.run([*leaves, *self._rows.judged], call)
        steps = len(call.orders) * (call.last - call.first + call.tail)
        if self._calls and steps:
            self._step_seconds = (time.perf_counter() - begin) / steps
        self._calls += 1
        return outcome

    def _steps_of_a_call(self) -> int:
        if self._trainer.plan.whole:
            return self.steps
        return _FIRST if self._step_seconds is None else max(1, int(_CALL / self._step_seconds))

    def _judge(self, told: Any, chunk: Chunk, done: dict[str, float] | None) -> dict[str, float]:
        """Tell of a validation that was done in the last call, or validate in a call of its own."""
        told.on_test_begin()
        if done is not None:
            logs = done
        elif self._rows.left_to_keras is not None:
            batches = Batches(self._rows.left_to_keras, batch_size=self._batch_size, seed=None)
            logs = self._model.evaluate(batches, verbose=0, return_dict=True)
        else:
            rates = np.zeros((1, self.steps), "float32")
            call = Call(chunk.order[np.newaxis], rates, 0, 0, tail=False, fresh=False, judge=True)
            logs = self._take(chunk.leaves, call).test[0]
        told.on_test_end(logs)
        return logs

    def _orders(self, epochs: Sequence[int]) -> np.ndarray:
        """Return the order of the rows in each epoch, ``(epochs, rows)``."""
        return np.stack([order_of_rows(self._seed, epoch, self._count) for epoch in epochs])

    def _rates(self, epochs: Sequence[int]) -> np.ndarray:
        """Return the learning rate of each step, ``(epochs, steps)``, where a callback has planned them."""
        if self._rater is None:
            return np.zeros((len(epochs), self.steps), "float32")
        return np.array([self._rater.rates_of_epoch(epoch) for epoch in epochs], "float32")

    def _planned(self, epoch: int) -> np.ndarray:
        """Return the learning rate of each step of an epoch once more, ``(1, steps)``."""
        rates = [0.0] * self.steps if self._rater is None else self._rater.planned_rates(epoch)
        return np.array([rates], "float32")


def _of_validation(logs: dict[str, float]) -> dict[str, float]:
    return {f"val_{name}": float(value) for name, value in logs.items()}
