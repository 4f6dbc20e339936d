"""Max pooling by hand, forwards and backwards. Images are channels last, (n, height, width, channels)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._estimators import FloatArray
from zoo.by_hand._windows import Pair, pair, pixels, same_shape, slide


def max_pool2d(
    x: ArrayLike, pool_size: Pair = 2, *, strides: Pair | None = None, padding: str = "valid"
) -> FloatArray:
    """Keep the largest value of each window: y[n, i, j, c] = max over a, b of x[n, s·i + a, s·j + b, c].

    Args:
        x: images, shape (n, height, width, channels).
        pool_size: the window, one number or (height, width), default 2.
        strides: s, one number or (down, across); default the window's size, so that windows do not overlap.
        padding: "valid" (default) or "same", as in ``conv2d``; what is added around never wins.

    Returns:
        Float64 images of shape (n, new_height, new_width, channels).

    Raises:
        InputError: the shapes do not fit, or the padding is unknown.

    Examples:
        >>> max_pool2d(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
        array([[ 5.,  7.],
               [13., 15.]])

    Source: LeCun et al. (1998), with the maximum in place of the mean.
    """
    size, down_across = _window(pool_size, strides)
    return np.asarray(slide(x, size, down_across, padding, -np.inf)[1].max(axis=(4, 5)))


def max_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    pool_size: Pair = 2,
    *,
    strides: Pair | None = None,
    padding: str = "valid",
) -> FloatArray:
    """Return ∂L/∂x, given ∂L/∂y of ``y = max_pool2d(x, ...)``: all of it goes to each window's winner.

    Of equal values the first wins (row by row), as in TensorFlow.

    Args:
        dy: ∂L/∂y, of the shape that ``max_pool2d`` returned.
        x, pool_size, strides, padding: as they were given to ``max_pool2d``.

    Examples:
        >>> max_pool2d_backward(np.ones((1, 1, 1, 1)), np.arange(4.0).reshape(1, 2, 2, 1))[0, :, :, 0]
        array([[0., 0.],
               [0., 1.]])

    Source: the deck, "Backpropagation".
    """
    size, down_across = _window(pool_size, strides)
    padded, windows, inner = slide(x, size, down_across, padding, -np.inf)
    dy = same_shape(dy, windows.shape[:4])
    winner = windows.reshape(*dy.shape, -1).argmax(axis=4)
    dx = np.zeros_like(padded)
    for number, (a, b) in enumerate(np.ndindex(size)):
        dx[pixels(a, b, down_across, dy.shape)] += dy * (winner == number)
    return dx[inner]


def _window(pool_size: Pair, strides: Pair | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the window and the strides, which are the window's own size unless told."""
    size = pair(pool_size, "pool_size")
    return size, size if strides is None else pair(strides, "strides")
