"""A model drawn as boxes and arrows, with or without Graphviz."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path as Curve
from matplotlib.textpath import text_to_path

from zoo._files import atomic_path
from zoo._lazy import keras
from zoo.errors import InputError
from zoo.plots._layout import arrange
from zoo.plots._model_graph import Box, Graph, Point, model_graph
from zoo.plots._rows import HEAD, PADDING, Rect, Scene
from zoo.plots._style import Picture

SUFFIXES = (".svg", ".png", ".pdf", ".dot")

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
_FONT = "DejaVu Sans"  # comes with matplotlib, so the widths measured are the widths drawn
_LEADING = 0.168  # inches from one line of text to the next
_PAD_X, _PAD_Y = 0.16, 0.07  # inches between a box and its text
_MARGIN = 0.2
_NARROWEST = 1.8  # a diagram without its margins
_WIDEST_COMMON = 2.4  # text longer than this widens its own box only
_LARGEST_IMAGE = 65_000  # pixels a side; matplotlib stops at 2^16
_NOTE = "A subclassed model: only its code\nknows how these layers connect."


@dataclass(frozen=True)
class Line:
    """One line of text."""

    text: str
    bold: bool = False

    @property
    def size(self) -> float:
        """Height of the letters in points."""
        return 10.0 if self.bold else 8.5

    @cached_property
    def width(self) -> float:
        """Width in inches."""
        font = FontProperties(family=_FONT, weight="bold" if self.bold else "normal", size=self.size)
        width, _, _ = text_to_path.get_text_width_height_descent(self.text, font, ismath=False)
        return float(width) / 72


Size = tuple[float, float]
LinesOf = Callable[[Box | Graph], list[Line]]


def diagram(
    model: keras.Model, *, show_shapes: bool = True, show_parameters: bool = True, expand_nested: bool = True
) -> Figure:
    """Draw the layers of a model and what feeds what, from top to bottom.

    A layer that is called twice is one box with two arrows in. A model inside the model is a frame around
    its own layers. A subclassed model is a column of its layers, since only its code knows the connections.

    Args:
        model: a built model.
        show_shapes: whether each box says its output shape, ``None`` standing for the batch (True).
        show_parameters: whether each box says how many parameters it has, if any (True).
        expand_nested: whether nested models show their layers (True) or are one box (False).

    Returns:
        A figure as large as the model needs. It belongs to no window: a notebook shows it as the last
        value of a cell, and ``figure.savefig`` or `save_diagram` writes it.

    Raises:
        InputError: if the model is not built, so that its shapes and connections do not exist yet.

    Examples:
        >>> import keras
        >>> layers = [keras.Input((4,)), keras.layers.Dense(8, name="hidden"), keras.layers.Dense(1)]
        >>> figure = diagram(keras.Sequential(layers))
        >>> [text.get_text() for text in figure.axes[0].texts if "param" in text.get_text()]
        ['40 parameters', '9 parameters']
    """
    _check_built(model)
    graph = model_graph(model, expand_nested=expand_nested)

    def lines_of(item: Box | Graph) -> list[Line]:
        return _lines(item, show_shapes=show_shapes, show_parameters=show_parameters)

    return _draw(arrange(graph, _sizes(graph, lines_of)), lines_of, "" if graph.connected else _NOTE)


def save_diagram(
    model: keras.Model,
    path: str | os.PathLike[str],
    *,
    show_shapes: bool = True,
    show_parameters: bool = True,
    expand_nested: bool = True,
    dpi: float = 150,
) -> Path:
    """Write the diagram of a model to a file, in the format that its suffix names.

    `.svg`, `.png` and `.pdf` are drawn by Graphviz through `keras.utils.plot_model` where its `dot` is
    installed, and otherwise by `diagram`. `.dot` is Graphviz' own text, for which nothing need be installed.

    Args:
        model: a built model.
        path: where to write; missing folders are made and an older file is replaced.
        show_shapes: whether each box says its output shape (True).
        show_parameters: whether each box says its number of parameters (True); Graphviz never does.
        expand_nested: whether nested models show their layers (True).
        dpi: dots per inch of a `.png` (150). A very long model gets fewer, as matplotlib has a largest image.

    Returns:
        The path.

    Raises:
        InputError: if the suffix is another one, or the model is not built.

    Examples:
        >>> import keras, pathlib, tempfile
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        >>> save_diagram(model, pathlib.Path(tempfile.mkdtemp()) / "model.svg").name
        'model.svg'
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        works = ", ".join(SUFFIXES)
        raise InputError(
            f"Cannot write a diagram to {str(target)!r}: its suffix is {suffix!r}. Use one of {works}."
        )
    _check_built(model)
    graphviz = {"show_shapes": show_shapes, "show_layer_names": True, "expand_nested": expand_nested}
    with atomic_path(target) as temporary:
        if suffix == ".dot":
            dot = keras.utils.model_to_dot(model, **graphviz)
            temporary.write_text(dot.to_string(), encoding="utf-8")
        elif shutil.which("dot"):
            keras.utils.plot_model(model, str(temporary), show_trainable=False, dpi=dpi, **graphviz)
        else:
            figure = diagram(
                model, show_shapes=show_shapes, show_parameters=show_parameters, expand_nested=expand_nested
            )
            dpi = min(dpi, _LARGEST_IMAGE / max(figure.get_size_inches()))
            # No date, so that the same model gives the same bytes.
            metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix)
            with mpl.rc_context({"svg.hashsalt": "zoo", "svg.fonttype": "none"}):
                figure.savefig(
                    temporary, format=suffix[1:], dpi=dpi, metadata=metadata, bbox_inches=figure.bbox_inches
                )
    return target


