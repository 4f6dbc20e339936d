"""The path that an iterative algorithm leaves behind, so that it can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from zoo.by_hand._estimators import FloatArray
from zoo.errors import InputError

HUGE = 1e100  # a loss beyond this is on its way to infinity
MAX_ROWS, MAX_NUMBERS = 20_000, 2_000_000  # what one trace may hold: at most 16 MB
STRETCH = 64  # rows that may be noted at once


@dataclass(frozen=True, eq=False)
class Trace:
    """The path of a descent, one row a kept update; a long path is thinned evenly to at most 16 MB.

    Attributes:
        parameters: float64, shape (n_rows, n_parameters); the first row is the start.
        loss: float64, shape (n_rows,), the loss at those parameters.
        update: int, shape (n_rows,), how many updates had been made.
        exploded: True if the loss left the finite numbers; the trace ends before it did.
        seconds: how long the descent took, all of its updates together; 0 if it was not timed.
    """

    parameters: FloatArray
    loss: FloatArray
    update: NDArray[np.int64]
    exploded: bool = False
    seconds: float = 0.0

    def __len__(self) -> int:
        return len(self.loss)


class TraceRecorder:
    """Collects a trace; when it is full it drops every second row and from then on keeps half as many."""

    def __init__(self, n_parameters: int) -> None:
        self.capacity = max(2, min(MAX_ROWS, MAX_NUMBERS // n_parameters))
        self.parameters = np.empty((self.capacity + STRETCH, n_parameters))
        self.updates: list[int] = []
        self.losses: list[float] = []
        self.stride = 1
        self.begin = perf_counter()

    def add(self, update: int, parameters: FloatArray, loss: float = 0.0) -> None:
        """Note where the descent stands after ``update`` updates."""
        self.last = (update, parameters, loss)
        if update % self.stride == 0:
            self.parameters[len(self.updates)] = parameters
            self.updates.append(update)
            self.losses.append(loss)
            self._thin()

    def extend(self, update: int, path: FloatArray) -> None:
        """Note up to ``STRETCH`` rows at once, the first after ``update`` updates; their losses come late."""
        self.last = (update + len(path) - 1, path[-1], 0.0)
        kept = range(-update % self.stride, len(path), self.stride)
        self.parameters[len(self.updates) : len(self.updates) + len(kept)] = path[kept.start :: kept.step]
        self.updates.extend(update + row for row in kept)
        self.losses.extend(0.0 for _ in kept)
        self._thin()

    def trace(self, losses: Callable[[FloatArray], FloatArray] | None = None) -> Trace:
        """Return the kept rows and the last, up to where the loss explodes; ``losses`` computes them late.

        Raises:
            InputError: it has exploded before the first update.
        """
        seconds = perf_counter() - self.begin
        if self.updates[-1] != self.last[0]:
            self.parameters[len(self.updates)] = self.last[1]
            self.updates.append(self.last[0])
            self.losses.append(self.last[2])
        update, parameters = np.array(self.updates), self.parameters[: len(self.updates)]
        with np.errstate(over="ignore", invalid="ignore"):
            loss = losses(parameters) if losses else np.array(self.losses)
            sound = np.abs(loss) < HUGE
        end = len(sound) if sound.all() else int(sound.argmin())
        if end == 0:
            raise InputError(
                f"the loss must be less than {HUGE:g} where the descent starts; got {loss[0]:.3g}."
                " Scale the targets, or start nearer."
            )
        return Trace(parameters[:end].copy(), loss[:end], update[:end], end < len(sound), seconds)

    def _thin(self) -> None:
        while len(self.updates) > self.capacity:
            kept = self.parameters[: len(self.updates) : 2].copy()
            self.parameters[: len(kept)] = kept
            self.updates, self.losses = self.updates[::2], self.losses[::2]
            self.stride *= 2
