"""What `zoo.fit_many` returns: many trained networks, and what can be said of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np

from zoo.errors import InputError, UnknownNameError, did_you_mean
from zoo.training._compiled import settle
from zoo.training._data import Rows
from zoo.training._learned import remember
from zoo.training._many_groups import Group
from zoo.training._many_starts import variables
from zoo.training._many_step import Networks
from zoo.training._many_variants import Builder, Variant
from zoo.training._task import judging_task
from zoo.training._weights import weigh
from zoo.training.preflight import findings, tell

if TYPE_CHECKING:
    import pandas as pd


class Interval(NamedTuple):
    """A mean and its 95 % interval.

    Attributes:
        mean: over the variants.
        low: where the interval begins.
        high: where it ends.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} ({self.low:.4f} to {self.high:.4f})"


class Many:
    """Networks that were trained together; `zoo.fit_many` makes it.

    Attributes:
        variants: a dictionary each.
        history: an array ``(variants, epochs)`` by metric.
        interrupted: whether Ctrl-C ended the training early.
        seconds: from the call to its end.
        groups: how the networks lie in memory.
    """

    def __init__(
        self, variants: list[Variant], builder: Builder, networks: Networks, rows: Rows, epochs: int
    ) -> None:
        self.variants, self.groups = variants, list[Group]()
        self.history: dict[str, np.ndarray] = {}
        self.interrupted, self.seconds = False, 0.0
        self._builder, self._networks, self._rows, self._epochs = builder, networks, rows, epochs

    def __len__(self) -> int:
        return len(self.variants)

    def __repr__(self) -> str:
        done = next(iter(self.history.values()), np.empty((0, 0))).shape[1]
        left = f" of {self._epochs}" if done < self._epochs else ""
        told = f"Many: {len(self)} networks {self._networks.model.name!r}, {done}{left} epochs, {self.seconds:.1f} s"
        return "\n".join([told, *(f"  {name}  {self.interval(name)}" for name in self.history)])

    def add_epoch(self, logs: dict[str, np.ndarray]) -> None:
        """Write down an epoch's metrics, a number a variant."""
        for name, values in logs.items():
            before = self.history.get(name, np.empty((len(self), 0)))
            self.history[name] = np.concatenate([before, values[:, np.newaxis]], axis=1)

    def model(self, number: int) -> keras.Model:
        """Return one of the networks: a compiled `keras.Model` that goes on where its training ended.

        Args:
            number: of the variant; -1 is the last.
        """
        number = range(len(self))[self._checked(number)]
        group = next(group for group in self.groups if number in group.variants)
        values, optimizer = group.values(group.variants.index(number))
        model = self._builder.model(self.variants[number])
        settle(model, self._rows)
        for variable, value in zip(variables(model), values, strict=True):
            variable.assign(value)
        model.optimizer.build(model.trainable_variables)
        for variable, value in zip(model.optimizer.variables, optimizer, strict=True):
            variable.assign(value)
        remember(model, self._rows)
        return model

    @property
    def models(self) -> list[keras.Model]:
        """All networks; each is built when it is asked for, so ask for few."""
        return [self.model(number) for number in range(len(self))]

    def history_of(self, number: int) -> keras.callbacks.History:
        """Return the `History` that `zoo.fit` would have returned for one network."""
        history = keras.callbacks.History()
        number = self._checked(number)
        history.history = {
            name: [float(value) for value in values[number]] for name, values in self.history.items()
        }
        history.epoch = list(range(len(next(iter(history.history.values()), []))))
        history.params = {
            "epochs": self._epochs,
            "interrupted": self.interrupted,
            "seconds": self.seconds / len(self),
        }
        return history

    def evaluate(self, data: Any, y: Any = None, *, sample_weight: Any = None) -> dict[str, np.ndarray]:
        """Return the loss and the metrics of every network on the same rows, an array ``(variants,)`` by name.

        Args:
            data: a split, ``(x, y)``, or ``x`` with ``y``.
            y: targets, where ``data`` is ``x``.
            sample_weight: weight of each row in the loss.
        """
        model = self._networks.model
        task = judging_task(model, data, y, sample_weight=sample_weight)
        if task.data.supply is not None:
            raise InputError("Many.evaluate needs arrays; got a stream. Take its rows first.")
        tell(findings(task))
        rows = weigh(model, task.data.known_rows).as_tuple()
        batch = tuple(
            keras.tree.map_structure(keras.ops.convert_to_tensor, part) for part in rows if part is not None
        )
        found: dict[str, np.ndarray] = {}
        for group in self.groups:
            for name, values in group.judge(self._networks, batch).items():
                found.setdefault(name, np.empty(len(self)))[group.variants] = values
        return found

    def interval(self, metric: Any, by: str | None = None) -> Any:
        """Return the mean over the variants and its 95 % interval, by Student's t.

        Args:
            metric: a name in ``history``, of which the last epoch counts; or a number a variant, as
                `evaluate` returns them.
            by: a name in the variants, such as ``"learning_rate"``: then an interval for each of its values.

        Returns:
            ``(mean, low, high)``, or a dictionary of them by value. Variants that have become NaN make it NaN.
        """
        values = self._values(metric)
        if by is None:
            return _interval(values)
        known = {name for variant in self.variants for name in variant}
        if by not in known:
            raise UnknownNameError(f"The variants have no {by!r}.{did_you_mean(by, known)}")
        labels = [variant.get(by) for variant in self.variants]
        return {
            label: _interval(values[[one == label for one in labels]])
            for label in sorted(set(labels), key=labels.index)
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a table: a row for each variant and epoch."""
        import pandas as pd

        frames = []
        for number, variant in enumerate(self.variants):
            columns = {name: values[number] for name, values in self.history.items()}
            frame = pd.DataFrame({"epoch": range(1, 1 + len(next(iter(columns.values()), []))), **columns})
            told = pd.DataFrame([{"variant": number, **variant}] * len(frame), index=frame.index)
            frames.append(pd.concat([told, frame], axis=1))
        return pd.concat(frames, ignore_index=True)

    def _values(self, metric: Any) -> np.ndarray:
        if isinstance(metric, str):
            if metric not in self.history:
                raise UnknownNameError(
                    f"The history has no {metric!r}.{did_you_mean(metric, self.history)} It has "
                    f"{', '.join(self.history) or 'no epoch'}."
                )
            return self.history[metric][:, -1]
        values = np.asarray(metric, dtype=float)
        if values.shape != (len(self),):
            raise InputError(f"There are {len(self)} variants; got figures of shape {values.shape}.")
        return values

    def _checked(self, number: int) -> int:
        if not -len(self) <= number < len(self):
            raise InputError(f"There are {len(self)} networks, 0 to {len(self) - 1}; got {number}.")
        return int(number)


def _interval(values: np.ndarray) -> Interval:
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, float("nan"), float("nan"))
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)
