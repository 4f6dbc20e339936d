"""`PyDataset` around batches that are kept, begin anew, or go through a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras


class Kept(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches that are shown again and again."""

    def __init__(self, batches: Sequence[Any]) -> None:
        super().__init__()
        self._batches = batches

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, batch: int) -> Any:
        return self._batches[batch]


class Around(keras.utils.PyDataset):  # type: ignore[misc]
    """Stands around another one, with its workers and its epochs."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner.workers, inner.use_multiprocessing, inner.max_queue_size)
        self._inner = inner

    @property
    def num_batches(self) -> int | None:
        batches: int | None = self._inner.num_batches
        return batches

    def __getitem__(self, batch: int) -> Any:
        return self._inner[batch]

    def on_epoch_begin(self) -> None:
        self._inner.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._inner.on_epoch_end()


class Renewed(Around):
    """Begins anew where it ends."""

    def __init__(self, inner: Any, length: float) -> None:
        super().__init__(inner)
        self._length = int(length)

    @property
    def num_batches(self) -> None:
        return None

    def __getitem__(self, batch: int) -> Any:
        return super().__getitem__(batch % self._length)


class Readied(Around):
    """Gives out its batches through a function."""

    def __init__(self, inner: Any, ready: Callable[[Any], Any]) -> None:
        super().__init__(inner)
        self._ready = ready

    def __getitem__(self, batch: int) -> Any:
        return self._ready(super().__getitem__(batch))
