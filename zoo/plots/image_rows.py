"""Images above one another: what came in, and what a network made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._predictions import images_of
from zoo.plots._style import picture, styled


@styled
def image_rows(rows: Mapping[str, Any], *, most: int = 12) -> Figure:
    """Show rows of images, each row with its name, so that what belongs together stands in a column.

    Args:
        rows: images by the row's name, ``(count, height, width)`` or with one or three channels, in 0..1.
        most: how many of each to show.

    Raises:
        InputError: there is no row, or no image in one of them.

    Examples:
        >>> import zoo
        >>> x = zoo.load_dataset("digits").test.x
        >>> figure = image_rows({"digit": x, "upside down": x[:, ::-1]}, most=5)
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['digit', 'upside down']
    """
    strips = {name: np.asarray(images_of(np.asarray(images)))[:most] for name, images in rows.items()}
    if not strips or not all(len(images) for images in strips.values()):
        raise InputError("image_rows needs a row with an image; got none.")
    columns = max(len(images) for images in strips.values())
    figure = picture(0.7 * columns + 1.2, 0.74 * len(strips))
    for line, (name, images) in enumerate(strips.items(), start=1):
        axes = figure.add_subplot(len(strips), 1, line)
        axes.imshow(_side_by_side(images, columns), vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
        axes.grid(False)
        axes.spines[:].set_visible(False)
    return figure


def _side_by_side(images: np.ndarray, columns: int) -> np.ndarray:
    """Return one wide image, with a white gap between each two; white is 0 in grey and 1 in colour."""
    paper = 0.0 if images.ndim == 3 else 1.0
    height, width, *colours = images.shape[1:]
    gap = max(1, width // 8)
    wide = np.full((height, columns * (width + gap) - gap, *colours), paper, dtype="float32")
    for number, image in enumerate(images):
        left = number * (width + gap)
        wide[:, left : left + width] = np.clip(image, 0, 1)
    return wide
