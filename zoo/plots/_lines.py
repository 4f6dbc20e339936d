"""Names at the ends of lines, where the eye looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

_LINE_OF_TEXT = 0.16  # inches


def label_ends(axes: Axes, lines: Mapping[str, Line2D]) -> None:
    """Write each line's name right of the axes, at the height of its end, in its colour.

    Names that would lie over one another move up or down, as little as possible.

    Args:
        axes: the panel, with everything drawn in it.
        lines: by name.
    """
    from scipy.optimize import isotonic_regression

    axes.autoscale_view()
    heights = np.array([_height(axes, line) for line in lines.values()])
    order = np.argsort(heights, kind="stable")
    inches = 0.94 * axes.bbox.height / axes.figure.dpi  # the layout will take a little of it
    gap = min(_LINE_OF_TEXT / inches, 1 / max(len(lines) - 1, 1))
    # The nearest heights that are a gap apart: less their gaps, they only have to rise.
    gaps = gap * np.arange(len(lines))
    risen = isotonic_regression(heights[order] - gaps).x
    places = np.clip(risen, 0, max(0, 1 - gaps[-1])) + gaps
    names = list(lines)
    for row, place in zip(order, places, strict=True):
        axes.annotate(
            names[row],
            (1.02, place),
            xycoords="axes fraction",
            color=lines[names[row]].get_color(),
            va="center",
            fontsize=9,
            annotation_clip=False,
        )


def _height(axes: Axes, line: Line2D) -> float:
    """Return the height of a line's last drawable point, as a share of the panel; the top if it has none."""
    values = np.asarray(line.get_ydata(), dtype="float64")
    drawable = values[np.isfinite(values) & ((values > 0) | (axes.get_yscale() != "log"))]
    if not len(drawable):
        return 1.0
    pixels = axes.transData.transform((0 if axes.get_xscale() != "log" else 1, drawable[-1]))
    return float(np.clip(axes.transAxes.inverted().transform(pixels)[1], 0, 1))


def shades(count: int) -> Iterator[Any]:
    """Return colours for lines that have an order, from dark to light, none too light for white paper."""
    return iter(colormaps["viridis"](np.linspace(0, 0.85, count)))
