"""The layer that turns a picture of any size into what a network of digits reads."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_SIDE, _FINE = 28, 3  # the sheet that comes out, and how much finer the layer works before
_LOOK = 96  # cells a side while looking for the ink
_FAINTEST = 4 / 255  # less contrast than this is an empty sheet
_LOW, _HIGH = 0.3, 0.7  # of the usual ink: below is paper, above is ink
_LONE = 0.02  # a place with less than this share of all the ink around it is a speck


@keras.saving.register_keras_serializable(package="zoo")
class DigitCanvas(keras.layers.Layer):  # type: ignore[misc]
    """Lay a drawing as MNIST's digits lie: light on dark, cropped, scaled, centred, with a pen of one width.

    What differs from the colour of the border is ink. It is cut out, lone specks left aside, brought to 20 of 28
    pixels with its proportions kept, its centre of mass in the middle, and thin strokes are widened, fat ones
    narrowed. All is arithmetic on whole tensors, so it runs on every backend and in an exported model. An empty
    sheet gives zeros.

    Args:
        pen: the width that strokes are brought to, in pixels of the sheet of 28.

    Examples:
        >>> import numpy as np
        >>> drawing = np.full((1, 100, 80, 3), 255.0, "float32")
        >>> drawing[:, 20:60, 50:54] = 0  # a one, small and off the middle
        >>> sheet = np.asarray(DigitCanvas()(drawing))[0, ..., 0]
        >>> sheet.shape, sheet[14, 14].item(), sheet[:3].max().item()
        ((28, 28), 1.0, 0.0)
    """

    def __init__(self, pen: float = 2.2, **options: Any) -> None:
        super().__init__(**{"dtype": "float32", **options})
        self.pen = pen

    def call(self, inputs: Any) -> Any:
        """Take ``(batch, height, width, 1 to 4)`` in 0..255 or 0..1; return ``(batch, 28, 28, 1)`` in 0..1."""
        far = _distance(_colours(ops.cast(inputs, "float32")))
        size = ops.cast(ops.shape(far)[1:3], "float32")
        whole = ops.max(size) * ops.ones_like(far[:, 0, 0])
        middle = [side / 2 * ops.ones_like(whole) for side in (size[0], size[1])]

        ink = _ink(_sample(far, middle, whole, _LOOK))
        middle, extent, _ = _where(ink * _in_company(ink), middle, whole)
        side = 1.15 * extent + 4 * whole / _LOOK
        ink = _ink(_sample(far, middle, side, _LOOK))
        middle, extent, pen = _where(ink * _in_company(ink), middle, side)

        # The line in the middle of the stroke fills 20 pixels less a pen, so that thin and fat come out alike.
        fine, pen_wanted = _SIDE * _FINE, self.pen * _FINE
        scale = (20 * _FINE - pen_wanted) / ops.maximum(extent - pen, extent / 2)
        ink = _ink(_sample(far, middle, fine / scale, fine))
        ink = _with_pen(ink, (pen_wanted - pen * scale) / 2)
        sheet = ops.average_pool(ink[..., None], _FINE, strides=_FINE)
        seen = ops.max(far, axis=(1, 2)) >= _FAINTEST
        return sheet * ops.cast(seen, "float32")[:, None, None, None]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """A sheet of 28x28 a picture."""
        return input_shape[0], _SIDE, _SIDE, 1

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        return {**super().get_config(), "pen": self.pen}


def _colours(pixels: Any) -> Any:
    """Return the colours, 1 or 3 channels; what is transparent lies on white, under light ink on black."""
    if pixels.shape[-1] in (1, 3):
        return pixels
    # Channels that are missing are opaque everywhere: no colour, no transparency.
    most = _most(pixels)
    ones = most * ops.ones_like(pixels[..., :1])
    pixels = ops.concatenate([pixels, ones, ones, ones], axis=-1)
    colours, alpha = pixels[..., :3], pixels[..., 3:4] / most
    light = ops.sum(alpha * colours, axis=(1, 2, 3), keepdims=True)
    light = light / (3 * ops.sum(alpha, axis=(1, 2, 3), keepdims=True) + 1e-6)
    return alpha * colours + (1 - alpha) * most * ops.cast(light < 0.6 * most, "float32")


def _most(pixels: Any) -> Any:
    """Return what white is in these pixels: 255 or 1."""
    return ops.where(ops.max(pixels, axis=(1, 2, 3), keepdims=True) > 1.5, 255.0, 1.0)


def _distance(colours: Any) -> Any:
    """Return each pixel's distance from the paper, which is the colour that most of the border has."""
    white = _most(colours)
    sides = [colours[:, 0], colours[:, -1], colours[:, :, 0], colours[:, :, -1]]
    border = ops.concatenate(sides, axis=1) / white[:, 0]
    paper = ops.mean(colours, axis=(1, 2), keepdims=True)[:, 0] / white[:, 0]
    paper = (ops.mean(border, axis=1, keepdims=True) + paper) / 2
    for reach in (0.3, 0.1, 0.03, 0.01, 0.01, 0.01):  # nearer and nearer to where most of them are
        weight = 1 / (ops.sum((border - paper) ** 2, axis=-1, keepdims=True) + reach**2)
        paper = ops.sum(weight * border, axis=1, keepdims=True) / ops.sum(weight, axis=1, keepdims=True)
    grain = ops.max(ops.abs(border - paper), axis=-1)
    weight = 1 / (grain + 0.02)
    grain = ops.sum(weight * grain, axis=1) / ops.sum(weight, axis=1)
    # All that is done to every pixel is here, and in as few steps as can be: a picture may have a million.
    far = ops.abs(colours - (paper * white[:, 0])[:, None])
    if colours.shape[-1] == 3:
        far = ops.maximum(ops.maximum(far[..., 0], far[..., 1]), far[..., 2])
    else:
        far = ops.max(far, axis=-1)
    return ops.relu(far / white[..., 0] - 2 * grain[:, None, None])


