"""What a classifier of two features says of every point of the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from zoo._plane import Plane, plane_around
from zoo.errors import InputError
from zoo.plots._boundary_panel import Panel, finish, names_of
from zoo.plots._predictions import as_labels, as_probabilities, ask
from zoo.plots._style import picture, styled
from zoo.plots.animate import Animation


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
    names = names_of(max(int(labels.max()) + 1, len(class_names)), labels, class_names)
    figure = picture(4.4, 4.6)
    Panel(figure.add_subplot(), plane, split.x, labels, names, feature_names, most)
    figure.legend(loc="outside lower center", ncols=min(len(names), 4))
    return figure


@styled
def boundary(
    model: Any,
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
        model: a classifier of two features and 2 to 8 classes: a `keras.Model` with one sigmoid unit or a
            softmax, an estimator with ``predict_proba``, such as those of ``zoo.by_hand``, or a function of
            the points that returns a probability a class, or that of class 1.
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
        >>> boundary(lambda points: points[:, 0] > 0, data.test).axes[1].get_ylabel()
        'probability of class 1'

    Source: the deck, "Deep Learning", its function ``result``.
    """
    plane = plane_around(split.x, resolution=resolution)
    _check_inputs(model)
    probabilities = ask(model, plane.points)
    labels = as_labels(split.y)
    names = names_of(probabilities.shape[1], labels, class_names)
    figure = picture(5.2, 4.6)
    panel = Panel(figure.add_subplot(), plane, split.x, labels, names, feature_names, most)
    panel.show(probabilities)
    right = (ask(model, np.asarray(split.x)).argmax(axis=1) == labels).mean()
    panel.axes.set_title(f"{right:.1%} of {len(labels):,} right")
    finish(figure, [panel], names)
    return figure


@styled
def boundary_animation(
    recorder: Any,
    split: Any,
    *,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = ("x1", "x2"),
    most: int = 1000,
    unit: str = "epoch",
    frames_per_second: float = 8,
) -> Animation:
    """Let a boundary move through the epochs in which a `zoo.BoundaryRecorder` recorded it, or step by step.

    Args:
        recorder: a recorder that has seen a training; or classifiers by the number of the step that they
            stand for, ``{0: at_first, 10: later}``, each of them anything that `boundary` takes; or several
            of either by name, drawn side by side. One that ended earlier than the others keeps its last
            picture.
        split: the rows to lay on top, such as ``data.train``.
        class_names: one a class; numbers by default.
        feature_names: of the two axes.
        most: how many rows to draw.
        unit: what the steps are called.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation` with a frame for each recorded epoch or step.

    Raises:
        InputError: nothing was recorded, or the classifiers stand for no step.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
        >>> model.compile("adam", "binary_crossentropy")
        >>> recorder = zoo.BoundaryRecorder(data.train, every=2, resolution=20)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=recorder, verbose=0)
        >>> boundary_animation(recorder, data.train).labels
        ('epoch 0', 'epoch 2', 'epoch 3')
        >>> turning = {step: lambda x, step=step: x @ [1, step / 5] > 0 for step in range(5)}
        >>> boundary_animation(turning, data.train, unit="step")
        Animation(5 frames, 'step 0' to 'step 4')

    Source: the deck, "Deep Learning", its callback that draws every 50 epochs.
    """
    named = isinstance(recorder, Mapping) and not any(isinstance(key, Integral) for key in recorder)
    recorders = {k: _film_of(v, split) for k, v in (recorder if named else {"": recorder}).items()}
    if not recorders or not all(one.epochs for one in recorders.values()):
        raise InputError(
            "The recorder has recorded nothing. Pass it to zoo.fit(..., callbacks=recorder) before drawing."
        )
    labels = as_labels(split.y)
    # All frames at once, for whether a unit gives logits shows only where one of them leaves 0..1.
    films = [_frames(np.stack(one.outputs)) for one in recorders.values()]
    names = names_of(films[0].shape[2], labels, class_names)
    figure = picture(0.8 + 4.4 * len(films), 4.8)
    panels = []
    for number, (title, one) in enumerate(recorders.items(), start=1):
        axes = figure.add_subplot(1, len(films), number)
        panels.append(Panel(axes, one.plane, split.x, labels, names, feature_names, most))
        axes.set_title(title)
    epochs = sorted({epoch for one in recorders.values() for epoch in one.epochs})
    heading = figure.suptitle(f"{unit} 0", x=0.01, ha="left", fontsize=11)

    def draw(frame: int) -> list[Artist]:
        heading.set_text(f"{unit} {epochs[frame]:,}")
        for panel, film, one in zip(panels, films, recorders.values(), strict=True):
            latest = np.searchsorted(one.epochs, epochs[frame], side="right") - 1
            panel.show(film[max(latest, 0)])
        return [heading, *(artist for panel in panels for artist in panel.moving)]

    draw(0)
    finish(figure, panels, names)
    return Animation(
        figure,
        draw,
        [f"{unit} {epoch:,}" for epoch in epochs],
        frames_per_second=frames_per_second,
        title="Decision boundary",
    )


@dataclass
class _Film:
    """What a `zoo.BoundaryRecorder` would have recorded."""

    plane: Plane
    epochs: list[int]
    outputs: list[np.ndarray]


def _film_of(recorder: Any, split: Any) -> Any:
    """Return a recorder as it is, and ask classifiers, by the step they stand for, about the plane."""
    if not isinstance(recorder, Mapping):
        return recorder
    plane, steps = plane_around(split.x, resolution=80), sorted(recorder)
    return _Film(plane, steps, [ask(recorder[step], plane.points) for step in steps])


def _frames(outputs: np.ndarray) -> np.ndarray:
    """Turn recorded outputs, ``(frames, points, units)``, into probabilities of the same form."""
    frames, points = outputs.shape[:2]
    flat = as_probabilities(outputs.reshape(frames * points, *outputs.shape[2:]))
    return flat.reshape(frames, points, -1)


def _check_inputs(model: Any) -> None:
    """Refuse a model of other inputs; its own error would name neither the picture nor the way out."""
    columns = getattr(model, "n_features_in_", None)
    shape = getattr(model, "input_shape", None) if columns is None else (None, columns)
    if isinstance(shape, tuple) and shape[1:] != (2,):
        raise InputError(
            f"A boundary is drawn in a plane: it takes a model of two features; this one takes {shape[1:]}. "
            "For more features, zoo.plots.confusion shows what is taken for what."
        )