def _check_built(model: keras.Model) -> None:
    if not model.built:
        raise InputError(
            f"The model {model.name!r} is not built, so it has no shapes or connections to draw. Start a "
            "Sequential model with keras.Input(shape), or call model.build((None, ...)) with your input "
            "shape, or call the model once on a batch of data."
        )


# -- what a box says, and how large that makes it ------------------------------------------------------


def _lines(item: Box | Graph, *, show_shapes: bool, show_parameters: bool) -> list[Line]:
    lines = [Line(item.name, bold=True), Line(item.class_name)]
    if isinstance(item, Box):
        if show_shapes:
            lines += [Line(shape) for shape in item.shapes]
        if show_parameters and item.parameters:
            lines.append(Line(f"{item.parameters:,} parameter{'s' * (item.parameters > 1)}"))
    return lines


def _sizes(graph: Graph, lines_of: LinesOf) -> Callable[[Box | Graph], Size]:
    """Return a function that gives boxes one common width, except the few whose text is far longer."""

    def natural(item: Box | Graph) -> Size:
        lines = lines_of(item)
        return max(line.width for line in lines), len(lines) * _LEADING

    widths = [natural(box)[0] for box in _boxes(graph)]
    common = max((width for width in widths if width <= _WIDEST_COMMON), default=0.0)

    def size_of(item: Box | Graph) -> Size:
        width, height = natural(item)
        if isinstance(item, Graph):  # the title of a frame
            return width, height + PADDING / 2
        return max(width, common) + 2 * _PAD_X, height + 2 * _PAD_Y

    return size_of


def _boxes(graph: Graph) -> Iterator[Box]:
    for node in graph.nodes:
        if isinstance(node, Graph):
            yield from _boxes(node)
        else:
            yield node


# -- ink ----------------------------------------------------------------------------------------------


def _draw(scene: Scene, lines_of: LinesOf, note: str) -> Figure:
    notes = [Line(text) for text in note.splitlines()]
    kinds = [kind for kind in COLOURS if any(_item_kind(rect) == kind for rect in scene.boxes)]
    width = max([scene.width, *(line.width for line in notes), _NARROWEST])
    legend, legend_height = _legend(kinds, width)
    top = len(notes) * _LEADING + (_MARGIN if notes else 0.0)
    scene = scene.moved((width - scene.width) / 2, top)
    bottom = top + scene.height
    figure, axes = _paper(width, bottom + legend_height)
    for i, line in enumerate(notes):
        _write(axes, line, width / 2, (i + 0.5) * _LEADING, "center")
    for frame in scene.frames:
        _frame(axes, frame, lines_of(frame.item))
    drawn: set[tuple[Point, Point]] = set()
    for arrow in scene.arrows:
        _arrow(axes, arrow.points, drawn)
    for box in scene.boxes:
        _box(axes, box, lines_of(box.item))
    for kind, x, y in legend:
        _rounded(axes, (x, bottom + y - 0.055, 0.17, 0.11), _tint(kind), COLOURS[kind][0], 0.03)
        _write(axes, Line(COLOURS[kind][1]), x + 0.23, bottom + y, "left")
    return figure


