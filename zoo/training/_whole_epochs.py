"""The callbacks of a fit, told of whole epochs only."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import keras

from zoo.errors import PreflightWarning
from zoo.training._again import Again
from zoo.training._all_variables import training_variables
from zoo.training._guard import Guard
from zoo.training._streams import Supply
from zoo.training.checkpoint import Checkpoint
from zoo.training.checks.finding import Finding, error, warning

_MANY = 10_000  # batches of an epoch whose end is not known, after which a word is said


class WholeEpochs(keras.callbacks.CallbackList):  # type: ignore[misc]
    """A `CallbackList` that ends training where a stream runs dry, and keeps what is no epoch out of the history.

    Args:
        callbacks: as of a `CallbackList`.
        kept: keeps what training comes to; by default nothing does.
        guard: watches for what is not finite; by default nothing does.
        taken: takes steps again, where the data can be shown again.
        supply: the training data, where it is a stream.
        validation: the validation data, where it is one.
        initial_epoch: number of the first epoch.
        **params: as of a `CallbackList`: ``model``, ``epochs``, ``steps``, ``add_history``.

    Attributes:
        steps: batches learned from so far.
    """

    def __init__(
        self,
        callbacks: Any,
        *,
        kept: Checkpoint | None = None,
        guard: Guard | None = None,
        taken: Again | None = None,
        initial_epoch: int = 0,
        supply: Supply | None = None,
        validation: Supply | None = None,
        **params: Any,
    ) -> None:
        super().__init__(callbacks, **params)
        self._initial, self._epoch = initial_epoch, 0
        self._kept, self._taken = kept or Checkpoint(), taken
        self._guard = guard or Guard(self.model, (), watches=False)
        self._failed: tuple[int, Any] | None = None  # the step whose loss was not finite, and its figures
        self._supply, self._validation = supply, validation
        self.steps = 0
        self._whole, self._trained, self._judged, self._begin = 0, 0, 0, 0
        self._judging = False
        self._cut: tuple[Supply | None, int] | None = None  # whose end came, and after how many batches

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self._kept.begin(self, compiled=False)
        model, steps = self.model, self.params.get("steps")
        self._guard.begin(
            lambda: [
                *(variable for group in training_variables(model).values() for variable in group),
                *model.metrics_variables,
            ],
            step=(model._initial_epoch or self._initial) * (steps or 0),
            steps=steps,
            taken=self._taken,
        )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if not self._whole and self._cut is None:
            self._begin = epoch
        self._trained, self._epoch = 0, epoch
        super().on_epoch_begin(epoch, logs)
        if self._taken is not None:
            self._taken.note(epoch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.steps, self._trained = self.steps + batch + 1 - self._trained, batch + 1
        supply = self._supply
        if (
            self._trained == _MANY
            and supply is not None
            and not (supply.steps or supply.length or self._whole)
        ):
            warnings.warn(
                f"The first epoch has taken {_MANY:,} batches, and the {supply.part} does not say how many it has. "
                "If it never ends, pass steps_per_epoch=.",
                PreflightWarning,
                stacklevel=2,
            )
        super().on_train_batch_end(batch, logs)

    def look(self, batch: int, logs: Any) -> None:
        """Look at the figures after a batch."""
        steps = self.params.get("steps")
        step = self.steps - 1 if steps is None else self._epoch * steps + batch
        if self._guard.sees(
            logs
        ):  # what is to be done waits for the end of the epoch, when nothing else is on the way
            self._failed = step, logs
            self.model.stop_training = True
        elif keras.config.backend() != "jax":  # whose variables are empty until then
            self._guard.after(logs, step)

    def on_test_begin(self, logs: Any = None) -> None:
        self._judged, self._judging = 0, True
        if self._is_cut():
            self.model.stop_evaluating = True  # after the first batch: nobody will see the figures
        super().on_test_begin(logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._judged += 1
        super().on_test_batch_end(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._failed is not None:
            self._guard.after(self._failed[1], self._failed[0])
        judging, self._judging = self._judging, False
        if self._is_cut() or (judging and self._cut_in_validation()):
            self.model.stop_training = True
            return
        super().on_epoch_end(epoch, logs)
        self._whole += 1
        last = epoch + 1 >= (self.params.get("epochs") or 0) or self.model.stop_training
        if not last and self._supply is not None and self._supply.spent(self._whole):
            self._cut = (self._supply, 0)
            self.model.stop_training = last = True
        self._kept.rest(epoch, last=bool(last))

    def findings(self) -> Iterator[Finding]:
        """Say that a stream has run dry: a warning, or an error where not one epoch is whole."""
        if self._cut is None:
            return
        supply, scraps = self._cut
        epochs = (self.params.get("epochs") or 0) - self._begin
        if supply is None or not supply.counts:
            part = "training data" if supply is None else supply.part
            yield error(
                f"The {part} gave no batch in epoch {self._begin + self._whole + 1}.",
                "Look at what fills it.",
            )
            return
        steps = supply.steps or supply.found
        text = (
            f"The {supply.part} has run dry: {supply.found} batch(es) found, {epochs * steps} needed "
            f"({epochs} epoch(s) x {steps})."
        )
        again = "Let the generator begin anew (while True: ...)"
        if not self._whole:
            yield error(
                f"{text} Not one epoch is whole, so the history is empty; the {scraps} batch(es) were learned from.",
                f"{again}, or pass steps_per_epoch={supply.found}."
                if supply.part.startswith("training")
                else f"{again}, or pass validation_steps={supply.found}.",
            )
            return
        learned = (
            f" {scraps} batch(es) of the next were learned from and are not in the history." if scraps else ""
        )
        yield warning(
            f"{text} Training stopped after epoch {self._begin + self._whole}.{learned}",
            f"{again}, or pass epochs={self._begin + self._whole}.",
        )

    def _is_cut(self) -> bool:
        """Say whether the epoch at hand lacks batches, and remember whose."""
        if self._cut is None:
            if self._supply is not None and self._supply.short(self._whole + 1) and not self._stopped_early():
                self._cut = (self._supply, self._supply.found - self._whole * (self._supply.steps or 0))
            elif not self._trained and not self.model.stop_training:
                self._cut = (self._supply, 0)
        return self._cut is not None

    def _stopped_early(self) -> bool:
        """Say whether something else ended the epoch: then its figures count, as they do in Keras."""
        return bool(self.model.stop_training)

    def _cut_in_validation(self) -> bool:
        short = self._validation is not None and self._validation.short(self._whole + 1)
        if (short or not self._judged) and not getattr(self.model, "stop_evaluating", False):
            self._cut = (self._validation, self._trained)
        return self._cut is not None
