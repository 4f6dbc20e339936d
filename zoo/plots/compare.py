"""Several trainings in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from zoo.errors import InputError, UnknownNameError, did_you_mean
from zoo.plots._lines import label_ends, shades
from zoo.plots._style import COLOURS, picture, styled


@styled
def compare(
    histories: Mapping[str, Any], metric: str | Sequence[str] = ("loss", "accuracy"), *, log: bool = False
) -> Figure:
    """Draw the same metric of several trainings over the epochs, each line named at its end.

    Args:
        histories: Keras' `History`, or its dictionary, by the name that the line gets.
        metric: what to draw, by its name in the history; several names give a panel each. A metric and
            its ``val_`` twin share their scale.
        log: draw the values on a logarithmic scale.

    Returns:
        A figure. Up to 7 trainings have colours of their own; more are shaded in their order.

    Raises:
        InputError: there is no training, or one of them has no epoch.
        UnknownNameError: one of them has no such metric; names the nearest.

    Examples:
        >>> figure = compare({"Adam": {"loss": [2.0, 0.5]}, "SGD": {"loss": [2.0, 1.5]}}, "loss")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['Adam', 'SGD']

    Source: the deck, "history".
    """
    trainings = {name: getattr(one, "history", one) for name, one in histories.items()}
    metrics = (metric,) if isinstance(metric, str) else tuple(metric)
    if not trainings or not metrics:
        raise InputError("There is nothing to compare: give one training or more, and one metric or more.")
    for name, training in trainings.items():
        for wanted in metrics:
            _check(name, training, wanted)
    figure = picture(4.2 * len(metrics) + 0.6, 3.3)
    panels: dict[str, Axes] = {}
    drawn = []
    for number, wanted in enumerate(metrics, start=1):
        base = wanted.removeprefix("val_")
        axes = figure.add_subplot(1, len(metrics), number, sharey=panels.get(base))
        panels.setdefault(base, axes)
        drawn.append((axes, _lines(axes, {name: training[wanted] for name, training in trainings.items()})))
        title = base if base == wanted else f"validation {base}"
        axes.set(title=title.replace("_", " "), xlabel="epoch", yscale="log" if log else "linear")
        axes.set_xlim(left=0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes, lines in drawn:  # last, for twins move each other's scale
        label_ends(axes, lines)
    return figure


def _lines(axes: Axes, trainings: Mapping[str, Sequence[float]]) -> dict[str, Line2D]:
    """Draw a line for each training."""
    colours = COLOURS if len(trainings) <= len(COLOURS) else shades(len(trainings))
    lines = {}
    for (name, values), colour in zip(trainings.items(), colours, strict=False):
        dots = "o" if len(values) < 3 else ""
        (lines[name],) = axes.plot(range(1, len(values) + 1), values, color=colour, marker=dots)
    return lines


def _check(name: str, training: Mapping[str, Sequence[float]], wanted: str) -> None:
    if wanted not in training and any(map(len, training.values())):
        hint = did_you_mean(wanted, training) or f" It has {', '.join(training)}."
        raise UnknownNameError(f"The history of {name!r} has no {wanted!r}.{hint}")
    if not len(training.get(wanted, ())):
        raise InputError(f"The history of {name!r} holds no epoch: nothing was trained.")
