"""A grid over the plane of two features, for those who record a network on it and those who draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zoo._lazy import np
from zoo.errors import InputError


@dataclass(frozen=True, eq=False)
class Plane:
    """A rectangular grid of points.

    Attributes:
        x1: the first feature's values, rising.
        x2: the second feature's values, rising.
    """

    x1: np.ndarray
    x2: np.ndarray

    @property
    def points(self) -> np.ndarray:
        """All points, ``(len(x2) * len(x1), 2)`` float32, line by line from the lowest ``x2``."""
        columns, lines = np.meshgrid(self.x1, self.x2)
        return np.stack([columns.ravel(), lines.ravel()], axis=1).astype("float32")

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, as matplotlib takes them."""
        return float(self.x1[0]), float(self.x1[-1]), float(self.x2[0]), float(self.x2[-1])


def plane_around(x: Any, *, resolution: int = 100, margin: float = 0.08) -> Plane:
    """Return a grid that covers rows of two features.

    Args:
        x: ``(rows, 2)`` numbers.
        resolution: points a side.
        margin: free space on each side, as a share of the rows' range.

    Raises:
        InputError: the rows do not have two features, or there are none.

    Examples:
        >>> plane = plane_around([[0, 0], [10, 20]], resolution=3, margin=0.1)
        >>> plane.x2.tolist(), plane.points.shape
        ([-2.0, 10.0, 22.0], (9, 2))
    """
    shapes = {k: np.shape(v) for k, v in x.items()} if isinstance(x, dict) else np.shape(x)
    if isinstance(shapes, dict) or len(shapes) != 2 or shapes[1] != 2 or not shapes[0]:
        raise InputError(
            f"A boundary is drawn in a plane: it takes rows of two features, (rows, 2); got {shapes}. "
            "Train on two columns, such as x[:, :2], to see one."
        )
    rows = np.asarray(x, dtype="float64")
    low, high = rows.min(axis=0), rows.max(axis=0)
    free = np.where(high > low, margin * (high - low), 1.0)
    sides = np.linspace(low - free, high + free, resolution)
    return Plane(sides[:, 0], sides[:, 1])
