"""Boxes, arrows and text on paper: how a scene that is laid out gets drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path as Curve
from matplotlib.text import Text

from zoo.errors import InputError
from zoo.plots._boxes import FONT, LEADING, Line, LinesOf
from zoo.plots._model_graph import Box, Key, Point
from zoo.plots._rows import HEAD, PADDING, Rect, Scene
from zoo.plots._style import Picture

# Okabe and Ito's colours, which the colour-blind can tell apart; a box is filled with a light tint.
COLOURS = {
    "input": ("#56B4E9", "input"),
    "weights": ("#E69F00", "layer with weights"),
    "activation": ("#F0E442", "activation"),
    "shape": ("#009E73", "pooling, reshaping"),
    "regularisation": ("#CC79A7", "normalisation, dropout"),
    "merge": ("#0072B2", "merge"),
    "model": ("#D55E00", "nested model"),
    "other": ("#8C8C8C", "other"),
}
_INK, _QUIET, _LINE = "#1a1a1a", "#444444", "#404040"
_MARGIN = 0.2
_NARROWEST = 1.8  # a diagram without its margins
_LARGEST_IMAGE = 65_000  # pixels a side; matplotlib stops at 2^16


def draw_scene(
    scene: Scene,
    lines_of: LinesOf,
    note: str = "",
    *,
    labels: Mapping[tuple[Key, Key], str] = MappingProxyType({}),
    words: Mapping[str, str] = MappingProxyType({}),
) -> Figure:
    """Draw a scene on paper of its size.

    Args:
        scene: what `arrange` returned.
        lines_of: what a box, or the title of a frame, says.
        note: stands above everything.
        labels: what stands on an arrow, by its source and target.
        words: what the legend calls a kind of box, where it is not as in ``COLOURS``.
    """
    notes = [Line(text) for text in note.splitlines()]
    kinds = [kind for kind in COLOURS if any(_item_kind(rect) == kind for rect in scene.boxes)]
    width = max([scene.width, *(line.width for line in notes), _NARROWEST])
    names = {kind: words.get(kind, COLOURS[kind][1]) for kind in kinds}
    legend, legend_height = _legend(names, width)
    top = len(notes) * LEADING + (_MARGIN if notes else 0.0)
    scene = scene.moved((width - scene.width) / 2, top)
    bottom = top + scene.height
    figure, axes = _paper(width, bottom + legend_height)
    for i, line in enumerate(notes):
        _write(axes, line, width / 2, (i + 0.5) * LEADING, "center")
    for frame in scene.frames:
        _frame(axes, frame, lines_of(frame.item))
    drawn: set[tuple[Point, Point]] = set()
    for arrow in scene.arrows:
        _arrow(axes, arrow.points, drawn)
        _label(axes, arrow.points, labels.get((arrow.source, arrow.target), ""))
    for box in scene.boxes:
        _box(axes, box, lines_of(box.item))
    for kind, x, y in legend:
        _rounded(axes, (x, bottom + y - 0.055, 0.17, 0.11), _tint(kind), COLOURS[kind][0], 0.03)
        _write(axes, Line(names[kind]), x + 0.23, bottom + y, "left")
    return figure


def _paper(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure and axes in inches, y downwards, with a margin around what is drawn."""
    figure = Picture(figsize=(width + 2 * _MARGIN, height + 2 * _MARGIN), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-_MARGIN, width + _MARGIN), ylim=(height + _MARGIN, -_MARGIN))
    axes.set_axis_off()
    return figure, axes


