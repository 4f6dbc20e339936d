"""Pictures that move: drawn once, then changed and photographed frame by frame."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from zoo._files import atomic_path, write_text
from zoo.errors import InputError

_PLAYER = Path(__file__).with_name("player.html")
_COLOURS = 255  # of the 256 that a GIF can have; the last is white
_REST = 12  # the last frame of a GIF stays as long as so many others, before it begins again


class Animation:
    """A figure that is drawn once and changed for each frame.

    In a notebook it shows itself, as the player that ``save("x.html")`` writes. Frames are drawn when they
    are first needed, and kept.

    Args:
        figure: a matplotlib figure with everything in it.
        draw: called with the number of a frame, from 0; changes the figure's artists for it. It returns
            those it changes, and what lies over them, in the order in which they are painted: then the
            rest, axes and all, is painted once. If it returns ``None``, all is painted for each frame,
            which takes several times as long.
        labels: what each frame is, such as ``"epoch 50"``; there are as many frames as labels.
        frames_per_second: how fast it goes.
        dpi: pixels an inch.
        title: of the HTML page.

    Attributes:
        labels: one a frame.

    Raises:
        InputError: there is no frame, or no speed.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> figure = Figure(figsize=(2, 1))
        >>> (line,) = figure.add_subplot(xlim=(0, 2), ylim=(0, 1)).plot([0, 1], [0, 1])
        >>> moving = Animation(figure, lambda frame: line.set_xdata([0, frame]), ["a", "b", "c"])
        >>> len(moving)
        3

    Source: the deck, ``matplotlib.animation``, which draws the whole figure anew for each frame.
    """

    def __init__(
        self,
        figure: Figure,
        draw: Callable[[int], Sequence[Artist] | None],
        labels: Sequence[str],
        *,
        frames_per_second: float = 10,
        dpi: int = 100,
        title: str = "Animation",
    ) -> None:
        if not labels:
            raise InputError("An animation needs a frame: labels is empty.")
        if not 0.1 <= frames_per_second <= 50:
            raise InputError(f"frames_per_second must be from 0.1 to 50; got {frames_per_second}.")
        self.labels = tuple(labels)
        self._figure, self._draw, self._dpi = figure, draw, dpi
        self._rate, self._title = frames_per_second, title

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"Animation({len(self)} frames, {self.labels[0]!r} to {self.labels[-1]!r})"

    def save(self, path: str | Path) -> None:
        """Write it as a ``.gif``, or as an ``.html`` page: a player in one file, which needs no network.

        Args:
            path: the file; its suffix decides.

        Raises:
            InputError: the suffix is another one.
        """
        suffix = Path(path).suffix.lower()
        if suffix == ".html":
            write_text(path, self._page())
        elif suffix == ".gif":
            first, *others = self.frames
            still = round(1000 / self._rate)
            with atomic_path(path) as temporary:
                first.save(
                    temporary,
                    save_all=True,
                    append_images=others,
                    duration=[still] * len(others) + [_REST * still],
                    loop=0,
                    optimize=False,
                )
        else:
            raise InputError(f"An animation is saved as .gif or .html; got {str(path)!r}.")

    @cached_property
    def frames(self) -> list[Image.Image]:
        """Every frame as an image, all with the same 256 colours, so that nothing flickers."""
        photographer = _Photographer(self._figure, self._draw, self._dpi)
        ends = {0, len(self) // 2, len(self) - 1}
        sample = np.vstack([photographer.take(frame) for frame in sorted(ends)])
        palette = Image.fromarray(sample).quantize(_COLOURS)
        return [_reduced(photographer.take(frame), palette) for frame in range(len(self))]

    def _page(self) -> str:
        """Return the player as one page, frames and all."""
        pictures = []
        for frame in self.frames:
            buffer = io.BytesIO()
            frame.save(buffer, format="PNG")
            pictures.append(base64.b64encode(buffer.getvalue()).decode())
        width, height = self.frames[0].size
        parts = {
            "title": html.escape(self._title),
            "width": str(width),
            "height": str(height),
            "rate": str(self._rate),
            "labels": _script(self.labels),
            "frames": _script(pictures),
        }
        page = _PLAYER.read_text(encoding="utf-8")
        return re.sub(f"@({'|'.join(parts)})@", lambda mark: parts[mark[1]], page)

    def _repr_html_(self) -> str:
        # A frame of its own, so that neither styles nor keys of two players, or of the notebook, meet.
        width, height = self.frames[0].size
        below = 84 if width >= 340 else 120  # where the player's controls take two lines
        return (
            f'<iframe srcdoc="{html.escape(self._page())}" width="{width + 24}" height="{height + below}" '
            f'style="border: 0; max-width: 100%" title="{html.escape(self._title)}"></iframe>'
        )


class _Photographer:
    """Paints what stands still once, and what moves over it for each frame."""

    def __init__(self, figure: Figure, draw: Callable[[int], Sequence[Artist] | None], dpi: int) -> None:
        self._figure, self._draw = figure, draw
        figure.set_dpi(dpi)
        canvas: Callable[[Figure], Any] = FigureCanvasAgg
        self._canvas = canvas(figure)
        for artist in draw(0) or ():
            artist.set_animated(True)  # which leaves it out when the whole figure is painted
        self._canvas.draw()
        # What the layout engine found for the first frame stays, so that nothing jumps.
        figure.set_layout_engine("none")
        self._still = self._canvas.copy_from_bbox(figure.bbox)

    def take(self, frame: int) -> np.ndarray:
        """Return a frame's pixels, ``(height, width, 3)`` bytes."""
        artists = self._draw(frame)
        if artists is None:
            self._canvas.draw()
        else:
            self._canvas.restore_region(self._still)
            for artist in artists:
                self._figure.draw_artist(artist)
        pixels: np.ndarray = np.asarray(self._canvas.buffer_rgba())[..., :3].copy()
        return pixels


def _reduced(pixels: np.ndarray, palette: Image.Image) -> Image.Image:
    """Return a frame in the palette's colours, and white besides.

    The palette's lightest colour is an average; paper that is not quite white is seen at a figure's edge.
    """
    nearest = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
    numbers = np.asarray(nearest).copy()
    numbers[(pixels == 255).all(axis=2)] = _COLOURS
    colours = list(nearest.getpalette() or ())[: 3 * _COLOURS]
    frame = Image.fromarray(numbers)
    frame.putpalette(colours + [0] * (3 * _COLOURS - len(colours)) + [255, 255, 255])
    return frame


def _script(value: Any) -> str:
    """Return JSON that may stand inside a script: no text in it can end the script."""
    return json.dumps(value).replace("<", "\\u003c")
