"""How much memory training may take for rows that are at hand."""

from __future__ import annotations

from typing import Any

import keras
import psutil

from zoo.errors import InputError


def memory_budget(asked: int | None = None) -> int:
    """Return the bytes that rows may take: what was asked for, or a quarter of what is free.

    Raises:
        InputError: ``asked`` is no whole number above 0.

    Examples:
        >>> memory_budget(2**20)
        1048576
    """
    if asked is None:
        return int(psutil.virtual_memory().available // 4)
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < 1:
        raise InputError(f"memory_budget must be a whole number of bytes above 0; got {asked!r}.")
    return asked


def size_of(arrays: Any) -> int:
    """Return the bytes of a nest of arrays, as they are on the device."""
    return sum(int(_bytes(leaf)) for leaf in keras.tree.flatten(arrays))


def _bytes(leaf: Any) -> int:
    width = 4 if str(leaf.dtype) == "float64" else getattr(leaf.dtype, "size", None) or leaf.dtype.itemsize
    count = 1
    for length in leaf.shape:
        count *= int(length)
    return count * int(width)