def _legend(names: Mapping[str, str], width: float) -> tuple[list[tuple[str, float, float]], float]:
    """Return the place of each kind in a grid below the scene, and the height of the grid."""
    if not names:
        return [], 0.0
    needed = [0.45 + Line(name).width for name in names.values()]
    for columns in range(len(names), 0, -1):
        lefts = [0.0, *accumulate(max(needed[column::columns]) for column in range(columns))]
        if columns == 1 or lefts[-1] - 0.2 <= width:
            break
    left = (width - lefts[-1] + 0.2) / 2
    places = [(kind, left + lefts[i % columns], 0.4 + i // columns * 0.19) for i, kind in enumerate(names)]
    return places, places[-1][2]


def _frame(axes: Axes, rect: Rect, lines: Sequence[Line]) -> None:
    colour = COLOURS["model"][0]
    fill = (*to_rgb(colour), 0.06)  # see-through, so a frame within a frame is darker
    _rounded(axes, (rect.x, rect.y, rect.width, rect.height), fill, colour, 0.12, zorder=1)
    for i, line in enumerate(lines):
        _write(axes, line, rect.x + PADDING, rect.y + PADDING / 2 + (i + 0.5) * LEADING, "left")


def _box(axes: Axes, rect: Rect, lines: Sequence[Line]) -> None:
    kind = _item_kind(rect)
    _rounded(axes, (rect.x, rect.y, rect.width, rect.height), _tint(kind), COLOURS[kind][0], 0.06)
    first = rect.y + (rect.height - (len(lines) - 1) * LEADING) / 2
    for i, line in enumerate(lines):
        _write(axes, line, rect.x + rect.width / 2, first + i * LEADING, "center")


def _arrow(axes: Axes, points: Sequence[Point], drawn: set[tuple[Point, Point]]) -> None:
    """Draw straight pieces where a route goes straight, and smooth S-curves where it moves sideways.

    Arrows may share a piece, as two calls of one nested model do; ``drawn`` remembers those on the paper.
    """
    route = [points[0], *(point for last, point in pairwise(points) if math.dist(last, point) > 1e-6)]
    (x0, y0), (x1, y1) = route[-2:]
    length = math.dist((x0, y0), (x1, y1))
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    head, half = 0.8 * HEAD, 0.32 * HEAD
    route[-1] = (x1 - dx * head, y1 - dy * head)
    pieces = [piece for piece in pairwise(route) if piece not in drawn]
    drawn.update(pieces)
    if pieces:
        line = PathPatch(curve_through(pieces), fill=False, edgecolor=_LINE, linewidth=1.1, zorder=2)
        line.set(capstyle="butt", joinstyle="round")
        axes.add_patch(line)
    base, wing = route[-1], (-dy * half, dx * half)
    corners = [(x1, y1), (base[0] + wing[0], base[1] + wing[1]), (base[0] - wing[0], base[1] - wing[1])]
    axes.add_patch(Polygon(corners, facecolor=_LINE, edgecolor="none", zorder=2.5))


def _label(axes: Axes, points: Sequence[Point], text: str) -> None:
    """Write on an arrow, in its last bend, nearer to the end: there arrows that crossed have parted again."""
    if text:
        bend = [piece for piece in pairwise(points) if math.dist(*piece) > 0.75 * HEAD]
        (x0, y0), (x1, y1) = bend[-2] if len(bend) > 1 else bend[-1]
        x, y = x0 + 0.784 * (x1 - x0), y0 + 0.658 * (y1 - y0)  # where `curve_through` is after seven tenths
        at = _write(axes, Line(text), x, y, "center")
        at.set(fontsize=7.5, bbox={"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"})


def curve_through(pieces: Sequence[tuple[Point, Point]]) -> Curve:
    vertices: list[Point] = []
    codes = []
    for (ax, ay), (bx, by) in pieces:
        if not vertices or vertices[-1] != (ax, ay):
            vertices.append((ax, ay))
            codes.append(Curve.MOVETO)
        if abs(ax - bx) < 1e-6 or abs(ay - by) < 1e-6:
            vertices.append((bx, by))
            codes.append(Curve.LINETO)
        else:
            middle = (ay + by) / 2
            vertices += [(ax, middle), (bx, middle), (bx, by)]
            codes += [Curve.CURVE4] * 3
    return Curve(vertices, codes)


def _rounded(
    axes: Axes, at: tuple[float, float, float, float], fill: Any, edge: str, radius: float, zorder: int = 3
) -> None:
    x, y, width, height = at
    style = f"round,pad=0,rounding_size={radius}"
    patch = FancyBboxPatch((x, y), width, height, boxstyle=style, zorder=zorder)
    patch.set(facecolor=fill, edgecolor=edge, linewidth=1.1)
    axes.add_patch(patch)


def _write(axes: Axes, line: Line, x: float, y: float, align: str) -> Text:
    # A dollar in a layer's name is a dollar, hence no mathematics.
    text = axes.text(x, y, line.text, family=FONT, ha=align, va="center_baseline", parse_math=False, zorder=4)
    weight, colour = ("bold", _INK) if line.bold else ("normal", _QUIET)
    text.set(size=line.size, weight=weight, color=colour, usetex=False)
    return text


def _tint(kind: str) -> tuple[float, float, float]:
    red, green, blue = (1 - 0.3 * (1 - part) for part in to_rgb(COLOURS[kind][0]))
    return red, green, blue


def _item_kind(rect: Rect) -> str:
    return rect.item.kind if isinstance(rect.item, Box) else "model"


def write_figure(figure: Figure, path: Path, suffix: str, dpi: float) -> None:
    """Write a drawing in the format that a suffix names; the same drawing always gives the same bytes."""
    dpi = min(dpi, _LARGEST_IMAGE / max(figure.get_size_inches()))
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix)
    with mpl.rc_context({"svg.hashsalt": "zoo", "svg.fonttype": "none"}):
        figure.savefig(path, format=suffix[1:], dpi=dpi, metadata=metadata, bbox_inches=figure.bbox_inches)


def check_suffix(path: Path, suffixes: Sequence[str]) -> str:
    """Return a path's suffix.

    Raises:
        InputError: it is none of those that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        works = ", ".join(suffixes)
        raise InputError(
            f"Cannot write a diagram to {str(path)!r}: its suffix is {suffix!r}. Use one of {works}."
        )
    return suffix
