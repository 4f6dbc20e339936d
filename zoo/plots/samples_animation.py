"""Images that change through the epochs, such as those that a network draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from zoo.errors import InputError
from zoo.plots._sheet import Sheet
from zoo.plots._style import styled
from zoo.plots.animate import Animation


@styled
def samples_animation(
    images: Any,
    labels: Sequence[str],
    *,
    titles: Sequence[str] = (),
    columns: int | None = None,
    frames_per_second: float = 8,
) -> Animation:
    """Let a sheet of images move, each in its place from frame to frame.

    Grey images are drawn as on paper, 0 white and 1 black, as `zoo.plots.samples` draws them.

    Args:
        images: ``(frames, count, height, width)`` or ``(frames, count, height, width, channels)`` with 1
            or 3 channels: numbers from 0 to 1, of which what lies beyond is cut off, or bytes.
        labels: what each frame is, such as ``"epoch 50"``; drawn above the sheet.
        titles: one an image, such as the digit that it should be.
        columns: of the sheet; by default about as many as rows.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation` with a frame a label.

    Raises:
        InputError: the images have another shape or scale, or labels or titles are too few or too many.

    Examples:
        >>> import numpy as np
        >>> noise = np.random.default_rng(0).random((3, 12, 8, 8))
        >>> samples_animation(noise, ["epoch 0", "epoch 1", "epoch 2"])
        Animation(3 frames, 'epoch 0' to 'epoch 2')

    Source: the deck, "GAN", its painter's pictures from generation to generation.
    """
    film = _film(images)
    frames, count, height, width = film.shape[:4]
    for name, given, wanted in (("labels", labels, frames), ("titles", titles or range(count), count)):
        if len(given) != wanted:
            kind = "frame" if name == "labels" else "image"
            raise InputError(f"{name} must name {wanted} {kind}s, one each; got {len(given)}.")
    sheet = Sheet(count, height, width, columns=columns, titles=titles)

    def draw(frame: int) -> list[Artist]:
        sheet.show(film[frame])
        sheet.heading.set_text(labels[frame])
        return sheet.moving

    draw(0)
    return Animation(
        sheet.figure, draw, labels, frames_per_second=frames_per_second, title="Samples over the epochs"
    )


def _film(images: Any) -> np.ndarray:
    """Return images as bytes of red, green and blue, ``(frames, count, height, width, 3)``."""
    film = np.asarray(images)
    if film.ndim == 5 and film.shape[-1] == 1:
        film = film[..., 0]
    if film.ndim not in (4, 5) or (film.ndim == 5 and film.shape[-1] != 3) or not film.size:
        raise InputError(
            "Images that move have the shape (frames, count, height, width) or (frames, count, height, "
            f"width, channels) with 1 or 3 channels; got {film.shape}."
        )
    if film.dtype.kind == "f":
        low, high = float(film.min()), float(film.max())
        if not (low >= -0.5 and high <= 1.5):
            raise InputError(
                f"Images are numbers from 0 to 1, or bytes; these go from {low:g} to {high:g}. Scale them: "
                "(x + 1) / 2 for -1 to 1, x / 255 for 0 to 255."
            )
        film = (255 * np.clip(film, 0, 1) + 0.5).astype("uint8")
    elif film.dtype != np.uint8:
        raise InputError(f"Images are numbers from 0 to 1, or bytes; got {film.dtype}.")
    return film if film.ndim == 5 else np.repeat(255 - film[..., None], 3, axis=-1)
