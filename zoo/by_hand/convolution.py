"""Convolution by hand: many inner products with one small, shared filter, forwards and backwards.

Images are channels last, shape (n, height, width, channels); filters are (height, width, channels in,
channels out), as in Keras. s is the stride; down and across it may differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._estimators import FloatArray
from zoo.by_hand._windows import Pair, pair, pixels, same_shape, slide
from zoo.errors import InputError


def conv2d(x: ArrayLike, kernel: ArrayLike, *, strides: Pair = 1, padding: str = "valid") -> FloatArray:
    """Slide a filter over images: y[n, i, j, o] = Σ over a, b, c of x[n, s·i + a, s·j + b, c] w[a, b, c, o].

    Args:
        x: images, shape (n, height, width, channels_in).
        kernel: filters, shape (kernel_height, kernel_width, channels_in, channels_out).
        strides: s, one number or (down, across), default 1.
        padding: "valid" (default; whole windows only) or "same" (zeros around; ceil(size / s) results).

    Returns:
        Float64 images of shape (n, new_height, new_width, channels_out).

    Raises:
        InputError: the shapes do not fit, or the padding is unknown.

    Examples:
        >>> edge = np.array([[1.0, -1.0]]).reshape(1, 2, 1, 1)
        >>> conv2d(np.array([5.0, 5.0, 0.0, 0.0]).reshape(1, 1, 4, 1), edge).ravel()
        array([0., 5., 0.])

    Source: the deck, "CNN"; LeCun et al. (1989).
    """
    filters = _filters(kernel, x)
    _, windows, _ = slide(x, filters.shape[:2], pair(strides, "strides"), padding)
    return np.tensordot(windows, filters, axes=((4, 5, 3), (0, 1, 2)))


def conv2d_backward(
    dy: ArrayLike, x: ArrayLike, kernel: ArrayLike, *, strides: Pair = 1, padding: str = "valid"
) -> tuple[FloatArray, FloatArray]:
    """Return ∂L/∂x and ∂L/∂kernel, given ∂L/∂y of ``y = conv2d(x, kernel, ...)``.

    Every window shared the filter, so its gradient is the sum over all windows; every pixel was in many
    windows, so its gradient is the sum over those::

        ∂L/∂w[a, b, c, o] = Σ over n, i, j of x[n, s·i + a, s·j + b, c] ∂L/∂y[n, i, j, o]
        ∂L/∂x[n, s·i + a, s·j + b, c] gathers Σ over o of w[a, b, c, o] ∂L/∂y[n, i, j, o]

    Args:
        dy: ∂L/∂y, of the shape that ``conv2d`` returned.
        x, kernel, strides, padding: as they were given to ``conv2d``.

    Returns:
        ∂L/∂x, of x's shape, and ∂L/∂kernel, of the kernel's shape.

    Raises:
        InputError: the shapes do not fit, or the padding is unknown.

    Examples:
        >>> x, kernel = np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1))
        >>> dx, dkernel = conv2d_backward(np.ones((1, 2, 2, 1)), x, kernel)
        >>> dx[0, :, :, 0]
        array([[1., 2., 1.],
               [2., 4., 2.],
               [1., 2., 1.]])

    Source: the deck, "CNN" and "Backpropagation".
    """
    filters, down_across = _filters(kernel, x), pair(strides, "strides")
    padded, windows, inner = slide(x, filters.shape[:2], down_across, padding)
    dy = same_shape(dy, (*windows.shape[:3], filters.shape[3]))
    dkernel = np.tensordot(windows, dy, axes=((0, 1, 2), (0, 1, 2))).transpose(1, 2, 0, 3)
    dx = np.zeros_like(padded)
    for a, b in np.ndindex(filters.shape[:2]):
        dx[pixels(a, b, down_across, dy.shape)] += dy @ filters[a, b].T
    return dx[inner], dkernel


def _filters(kernel: ArrayLike, x: ArrayLike) -> FloatArray:
    """Return the filters as float64 after a check that they fit the images' channels."""
    filters = np.asarray(kernel, dtype=np.float64)
    if filters.ndim != 4 or not filters.size or np.ndim(x) != 4 or filters.shape[2] != np.shape(x)[3]:
        raise InputError(
            "images of shape (n, height, width, channels) need filters of shape (height, width, channels,"
            f" filters); got {np.shape(x)} and {filters.shape}."
        )
    return filters
