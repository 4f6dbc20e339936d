"""How far down several descents have come, after so many updates and after so many seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError, UnknownNameError, did_you_mean
from zoo.plots._lines import label_ends
from zoo.plots._style import COLOURS, GREY, picture, styled


@styled
def descents(
    losses: Mapping[str, Any],
    *,
    seconds: Mapping[str, Any] | None = None,
    lowest: float | None = None,
    log: bool = True,
    log_seconds: bool = True,
) -> Figure:
    """Draw the loss of several descents over the updates and, where it was measured, over the time.

    Args:
        losses: by name, each a ``zoo.by_hand.Trace`` or the losses before the first update and after each;
            up to 7.
        seconds: by the same names, how long the whole descent took, which its updates share evenly, or when
            each of its losses was reached. By default only the updates are drawn.
        lowest: the least loss there is, drawn as a dotted line.
        log: draw the loss on a logarithmic scale.
        log_seconds: draw the time on one, so that a descent in no time shows beside one that took long.

    Raises:
        InputError: there is no descent, or more than 7, or one without losses; times that do not go with
            its losses.
        UnknownNameError: there are no times for one of them.

    Examples:
        >>> figure = descents({"slow": [4, 2, 1], "fast": [4, 1]}, seconds={"slow": 0.3, "fast": 2.0})
        >>> [axes.get_xlabel() for axes in figure.axes]
        ['updates', 'seconds']

    Source: the deck, "時間差別" (what time makes of it).
    """
    if not 1 <= len(losses) <= len(COLOURS):
        raise InputError(f"This picture shows 1 to {len(COLOURS)} descents; got {len(losses)}.")
    rows = {name: _rows(name, one) for name, one in losses.items()}
    across = {"updates": {name: updates for name, (updates, _) in rows.items()}}
    if seconds is not None:
        across["seconds"] = {name: _times(name, updates, seconds) for name, (updates, _) in rows.items()}
        if log_seconds:  # which has no zero, the common start
            across["seconds"] = {k: np.where(v > 0, v, np.nan) for k, v in across["seconds"].items()}
    figure = picture(4.4 * len(across) + 0.8, 3.4)
    drawn = []
    for axes, (unit, numbers) in zip(
        figure.subplots(1, len(across), sharey=True, squeeze=False)[0], across.items(), strict=True
    ):
        lines = {
            name: axes.plot(numbers[name], values, color=colour)[0]
            for (name, (_, values)), colour in zip(rows.items(), COLOURS, strict=False)
        }
        if lowest is not None:
            axes.axhline(lowest, color=GREY, linestyle=":", linewidth=1.2, zorder=1)
        axes.set(xlabel=unit, yscale="log" if log else "linear")
        axes.tick_params(labelleft=True)
        if unit == "seconds" and log_seconds:
            axes.set_xscale("log")
        drawn.append((axes, lines))
    figure.axes[0].set_title("loss")
    for axes, lines in drawn:  # last, for the panels move each other's scale
        label_ends(axes, lines)
    return figure


def _rows(name: str, descent: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return how many updates there had been, and the loss then."""
    values = np.asarray(getattr(descent, "loss", descent), dtype="float64")
    if values.ndim != 1 or not len(values):
        raise InputError(f"A descent is a Trace or a row of losses; {name!r} has the shape {values.shape}.")
    return np.asarray(getattr(descent, "update", np.arange(len(values)))), values


def _times(name: str, updates: np.ndarray, seconds: Mapping[str, Any]) -> np.ndarray:
    """Return when each loss was reached."""
    if name not in seconds:
        raise UnknownNameError(f"seconds has no {name!r}.{did_you_mean(name, seconds)}")
    times = np.asarray(seconds[name], dtype="float64")
    if times.ndim == 0:
        times = times * updates / max(int(updates[-1]), 1)
    if times.shape != updates.shape:
        raise InputError(f"seconds[{name!r}] must be one number, or {len(updates)}; got {times.shape}.")
    return times
