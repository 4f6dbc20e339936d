"""The rows of a training on the device: all of them, or in parts where they would take too much memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.training._data import Rows
from zoo.training._epoch_backend import place
from zoo.training._memory import number_type, size_of


@dataclass(frozen=True, eq=False)
class Chunk:
    """Rows of an epoch that are at hand.

    Attributes:
        leaves: the arrays on the device.
        order: the rows of the arrays in the order in which they are shown.
        offset: steps of the epoch that came before.
        last: whether the epoch ends with them.
    """

    leaves: list[Any]
    order: np.ndarray
    offset: int
    last: bool


class DeviceRows:
    """Rows to learn from and rows to validate by, as far as a budget lets them onto the device.

    Args:
        rows: to learn from.
        judged: to validate by, or ``None``.
        batch_size: rows a step.
        budget: bytes that they may take.

    Attributes:
        leaves: the arrays to learn from, or ``None`` where they come in parts.
        most: rows of the largest part.
        like: what the arrays look like on the device.
        size: bytes that they take.
        judged: the arrays to validate by; empty where there are none, or too many.
        judged_like: what these look like.
        left_to_keras: the rows to validate by, where they are too many.
    """

    def __init__(self, rows: Rows, judged: Rows | None, *, batch_size: int, budget: int) -> None:
        self._rows, self._batch_size = rows, batch_size
        arrays = rows.as_tuple()
        self.size = size_of(arrays)
        theirs = () if judged is None else judged.as_tuple()
        too_many = size_of(theirs) > budget // 2
        self.left_to_keras = judged if too_many else None
        self.judged_like, self.judged = (
            looks_of(() if too_many else theirs),
            place(() if too_many else theirs),
        )
        left = budget - size_of(self.judged_like)
        # Rows are copied to the device, and once more when they are put in order there or on the way.
        self.leaves = place(arrays) if 2 * self.size <= left else None
        part = max(1, left // 3 * len(rows) // max(1, self.size) // batch_size) * batch_size
        self.most = len(rows) if self.leaves is not None else min(part, len(rows))
        self.like = looks_of(arrays)

    def chunks(self, order: np.ndarray) -> Iterator[Chunk]:
        """Yield the rows of an epoch in their order, as many at a time as memory allows."""
        if self.leaves is not None:
            yield Chunk(self.leaves, order, 0, last=True)
            return
        for first in range(0, len(order), self.most):
            rows = order[first : first + self.most]
            leaves = place(self._rows.take(rows).as_tuple())
            last = first + self.most >= len(order)
            yield Chunk(leaves, np.arange(len(rows), dtype="int32"), first // self._batch_size, last)


def looks_of(arrays: Any, rows: int | None = None) -> Any:
    """Say what arrays look like on the device: their shapes, or those of so many rows, and their number types.

    Examples:
        >>> looks_of((np.ones((5, 2)),), rows=3)[0].shape
        (3, 2)
    """
    return keras.tree.map_structure(
        lambda leaf: keras.KerasTensor(
            (leaf.shape[0] if rows is None else rows, *leaf.shape[1:]), number_type(leaf)
        ),
        arrays,
    )
