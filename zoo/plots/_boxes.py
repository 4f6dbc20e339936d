"""What the box of a diagram says, and how large that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from zoo.plots._model_graph import Box, Graph
from zoo.plots._rows import PADDING

FONT = "DejaVu Sans"  # comes with matplotlib, so the widths measured are the widths drawn
LEADING = 0.168  # inches from one line of text to the next
_PAD_X, _PAD_Y = 0.16, 0.07  # inches between a box and its text
_WIDEST_COMMON = 2.4  # text longer than this widens its own box only


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
        font = FontProperties(family=FONT, weight="bold" if self.bold else "normal", size=self.size)
        width, _, _ = text_to_path.get_text_width_height_descent(self.text, font, ismath=False)
        return float(width) / 72


Size = tuple[float, float]
LinesOf = Callable[[Box | Graph], list[Line]]


def sizes(graph: Graph, lines_of: LinesOf) -> Callable[[Box | Graph], Size]:
    """Return a function that gives boxes one common width, except the few whose text is far longer."""

    def natural(item: Box | Graph) -> Size:
        lines = lines_of(item)
        return max(line.width for line in lines), len(lines) * LEADING

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
