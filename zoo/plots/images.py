"""Grids of images: what the data looks like, and what the network takes for something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from zoo.plots._predictions import images_of, names_for, probabilities_and_labels
from zoo.plots._style import GREEN, GREY, VERMILION, Picture, picture, styled

_CELL_WIDTH, _CELL_HEIGHT = 0.75, 0.95  # inches that a sample takes with its label


@styled
def samples(
    split: Any, *, rows: int = 3, columns: int = 10, class_names: Sequence[str] = (), seed: int = 0
) -> Figure:
    """Show some images with their labels, the classes in turn.

    Args:
        split: rows with ``x`` (images) and ``y`` (labels), such as ``data.train``.
        rows: of the grid.
        columns: of the grid.
        class_names: one a class; numbers by default.
        seed: of the choice.

    Raises:
        InputError: the rows hold no images.

    Examples:
        >>> import zoo
        >>> len(samples(zoo.load_dataset("digits").train, rows=2, columns=5).axes[0].images)
        10
    """
    images, labels = images_of(split.x), np.asarray(split.y).reshape(-1)
    names = names_for(int(labels.max()) + 1, class_names)
    chosen = _in_turn(labels, rows * columns, seed)
    figure = Picture(figsize=(_CELL_WIDTH * columns, _CELL_HEIGHT * rows))
    # One pair of axes for all: to draw a pair for each image takes ten times as long.
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    size = 9 * min(1.0, 10 / max(map(len, names)))  # long names must not run into each other
    high, wide = images.shape[1:3]
    high, wide = (0.66 * side / max(high, wide) for side in (high, wide))
    for place, row in enumerate(chosen):
        down, across = divmod(place, columns)
        left, top = _CELL_WIDTH * across + (_CELL_WIDTH - wide) / 2, _CELL_HEIGHT * down + 0.22
        axes.imshow(
            **_shades(images[row], images), extent=(left, left + wide, top + high, top), aspect="auto"
        )
        axes.add_patch(Rectangle((left, top), wide, high, fill=False, edgecolor="#cccccc", linewidth=0.8))
        axes.text(left + wide / 2, top - 0.03, names[labels[row]], fontsize=size, ha="center", va="bottom")
    axes.set(xlim=(0, _CELL_WIDTH * columns), ylim=(_CELL_HEIGHT * rows, 0))
    return figure


@styled
def mistakes(model: Any, split: Any, *, most: int = 12, class_names: Sequence[str] = ()) -> Figure:
    """Show the images that a model gets wrong, the surest mistake first, with its probabilities.

    Where it makes none, the right answers that it was least sure of are shown, and the title says so.

    Args:
        model: a classifier of images: a `keras.Model`, or an estimator with ``predict_proba`` for their pixels.
        split: rows with ``x`` and ``y``, such as ``data.test``.
        most: how many to show.
        class_names: one a class; numbers by default.

    Returns:
        A figure: each image beside the three likeliest classes, the true one in green.

    Raises:
        InputError: the rows hold no images.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("cnn.digits", pretrained=True)
        >>> "wrong" in mistakes(model, data.test, most=4).get_suptitle()
        True
    """
    probabilities, labels = probabilities_and_labels(model, split)
    images, names = images_of(split.x), names_for(probabilities.shape[1], class_names)
    guesses = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    title = f"{len(wrong):,} wrong of {len(labels):,}"
    if len(wrong):
        shown = wrong[np.argsort(-probabilities[wrong, guesses[wrong]])][:most]
        title += ", the surest first" if len(wrong) > 1 else ""
    else:
        shown = np.argsort(probabilities[np.arange(len(labels)), labels])[:most]
        title += "; these right ones it was least sure of"
    columns = min(4, max(len(shown), 2))
    lines = -(-len(shown) // columns)
    figure = picture(2.7 * columns, 1.45 * lines + 0.4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    grid = figure.add_gridspec(lines, 2 * columns, width_ratios=[1, 1.2] * columns)
    for place, row in enumerate(shown):
        line, column = divmod(place, columns)
        _image(figure.add_subplot(grid[line, 2 * column]), images[row], images)
        _bars(figure.add_subplot(grid[line, 2 * column + 1]), probabilities[row], int(labels[row]), names)
    return figure


def _image(axes: Axes, image: np.ndarray, all_images: np.ndarray) -> None:
    axes.imshow(**_shades(image, all_images))
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#cccccc")


def _shades(image: np.ndarray, all_images: np.ndarray) -> dict[str, Any]:
    """Return an image and what is black and white in it, the same for all, as `imshow` takes them."""
    top = float(all_images.max()) if all_images.dtype.kind == "f" else 255
    return {"X": np.clip(image / top, 0, 1) if image.ndim == 3 else image, "vmin": 0, "vmax": top}


def _bars(axes: Axes, probabilities: np.ndarray, label: int, names: Sequence[str]) -> None:
    """Draw the three likeliest classes, and the true one if it is not among them."""
    best = list(np.argsort(-probabilities)[:3])
    if label not in best:
        best[-1] = label
    best.sort(key=lambda k: -probabilities[k])
    colours = [GREEN if k == label else VERMILION if k == best[0] else GREY for k in best]
    axes.barh(range(len(best)), [probabilities[k] for k in best], color=colours, height=0.7)
    for position, k in enumerate(best):
        inside = probabilities[k] > 0.6
        axes.text(
            probabilities[k] + (-0.04 if inside else 0.04),
            position,
            f"{probabilities[k]:.2f}",
            ha="right" if inside else "left",
            va="center",
            fontsize=8,
            color="white" if inside else "#222222",
        )
    marked = [f"{names[k]} ✓" if k == label else names[k] for k in best]
    axes.set_yticks(range(len(best)), marked)
    axes.set(xlim=(0, 1), xticks=[])
    axes.invert_yaxis()
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _in_turn(labels: np.ndarray, count: int, seed: int) -> list[int]:
    """Choose rows so that the classes come in order, again and again."""
    random = np.random.default_rng(seed)
    queues = [list(random.permutation(np.flatnonzero(labels == k))) for k in np.unique(labels)]
    chosen: list[int] = []
    while len(chosen) < count and any(queues):
        chosen += [queue.pop() for queue in queues if queue]
    return [int(row) for row in chosen[:count]]
