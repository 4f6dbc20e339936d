"""A panel of the plane: probabilities as colours, the boundary as a line, rows as points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, to_rgb

from zoo._plane import Plane
from zoo.errors import InputError
from zoo.plots._predictions import names_for
from zoo.plots._style import COLOURS, GREY, Picture

# A colour and a shape a class, for eyes and printers that see no colour.
_COLOURS = (*COLOURS, GREY)
_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
_TINT = 0.5  # the strongest background, so that points of the same colour still stand out


class Panel:
    """One plane: probabilities as a background that can be exchanged, and the rows on top."""

    def __init__(
        self,
        axes: Axes,
        plane: Plane,
        x: Any,
        labels: np.ndarray,
        names: Sequence[str],
        feature_names: Sequence[str],
        most: int,
    ) -> None:
        self.axes, self._plane = axes, plane
        self._lines: list[Artist] = []
        self._points: list[Artist] = []
        blank = np.ones((len(plane.x2), len(plane.x1), 3))
        self._image = axes.imshow(
            blank, extent=plane.extent, origin="lower", aspect="auto", interpolation="bilinear"
        )
        rows, shown = np.asarray(x), np.arange(len(labels))
        if len(shown) > most:
            shown = np.random.default_rng(0).choice(len(shown), most, replace=False)
        size = 26 if len(shown) < 300 else 17
        for k, name in enumerate(names):
            of_class = rows[shown[labels[shown] == k]]
            points = axes.scatter(
                of_class[:, 0],
                of_class[:, 1],
                s=size,
                marker=_MARKERS[k],
                color=_COLOURS[k],
                edgecolor="white",
                linewidth=0.4,
                label=name,
            )
            self._points.append(points)
        axes.set(xlim=plane.extent[:2], ylim=plane.extent[2:], box_aspect=1)
        axes.set(xlabel=feature_names[0], ylabel=feature_names[1])
        axes.grid(False)

    @property
    def moving(self) -> list[Artist]:
        """The background, and all that lies over it, from the bottom up."""
        spines = self.axes.spines
        return [self._image, *self._lines, *self._points, spines["left"], spines["bottom"]]

    def show(self, probabilities: np.ndarray) -> None:
        """Exchange the background and the line."""
        shape = len(self._plane.x2), len(self._plane.x1)
        # As bytes, which matplotlib resamples sooner than floats.
        self._image.set_data(np.uint8(255 * _tints(probabilities)).reshape(*shape, 3))
        while self._lines:
            self._lines.pop().remove()
        count = probabilities.shape[1]
        for k in range(count if count > 2 else 1):
            # Its lead over the best of the others: zero on its boundary, whatever the number of classes.
            lead = probabilities[:, k] - np.delete(probabilities, k, axis=1).max(axis=1)
            if lead.min() < 0 < lead.max():  # matplotlib warns of a line without a point
                level = self.axes.contour(
                    self._plane.x1,
                    self._plane.x2,
                    lead.reshape(shape),
                    levels=[0],
                    colors="#222222",
                    linewidths=1.2,
                )
                self._lines.append(level)


def _tints(probabilities: np.ndarray) -> np.ndarray:
    """Return a colour a row: white where all classes are as likely, a class's own where it is sure."""
    count = probabilities.shape[1]
    best = probabilities.argmax(axis=1)
    sure = (probabilities.max(axis=1, keepdims=True) - 1 / count) / (1 - 1 / count)
    colours = np.array([to_rgb(colour) for colour in _COLOURS[:count]])
    tints: np.ndarray = 1 - _TINT * sure * (1 - colours[best])
    return tints


def finish(figure: Picture, panels: Sequence[Panel], names: Sequence[str]) -> None:
    """Add the legend and, for two classes, the scale of colours."""
    handles, labels = panels[0].axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(names), 4))
    if len(names) == 2:
        steps = np.linspace(0, 1, 101)
        scale = ScalarMappable(cmap=ListedColormap(_tints(np.stack([1 - steps, steps], axis=1))))
        scale.set_clim(0, 1)
        axes = [panel.axes for panel in panels]
        figure.colorbar(scale, ax=axes, shrink=0.8, label=f"probability of {names[1]}")


def names_of(count: int, labels: np.ndarray, class_names: Sequence[str]) -> list[str]:
    """Return a name for each of ``count`` classes.

    Raises:
        InputError: there are more classes than colours, or the rows hold others, or names are missing.
    """
    if count > len(_COLOURS):
        raise InputError(
            f"This picture shows up to {len(_COLOURS)} classes; here are {count}, and more colours could not be "
            "told apart. zoo.plots.confusion shows any number."
        )
    if labels.max() >= count or labels.min() < 0:
        raise InputError(
            f"Of {count} classes, labelled 0 to {count - 1}, the rows hold the labels {labels.min()} to "
            f"{labels.max()}. Draw a model and the rows that belong together."
        )
    if class_names and len(class_names) != count:
        raise InputError(f"class_names must name {count} classes; got {list(class_names)}.")
    return names_for(count, class_names) if class_names else [f"class {k}" for k in range(count)]
