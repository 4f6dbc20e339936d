"""Training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zoo._metric_names import readable, spaced
from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, VERMILION, picture, styled


@styled
def curves(history: Any) -> Figure:
    """Draw each metric over the epochs, training against validation, the best epoch marked.

    Args:
        history: Keras' `History`, or its dictionary.

    Returns:
        A figure with one panel a metric.

    Raises:
        InputError: there is no epoch in it.

    Examples:
        >>> figure = curves({"loss": [1.0, 0.5], "val_loss": [1.1, 0.7]})
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['loss']

    Source: the deck, "history".
    """
    epochs: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    names = [name for name in epochs if not name.startswith("val_") and name != "learning_rate"]
    names.sort(key=lambda name: name != "loss")
    if not names or not len(epochs[names[0]]):
        raise InputError("The history holds no epoch: nothing was trained.")
    best, called = _best(epochs), readable(names)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure = picture(1.0 + 4.0 * columns, 3.1 * rows)
    for panel, name in enumerate(names, start=1):
        axes = figure.add_subplot(rows, columns, panel)
        numbers = range(1, len(epochs[name]) + 1)
        dots = "o" if len(numbers) < 3 else ""
        axes.plot(numbers, epochs[name], color=BLUE, marker=dots, label="training")
        if f"val_{name}" in epochs:
            validation = epochs[f"val_{name}"]
            axes.plot(numbers, validation, color=VERMILION, marker=dots, label="validation")
            if best is not None:
                axes.axvline(best + 1, color=GREY, linewidth=1, linestyle=":")
                axes.plot(best + 1, validation[best], "o", color=VERMILION, label=f"best epoch, {best + 1}")
        axes.set(title=spaced(called[name]), xlabel="epoch")
        axes.set_xlim(left=0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
    return figure


def _best(epochs: Mapping[str, Sequence[float]]) -> int | None:
    values = epochs.get("val_loss")
    return min(range(len(values)), key=values.__getitem__) if values is not None and len(values) else None