def _sample(image: Any, middle: list[Any], side: Any, cells: int) -> Any:
    """Return a square part of images as so many cells a side: the mean of what a cell covers, 0 beyond the edge."""
    height, width = ops.shape(image)[1], ops.shape(image)[2]
    rows = _shares(middle[0], side, cells, height)
    columns = _shares(middle[1], side, cells, width)
    return ops.matmul(ops.matmul(rows, image), ops.transpose(columns, (0, 2, 1)))


def _shares(middle: Any, side: Any, cells: int, pixels: Any) -> Any:
    """Return ``(batch, cells, pixels)``: the share of each pixel in each cell; a cell is at least a pixel wide."""
    step = (side / cells)[:, None]
    centre = middle[:, None] + step * (ops.arange(cells, dtype="float32") + 0.5 - cells / 2)
    width = ops.maximum(step, 1.0)[..., None]
    begin = ops.cast(ops.arange(pixels), "float32")
    low = ops.maximum(centre[..., None] - width / 2, begin)
    high = ops.minimum(centre[..., None] + width / 2, begin + 1)
    return ops.relu(high - low) / width


def _ink(far: Any) -> Any:
    """Stretch the contrast: 1 where it is as far from the paper as ink usually is, 0 on the paper."""
    usual = ops.sum(far**2, axis=(1, 2), keepdims=True) / (ops.sum(far, axis=(1, 2), keepdims=True) + 1e-6)
    return ops.clip((far / (usual + 1e-6) - _LOW) / (_HIGH - _LOW), 0.0, 1.0)


def _in_company(ink: Any) -> Any:
    """Return 1 where there is enough ink around a place, 0 at lone specks."""
    block = _LOOK // 16
    blocks = ops.pad(ops.average_pool(ink[..., None], block, strides=block), ((0, 0), (1, 1), (1, 1), (0, 0)))
    around = ops.average_pool(blocks, 3, strides=1)[..., 0] * (3 * block) ** 2
    enough = ops.cast(around > _LONE * ops.sum(ink, axis=(1, 2), keepdims=True), "float32")
    return ops.repeat(ops.repeat(enough, block, axis=1), block, axis=2)


def _where(ink: Any, middle: list[Any], side: Any) -> tuple[list[Any], Any, Any]:
    """Return the centre of mass of the ink, its longer extent, and the pen's width, in the picture's pixels."""
    cells = ink.shape[1]
    step, place = side / cells, ops.arange(cells, dtype="float32")
    mass = ops.sum(ink, axis=(1, 2)) + 1e-6
    centres, extents = [], []
    for axis in (1, 2):
        along = ops.sum(ink, axis=3 - axis)
        there = ops.max(ink, axis=3 - axis) > 0.5
        first = ops.min(ops.where(there, place, float(cells)), axis=1)
        last = ops.max(ops.where(there, place + 1, 0.0), axis=1)
        extents.append(ops.maximum(last - first, 1.0))
        centre = ops.sum(along * (place + 0.5), axis=1) / mass
        centres.append(middle[axis - 1] + step * (centre - cells / 2))
    down = ops.abs(ink[:, 1:, :-1] - ink[:, :-1, :-1])
    across = ops.abs(ink[:, :-1, 1:] - ink[:, :-1, :-1])
    outline = ops.sum(ops.sqrt(down**2 + across**2 + 1e-12), axis=(1, 2)) + 1e-6
    return centres, step * ops.maximum(*extents), step * 2 * mass / outline


def _with_pen(ink: Any, more: Any) -> Any:
    """Widen strokes by ``more`` fine pixels on each side, or narrow them where it is below 0."""
    for number in range(4):
        share = ops.clip(more - number, 0.0, 1.0)[:, None, None]
        ink = ink + share * (_widened(ink) - ink)
    for number in range(3):
        share = ops.clip(-more - number, 0.0, 1.0)[:, None, None]
        ink = ink - share * (ink + _widened(-ink))
    return ink


def _widened(image: Any) -> Any:
    """Return the largest of each pixel and its eight neighbours; shifts are quicker than pooling one channel."""
    for axis in (1, 2):
        edges = [(0, 0)] * 3
        edges[axis] = (1, 1)
        padded, size = ops.pad(image, edges, constant_values=-1.0), image.shape[axis]
        shifted = [padded[:, k : k + size] if axis == 1 else padded[..., k : k + size] for k in range(3)]
        image = ops.maximum(ops.maximum(shifted[0], shifted[1]), shifted[2])
    return image
