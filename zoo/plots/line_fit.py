"""A line, or a curve, among the points that it is fitted to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from zoo.errors import InputError
from zoo.plots._style import COLOURS, GREY, picture, styled
from zoo.plots._tracks import Spacing, Track, as_tracks, legend_columns, shown_updates, step_animation
from zoo.plots.animate import Animation

Curve = Callable[[Any, Any], Any]
_POINTS_OF_A_CURVE = 200
_ROOM = 1.0  # a curve that leaves the points is followed as far as they are high


def polynomial(parameters: Any, x: Any) -> Any:
    """Return a₁x + a₂x² + ... + aₙxⁿ + a₀ for (a₁, ..., aₙ, a₀), the order of ``zoo.by_hand``; (w, b) is a line.

    Examples:
        >>> polynomial([2.0, 1.0], np.array([0.0, 3.0]))
        array([1., 7.])
    """
    *rising, constant = parameters
    return np.polyval([*rising[::-1], constant], x)


@styled
def line_fit(
    x: Any,
    y: Any,
    fits: Mapping[str, Any],
    *,
    curve: Curve = polynomial,
    axis_names: Sequence[str] = ("x", "y"),
) -> Figure:
    """Draw points and the lines or curves that were fitted to them.

    Args:
        x: one feature, ``(n,)`` or ``(n, 1)``.
        y: the target, ``(n,)`` or ``(n, 1)``.
        fits: by name, up to 7: parameters; a path of them, a row a step, or a ``zoo.by_hand.Trace``, of
            which the last row is drawn; or a function that, like ``model.predict``, takes a column ``(m, 1)``.
        curve: takes parameters and numbers ``(m,)``, returns as many; by default `polynomial`.
        axis_names: of the feature and of the target.

    Raises:
        InputError: there is more than one feature, or another number of targets, or a fit that cannot be
            drawn.

    Examples:
        >>> figure = line_fit([0, 1, 2], [1, 3, 5], {"by hand": (2, 1), "mean": lambda x: 0 * x + 3})
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['by hand', 'mean']

    Source: the deck, "Linear Regression".
    """
    x, y = _column(x, "x"), _column(y, "y")
    if not 1 <= len(fits) <= len(COLOURS):
        raise InputError(f"This picture shows 1 to {len(COLOURS)} fits; got {len(fits)}.")
    figure = picture(5.6, 3.9)
    axes = figure.add_subplot()
    grid = _points(axes, x, y, axis_names)
    heights = {}
    for name, fit in fits.items():
        if callable(fit):
            heights[name] = _heights(name, fit(grid[:, None]), grid)
        else:
            (track,) = as_tracks({name: np.atleast_2d(getattr(fit, "parameters", fit))}).values()
            heights[name] = _heights(name, curve(track.points[-1], grid), grid)
    lines = _lines(axes, grid, list(heights))
    for line, values in zip(lines, heights.values(), strict=True):
        line.set_ydata(values)
    _limit(axes, y, list(heights.values()))
    figure.legend(handles=lines, loc="outside lower center", ncols=legend_columns(len(lines)))
    return figure


@styled
def line_fit_animation(
    x: Any,
    y: Any,
    paths: Mapping[str, Any],
    *,
    curve: Curve = polynomial,
    axis_names: Sequence[str] = ("x", "y"),
    loss: bool = True,
    most_frames: int = 60,
    spacing: Spacing = "even",
    frames_per_second: float = 12,
) -> Animation:
    """Let lines or curves find their points step by step, all at once, with their loss beside them.

    Args:
        x: one feature, ``(n,)`` or ``(n, 1)``.
        y: the target, ``(n,)`` or ``(n, 1)``.
        paths: by name, each a ``zoo.by_hand.Trace`` or a table with a row of parameters a step; up to 7.
        curve: takes parameters and numbers ``(m,)``, returns as many; by default `polynomial`.
        axis_names: of the feature and of the target.
        loss: whether the loss is drawn beside: that of the traces, and of other paths the mean squared error.
        most_frames: of longer paths, so many steps are shown.
        spacing: how these are spread, ``"even"`` or ``"geometric"``: every step at first, then ever fewer.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation`.

    Raises:
        InputError: as for `line_fit`, or a path is no table.

    Examples:
        >>> line_fit_animation([0, 1, 2], [1, 3, 5], {"by hand": [[0, 0], [2, 0], [2, 1]]}).labels
        ('step 0', 'step 1', 'step 2')

    Source: the deck, "Linear Regression" and "Gradient Descent".
    """
    x, y = _column(x, "x"), _column(y, "y")
    tracks = as_tracks(paths)
    steps = shown_updates(tracks.values(), most_frames, spacing)
    figure = picture(8.4 if loss else 5.6, 3.9)
    panels = figure.subplots(1, 2 if loss else 1, squeeze=False)[0]
    grid = _points(panels[0], x, y, axis_names)
    rows = {name: [track.walked(step) - 1 for step in steps] for name, track in tracks.items()}
    films = {
        name: [_heights(name, curve(track.points[row], grid), grid) for row in rows[name]]
        for name, track in tracks.items()
    }
    lines = _lines(panels[0], grid, list(tracks))
    _limit(panels[0], y, [film[k] for film in films.values() for k in (0, -1)])
    figure.legend(handles=lines, loc="outside lower center", ncols=legend_columns(len(lines)))
    trails = _loss_trails(panels[1], tracks, rows, steps, curve, x, y) if loss else []
    if loss and spacing == "geometric":
        panels[1].set_xscale("symlog", linthresh=1)
        panels[1].set_xlim(-0.1, 1.5 * max(int(steps[-1]), 1))

    def show(frame: int) -> list[Artist]:
        for line, film in zip(lines, films.values(), strict=True):
            line.set_ydata(film[frame])
        for points, trail, head in trails:
            walked = points[points[:, 0] <= steps[frame]]
            trail.set_data(*walked.T)
            head.set_data(*walked[-1:].T)
        return [*lines, *(artist for _, *pair in trails for artist in pair)]

    return step_animation(figure, steps, show, frames_per_second=frames_per_second, title="Fitting a line")


def _column(values: Any, name: str) -> np.ndarray:
    """Return one number a row.

    Raises:
        InputError: there are several, or none.
    """
    numbers = np.asarray(values, dtype="float64")
    if numbers.ndim == 0 or not numbers.size or numbers.size != len(numbers):
        raise InputError(f"A line is fitted to one feature: {name} is (n,) or (n, 1); got {numbers.shape}.")
    return numbers.ravel()


def _points(axes: Axes, x: np.ndarray, y: np.ndarray, axis_names: Sequence[str]) -> np.ndarray:
    """Draw the points; return numbers along the whole axis, at which a curve is drawn."""
    if len(x) != len(y):
        raise InputError(f"x and y must have as many rows; got {len(x)} and {len(y)}.")
    axes.scatter(x, y, s=16 if len(x) < 300 else 6, color=GREY, edgecolor="none", alpha=0.6, zorder=1)
    axes.set(xlabel=axis_names[0], ylabel=axis_names[1])
    margin = 0.04 * (np.ptp(x) or 1.0)
    axes.set_xlim(x.min() - margin, x.max() + margin)
    return np.linspace(*axes.get_xlim(), _POINTS_OF_A_CURVE)


def _heights(name: str, values: Any, grid: np.ndarray) -> np.ndarray:
    heights = np.asarray(values, dtype="float64").ravel()
    if heights.shape != grid.shape:
        raise InputError(f"{name!r} must give a number for each x, {len(grid)} of them; got {len(heights)}.")
    return heights


def _lines(axes: Axes, grid: np.ndarray, names: Sequence[str]) -> list[Line2D]:
    """Return a line for each fit, not yet at its height; the later the thinner, so that none hides another."""
    widths = np.linspace(1.8 + 0.3 * (len(names) - 1), 1.8, len(names))
    unknown = np.full(len(grid), np.nan)
    return [
        axes.plot(grid, unknown, color=colour, linewidth=width, label=name, zorder=2)[0]
        for name, colour, width in zip(names, COLOURS, widths, strict=False)
    ]


def _limit(axes: Axes, y: np.ndarray, curves: Sequence[np.ndarray]) -> None:
    """Show all points, and of the curves what is not too far from them."""
    low, high = float(y.min()), float(y.max())
    room = _ROOM * ((high - low) or 1.0)
    heights = np.concatenate([y, *curves])
    heights = np.clip(heights[np.isfinite(heights)], low - room, high + room)
    margin = 0.05 * ((heights.max() - heights.min()) or 1.0)
    axes.set_ylim(heights.min() - margin, heights.max() + margin)


def _loss_trails(
    axes: Axes,
    tracks: Mapping[str, Track],
    rows: Mapping[str, list[int]],
    steps: np.ndarray,
    curve: Curve,
    x: np.ndarray,
    y: np.ndarray,
) -> list[tuple[np.ndarray, Line2D, Line2D]]:
    """Return for each path its pairs (update, loss), and a trail and a head that will follow them.

    The whole loss sets the scale, and stays as a shade.
    """
    known = all(track.losses is not None for track in tracks.values())
    trails = []
    for (name, track), colour in zip(tracks.items(), COLOURS, strict=False):
        if known:
            points = np.column_stack([track.updates, np.asarray(track.losses)])
        else:
            shown = sorted(set(rows[name]))
            errors = [np.mean((np.asarray(curve(track.points[row], x)) - y) ** 2) for row in shown]
            points = np.column_stack([track.updates[shown], errors])
        axes.plot(*points.T, color=colour, linewidth=1, alpha=0.25)
        (trail,) = axes.plot([], [], color=colour, zorder=3)
        (head,) = axes.plot([], [], "o", color=colour, markeredgecolor="white", markersize=8, zorder=4)
        trails.append((points, trail, head))
    last = max(int(steps[-1]), 1)
    axes.set(title="loss" if known else "mean squared error", xlabel="updates", yscale="log")
    axes.set_xlim(-0.02 * last, 1.04 * last)
    return trails
