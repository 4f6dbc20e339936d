"""A function near a point: going nearer from both sides, and slopes of ever shorter pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, VERMILION, Picture, picture, styled
from zoo.plots.animate import Animation

Function = Callable[[float], float]


@styled
def limits(
    functions: Mapping[str, tuple[Function, float, float | None]], *, width: float = 1.0, steps: int = 8
) -> Figure:
    """Draw functions near a point, and their values at points that come nearer by halves, from both sides.

    Args:
        functions: by name, the function, the point that is approached, and the limit there; ``None`` where
            there is none.
        width: how far left and right of the point the picture reaches.
        steps: how many points on each side.

    Returns:
        A figure with a panel a function: a ring stands at the limit, a dotted line where there is none.

    Raises:
        InputError: there is no function.

    Examples:
        >>> figure = limits({"a hole": (lambda x: (x**2 - 4) / (x - 2), 2.0, 4.0)})
        >>> figure.axes[0].get_title(loc="left")
        'a hole'

    Source: the deck, "Limits".
    """
    if not functions:
        raise InputError("There is no function to draw: give one or more, by name.")
    columns = min(len(functions), 4)
    lines = -(-len(functions) // columns)
    figure = picture(0.4 + 2.7 * columns, 0.3 + 2.6 * lines)
    for number, (name, (f, at, limit)) in enumerate(functions.items(), start=1):
        axes = figure.add_subplot(lines, columns, number)
        away = width * np.linspace(0.002, 1, 400)
        nearer = width / np.exp2(np.arange(steps))
        heights = []
        for sign, colour, side in ((-1, BLUE, "from the left"), (1, VERMILION, "from the right")):
            heights.append(_values(f, at + sign * away))
            axes.plot(at + sign * away, heights[-1], color=GREY, linewidth=1.2)
            points = at + sign * nearer
            axes.plot(points, _values(f, points), ".", color=colour, markersize=8, label=side)
        if limit is None:
            axes.axvline(at, color=GREY, linestyle=":", linewidth=1)
        else:
            axes.plot(at, limit, "o", color="white", markeredgecolor="#222222", markersize=9, label="limit")
        low, high = np.nanquantile(np.concatenate(heights), [0.04, 0.96])
        axes.set(ylim=(low - 0.25 * (high - low), high + 0.25 * (high - low)), title=name, xlabel="x")
    named = {line.get_label(): line for axes in figure.axes for line in axes.lines}
    shown = [name for name in ("from the left", "from the right", "limit") if name in named]
    figure.legend([named[name] for name in shown], shown, loc="outside lower center", ncols=3)
    return figure


@styled
def secants(f: Function, at: float, steps: Sequence[float] = (2, 1, 0.5, 0.1), *, name: str = "f") -> Figure:
    """Draw the straight lines through a curve's points at x and x + δ, for shrinking δ: they become its tangent.

    Args:
        f: the function.
        at: x.
        steps: the δ, each positive; the last is the shortest.
        name: of the curve.

    Raises:
        InputError: there is no step, or one is not positive.

    Examples:
        >>> figure = secants(lambda x: x**2, 1.0, [1, 0.1])
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['f', 'δ = 1: slope 3', 'δ = 0.1: slope 2.1']

    Source: the deck, "Derivatives".
    """
    figure, axes = _curve(f, at, steps, name)
    shades = np.linspace(0.75, 0, len(steps))
    for step, shade in zip(steps, shades, strict=True):
        slope = (f(at + step) - f(at)) / step
        colour = VERMILION if step == steps[-1] else str(shade)
        axes.axline((at, f(at)), slope=slope, color=colour, label=f"δ = {step:g}: slope {slope:.4g}")
        axes.plot(at + step, f(at + step), "o", color=colour)
    axes.plot(at, f(at), "o", color="#222222")
    figure.legend(loc="outside right upper")
    return figure


@styled
def secant_animation(
    f: Function, at: float, steps: Sequence[float], *, name: str = "f", frames_per_second: float = 8
) -> Animation:
    """Let the second point of `secants` run to the first, and its line turn into the tangent.

    Args:
        f: the function.
        at: x.
        steps: the δ, one a frame, each positive.
        name: of the curve.
        frames_per_second: how fast it goes.

    Raises:
        InputError: there is no step, or one is not positive.

    Examples:
        >>> secant_animation(lambda x: x**2, 1.0, [1, 0.5, 0.25])
        Animation(3 frames, 'δ = 1: slope 3' to 'δ = 0.25: slope 2.25')

    Source: the deck, "Derivatives".
    """
    figure, axes = _curve(f, at, steps, name)
    slopes = [(f(at + step) - f(at)) / step for step in steps]
    labels = [f"δ = {step:.3g}: slope {slope:.4g}" for step, slope in zip(steps, slopes, strict=True)]
    left, right = axes.get_xlim()
    (secant,) = axes.plot([], [], color=VERMILION)
    (points,) = axes.plot([], [], "o", color="#222222")
    heading = figure.suptitle(labels[0], x=0.01, ha="left", fontsize=11)

    def draw(frame: int) -> list[Artist]:
        heading.set_text(labels[frame])
        ends = np.array([left, right])
        secant.set_data(ends, f(at) + slopes[frame] * (ends - at))
        points.set_data([at, at + steps[frame]], [f(at), f(at + steps[frame])])
        return [heading, secant, points]

    draw(0)
    return Animation(
        figure, draw, labels, frames_per_second=frames_per_second, title="A secant becomes the tangent"
    )


@styled
def tangents(f: Function, x: Any, slopes: Any, *, ends: Any = (), name: str = "f") -> Figure:
    """Draw a curve with a short piece of a straight line at each of its points, as steep as it is told.

    Args:
        f: the function.
        x: the points, ``(points,)``.
        slopes: one a point; if they are those of f, the pieces are parts of its tangents.
        ends: points to mark with dots, such as those where descents from ``x`` have ended.
        name: of the curve.

    Raises:
        InputError: there are not as many slopes as points, or fewer than two points.

    Examples:
        >>> figure = tangents(lambda x: x**2, [-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], ends=[0.0])
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['f', 'slopes', 'ends']

    Source: the deck, "Maxima & Minima".
    """
    points, steep = np.asarray(x, dtype="float64"), np.asarray(slopes, dtype="float64")
    if points.shape != steep.shape or points.ndim != 1 or len(points) < 2:
        raise InputError(
            f"tangents takes two points or more, and a slope for each; got {points.shape} and {steep.shape}."
        )
    figure = picture(6.4, 3.8)
    axes = figure.add_subplot(xlabel="x")
    curve = np.linspace(points.min(), points.max(), 300)
    axes.plot(curve, _values(f, curve), color=BLUE, alpha=0.35, linewidth=2, label=name)
    half = 0.3 * np.ptp(points) / (len(points) - 1)
    pieces = points + half * np.array([[-1.0], [1.0]])
    heights = _values(f, points) + steep * half * np.array([[-1.0], [1.0]])
    axes.plot(pieces, heights, color=VERMILION, linewidth=2)
    axes.lines[1].set_label("slopes")
    if len(ends):
        axes.plot(ends, _values(f, np.asarray(ends)), "o", color="#222222", label="ends")
    axes.legend()
    return figure


def _values(f: Function, points: np.ndarray) -> np.ndarray:
    return np.array([float(f(float(x))) for x in points])


def _curve(f: Function, at: float, steps: Sequence[float], name: str) -> tuple[Picture, Axes]:
    """Draw the curve around the points at x and all x + δ."""
    if not len(steps) or min(steps) <= 0:
        raise InputError(f"steps must be positive numbers, one or more; got {steps!r}.")
    widest = max(steps)
    x = np.linspace(at - 0.8 * widest, at + 1.2 * widest, 300)
    y = _values(f, x)
    free = 0.08 * (y.max() - y.min()) or 1.0
    figure = picture(6.4, 3.6)
    axes = figure.add_subplot(xlim=(x[0], x[-1]), ylim=(y.min() - free, y.max() + free), xlabel="x")
    axes.plot(x, y, color=BLUE, linewidth=2, label=name)
    return figure, axes
