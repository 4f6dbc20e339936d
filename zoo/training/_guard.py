"""A loss that is not finite: training stops, goes back to the weights from before, and says which layer it was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import keras

from zoo.training._first_not_finite import IN_THE_ROWS, first_in_step
from zoo.training._last_good import LastGood, all_finite, first_not_finite
from zoo.training._model_weights import numbers
from zoo.training.checks.finding import Finding, warning


class Steps(Protocol):
    """Takes steps of a training again, counted from the first step of all."""

    def again(self, first: int, last: int) -> None:
        """Take the steps from one on, up to another that is not taken."""

    def batch_of(self, step: int) -> Any:
        """Return the rows of a step."""


class Guard:
    """Watches a training for what is not finite.

    Args:
        model: the model.
        callbacks: all of the training; one that keeps best weights has the last word.
        watches: whether to look at all.

    Attributes:
        watches: whether it looks.
        finding: what was found, or ``None``.
    """

    def __init__(self, model: keras.Model, callbacks: Sequence[Any], *, watches: bool) -> None:
        self._model, self._callbacks = model, callbacks
        # A callback that tries rates until the loss explodes knows what it does, and so does mixed precision.
        self.watches = (
            watches
            and not any(getattr(one, "puts_weights_back", False) for one in callbacks)
            and not isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        )
        self.finding: Finding | None = None
        self._good: LastGood | None = None
        self._steps, self._doubts = 0, False
        self._taken: Steps | None = None

    def begin(
        self, variables: Callable[[], Sequence[Any]], *, step: int, steps: int | None, taken: Steps | None
    ) -> None:
        """Keep what the variables are before the first step.

        Args:
            variables: lists all that a step changes.
            step: the first step.
            steps: batches of an epoch, where that is known.
            taken: takes steps again; ``None`` where that cannot be done.
        """
        if self.watches:
            self._steps, self._taken = steps or 0, taken
            self._good = LastGood(variables, lambda: self._model.trainable_variables)
            self.watches = self._good.keep(step)

    def sees(self, logs: Mapping[str, Any] | None) -> bool:
        """Say whether a loss is not finite, for the first time."""
        return (
            self.watches
            and self._good is not None
            and self.finding is None
            and not math.isfinite((logs or {}).get("loss", 0.0))
        )

    def after(self, logs: Mapping[str, Any] | None, step: int) -> None:
        """Look at the figures after some steps; where they are not finite, go back and stop training.

        Args:
            logs: the figures.
            step: the last step that was taken.
        """
        if self.sees(logs):
            self._stop((logs or {})["loss"], step)
        elif self._good is not None and self.finding is None and self._good.is_due:
            spoiled = not self._good.keep(step + 1)
            if spoiled and self._doubts:  # the loss did not show it in the next step, since ReLU hides it
                self._stop(None, step)
            self._doubts = spoiled

    def _stop(self, loss: float | None, failed: int) -> None:
        good, model = self._good, self._model
        assert good is not None
        model.stop_training = True
        rate = getattr(model.optimizer, "learning_rate", None)
        told = f" (it is {float(numbers(rate)):g})" if isinstance(rate, keras.Variable) else ""
        mend = f"Lower the learning rate{told}, or clip gradients (clipnorm=1.0); look at the data with zoo.preflight."
        what = "The weights are not finite any more after" if loss is None else f"The loss became {loss:g} in"
        text = f"{what} {self._place(failed)}, and training has stopped."
        if not good.restore():
            self.finding = warning(
                f"{text} The weights are spoiled: of so large a model none are kept.", mend
            )
            return
        where = "from a moment before"
        if self._taken is not None:
            step, first = self._first(good, failed, self._taken, hidden=loss is None)
            where = "from before that step"
            if first:
                text += f" The first that was not finite is {first}"
                text += "." if step == failed else f", in {self._place(step)}."
            if first.endswith(IN_THE_ROWS):
                mend = "Fill what is missing in the data, or drop those rows; zoo.preflight says where it is."
        kept = [one for one in self._callbacks if getattr(one, "best_weights", None) is not None]
        if kept:
            where = f"that {type(kept[0]).__name__} kept as the best"
        self.finding = warning(f"{text} The model has the weights {where}.", mend)

    def _first(self, good: LastGood, failed: int, taken: Steps, *, hidden: bool) -> tuple[int, str]:
        """Find the first step that turns finite numbers into others, and go back to before it."""
        model = self._model

        def fine(step: int) -> bool:
            good.restore()
            taken.again(good.step, step)
            return all_finite(model.trainable_variables)

        step = failed
        if hidden or not fine(failed):
            step, bad = good.step, failed + hidden
            if bad > step and fine(bad - 1):
                step = bad - 1
            while bad - step > 1:
                middle = (step + bad) // 2
                step, bad = (middle, bad) if fine(middle) else (step, middle)
            fine(step)
        first = first_in_step(model, taken.batch_of(step))
        if not first:
            taken.again(step, step + 1)
            if path := first_not_finite(model.trainable_variables):
                first = f"{path}, by the step that the optimizer took"
            fine(step)
        return step, first

    def _place(self, step: int) -> str:
        """Say which step of which epoch it is."""
        if not self._steps:
            return f"step {step + 1}"
        epoch, place = divmod(step, self._steps)
        return f"epoch {epoch + 1}, step {place + 1} of {self._steps}"