def _paper(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure and axes in inches, y downwards, with a margin around what is drawn."""
    figure = Picture(figsize=(width + 2 * _MARGIN, height + 2 * _MARGIN), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-_MARGIN, width + _MARGIN), ylim=(height + _MARGIN, -_MARGIN))
    axes.set_axis_off()
    return figure, axes


def _legend(kinds: Sequence[str], width: float) -> tuple[list[tuple[str, float, float]], float]:
    """Return the place of each kind in a grid below the scene, and the height of the grid."""
    if not kinds:
        return [], 0.0
    needed = [0.45 + Line(COLOURS[kind][1]).width for kind in kinds]
    for columns in range(len(kinds), 0, -1):
        lefts = [0.0, *accumulate(max(needed[column::columns]) for column in range(columns))]
        if columns == 1 or lefts[-1] - 0.2 <= width:
            break
    left = (width - lefts[-1] + 0.2) / 2
    places = [(kind, left + lefts[i % columns], 0.4 + i // columns * 0.19) for i, kind in enumerate(kinds)]
    return places, places[-1][2]


def _frame(axes: Axes, rect: Rect, lines: Sequence[Line]) -> None:
    colour = COLOURS["model"][0]
    fill = (*to_rgb(colour), 0.06)  # see-through, so a frame within a frame is darker
    _rounded(axes, (rect.x, rect.y, rect.width, rect.height), fill, colour, 0.12, zorder=1)
    for i, line in enumerate(lines):
        _write(axes, line, rect.x + PADDING, rect.y + PADDING / 2 + (i + 0.5) * _LEADING, "left")


def _box(axes: Axes, rect: Rect, lines: Sequence[Line]) -> None:
    kind = _item_kind(rect)
    _rounded(axes, (rect.x, rect.y, rect.width, rect.height), _tint(kind), COLOURS[kind][0], 0.06)
    first = rect.y + (rect.height - (len(lines) - 1) * _LEADING) / 2
    for i, line in enumerate(lines):
        _write(axes, line, rect.x + rect.width / 2, first + i * _LEADING, "center")


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
        line = PathPatch(_curve(pieces), fill=False, edgecolor=_LINE, linewidth=1.1, zorder=2)
        line.set(capstyle="butt", joinstyle="round")
        axes.add_patch(line)
    base, wing = route[-1], (-dy * half, dx * half)
    corners = [(x1, y1), (base[0] + wing[0], base[1] + wing[1]), (base[0] - wing[0], base[1] - wing[1])]
    axes.add_patch(Polygon(corners, facecolor=_LINE, edgecolor="none", zorder=2.5))


def _curve(pieces: Sequence[tuple[Point, Point]]) -> Curve:
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


def _write(axes: Axes, line: Line, x: float, y: float, align: str) -> None:
    # A dollar in a layer's name is a dollar, hence no mathematics.
    text = axes.text(
        x, y, line.text, family=_FONT, ha=align, va="center_baseline", parse_math=False, zorder=4
    )
    weight, colour = ("bold", _INK) if line.bold else ("normal", _QUIET)
    text.set(size=line.size, weight=weight, color=colour, usetex=False)


def _tint(kind: str) -> tuple[float, float, float]:
    red, green, blue = (1 - 0.3 * (1 - part) for part in to_rgb(COLOURS[kind][0]))
    return red, green, blue


def _item_kind(rect: Rect) -> str:
    return rect.item.kind if isinstance(rect.item, Box) else "model"
