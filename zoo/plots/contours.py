"""A landscape seen from above, and the ways that lead down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from zoo.errors import InputError
from zoo.plots._style import COLOURS, GREY, Picture, picture, styled
from zoo.plots._tracks import Spacing, Track, as_tracks, legend_columns, shown_updates, step_animation
from zoo.plots.animate import Animation

Height = Callable[[Any, Any], Any]
Extent = tuple[float, float, float, float]


@styled
def path_on_contours(
    height: Height,
    paths: Mapping[str, Any],
    *,
    extent: Extent,
    axis_names: Sequence[str] = ("x", "y"),
    minimum: Sequence[float] | None = None,
    side_by_side: bool = False,
    lines: int = 18,
    resolution: int = 200,
) -> Figure:
    """Draw the contour lines of a function of two numbers, and paths over it, each from its start on.

    Between two neighbouring lines lies the same share of the picture, whatever the heights are, so that a
    flat valley shows as well as a steep wall.

    Args:
        height: the function: takes two arrays of one shape, returns the heights in that shape.
        paths: by name, each ``(points, 2)`` or a ``zoo.by_hand.Trace`` of two parameters; up to 7.
        extent: left, right, bottom and top of the picture. Paths may lead out of it.
        axis_names: of the two numbers.
        minimum: where to draw a star.
        side_by_side: give each path a panel of its own, three in a row.
        lines: how many contour lines.
        resolution: points a side at which the height is asked.

    Raises:
        InputError: there is no path, more than 7, or one that is not made of pairs of numbers; the height
            is not one number a point.

    Examples:
        >>> down = {"straight": [[2, 1], [1, 0.5], [0, 0]]}
        >>> figure = path_on_contours(lambda x, y: x**2 + y**2, down, extent=(-3, 3, -2, 2))
        >>> [line.get_label() for line in figure.axes[0].lines[:1]]
        ['straight']

    Source: the deck, "Gradient Descent" and "powerful optimizers".
    """
    figure, trails, tracks = _landscape(
        height, paths, extent, axis_names, minimum, side_by_side, lines, resolution
    )
    for head, track in zip(_heads(trails), tracks.values(), strict=True):
        head.set_data(*track.points[-1:].T)
    return figure


@styled
def path_animation(
    height: Height,
    paths: Mapping[str, Any],
    *,
    extent: Extent,
    axis_names: Sequence[str] = ("x", "y"),
    minimum: Sequence[float] | None = None,
    side_by_side: bool = False,
    lines: int = 18,
    resolution: int = 200,
    most_frames: int = 60,
    spacing: Spacing = "even",
    frames_per_second: float = 12,
) -> Animation:
    """Let the paths of `path_on_contours` grow step by step, all at once; one that has ended waits.

    Args:
        height: the function: takes two arrays of one shape, returns the heights in that shape.
        paths: by name, each ``(points, 2)`` or a ``zoo.by_hand.Trace`` of two parameters; up to 7.
        extent: left, right, bottom and top of the picture. Paths may lead out of it.
        axis_names: of the two numbers.
        minimum: where to draw a star.
        side_by_side: give each path a panel of its own, three in a row.
        lines: how many contour lines.
        resolution: points a side at which the height is asked.
        most_frames: of longer paths, so many steps are shown.
        spacing: how these are spread, ``"even"`` or ``"geometric"``: every step at first, then ever fewer.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation`.

    Raises:
        InputError: as for `path_on_contours`.

    Examples:
        >>> down = {"straight": [[2, 1], [1, 0.5], [0, 0]]}
        >>> path_animation(lambda x, y: x**2 + y**2, down, extent=(-3, 3, -2, 2)).labels
        ('step 0', 'step 1', 'step 2')

    Source: the deck, "Gradient Descent" and "powerful optimizers".
    """
    figure, trails, tracks = _landscape(
        height, paths, extent, axis_names, minimum, side_by_side, lines, resolution
    )
    steps = shown_updates(tracks.values(), most_frames, spacing)
    heads = _heads(trails)

    def show(frame: int) -> list[Artist]:
        for trail, head, track in zip(trails, heads, tracks.values(), strict=True):
            walked = track.points[: track.walked(steps[frame])]
            trail.set_data(*walked.T)
            head.set_data(*walked[-1:].T)
        return [*trails, *heads]

    return step_animation(figure, steps, show, frames_per_second=frames_per_second, title="Paths downhill")


def _landscape(
    height: Height,
    paths: Mapping[str, Any],
    extent: Extent,
    axis_names: Sequence[str],
    minimum: Sequence[float] | None,
    side_by_side: bool,
    lines: int,
    resolution: int,
) -> tuple[Picture, list[Line2D], dict[str, Track]]:
    """Draw everything but the paths' heads; return the paths as lines and as arrays as well."""
    tracks = as_tracks(paths, numbers=2)
    ground = heights_of(height, extent, resolution)
    panels = len(tracks) if side_by_side else 1
    columns = 2 if panels == 4 else min(panels, 3)
    rows = -(-panels // columns)
    figure = picture(2.4 * columns + 0.4, 2.3 * rows + 0.4) if side_by_side else picture(6.4, 4.4)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes in grid.flat[panels:]:
        axes.remove()
    for axes in grid.flat[:panels]:
        _ground(axes, ground, extent, lines)
        if minimum is not None:
            axes.plot(*minimum, "*", color=GREY, markeredgecolor="white", markersize=14, zorder=2)
    for axes in grid.flat[max(0, panels - columns) : panels]:  # below which there is none
        axes.set_xlabel(axis_names[0])
        axes.tick_params(labelbottom=True)
    for axes in grid[:, 0]:
        axes.set_ylabel(axis_names[1])
    trails = []
    for number, ((name, track), colour) in enumerate(zip(tracks.items(), COLOURS, strict=False)):
        axes = grid.flat[number if side_by_side else 0]
        trails += axes.plot(*track.points.T, color=colour, linewidth=1.6, label=name, zorder=3)
        axes.plot(*track.points[0], "o", color="white", markeredgecolor="#222222", markersize=7, zorder=3.5)
        if side_by_side:
            axes.set_title(name)
    if not side_by_side:
        figure.legend(handles=trails, loc="outside lower center", ncols=legend_columns(len(tracks)))
    return figure, trails, tracks


def _ground(
    axes: Axes, ground: tuple[np.ndarray, np.ndarray, np.ndarray], extent: Extent, lines: int
) -> None:
    """Draw the landscape without its paths."""
    x, y, heights = ground
    levels = np.unique(np.quantile(heights[np.isfinite(heights)], np.linspace(0, 1, lines + 2)))
    if len(levels) > 1:
        ranks = np.linspace(0.35, 0.95, len(levels) - 1)
        axes.contourf(x, y, heights, levels=levels, colors=[str(0.6 + 0.4 * rank) for rank in ranks])
        axes.contour(x, y, heights, levels=levels[1:-1], colors="white", linewidths=0.7)
    axes.set(xlim=extent[:2], ylim=extent[2:])
    axes.grid(False)


def _heads(trails: Sequence[Line2D]) -> list[Line2D]:
    """Return a dot for each path, in its colour."""
    dot: dict[str, Any] = {"marker": "o", "markeredgecolor": "white", "markersize": 8, "zorder": 4}
    panels: list[Any] = [trail.axes for trail in trails]
    return [
        axes.plot([], [], color=trail.get_color(), **dot)[0]
        for axes, trail in zip(panels, trails, strict=True)
    ]


def heights_of(height: Height, extent: Extent, resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ask for the heights on a square grid; return its x, its y and them, each ``(resolution, resolution)``.

    Raises:
        InputError: the height is not one number a point.
    """
    left, right, bottom, top = extent
    x, y = np.meshgrid(np.linspace(left, right, resolution), np.linspace(bottom, top, resolution))
    heights = np.asarray(height(x, y), dtype="float64")
    if heights.shape != x.shape:
        raise InputError(f"height must return one number a point, shape {x.shape}; got {heights.shape}.")
    return x, y, heights
