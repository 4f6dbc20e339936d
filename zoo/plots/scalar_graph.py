"""The graph of a computation: what was made from what, and how the gradient came back."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from zoo._files import atomic_path
from zoo.errors import InputError
from zoo.plots._boxes import Line, sizes
from zoo.plots._ink import check_suffix, draw_scene, write_figure
from zoo.plots._layout import arrange
from zoo.plots._model_graph import Box, Graph, Key, Link

if TYPE_CHECKING:
    from zoo.by_hand.autograd import Scalar

SUFFIXES = (".svg", ".png", ".pdf")

# A kind's colour is that of `diagram`; its word is not.
_WORDS = {"merge": "arithmetic", "activation": "function", "model": "result", "other": "constant"}
_MOST = 200  # boxes; a larger picture could not be read
_SIGNS = str.maketrans({"*": "\N{MULTIPLICATION SIGN}", "-": "\N{MINUS SIGN}"})


def scalar_graph(result: Scalar) -> Figure:
    """Draw how a `zoo.by_hand.Scalar` was computed, from its inputs at the top to itself at the bottom.

    Each box says its value and, once ``result.backward()`` has been called, its gradient ∂result/∂box. On
    each arrow stands the local slope: the gradient of a box is the sum, over the arrows that leave it, of
    slope times the gradient where the arrow ends. A box that is used twice by one operation has both
    slopes on one arrow.

    Args:
        result: the number at the end.

    Returns:
        A figure as large as the graph needs.

    Raises:
        InputError: it was computed from more than 200 numbers.

    Examples:
        >>> from zoo.by_hand import Scalar
        >>> x, y = Scalar(2.0, "x"), Scalar(3.0, "y")
        >>> z = x * y
        >>> z.backward()
        >>> [text.get_text() for text in scalar_graph(z).axes[0].texts if "grad" in text.get_text()]
        ['gradient 3', 'gradient 2', 'gradient 1']

    Source: the deck, "Backpropagation"; in the spirit of Karpathy's micrograd.
    """
    nodes, edges = result.graph()
    if len(nodes) > _MOST:
        raise InputError(
            f"This picture shows up to {_MOST} numbers; this one was computed from {len(nodes)}. Draw a part of it."
        )
    slopes: dict[tuple[int, int], list[float]] = defaultdict(list)
    for start, end, slope in edges:
        slopes[start, end].append(slope)
    boxes = tuple(Box((i,), node.name, "", _kind(node, result)) for i, node in enumerate(nodes))
    links = tuple(Link(start, 0, end, 0) for start, end in slopes)
    graph = Graph((), "", "", boxes, links)

    def lines_of(item: Box | Graph) -> list[Line]:
        return _lines(nodes[item.key[0]], known=result.grad != 0)

    labels: dict[tuple[Key, Key], str] = {
        ((start,), (end,)): " + ".join(map(_short, several)) for (start, end), several in slopes.items()
    }
    scene = arrange(graph, sizes(graph, lines_of))
    return draw_scene(scene, lines_of, labels=labels, words=_WORDS)


def save_scalar_graph(result: Scalar, path: str | os.PathLike[str], *, dpi: float = 150) -> Path:
    """Write the picture of `scalar_graph` to a file; nothing need be installed for it.

    Args:
        result: the number at the end.
        path: where to write, `.svg`, `.png` or `.pdf`; missing folders are made, an older file is replaced.
        dpi: dots per inch of a `.png` (150).

    Returns:
        The path.

    Raises:
        InputError: if the suffix is another one, or as for `scalar_graph`.

    Examples:
        >>> import pathlib, tempfile
        >>> from zoo.by_hand import Scalar
        >>> save_scalar_graph(Scalar(2.0, "x") ** 2, pathlib.Path(tempfile.mkdtemp()) / "square.svg").name
        'square.svg'
    """
    target = Path(path)
    suffix = check_suffix(target, SUFFIXES)
    figure = scalar_graph(result)
    with atomic_path(target) as temporary:
        write_figure(figure, temporary, suffix, dpi)
    return target


def _kind(node: Scalar, result: Scalar) -> str:
    if node is result:
        return "model"
    if not node.made_from:
        return "other" if _is_constant(node) else "input"
    return "merge" if node.name[:1] in {"+", "*", "^"} else "activation"


def _is_constant(node: Scalar) -> bool:
    """Tell whether it is a plain number, which is named after itself, and whose gradient nobody asks for."""
    return not node.made_from and node.name == f"{node.value:g}"


def _lines(node: Scalar, *, known: bool) -> list[Line]:
    name = [Line(node.name.translate(_SIGNS), bold=True)] if node.name else []
    if _is_constant(node):
        return name
    gradient = [Line(f"gradient {_short(node.grad)}")] if known else []
    return [*name, Line(f"value {_short(node.value)}"), *gradient]


def _short(number: float) -> str:
    """Write three digits that count."""
    return f"{number:.3g}".translate(_SIGNS)
