"""Many small images on one sheet, every pixel of theirs a whole number of the picture's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist

from zoo.plots._style import Picture

_DPI = 100  # of a sheet; at another, pixels are no longer whole
_TILE = 56  # pixels that an image is wide, about
_GAP, _MARGIN, _HEADING, _TITLE = 4, 12, 24, 15
_NARROWEST = 340  # so that the heading fits, and the player below it
_LINE = 204  # the grey round an image, which shows where white paper ends


class Sheet:
    """A figure of images in rows and columns, which can be exchanged all at once.

    Args:
        count: how many images.
        height: of each, in its own pixels.
        width: of each.
        columns: of the sheet; by default about as many as rows.
        titles: one an image, above it; none by default.
        right: pixels to leave free on the right.

    Attributes:
        figure: the figure.
        heading: its text, above everything.
        size: the figure's, in pixels.
    """

    def __init__(
        self,
        count: int,
        height: int,
        width: int,
        *,
        columns: int | None = None,
        titles: Sequence[str] = (),
        right: int = 0,
    ) -> None:
        self.columns = min(columns or (count if count <= 10 else int(np.ceil(np.sqrt(count)))), count)
        rows = -(-count // self.columns)
        self._zoom = max(1, round(_TILE / max(height, width)))
        above = _TITLE if titles else 0
        self._cell = above + height * self._zoom + 2 + _GAP, width * self._zoom + 2 + _GAP
        self._above = above
        self._paper = np.full((rows * self._cell[0], self.columns * self._cell[1], 3), 255, np.uint8)
        down, across = self._paper.shape[:2]
        wide = max(across + 2 * _MARGIN + right, _NARROWEST)
        high = down + 2 * _MARGIN + _HEADING
        self.size = wide, high
        self.figure = Picture(figsize=(wide / _DPI, high / _DPI), dpi=_DPI)
        axes = self.figure.add_axes((_MARGIN / wide, _MARGIN / high, across / wide, down / high))
        self._image = axes.imshow(self._paper, interpolation="nearest", aspect="auto")
        axes.set_axis_off()
        self.heading = self.figure.text(
            _MARGIN / wide, 1 - _MARGIN / high, "", ha="left", va="top", fontsize=11
        )
        self._titles: list[Artist] = []
        for place, title in enumerate(titles):
            y, x = self._corner(place)
            middle = x + (self._cell[1] - _GAP) / 2
            self._titles.append(axes.text(middle, y - 3, title, ha="center", va="bottom", fontsize=8))

    @property
    def moving(self) -> list[Artist]:
        """What changes from frame to frame, and what lies over it."""
        return [self._image, *self._titles, self.heading]

    def show(self, images: np.ndarray) -> None:
        """Exchange the images.

        Args:
            images: ``(count, height, width, 3)`` bytes.
        """
        larger = images.repeat(self._zoom, axis=1).repeat(self._zoom, axis=2)
        high, wide = larger.shape[1:3]
        for place, image in enumerate(larger):
            y, x = self._corner(place)
            self._paper[y : y + high + 2, x : x + wide + 2] = _LINE
            self._paper[y + 1 : y + 1 + high, x + 1 : x + 1 + wide] = image
        self._image.set_data(self._paper)

    def _corner(self, place: int) -> tuple[int, int]:
        """Return where an image's frame begins: pixels down, pixels across."""
        row, column = divmod(place, self.columns)
        return row * self._cell[0] + self._above, column * self._cell[1]
