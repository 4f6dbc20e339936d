"""How much memory training may take for rows that are at hand."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
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
    """Return the bytes of a nest of arrays, as they are on the device.

    Examples:
        >>> import numpy as np
        >>> size_of([np.ones((2, 3)), np.ones(2, "uint8")])  # 64-bit floats become 32-bit ones
        26
    """
    return sum(math.prod(leaf.shape) * _width(number_type(leaf)) for leaf in keras.tree.flatten(arrays))


def number_type(leaf: Any) -> str:
    """Return the name of the type that an array has on the device, as `model.fit` has it.

    Examples:
        >>> import numpy as np
        >>> number_type(np.ones(1)), number_type(np.ones(1, "uint8"))
        ('float32', 'uint8')
    """
    name: str = getattr(leaf.dtype, "name", leaf.dtype)
    return keras.config.floatx() if name == "float64" else name


def _width(kind: str) -> int:
    return {"bfloat16": 2, "string": 16}.get(kind) or np.dtype(kind).itemsize
