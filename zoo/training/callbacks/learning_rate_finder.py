"""Which learning rate? Try them all, for a batch each."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import at_least, positive
from zoo.training.callbacks._learning_rate import settable_rate

_FEWEST = 20  # steps, below which the curve says nothing
_MEMORY = 0.9  # of the smoothed loss, per step
_DIVERGED = 4  # times the best loss


class LearningRateFinder(keras.callbacks.Callback):  # type: ignore[misc]
    """Raise the learning rate from step to step, note each loss, and put everything back.

    Pass it alone to a training of its own, before the real one. The rate rises by the same factor each step,
    through all the steps of that training but no more than ``steps``; where the loss leaves all bounds it
    ends early. Then the weights, the optimizer and its rate are again what they were.
    `zoo.plots.learning_rates` draws what it found.

    Args:
        lowest: the first rate.
        highest: the last rate.
        steps: how many batches at most.

    Attributes:
        learning_rates: the rate of each step taken.
        losses: the loss of each step's batch.

    Raises:
        InputError: an argument cannot be meant; at the start of training, when the optimizer follows a
            schedule, or the training has too few steps.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("mlp", input_shape=data.input_shape, num_classes=10, seed=0)
        >>> model.compile("sgd", "sparse_categorical_crossentropy")
        >>> finder = LearningRateFinder(steps=60)
        >>> _ = zoo.fit(model, data, epochs=2, callbacks=finder, verbose=0, seed=0)
        >>> 0.01 < finder.suggestion < 10
        True

    Source: Smith (2015), "Cyclical learning rates for training neural networks".
    """

    puts_weights_back = True  # so that nobody wonders that none has moved
    sets_learning_rate = True  # so that `zoo.fit` refuses a second one beside it

    def __init__(self, *, lowest: float = 1e-6, highest: float = 10.0, steps: int = 300) -> None:
        super().__init__()
        self.lowest, self.highest = positive("lowest", lowest), positive("highest", highest)
        if lowest >= highest:
            raise InputError(f"lowest must be below highest; got {lowest!r} and {highest!r}.")
        at_least("steps", steps, _FEWEST)
        self.steps = steps
        self.learning_rates: list[float] = []
        self.losses: list[float] = []
        self._before: list[tuple[Any, np.ndarray]] = []

    @property
    def smoothed(self) -> np.ndarray:
        """The losses without most of the noise of single batches: a running mean, exponentially weighted."""
        mean, means = 0.0, []
        for step, loss in enumerate(self.losses, start=1):
            mean = _MEMORY * mean + (1 - _MEMORY) * loss
            means.append(mean / (1 - _MEMORY**step))
        return np.array(means)

    @property
    def suggestion(self) -> float:
        """A tenth of the rate at which the loss was lowest: that one is already at the edge.

        Raises:
            InputError: nothing was recorded, or the loss never fell.
        """
        if not self.losses:
            raise InputError(
                "Nothing was tried yet. Pass the finder to zoo.fit(..., callbacks=finder) first."
            )
        smoothed = self.smoothed
        best = int(np.nanargmin(smoothed)) if np.isfinite(smoothed).any() else 0
        if best < len(smoothed) // 10:
            raise InputError(
                f"The loss never fell between the rates {self.learning_rates[0]:.2g} and "
                f"{self.learning_rates[-1]:.2g}. Try lower ones, LearningRateFinder(lowest={self.lowest / 1e3:g}); "
                "or the network cannot learn this as it is."
            )
        return self.learning_rates[best] / 10

    def on_train_begin(self, logs: Any = None) -> None:
        """Keep all that training changes."""
        self._before = []
        params = self.params or {}
        planned = (params.get("steps") or self.steps) * params["epochs"]
        if planned < _FEWEST:
            raise InputError(
                f"LearningRateFinder needs {_FEWEST} steps or more, better {self.steps}; this training has "
                f"{planned}. Give it more epochs, or a smaller batch_size."
            )
        settable_rate(self.model, "LearningRateFinder")
        if not self.model.built:
            raise InputError(
                "LearningRateFinder puts the weights back afterwards, and this model has none yet. Begin it with "
                "keras.Input(...), or call it once on a batch."
            )
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        variables = [*self.model.variables, *self.model.optimizer.variables]
        self._before = [(variable, keras.ops.convert_to_numpy(variable).copy()) for variable in variables]
        self._rates = np.geomspace(self.lowest, self.highest, min(planned, self.steps))
        self.learning_rates, self.losses = [], []

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the rate of the step to come."""
        model = self.model
        model.reset_metrics()  # or Keras would report the mean since the epoch's beginning
        model.optimizer.learning_rate = float(self._rates[len(self.losses)])

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the loss, and see whether this goes anywhere."""
        if len(self.losses) == len(self._rates):
            return
        if "loss" not in (logs or {}):
            raise InputError(
                f"LearningRateFinder watches the loss, and this model reports only {', '.join(logs or {})}. A model "
                "with a training step of its own, such as a GAN, has no single loss to try rates by."
            )
        self.learning_rates.append(float(self._rates[len(self.losses)]))
        self.losses.append(float((logs or {})["loss"]))
        smoothed = self.smoothed
        lost = not np.isfinite(smoothed[-1]) or smoothed[-1] > _DIVERGED * abs(np.nanmin(smoothed))
        if len(self.losses) == len(self._rates) or (lost and len(self.losses) >= _FEWEST):
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """Put everything back."""
        for variable, value in self._before:
            variable.assign(value)
        self._before = []
