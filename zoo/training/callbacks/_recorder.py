"""What recorders share: when to look."""

from __future__ import annotations

from typing import Any

import keras

from zoo.training._arguments import at_least


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Look at the model before the first step, every few epochs, and after the last.

    A recorder says in ``_begin`` what an empty record is, and in ``_record`` what to look at. Like Keras'
    `History`, it begins anew with each training.

    Args:
        every: epochs from one record to the next.

    Attributes:
        epochs: how many epochs had passed at each record.

    Raises:
        InputError: ``every`` is no whole number of 1 or more.
    """

    def __init__(self, *, every: int) -> None:
        super().__init__()
        at_least("every", every)
        self.every = every
        self._begin()

    def _begin(self) -> None:
        self.epochs: list[int] = []

    def _record(self, epoch: int) -> None:
        self.epochs.append(epoch)

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget an earlier training."""
        self._begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Record the model as it is before the first step."""
        if not self.epochs:  # here, since only here a training that goes on knows where it is
            self._record(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record every few epochs, and the last."""
        last = epoch + 1 == (self.params or {}).get("epochs") or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            self._record(epoch + 1)
