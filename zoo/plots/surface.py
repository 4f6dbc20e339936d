"""A landscape in three dimensions, and the ways that lead down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Line3D

from zoo.errors import InputError
from zoo.plots._style import COLOURS, GREY, Picture, picture, styled
from zoo.plots._tracks import Spacing, Track, as_tracks, legend_columns, shown_updates, step_animation
from zoo.plots.animate import Animation
from zoo.plots.contours import Extent, Height, heights_of

_GROUND = LinearSegmentedColormap.from_list("ground", ["#9a9a9a", "#f4f4f4"])


@styled
def path_on_surface(
    height: Height,
    paths: Mapping[str, Any],
    *,
    extent: Extent,
    axis_names: Sequence[str] = ("x", "y", "loss"),
    minimum: Sequence[float] | None = None,
    log: bool = False,
    view: tuple[float, float] = (40.0, -60.0),
    resolution: int = 60,
) -> Figure:
    """Draw a function of two numbers as a surface, and paths over it, each from its start on.

    Paths are drawn over the surface even where it would hide them; what leads out of the picture is left
    out.

    Args:
        height: the function: takes two arrays of one shape, returns the heights in that shape.
        paths: by name, each ``(points, 2)`` or a ``zoo.by_hand.Trace`` of two parameters; up to 7.
        extent: left, right, front and back of the picture. Paths may lead out of it.
        axis_names: of the two numbers and of the height.
        minimum: where to draw a star.
        log: draw the logarithm of the height, which shows the flat bottom of a deep valley.
        view: from how many degrees above, and from how many round it.
        resolution: points a side at which the height is asked.

    Raises:
        InputError: there is no path, more than 7, or one that is not made of pairs of numbers; the height
            is not one number a point, or, of a logarithm, nowhere above zero.

    Examples:
        >>> down = {"straight": [[2, 1], [1, 0.5], [0, 0]]}
        >>> figure = path_on_surface(lambda x, y: x**2 + y**2, down, extent=(-3, 3, -2, 2))
        >>> figure.axes[0].get_zlabel()
        'loss'

    Source: the deck, "取log看得更清楚" (the logarithm shows more) and "Gradient Descent".
    """
    scene = _Scene(height, paths, extent, axis_names, minimum, log, view, resolution)
    scene.show(scene.last)
    return scene.figure


@styled
def path_on_surface_animation(
    height: Height,
    paths: Mapping[str, Any],
    *,
    extent: Extent,
    axis_names: Sequence[str] = ("x", "y", "loss"),
    minimum: Sequence[float] | None = None,
    log: bool = False,
    view: tuple[float, float] = (40.0, -60.0),
    resolution: int = 60,
    most_frames: int = 60,
    spacing: Spacing = "even",
    frames_per_second: float = 12,
) -> Animation:
    """Let the paths of `path_on_surface` grow step by step, all at once; one that has ended waits.

    Args:
        height: the function: takes two arrays of one shape, returns the heights in that shape.
        paths: by name, each ``(points, 2)`` or a ``zoo.by_hand.Trace`` of two parameters; up to 7.
        extent: left, right, front and back of the picture. Paths may lead out of it.
        axis_names: of the two numbers and of the height.
        minimum: where to draw a star.
        log: draw the logarithm of the height.
        view: from how many degrees above, and from how many round it.
        resolution: points a side at which the height is asked.
        most_frames: of longer paths, so many steps are shown.
        spacing: how these are spread, ``"even"`` or ``"geometric"``: every step at first, then ever fewer.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation`.

    Raises:
        InputError: as for `path_on_surface`.

    Examples:
        >>> down = {"straight": [[2, 1], [1, 0.5], [0, 0]]}
        >>> path_on_surface_animation(lambda x, y: x**2 + y**2, down, extent=(-3, 3, -2, 2)).labels
        ('step 0', 'step 1', 'step 2')

    Source: the deck, "Gradient Descent".
    """
    scene = _Scene(height, paths, extent, axis_names, minimum, log, view, resolution)
    steps = shown_updates(scene.tracks.values(), most_frames, spacing)

    def show(frame: int) -> list[Artist]:
        scene.show(steps[frame])
        return [*scene.trails, *scene.heads]

    return step_animation(scene.figure, steps, show, frames_per_second=frames_per_second, title="Downhill")


class _Scene:
    """The surface, which stands still, and a trail and a head for each path."""

    def __init__(
        self,
        height: Height,
        paths: Mapping[str, Any],
        extent: Extent,
        axis_names: Sequence[str],
        minimum: Sequence[float] | None,
        log: bool,
        view: tuple[float, float],
        resolution: int,
    ) -> None:
        self.tracks = as_tracks(paths, numbers=2)
        self.last = max(int(track.updates[-1]) for track in self.tracks.values())
        x, y, ground = heights_of(height, extent, resolution)
        if log and not (ground > 0).any():
            raise InputError("log=True needs heights above zero; here is none. Leave log out.")
        ground = _scaled(ground, log)
        self._height, self._extent, self._log = height, extent, log
        self._between = float(np.nanmin(ground)), float(np.nanmax(ground))
        self.figure: Picture = picture(5.6, 5.0)
        axes: Axes3D = self.figure.add_subplot(projection="3d", computed_zorder=False)
        axes.plot_surface(x, y, ground, cmap=_GROUND, rcount=60, ccount=60, linewidth=0, zorder=1)
        axes.plot_wireframe(x, y, ground, rcount=12, ccount=12, color="white", linewidth=0.5, zorder=1.5)
        axes.view_init(*view)
        axes.set(xlim=extent[:2], ylim=extent[2:])
        axes.set(xlabel=axis_names[0], ylabel=axis_names[1], zlabel=axis_names[2])
        if log:
            axes.zaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.zaxis.set_major_formatter(FuncFormatter(lambda power, _: f"{10.0**power:g}"))
        axes.set_box_aspect((4, 4, 3.2), zoom=1.0)
        if minimum is not None:
            spot = self._over(np.array([minimum], dtype="float64"))
            axes.plot(*spot.T, "*", color=GREY, markeredgecolor="white", markersize=14, zorder=2)
        self._lines = [self._over(_fine(track)) for track in self.tracks.values()]
        dot = {"marker": "o", "markersize": 8, "linestyle": "none"}
        for line in self._lines:
            axes.plot(*line[:1].T, color="white", markeredgecolor="#222222", zorder=3.5, **dot)
        named = list(zip(self.tracks, COLOURS, strict=False))
        self.trails: list[Line3D] = [
            axes.plot([], [], [], color=colour, linewidth=2, label=name, zorder=3)[0]
            for name, colour in named
        ]
        self.heads: list[Line3D] = [
            axes.plot([], [], [], color=colour, markeredgecolor="white", zorder=4, **dot)[0]
            for _, colour in named
        ]
        self.figure.legend(handles=self.trails, loc="outside lower center", ncols=legend_columns(len(named)))

    def show(self, update: int) -> None:
        """Let every path reach as far as it was after ``update`` updates."""
        ways = zip(self.tracks.values(), self._lines, self.trails, self.heads, strict=True)
        for track, line, trail, head in ways:
            walked = line[: _pieces(track) * (track.walked(update) - 1) + 1]
            trail.set_data_3d(*walked.T)
            head.set_data_3d(*walked[-1:].T)

    def _over(self, points: np.ndarray) -> np.ndarray:
        """Return points with their heights, ``(points, 3)``; NaN, which is not drawn, outside the picture."""
        x, y = points.T
        left, right, front, back = self._extent
        with np.errstate(over="ignore", invalid="ignore"):
            heights = _scaled(np.asarray(self._height(x, y), dtype="float64"), self._log)
        over = np.column_stack([points, np.clip(heights, *self._between)])
        over[(x < left) | (x > right) | (y < front) | (y > back)] = np.nan
        return over


def _pieces(track: Track) -> int:
    """Return into how many pieces each step of a path is cut, so that it follows the ground."""
    return max(1, min(16, 4000 // len(track.points)))


def _fine(track: Track) -> np.ndarray:
    """Return a path with points between its own, on the straight lines from each to the next."""
    rows = np.arange(len(track.points))
    between = np.linspace(0, rows[-1], _pieces(track) * rows[-1] + 1)
    return np.column_stack([np.interp(between, rows, column) for column in track.points.T])


def _scaled(heights: np.ndarray, log: bool) -> np.ndarray:
    """Return heights or their decimal logarithms; what has none is as low as the lowest that has one."""
    if not log:
        return heights
    lowest = heights[heights > 0].min(initial=np.inf)
    scaled: np.ndarray = np.log10(np.where(heights > 0, heights, lowest))
    return scaled
