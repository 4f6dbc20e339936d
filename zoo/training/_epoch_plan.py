"""What a compiled epoch is made for, what it is asked, and what it answers: the same words on every backend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


class NotCompilable(Exception):
    """A model cannot be trained an epoch at a time; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Plan:
    """What a function that trains by the epoch is traced for.

    Attributes:
        batch_size: rows a step.
        judged: whether there are rows to validate by.
        rated: whether each step has its own learning rate.
        watched: whether to stop at the first loss that is not finite.
        xla: whether XLA compiles it, for which the numbers that follow must be known.
        rows: rows of the data.
        steps: steps of an epoch.
        whole: whether an epoch's rows are put in order at once, and not a batch at a time.
        epochs_a_call: how many epochs a call may take; 0 where any number will do.
    """

    batch_size: int
    judged: bool = False
    rated: bool = False
    watched: bool = False
    xla: bool = False
    rows: int = 0
    steps: int = 0
    whole: bool = False
    epochs_a_call: int = 0


@dataclass(frozen=True, eq=False)
class Call:
    """Which steps to take.

    Attributes:
        orders: the order of the rows in each epoch, ``(epochs, rows)`` int32.
        rates: the learning rate of each step, ``(epochs, steps)`` float32.
        first: the first step.
        last: the step to stop before, of the steps that are whole.
        tail: whether the smaller step follows.
        fresh: whether the metrics begin anew.
        judge: whether to validate at the end of each epoch.
    """

    orders: np.ndarray
    rates: np.ndarray
    first: int
    last: int
    tail: bool
    fresh: bool
    judge: bool

    @property
    def numbers(self) -> np.ndarray:
        """All but the arrays, with the count of epochs first."""
        told = (len(self.orders), self.first, self.last, self.tail, self.fresh, self.judge)
        return np.array(told, "int32")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a call did.

    Attributes:
        train: the metrics after each epoch, by name.
        test: those of the validation.
        steps: how far the last epoch got.
        before: the last finite loss, where one was watched and is not.
    """

    train: list[dict[str, float]]
    test: list[dict[str, float]]
    steps: int
    before: float
