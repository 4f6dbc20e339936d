"""The paths of descents, and which of their steps a moving picture shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import COLOURS
from zoo.plots.animate import Animation

Spacing = Literal["even", "geometric"]


@dataclass(frozen=True, eq=False)
class Track:
    """A path: where it was after which update.

    Attributes:
        points: ``(rows, numbers)``, the first row is the start.
        updates: ``(rows,)``, how many updates had been made.
        losses: ``(rows,)``, or ``None`` where nobody noted them.
    """

    points: np.ndarray
    updates: np.ndarray
    losses: np.ndarray | None = None

    def walked(self, update: int) -> int:
        """Return how many rows there are up to an update; a track that has ended waits."""
        return int(np.searchsorted(self.updates, update, side="right"))


def as_tracks(paths: Mapping[str, Any], numbers: int | None = None) -> dict[str, Track]:
    """Read paths, each a ``zoo.by_hand.Trace`` or an array with a row a step.

    Args:
        paths: by name, 1 to 7.
        numbers: how many there are in a row; ``None`` for any.

    Raises:
        InputError: there are fewer or more, or one has other rows.
    """
    if not 1 <= len(paths) <= len(COLOURS):
        raise InputError(f"This picture shows 1 to {len(COLOURS)} paths; got {len(paths)}.")
    return {name: _as_track(name, path, numbers) for name, path in paths.items()}


def _as_track(name: str, path: Any, numbers: int | None) -> Track:
    points = np.asarray(getattr(path, "parameters", path), dtype="float64")
    if points.ndim != 2 or not len(points) or points.shape[1] != (numbers or points.shape[1]):
        rows = "(points, 2), pairs of numbers" if numbers == 2 else "a table with a row of parameters a step"
        raise InputError(f"A path is {rows}; {name!r} has the shape {points.shape}.")
    updates = np.asarray(getattr(path, "update", np.arange(len(points))))
    return Track(points, updates, getattr(path, "loss", None))


def shown_updates(tracks: Iterable[Track], most_frames: int, spacing: Spacing = "even") -> np.ndarray:
    """Return the updates that get a frame: all, or of longer paths so many, the first and the last among them.

    Args:
        tracks: one or more.
        most_frames: how many at most.
        spacing: ``"even"``, or ``"geometric"``: every one at first, and then ever fewer.

    Raises:
        InputError: the spacing is neither, or there is no frame.

    Examples:
        >>> walk = Track(np.zeros((1001, 2)), np.arange(1001))
        >>> shown_updates([walk], 5), shown_updates([walk], 5, "geometric")
        (array([   0,  250,  500,  750, 1000]), array([   0,    1,   10,  100, 1000]))
    """
    if spacing not in ("even", "geometric"):
        raise InputError(f"spacing must be 'even' or 'geometric'; got {spacing!r}.")
    if most_frames < 1:
        raise InputError(f"most_frames must be 1 or more; got {most_frames}.")
    last = max(int(track.updates[-1]) for track in tracks)
    if last < most_frames:
        return np.arange(last + 1)
    if spacing == "geometric" and most_frames > 2:
        return np.unique([0, *np.geomspace(1, last, most_frames - 1).round().astype(int)])
    return np.unique(np.linspace(0, last, most_frames).astype(int))


def step_animation(
    figure: Figure,
    steps: np.ndarray,
    show: Callable[[int], Sequence[Artist]],
    *,
    frames_per_second: float,
    title: str,
) -> Animation:
    """Return a film with a frame a step, and the step's number above it.

    Args:
        figure: with everything in it.
        steps: the number of each frame's step.
        show: called with the number of a frame, from 0; returns the artists that it has changed.
        frames_per_second: how fast it goes.
        title: of the HTML page.
    """
    heading = figure.suptitle("step 0", x=0.01, ha="left", fontsize=11)

    def draw(frame: int) -> list[Artist]:
        heading.set_text(f"step {steps[frame]:,}")
        return [heading, *show(frame)]

    draw(0)
    labels = [f"step {step:,}" for step in steps]
    return Animation(figure, draw, labels, frames_per_second=frames_per_second, title=title)


def legend_columns(names: int) -> int:
    """Return how many names of paths stand beside one another: all, or the half where all are too wide."""
    return names if names <= 5 else -(-names // 2)
