"""What a network of two features says of every point of the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure

from zoo._plane import Plane, plane_around
from zoo.errors import InputError
from zoo.plots._predictions import as_labels, as_probabilities, names_for
from zoo.plots._style import COLOURS, GREY, Picture, picture, styled
from zoo.plots.animate import Animation

# A colour and a shape a class, for eyes and printers that see no colour.
_COLOURS = (*COLOURS, GREY)
_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
_TINT = 0.5  # the strongest background, so that points of the same colour still stand out


@styled
def scatter(
    split: Any,
    *,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = ("x1", "x2"),
    most: int = 1500,
) -> Figure:
    """Draw rows of two features as points, each class with its own colour and shape.

    Args:
        split: rows with ``x``, ``(rows, 2)``, and ``y``, labels of up to 8 classes, such as ``data.train``.
        class_names: one a class; numbers by default.
        feature_names: of the two axes.
        most: how many rows to draw; of more, some are chosen at random.

    Raises:
        InputError: the rows do not have two features, or have too many classes.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> scatter(data.train, feature_names=data.feature_names).axes[0].get_xlabel()
        'x'

    Source: the deck, "Let's play", its first picture.
    """
    plane, labels = plane_around(split.x, resolution=2), as_labels(split.y)
    names = _names(max(int(labels.max()) + 1, len(class_names)), labels, class_names)
    figure = picture(4.4, 4.6)
    _Panel(figure.add_subplot(), plane, split.x, labels, names, feature_names, most)
    figure.legend(loc="outside lower center", ncols=min(len(names), 4))
    return figure


@styled
def boundary(
    model: keras.Model,
    split: Any,
    *,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = ("x1", "x2"),
    resolution: int = 150,
    most: int = 1500,
) -> Figure:
    """Draw what a classifier says of every point: its probability as colour, the boundary as a line.

    White is where it cannot decide. The rows lie on top, each class with its own colour and shape.

    Args:
        model: a classifier of two features: one sigmoid unit, or a softmax over 2 to 8 classes.
        split: rows with ``x``, ``(rows, 2)``, and ``y``, such as ``data.test``.
        class_names: one a class; numbers by default.
        feature_names: of the two axes.
        resolution: points a side at which the model is asked.
        most: how many rows to draw; of more, some are chosen at random.

    Returns:
        A figure; its title says how many of all the rows are right.

    Raises:
        InputError: the rows do not have two features, or the model tells other classes apart.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
        >>> figure = boundary(model, data.test, feature_names=data.feature_names)
        >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
        ('x', 'y')

    Source: the deck, "Deep Learning", its function ``result``.
    """
    plane = plane_around(split.x, resolution=resolution)
    _check_inputs(model)
    probabilities = _asked(model, plane.points)
    labels = as_labels(split.y)
    names = _names(probabilities.shape[1], labels, class_names)
    figure = picture(5.2, 4.6)
    panel = _Panel(figure.add_subplot(), plane, split.x, labels, names, feature_names, most)
    panel.show(probabilities)
    right = (_asked(model, np.asarray(split.x)).argmax(axis=1) == labels).mean()
    panel.axes.set_title(f"{right:.1%} of {len(labels):,} right")
    _finish(figure, [panel], names)
    return figure


@styled
def boundary_animation(
    recorder: Any,
    split: Any,
    *,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = ("x1", "x2"),
    most: int = 1000,
    frames_per_second: float = 8,
) -> Animation:
    """Let a boundary move through the epochs in which a `zoo.BoundaryRecorder` recorded it.

    Args:
        recorder: a recorder that has seen a training, or several by name, drawn side by side. One that
            ended earlier than the others keeps its last picture.
        split: the rows to lay on top, such as ``data.train``.
        class_names: one a class; numbers by default.
        feature_names: of the two axes.
        most: how many rows to draw.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation` with a frame for each recorded epoch.

    Raises:
        InputError: nothing was recorded.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
        >>> model.compile("adam", "binary_crossentropy")
        >>> recorder = zoo.BoundaryRecorder(data.train, every=2, resolution=20)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=recorder, verbose=0)
        >>> boundary_animation(recorder, data.train).labels
        ('epoch 0', 'epoch 2', 'epoch 3')

    Source: the deck, "Deep Learning", its callback that draws every 50 epochs.
    """
    recorders = dict(recorder) if isinstance(recorder, Mapping) else {"": recorder}
    if not recorders or not all(one.epochs for one in recorders.values()):
        raise InputError(
            "The recorder has recorded nothing. Pass it to zoo.fit(..., callbacks=recorder) before drawing."
        )
    labels = as_labels(split.y)
    # All frames at once, for whether a unit gives logits shows only where one of them leaves 0..1.
    films = [_film(np.stack(one.outputs)) for one in recorders.values()]
    names = _names(films[0].shape[2], labels, class_names)
    figure = picture(0.8 + 4.4 * len(films), 4.8)
    panels = []
    for number, (title, one) in enumerate(recorders.items(), start=1):
        axes = figure.add_subplot(1, len(films), number)
        panels.append(_Panel(axes, one.plane, split.x, labels, names, feature_names, most))
        axes.set_title(title)
    epochs = sorted({epoch for one in recorders.values() for epoch in one.epochs})
    heading = figure.suptitle("epoch 0", x=0.01, ha="left", fontsize=11)

    def draw(frame: int) -> list[Artist]:
        heading.set_text(f"epoch {epochs[frame]:,}")
        for panel, film, one in zip(panels, films, recorders.values(), strict=True):
            latest = np.searchsorted(one.epochs, epochs[frame], side="right") - 1
            panel.show(film[max(latest, 0)])
        return [heading, *(artist for panel in panels for artist in panel.moving)]

    draw(0)
    _finish(figure, panels, names)
    return Animation(
        figure,
        draw,
        [f"epoch {epoch:,}" for epoch in epochs],
        frames_per_second=frames_per_second,
        title="Decision boundary",
    )


class _Panel:
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


def _finish(figure: Picture, panels: Sequence[_Panel], names: Sequence[str]) -> None:
    """Add the legend and, for two classes, the scale of colours."""
    handles, labels = panels[0].axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(names), 4))
    if len(names) == 2:
        steps = np.linspace(0, 1, 101)
        scale = ScalarMappable(cmap=ListedColormap(_tints(np.stack([1 - steps, steps], axis=1))))
        scale.set_clim(0, 1)
        axes = [panel.axes for panel in panels]
        figure.colorbar(scale, ax=axes, shrink=0.8, label=f"probability of {names[1]}")


def _film(outputs: np.ndarray) -> np.ndarray:
    """Turn recorded outputs, ``(frames, points, units)``, into probabilities of the same form."""
    frames, points = outputs.shape[:2]
    flat = as_probabilities(outputs.reshape(frames * points, *outputs.shape[2:]))
    return flat.reshape(frames, points, -1)


def _check_inputs(model: keras.Model) -> None:
    """Refuse a model of other inputs; its own error would name neither the picture nor the way out."""
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, tuple) and shape[1:] != (2,):
        raise InputError(
            f"A boundary is drawn in a plane: it takes a model of two features; this one takes {shape[1:]}. "
            "For more features, zoo.plots.confusion shows what is taken for what."
        )


def _asked(model: keras.Model, points: np.ndarray) -> np.ndarray:
    return as_probabilities(np.asarray(model.predict(points, batch_size=4096, verbose=0)))


def _names(count: int, labels: np.ndarray, class_names: Sequence[str]) -> list[str]:
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
