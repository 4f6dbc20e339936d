"""A learning rate that rises once and falls once."""

from __future__ import annotations

import math
from typing import Any

import keras

from zoo.errors import InputError
from zoo.training._arguments import positive
from zoo.training.callbacks._learning_rate import settable_rate


class OneCycle(keras.callbacks.Callback):  # type: ignore[misc]
    """Raise the learning rate along a cosine, then lower it, over all steps of the training.

    Small steps while the network finds its direction, large ones through the middle, small ones again to
    settle: often as good a network in a third of the epochs. The rate of each step depends on its number
    alone, so a training taken up again with ``initial_epoch`` goes on where it was. Afterwards the optimizer
    has the rate it was compiled with. Momentum stays as compiled: Keras builds it into the training step.

    It needs every epoch that was planned, so pass no early stopping beside it, nor another callback that
    sets the rate.

    Args:
        max_learning_rate: the highest rate; `zoo.LearningRateFinder` suggests one.
        rise: share of the steps in which the rate rises, above 0 and below 1.
        begin: the first rate, as a share of the highest.
        end: the last rate, as a share of the highest.
        steps_per_epoch: batches an epoch, where the data is a stream that does not say.

    Attributes:
        learning_rates: the rate of each step of the last training.

    Raises:
        InputError: an argument cannot be meant; at the start of training, when the optimizer follows a
            schedule or the number of steps is not known.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris")
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy")
        >>> cycle = OneCycle(0.1)
        >>> _ = zoo.fit(model, data, epochs=5, callbacks=cycle, verbose=0)
        >>> len(cycle.learning_rates), round(max(cycle.learning_rates), 3)
        (20, 0.1)

    Source: Smith (2018), "A disciplined approach to neural network hyper-parameters"; Smith and Topin
    (2018), "Super-convergence". The cosine is fastai's.
    """

    sets_learning_rate = True  # so that `zoo.fit` refuses a second one beside it
    by_epoch = True  # a compiled epoch asks `rates_of_epoch` instead of calling at every batch

    def __init__(
        self,
        max_learning_rate: float,
        *,
        rise: float = 0.3,
        begin: float = 0.04,
        end: float = 1e-4,
        steps_per_epoch: int | None = None,
    ) -> None:
        super().__init__()
        self.max_learning_rate = positive("max_learning_rate", max_learning_rate)
        self.rise = positive("rise", rise)
        self.begin, self.end = positive("begin", begin), positive("end", end)
        if rise >= 1:
            raise InputError(f"rise must be a share between 0 and 1; got {rise!r}.")
        self.steps_per_epoch = steps_per_epoch
        self.learning_rates: list[float] = []
        self._compiled: float | None = None

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of a step, counted from 0, of so many."""
        share = min(step / max(steps - 1, 1), 1.0)  # a stream may give more than was said
        if share < self.rise:
            return self.max_learning_rate * _cosine(self.begin, 1.0, share / self.rise)
        return self.max_learning_rate * _cosine(1.0, self.end, (share - self.rise) / (1 - self.rise))

    def on_train_begin(self, logs: Any = None) -> None:
        """Count the steps ahead, and remember the compiled rate."""
        self._compiled, params = None, self.params or {}
        steps = self.steps_per_epoch or params.get("steps")
        if not steps:
            raise InputError(
                "OneCycle spreads the rate over all steps, and this data does not say how many there are. Use "
                "OneCycle(..., steps_per_epoch=...)."
            )
        self._compiled = settable_rate(self.model, "OneCycle")
        self._steps, self._epochs = int(steps), int(params["epochs"])
        self.learning_rates = []

    def rates_of_epoch(self, epoch: int) -> list[float]:
        """Return the rate of each step of an epoch, for a training that takes them all at once, and note them."""
        rates = self.planned_rates(epoch)
        self.learning_rates += rates
        return rates

    def planned_rates(self, epoch: int) -> list[float]:
        """Return the rate of each step of an epoch."""
        return [
            self.rate(epoch * self._steps + step, self._epochs * self._steps) for step in range(self._steps)
        ]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of the step to come."""
        rate = self.rate(self._epoch * self._steps + batch, self._epochs * self._steps)
        self.model.optimizer.learning_rate = rate
        self.learning_rates.append(rate)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write the rate into the history, as Keras' own callbacks do."""
        if logs is not None and self.learning_rates:
            logs["learning_rate"] = self.learning_rates[-1]

    def on_train_end(self, logs: Any = None) -> None:
        """Put the compiled rate back."""
        if self._compiled is not None:  # or it never began
            self.model.optimizer.learning_rate = self._compiled
            self._compiled = None


def _cosine(start: float, stop: float, share: float) -> float:
    """Go from one number to another along half a cosine."""
    return stop + (start - stop) * (1 + math.cos(math.pi * share)) / 2
