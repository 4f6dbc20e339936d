"""One look for every picture, and a figure that shows itself in a notebook."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib.style
from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("zoo.mplstyle")
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
GREY = "#777777"
COLOURS = (BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000")  # Okabe and Ito's

P = ParamSpec("P")
R = TypeVar("R")


class Picture(Figure):
    """A matplotlib figure that needs no pyplot: it is saved in the zoo's style and shows itself."""

    def savefig(self, *arguments: Any, **options: Any) -> None:
        """Save as matplotlib does, in the zoo's style and without today's date in the file."""
        path = arguments[0] if arguments else options.get("fname")
        if str(path).endswith(".svg") and "metadata" not in options:
            options["metadata"] = {"Date": None}
        with matplotlib.style.context(STYLE):
            super().savefig(*arguments, **options)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function in the zoo's style."""

    @functools.wraps(function)
    def draw(*arguments: P.args, **options: P.kwargs) -> R:
        with matplotlib.style.context(STYLE):
            return function(*arguments, **options)

    return draw


def picture(width: float, height: float) -> Picture:
    """Return an empty figure of a size in inches."""
    return Picture(figsize=(width, height), layout="constrained")


@contextmanager
def drawing(width: float, height: float) -> Iterator[Picture]:
    """Draw a picture of your own in the zoo's style: what is drawn inside the ``with`` block has it.

    Args:
        width: in inches.
        height: in inches.

    Returns:
        A matplotlib figure that is empty at first. It needs no pyplot and shows itself in a notebook.

    Examples:
        >>> with drawing(4, 3) as figure:
        ...     axes = figure.subplots()
        ...     line = axes.plot([0, 1, 2], [0, 1, 4])
        >>> axes.spines["top"].get_visible()
        False
    """
    with matplotlib.style.context(STYLE):
        yield picture(width, height)
