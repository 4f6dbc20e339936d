"""Training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, VERMILION, picture, styled


@styled
def curves(history: Any) -> Figure:
    """Draw each metric over the epochs, training against validation, the best epoch marked.

    Args:
        history: Keras' `History`, or its dictionary.

    Returns:
        A figure with one panel a metric; of a model with several outputs, a column of panels an output.

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
    best = _best(epochs)
    panels = _panels(names)
    rows, columns = (1 + max(cells) for cells in zip(*panels.values(), strict=True))
    width = 4.0 if columns < 4 else 3.2
    figure = picture(1.0 + width * columns, 3.1 * rows)
    for name, (row, column) in panels.items():
        axes = figure.add_subplot(rows, columns, row * columns + column + 1)
        numbers = range(1, len(epochs[name]) + 1)
        dots = "o" if len(numbers) < 3 else ""
        axes.plot(numbers, epochs[name], color=BLUE, marker=dots, label="training")
        if f"val_{name}" in epochs:
            validation = epochs[f"val_{name}"]
            axes.plot(numbers, validation, color=VERMILION, marker=dots, label="validation")
            if best is not None:
                axes.axvline(best + 1, color=GREY, linewidth=1, linestyle=":")
                axes.plot(best + 1, validation[best], "o", color=VERMILION, label=f"best epoch, {best + 1}")
        axes.set(title=name, xlabel="epoch")
        axes.set_xlim(left=0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.axes[0].legend()
    return figure


def _panels(names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Give each metric a row and a column: three in a row, or with several outputs a column for each."""
    outputs = [name.removesuffix("_loss") for name in names if name.endswith("_loss")]
    if len(outputs) < 2:
        return {name: divmod(number, 3) for number, name in enumerate(names)}
    columns: dict[str, list[str]] = {"": [], **{output: [] for output in outputs}}
    for name in sorted(names, key=lambda name: not name.endswith("loss")):
        owners = [output for output in outputs if name.startswith(f"{output}_")]
        columns[max(owners, key=len, default="")].append(name)
    return {name: (row, i) for i, column in enumerate(columns.values()) for row, name in enumerate(column)}


def _best(epochs: Mapping[str, Sequence[float]]) -> int | None:
    values = epochs.get("val_loss")
    return min(range(len(values)), key=values.__getitem__) if values is not None and len(values) else None
