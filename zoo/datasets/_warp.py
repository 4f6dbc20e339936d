"""Pictures bent a little: slanted, stretched, turned and waved, as another hand would have drawn them."""

from __future__ import annotations

from typing import Any

from zoo._lazy import np

_ROWS = 1000  # pictures bent at once


def warped(x: Any, *, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """Bend pictures of digits, each in its own way, so that a network sees hands that are not in the data.

    A picture is turned by some 7 degrees and slanted by some 9, stretched by an eighth, and waved by a fiftieth of
    its side, all drawn from normal distributions; a label stays right. What comes from beyond the edge is 0.

    Args:
        x: ``(rows, height, width, channels)``, numbers, with a background of 0.
        strength: factor of all of that; 0 leaves pictures as they are.
        seed: of what is drawn.

    Returns:
        Pictures of the same shape, float32.

    Examples:
        >>> import zoo
        >>> x = zoo.load_dataset("digits").train.x[:3]
        >>> warped(x, seed=1).shape, bool(np.allclose(warped(x, strength=0), x, atol=1e-6))
        ((3, 8, 8, 1), True)

    Source: Simard, Steinkraus and Platt (2003).
    """
    x, random = np.asarray(x), np.random.default_rng(seed)
    found = np.empty(x.shape, "float32")
    for begin in range(0, len(x), _ROWS):
        rows = slice(begin, begin + _ROWS)
        found[rows] = on_sheets(x[rows], x.shape[1:3], random, strength)
    return found


def on_sheets(
    images: np.ndarray, size: tuple[int, int], random: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """Bend pictures ``(rows, height, width, channels)`` on their way to another height and width."""
    from scipy import ndimage

    count, height, width = images.shape[:3]
    tall, wide = size
    down, across = np.meshgrid(_places(tall), _places(wide), indexing="ij")
    angles: np.ndarray = random.normal(0, 1, (2, count, 1, 1)) * strength * [[[[0.12]]], [[[0.15]]]]
    turn, slant = angles
    stretch = np.exp(strength * np.asarray(random.normal(0, 0.12, (2, count))))
    knots = random.normal(0, 0.02 * strength, (2, count, 5, 5)).astype("float32")
    grid = np.stack(
        np.broadcast_arrays(
            np.arange(count)[:, None, None], np.linspace(0, 4, tall)[:, None], np.linspace(0, 4, wide)
        ),
        0,
    )
    wave = [ndimage.map_coordinates(axis, grid, order=1) for axis in knots]
    y = (np.cos(turn) * down - np.sin(turn) * across) * stretch[0][:, None, None] + wave[0]
    x = (np.sin(turn) * down + np.cos(turn) * across + slant * down) * stretch[1][:, None, None] + wave[1]
    where = [grid[0], (y + 0.5) * height - 0.5, (x + 0.5) * width - 0.5]
    channels = np.moveaxis(np.asarray(images, "float32"), -1, 0)
    return np.stack([ndimage.map_coordinates(one, where, order=1) for one in channels], axis=-1)


def _places(length: int) -> np.ndarray:
    """Return the middles of pixels along a side from -1/2 to 1/2."""
    return (np.arange(length, dtype="float32") + 0.5) / length - 0.5
