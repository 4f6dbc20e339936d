"""What a function does to a piece of the plane, and what its Jacobian says that it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import BLUE, VERMILION, picture, styled


@styled
def plane_map(
    f: Callable[[Any], Any],
    at: Sequence[float],
    jacobian: Any,
    *,
    sizes: Sequence[float] = (1.0, 0.4, 0.1),
    names: Sequence[str] = ("u1", "u2"),
    lines: int = 6,
) -> Figure:
    """Draw squares round a point as f maps them, beside the parallelograms that the Jacobian makes of them.

    The smaller the square, the better the two agree: near a point a smooth function is a matrix.

    Args:
        f: takes a vector of two numbers and returns one.
        at: x, the squares' middle.
        jacobian: 2 by 2, entry (i, j) the slope of output i along input j.
        sizes: the squares' sides, a panel each.
        names: of the two outputs.
        lines: of the grid in a square, each way, one or more.

    Raises:
        InputError: the point or the Jacobian has another shape.

    Examples:
        >>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        >>> figure = plane_map(lambda x: turn @ x, (1, 0), turn, sizes=(1, 0.5))
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['square of side 1', 'square of side 0.5']

    Source: the deck, "Basic Vector Calculus".
    """
    middle, matrix = np.asarray(at, dtype="float64"), np.asarray(jacobian, dtype="float64")
    if middle.shape != (2,) or matrix.shape != (2, 2):
        raise InputError(
            f"This picture takes a point of 2 numbers and a 2 by 2 Jacobian; got {middle.shape} and {matrix.shape}."
        )
    image = np.asarray(f(middle))
    figure = picture(0.4 + 2.8 * len(sizes), 3.4)
    for number, size in enumerate(sizes, start=1):
        axes = figure.add_subplot(1, len(sizes), number, aspect="equal", adjustable="datalim")
        sides = size * np.linspace(-0.5, 0.5, lines)
        along = size * np.linspace(-0.5, 0.5, 60)
        for side in sides:
            for line in (np.stack([along, 0 * along + side]), np.stack([0 * along + side, along])):
                _line(axes, image[:, None] + matrix @ line, VERMILION, "the Jacobian's")
                _line(axes, np.array([f(middle + step) for step in line.T]).T, BLUE, "the function's")
        axes.plot(*image, "o", color="#222222", markersize=4)
        axes.set(title=f"square of side {size:g}", xlabel=names[0], ylabel=names[1])
        axes.locator_params(nbins=5)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    figure.legend(named.values(), named.keys(), loc="outside lower center", ncols=2)
    return figure


def _line(axes: Axes, points: np.ndarray, colour: str, label: str) -> None:
    axes.plot(*points, color=colour, linewidth=0.9, label=label)
