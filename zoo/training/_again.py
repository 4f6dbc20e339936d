"""Steps that are taken a second time, to see which of them went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from zoo.training._data import Batches, Rows, order_of_rows
from zoo.training._device_rows import DeviceRows
from zoo.training._epoch_functions import Trainer
from zoo.training._epoch_plan import Call
from zoo.training._model_weights import numbers

_MOST = 4096  # epochs whose learning rate is known


class Again:
    """Takes steps of Keras' own `fit` again, by `train_on_batch`, with the learning rates that they had.

    Args:
        model: the model.
        feed: the rows in batches.

    Attributes:
        steps: batches of an epoch.
    """

    def __init__(self, model: keras.Model, feed: Batches) -> None:
        self._model, self._feed, self.steps = model, feed, len(feed)
        self._rates: dict[int, float] = {}

    def note(self, epoch: int) -> None:
        """Note the learning rate with which an epoch begins."""
        rate = getattr(self._model.optimizer, "learning_rate", None)
        if isinstance(rate, keras.Variable):
            self._rates[epoch] = float(numbers(rate))
            self._rates.pop(epoch - _MOST, None)

    def again(self, first: int, last: int) -> None:
        """Take the steps from one on, counted from the first of all, up to another that is not taken."""
        for step in range(first, last):
            epoch, place = divmod(step, self.steps)
            if place == 0:
                self._model.reset_metrics()
                self._begin(epoch)
            self._model.train_on_batch(*self.batch_of(step))

    def batch_of(self, step: int) -> Any:
        """Return the rows of a step."""
        epoch, place = divmod(step, self.steps)
        self._feed.set_epoch(epoch)
        return self._feed[place]

    def _begin(self, epoch: int) -> None:
        if epoch in self._rates:
            self._model.optimizer.learning_rate = self._rates[epoch]


class AgainByEpochs(Again):
    """Takes steps of a training by compiled epochs again, with the very function that took them.

    Args:
        model: the model.
        trainer: the function.
        held: the rows on the device.
        rows: the same rows.
        planned: gives the learning rate of each step of an epoch, ``(1, steps)``.
        batch_size: rows a step.
        seed: of the order of the rows.
    """

    def __init__(
        self,
        model: keras.Model,
        trainer: Trainer,
        held: DeviceRows,
        rows: Rows,
        planned: Callable[[int], np.ndarray],
        *,
        batch_size: int,
        seed: int,
    ) -> None:
        super().__init__(model, Batches(rows, batch_size=batch_size, seed=seed))
        self._trainer, self._held, self._planned = trainer, held, planned
        self._count, self._batch_size, self._seed = len(rows), batch_size, seed

    def again(self, first: int, last: int) -> None:
        """Take the steps from one on, counted from the first of all, up to another that is not taken."""
        while first < last:
            epoch, begin = divmod(first, self.steps)
            end = min(self.steps, begin + last - first)
            if not begin:
                self._begin(epoch)
            self._some(epoch, begin, end)
            first += end - begin

    def _some(self, epoch: int, begin: int, end: int) -> None:
        """Take some steps of an epoch."""
        planned = self._planned(epoch)
        for chunk in self._held.chunks(order_of_rows(self._seed, epoch, self._count)):
            whole, tail = divmod(len(chunk.order), self._batch_size)
            low, high = max(begin - chunk.offset, 0), min(end - chunk.offset, whole + (tail > 0))
            if low < high:
                call = Call(
                    chunk.order[np.newaxis],
                    planned[:, chunk.offset :],
                    first=low,
                    last=min(high, whole),
                    tail=high > whole,
                    fresh=chunk.offset + low == 0,
                    judge=False,
                )
                self._trainer.run([*chunk.leaves, *self._held.judged], call)
