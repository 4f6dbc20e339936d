"""How a small window slides over images: shared by convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from zoo.by_hand._arguments import one_of
from zoo.by_hand._estimators import FloatArray
from zoo.errors import InputError

Pair = int | tuple[int, int]
Slices = tuple[slice, ...]


def slide(
    x: ArrayLike, size: tuple[int, int], strides: tuple[int, int], padding: str, fill: float = 0.0
) -> tuple[FloatArray, FloatArray, Slices]:
    """Return the padded images, their windows and where the images lie in the padded ones.

    Along an axis of n pixels, with window k and stride s, "valid" gives ⌊(n − k)/s⌋ + 1 windows; "same"
    gives ⌈n/s⌉ and adds what they need, half before and half (the larger) after. The windows, of shape
    (n, i, j, channel, a, b), are a view: nothing is copied.
    """
    one_of("padding", padding, ("valid", "same"))
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 4 or 0 in x.shape:
        raise InputError(f"images must have shape (n, height, width, channels), all positive; got {x.shape}.")
    around = [(0, 0), (0, 0), (0, 0), (0, 0)]
    for axis, n, k, s in zip((1, 2), x.shape[1:3], size, strides, strict=True):
        if padding == "same":
            lacking = max(0, (-(-n // s) - 1) * s + k - n)
            around[axis] = (lacking // 2, lacking - lacking // 2)
        elif k > n:
            raise InputError(
                f"the window {size} must fit into images of {x.shape[1:3]}, or use padding='same'."
            )
    padded = np.pad(x, around, constant_values=fill)
    windows = sliding_window_view(padded, size, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    inner = tuple(slice(before, before + n) for (before, _), n in zip(around, x.shape, strict=True))
    return padded, windows, inner


def pixels(a: int, b: int, strides: tuple[int, int], shape: tuple[int, ...]) -> Slices:
    """Return where pixel (a, b) of every window of y, of ``shape``, lies in the padded images."""
    down, across = strides
    return (slice(None), slice(a, a + down * shape[1], down), slice(b, b + across * shape[2], across))


def pair(value: Pair, name: str) -> tuple[int, int]:
    """Return one positive number as two, and two as they are."""
    two = tuple(value) if isinstance(value, Sequence) else (value, value)
    if len(two) != 2 or not all(isinstance(one, Integral) and one >= 1 for one in two):
        raise InputError(f"{name} must be a positive integer or two of them; got {value!r}.")
    return int(two[0]), int(two[1])


def same_shape(dy: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return ∂L/∂y as float64 after a check that it has the shape of y."""
    dy = np.asarray(dy, dtype=np.float64)
    if dy.shape != shape:
        raise InputError(f"dy must have the shape of the result, {shape}; got {dy.shape}.")
    return dy
