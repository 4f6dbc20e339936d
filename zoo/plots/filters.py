"""What a layer looks for in an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from zoo._kernels import seeing_layer
from zoo.errors import InputError
from zoo.plots._sheet import Sheet
from zoo.plots._style import BLUE, VERMILION, styled
from zoo.plots.animate import Animation

_SIGNS = LinearSegmentedColormap.from_list("signs", [BLUE, "white", VERMILION])
_SCALE = 74  # pixels that the scale of colours takes on the right


@styled
def filters(
    model: keras.Model,
    layer: str | None = None,
    *,
    class_names: Sequence[str] = (),
    columns: int | None = None,
) -> Figure:
    """Draw the weights of a layer as images: orange where a pixel counts for it, blue against.

    A convolution's filters are as large as its kernel; the units of a Dense layer on all pixels are as large
    as the image. Of filters over several channels the mean over them is drawn.

    Args:
        model: a built model.
        layer: a layer's name; by default the first convolution, or else the first Dense layer on an image.
        class_names: one a filter, where the layer's units are classes.
        columns: of the sheet; by default about as many as rows.

    Raises:
        InputError: the layer's weights are no images, or there are not as many names as filters.
        UnknownNameError: no layer has this name.

    Examples:
        >>> import zoo
        >>> figure = filters(zoo.create_model("cnn.digits", pretrained=True))
        >>> figure.texts[0].get_text()
        'conv_1: 48 filters of 3 x 3'

    Source: the deck, "CNN", its pictures of filters.
    """
    found = seeing_layer(model, layer)
    sheet = _sheet([found.kernels()], class_names, columns)
    sheet.show(_coloured(found.kernels(), sheet.top))
    sheet.heading.set_text(_heading(found.layer.name, found.kernels()))
    return sheet.figure


@styled
def filters_animation(
    recorder: Any,
    *,
    class_names: Sequence[str] = (),
    columns: int | None = None,
    frames_per_second: float = 8,
) -> Animation:
    """Let a layer's filters move through the epochs in which a `zoo.FilterRecorder` recorded them.

    Args:
        recorder: a recorder that has seen a training.
        class_names: one a filter, where the layer's units are classes.
        columns: of the sheet; by default about as many as rows.
        frames_per_second: how fast it goes.

    Returns:
        An `Animation` with a frame for each recorded epoch, all on one scale of colours.

    Raises:
        InputError: nothing was recorded, or there are not as many names as filters.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("softmax_regression", input_shape=(8, 8, 1), num_classes=10, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy")
        >>> recorder = zoo.FilterRecorder()
        >>> _ = zoo.fit(model, data, epochs=2, callbacks=recorder, verbose=0)
        >>> filters_animation(recorder, class_names=data.class_names)
        Animation(3 frames, 'epoch 0' to 'epoch 2')

    Source: the deck, "CNN", its pictures of filters.
    """
    if not recorder.epochs:
        raise InputError(
            "The recorder has recorded nothing. Pass it to zoo.fit(..., callbacks=recorder) before drawing."
        )
    sheet = _sheet(recorder.kernels, class_names, columns)
    labels = [f"epoch {epoch:,}" for epoch in recorder.epochs]
    heading = _heading(recorder.layer, recorder.kernels[0])

    def draw(frame: int) -> list[Artist]:
        sheet.show(_coloured(recorder.kernels[frame], sheet.top))
        sheet.heading.set_text(f"{labels[frame]}, {heading}")
        return sheet.moving

    draw(0)
    return Animation(
        sheet.figure, draw, labels, frames_per_second=frames_per_second, title="Filters over the epochs"
    )


class _Signed(Sheet):
    """A sheet with a scale of colours from ``-top`` to ``top`` on its right."""

    def __init__(self, count: int, height: int, width: int, top: float, **options: Any) -> None:
        super().__init__(count, height, width, right=_SCALE, **options)
        self.top = top
        wide, high = self.size
        box = self._image.axes.get_position()
        axes = self.figure.add_axes(
            (1 - (_SCALE - 4) / wide, box.y0 + 4 / high, 10 / wide, box.height - 4 / high)
        )
        scale = ScalarMappable(Normalize(-top, top), _SIGNS)
        self.figure.colorbar(scale, cax=axes, ticks=[-top, 0, top], format="%.2g")


def _sheet(film: Sequence[np.ndarray], class_names: Sequence[str], columns: int | None) -> _Signed:
    """Return an empty sheet for filters that change, ``(filters, height, width, channels)`` each."""
    count, height, width, _ = film[0].shape
    if class_names and len(class_names) != count:
        raise InputError(f"class_names must name {count} filters, one each; got {len(class_names)}.")
    top = max(float(np.abs(kernels.mean(axis=-1)).max()) for kernels in film) or 1.0
    return _Signed(count, height, width, top, columns=columns, titles=list(class_names))


def _coloured(kernels: np.ndarray, top: float) -> np.ndarray:
    """Return filters as bytes of red, green and blue."""
    colours: np.ndarray = _SIGNS(0.5 + kernels.mean(axis=-1) / (2 * top), bytes=True)[..., :3]
    return colours


def _heading(name: str, kernels: np.ndarray) -> str:
    count, height, width, channels = kernels.shape
    over = f", mean of {channels} channels" if channels > 1 else ""
    return f"{name}: {count} filters of {height} x {width}{over}"
