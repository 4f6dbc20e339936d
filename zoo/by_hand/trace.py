"""The path that an iterative algorithm leaves behind, so that it can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoo.by_hand._estimators import FloatArray

Row = tuple[int, FloatArray, float]

HUGE = 1e100  # a loss beyond this is on its way to infinity
MAX_ROWS, MAX_NUMBERS = 20_000, 2_000_000  # what one trace may hold: at most 16 MB


@dataclass(frozen=True, eq=False)
class Trace:
    """The path of a descent, one row a kept update; a long path is thinned evenly to at most 16 MB.

    Attributes:
        parameters: float64, shape (n_rows, n_parameters); the first row is the start.
        loss: float64, shape (n_rows,), the loss at those parameters.
        update: int, shape (n_rows,), how many updates had been made.
        exploded: True if the loss left the finite numbers; the trace ends before it did.
    """

    parameters: FloatArray
    loss: FloatArray
    update: NDArray[np.int64]
    exploded: bool = False

    def __len__(self) -> int:
        return len(self.loss)


class TraceRecorder:
    """Collects a trace; when it is full it drops every second row and from then on keeps half as many."""

    def __init__(self, n_parameters: int) -> None:
        self.rows: list[Row] = []
        self.capacity = max(2, min(MAX_ROWS, MAX_NUMBERS // n_parameters))
        self.stride = 1

    def add(self, update: int, parameters: FloatArray, loss: float = 0.0) -> None:
        """Note where the descent stands after ``update`` updates."""
        self.last = (update, parameters, loss)
        if update % self.stride == 0:
            self.rows.append(self.last)
            if len(self.rows) > self.capacity:
                self.rows = self.rows[::2]
                self.stride *= 2

    def trace(self, losses: Callable[[FloatArray], FloatArray] | None = None) -> Trace:
        """Return the kept rows and the last, up to where the loss explodes; ``losses`` computes them late."""
        if self.rows[-1] is not self.last:
            self.rows.append(self.last)
        update, parameters, loss = (np.array(column) for column in zip(*self.rows, strict=True))
        with np.errstate(over="ignore", invalid="ignore"):
            loss = losses(parameters) if losses else loss
            sound = np.abs(loss) < HUGE
        end = len(sound) if sound.all() else int(sound.argmin())
        return Trace(parameters[:end], loss[:end], update[:end], exploded=end < len(sound))
