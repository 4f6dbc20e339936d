"""Whitening by hand: the filters in which small patches of images are uncorrelated and equally large."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._estimators import FloatArray
from zoo.errors import InputError


def whitening_filters(
    images: ArrayLike, *, size: int = 5, count: int = 24, noise: float = 0.01
) -> tuple[FloatArray, FloatArray]:
    """Return the filters and biases of a convolution whose results are uncorrelated and of one size.

    The eigenvectors v of the patches' covariance are the directions in which patches differ most (their
    principal components), the eigenvalues λ how much. A filter is v / √(λ + noise), and its bias takes the
    mean patch away. ReLU would lose what is below zero, so the second half is the first with its sign changed::

        kernel[..., k] = v_k / √(λ_k + noise),    bias[k] = -Σ of kernel[..., k] · mean patch

    Such a layer need not be learned: it knows the data without a single label, and gradients go through
    uncorrelated inputs with ease. A hundred images are enough.

    Args:
        images: shape (n, height, width, channels).
        size: side of a patch, in pixels.
        count: number of filters, even, at most twice the numbers in a patch.
        noise: λ below it are noise, and not blown up.

    Returns:
        The kernel, shape (size, size, channels, count), and the bias, shape (count,): what ``set_weights``
        of a Conv2D takes.

    Raises:
        InputError: the images have another shape or are smaller than a patch, or there are no so many filters.

    Examples:
        >>> images = np.random.default_rng(0).random((50, 8, 8, 1))
        >>> kernel, bias = whitening_filters(images, size=3, count=6)
        >>> kernel.shape, bias.shape
        ((3, 3, 1, 6), (6,))
        >>> bool(np.allclose(kernel[..., :3], -kernel[..., 3:]))
        True

    Source: Krizhevsky (2009), "Learning multiple layers of features from tiny images", appendix; as a first
    layer Page (2019), "How to train your ResNet".
    """
    array = np.asarray(images, dtype=float)
    if array.ndim != 4 or min(array.shape[1:3]) < size:
        raise InputError(
            f"images must have the shape (n, height, width, channels) and sides of at least {size} pixels; got "
            f"{array.shape}."
        )
    length = size * size * array.shape[3]
    if count < 2 or count % 2 or count > 2 * length:
        raise InputError(
            f"count must be even, from 2 to {2 * length} for patches of {length} numbers; got {count}."
        )
    windows = np.lib.stride_tricks.sliding_window_view(array, (size, size), axis=(1, 2))
    patches = np.moveaxis(windows, 3, 5).reshape(-1, length)
    centred = patches - patches.mean(axis=0)
    # A sum of its own: as a product of matrices this long and narrow, its threads wait for each other.
    values, vectors = np.linalg.eigh(np.einsum("ni,nj->ij", centred, centred) / (len(centred) - 1))
    largest = np.argsort(values)[: -count // 2 - 1 : -1]
    half = vectors[:, largest] / np.sqrt(values[largest] + noise)
    kernel = np.hstack([half, -half])
    return kernel.reshape(size, size, array.shape[3], count), -patches.mean(axis=0) @ kernel
