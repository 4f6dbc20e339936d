"""Ctrl-C, once: stop at the end of the batch. Twice: stop now."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import keras


class Interruption:
    """Whether Ctrl-C was pressed, and how often, since a training began."""

    def __init__(self) -> None:
        self.count, self._begin = 0, time.perf_counter()

    def note_in(self, history: keras.callbacks.History, earlier: float = 0.0) -> keras.callbacks.History:
        """Write into a history's ``params`` whether it was ``interrupted`` and how many ``seconds`` it took.

        Args:
            history: what training has left.
            earlier: seconds of the processes before, where it was taken up again.
        """
        seconds = earlier + time.perf_counter() - self._begin
        history.params = {**(history.params or {}), "interrupted": self.count > 0, "seconds": seconds}
        return history


@contextlib.contextmanager
def stop_on_interrupt(model: keras.Model) -> Iterator[Interruption]:
    """Turn the first Ctrl-C into ``model.stop_training`` and leave the second as it is.

    Outside the main thread, where Python delivers no signals, nothing is changed.
    """
    interruption = Interruption()

    def stop(number: int, frame: Any) -> None:
        interruption.count += 1
        model.stop_training = True
        if interruption.count > 1:
            raise KeyboardInterrupt
        print("\nStopping after this batch; press Ctrl-C again to stop at once.", file=sys.stderr, flush=True)

    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, stop)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)
