"""Reading a picture as the network's own training pictures were made.

MNIST was not photographed as we know it: each digit was cropped, scaled into 20x20 pixels, and laid into 28x28
with its centre of mass in the middle, light on dark. A drawing that is not prepared so is a stranger to the
network, however clearly it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zoo._lazy import np
from zoo._pictures import BlankError, apart, border_of, picture_and_notes, without_frame
from zoo.errors import InputError

_PAPER = 0.2  # ink of less than this share of the darkest is the sheet's own grain
_SMALL = 16  # sides below are made as the 8x8 digits were, from a bitmap of four times the side
_SURE = 0.6  # share of the border that is of one tone, from which on it is the paper for certain
_LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture as a network takes it.

    Attributes:
        array: float32 in 0..1, of the network's input shape.
        inverted: whether dark ink on light paper was turned into light ink on dark paper.
        notes: what was done to the picture, sentences without a full stop.
    """

    array: np.ndarray
    inverted: bool
    notes: tuple[str, ...]


def prepare_image(picture: Any, input_shape: Sequence[int], *, invert: bool | None = None) -> np.ndarray:
    """Turn a picture into the array that a model of this input shape was trained on.

    One channel (or a flat row of pixels): taken for a drawn digit. What differs from the colour of the
    picture's border is ink, light or dark; it is stretched to 0..1, cropped, scaled to 20/28 of the side with
    its proportions kept, and laid with its centre of mass in the middle, as MNIST was made. Sides below 16: the digit
    fills the height, its strokes are widened, and each pixel counts the inked ones of a 4x4 block, as the 8x8
    digits were made. Floats of just the network's own shape are such pixels already: they stay in their place.
    Three channels: the picture is resized and nothing else.

    Args:
        picture: a file's path, a Pillow image, or an array ``(height, width)`` or ``(height, width, 1, 3 or 4)``
            of whole numbers in 0..255, of floats in 0..1 or of truth values.
        input_shape: of the model, without the batch axis: ``(28, 28, 1)``, ``(784,)`` or ``(32, 32, 3)``.
        invert: whether the ink is dark on light paper and has to be turned round. ``None`` looks at the border;
            ``True`` or ``False`` decides where that is in doubt: a border of two tones, a picture half dark.

    Returns:
        float32 in 0..1, of ``input_shape``; one channel is light ink on dark paper.

    Raises:
        MissingFileError: there is no such file.
        InputError: it is no picture, it is blank, or the shape is none of a picture.

    Examples:
        >>> sheet = np.full((100, 80, 3), 255, "uint8")
        >>> sheet[20:60, 50:56] = 0  # a one, drawn off the middle
        >>> prepared = prepare_image(sheet, (28, 28, 1))
        >>> prepared.shape, prepared[4:24, 13:16].min().item(), prepared[:4].max().item()
        ((28, 28, 1), 1.0, 0.0)

    Source: the deck, "predict"; LeCun, Cortes and Burges (1998) on how MNIST was made.
    """
    return prepare(picture, input_shape, invert=invert).array


def prepare(picture: Any, input_shape: Sequence[int], *, invert: bool | None = None) -> Prepared:
    """Do what `prepare_image` does, and say what was done."""
    height, width, channels = _picture_shape(input_shape)
    own = _is_of_own_shape(picture, input_shape)
    pixels, notes = picture_and_notes(np.reshape(picture, (height, width, channels)) if own else picture)
    if channels == 3:
        if invert:
            pixels = 1 - pixels
            notes.append("inverted, as asked")
        made, inverted = _resized(pixels, (height, width)), bool(invert)
    else:
        pixels = pixels if own else without_frame(pixels, notes)
        ink, inverted = _ink(pixels, invert, notes)
        if own:
            made = ink
            notes.append("of the network's own shape, and left in its place")
        elif min(height, width) < _SMALL:
            bitmap = _thickened(_centred(ink, (4 * height, 4 * width), box=(4 * height, 3 * width)) > 0.3)
            made = bitmap.reshape(height, 4, width, 4).mean(axis=(1, 3))
        else:
            made = _centred(ink, (height, width), box=(round(height * 20 / 28), round(width * 20 / 28)))
    return Prepared(made.reshape(tuple(input_shape)).astype("float32"), inverted, tuple(notes))


def read_image(picture: Any) -> np.ndarray:
    """Read a picture as colours: upright as its EXIF data says, what is transparent laid on paper.

    Args:
        picture: a file's path, a Pillow image, or an array as `prepare_image` takes it.

    Returns:
        ``(height, width, 3)`` float32 in 0..1, at most 1,000 pixels a side.

    Raises:
        MissingFileError: there is no such file.
        InputError: it is no picture, or it is blank.
    """
    return picture_and_notes(picture)[0]


def is_blank(picture: Any) -> bool:
    """Whether there is nothing on a picture; raises as `read_image` does where it is none."""
    try:
        picture_and_notes(picture)
    except BlankError:
        return True
    return False


def ink_of(picture: Any, *, invert: bool | None = None) -> np.ndarray:
    """Return how much ink each pixel has, ``(height, width)`` float32 in 0..1, a frame around the sheet cut off."""
    pixels, notes = picture_and_notes(picture)
    return _ink(without_frame(pixels, notes), invert, notes)[0]


def drawing(picture: Any, *, invert: bool | None = None) -> tuple[np.ndarray, bool, tuple[str, ...]]:
    """Return a picture for a network that makes it ready itself, whether its ink is dark, and what was done.

    It is the picture's colours. Only where its border does not tell paper from ink, or the caller has, it is the ink,
    light on dark, with paper around it.
    """
    pixels, notes = picture_and_notes(picture)
    pixels = without_frame(pixels, notes)
    ink, inverted = _ink(pixels, invert, notes)
    doubt = invert is not None or any(note.startswith("in doubt") for note in notes)
    made = np.pad(ink, max(2, max(ink.shape) // 20))[..., None] if doubt else pixels
    return made, inverted, tuple(notes)


def _is_of_own_shape(picture: Any, input_shape: Sequence[int]) -> bool:
    """Whether a picture is an array of floats just as the network takes it, alone or in a batch of one."""
    shape, kind = getattr(picture, "shape", None), str(getattr(picture, "dtype", ""))
    if shape is None or "float" not in kind:
        return False
    whole = tuple(input_shape)
    bare = whole[:-1] if len(whole) == 3 and whole[-1] == 1 else whole
    return tuple(shape) in (whole, bare, (1, *whole), (1, *bare))


def _resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    shown = Image.fromarray((255 * pixels).round().astype("uint8"))
    made = np.asarray(shown.resize(size[::-1], Image.Resampling.BILINEAR))
    return made.astype("float32") / 255


# -- which is ink, and which is paper? -------------------------------------------------------------------


def _ink(pixels: np.ndarray, invert: bool | None, notes: list[str]) -> tuple[np.ndarray, bool]:
    """Return how far each pixel is from the paper, the farthest being 1, and whether the paper is the lighter."""
    if invert is None:
        paper = _paper(pixels, notes)
        ink = apart(pixels, paper)
        strong = pixels[ink > 0.5 * ink.max()]
        inverted = bool(paper @ _LUMINANCE > (strong @ _LUMINANCE).mean())
        notes.append(
            "dark ink on light paper, inverted" if inverted else "light ink on dark paper, not inverted"
        )
    else:
        paper = np.percentile(pixels, 95 if invert else 5, axis=(0, 1))
        ink = np.clip(apart(pixels, paper, np.negative if invert else np.positive), 0, None)
        if not ink.any():  # so little paper, or so little ink, that a twentieth of the pixels has none of it
            paper = pixels.max(axis=(0, 1)) if invert else pixels.min(axis=(0, 1))
            ink = apart(pixels, paper)
        inverted = invert
        notes.append("inverted, as asked" if invert else "not inverted, as asked")
    ink = ink / ink.max()
    return np.where(ink < _PAPER, 0, ink).astype("float32"), inverted


def _paper(pixels: np.ndarray, notes: list[str]) -> np.ndarray:
    """Return the colour of the paper: the border's, or where that has two tones, the one that covers more."""
    border = border_of(pixels)
    median = np.median(border, axis=0)  # between the tones, where each has half of the border
    usual: np.ndarray = border[apart(border, median).argmin()]
    distance = apart(pixels, usual)
    other = distance > 0.5 * distance.max()
    sure = 1 - float(border_of(other).mean())
    if sure >= _SURE:
        return usual
    share = float(other.mean())
    notes.append(
        f"in doubt: the border has two tones, and the one of {max(share, 1 - share):.0%} of the picture was taken for "
        "paper; invert=True means dark ink on light paper, invert=False light ink on dark"
    )
    larger: np.ndarray = np.median(pixels[other] if share > 0.5 else pixels[~other], axis=0)
    return larger


# -- where it lies ---------------------------------------------------------------------------------------


def _centred(ink: np.ndarray, whole: tuple[int, int], *, box: tuple[int, int]) -> np.ndarray:
    """Crop the ink, scale it until it touches ``box``, and lay its centre of mass in the middle of the whole."""
    from PIL import Image

    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(most / side for most, side in zip(box, cropped.shape, strict=True))
    height, width = (max(1, round(side * scale)) for side in cropped.shape)
    scaled = np.asarray(Image.fromarray(cropped).resize((width, height), Image.Resampling.BILINEAR))
    # A thin line comes out grey when it is shrunk; MNIST's strokes are white along their middle.
    scaled = np.clip(scaled / np.percentile(scaled[scaled > _PAPER * scaled.max()], 75), 0, 1)
    top, left = (
        int(np.clip(round(side / 2 - middle), 0, side - taken))
        for side, middle, taken in zip(whole, _centre_of_mass(scaled), scaled.shape, strict=True)
    )
    sheet = np.zeros(whole, "float32")
    sheet[top : top + height, left : left + width] = scaled
    return sheet


def _thickened(bitmap: np.ndarray) -> np.ndarray:
    """Widen the strokes until a quarter of the sheet is inked, as it is in nearly all of the 8x8 digits."""
    from PIL import Image, ImageFilter

    while bitmap.mean() < 0.25:
        grown = Image.fromarray(bitmap.astype("uint8")).filter(ImageFilter.MaxFilter(3))
        bitmap = np.asarray(grown) > 0
    return bitmap


def _centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())


def _picture_shape(input_shape: Sequence[int]) -> tuple[int, int, int]:
    """Return ``(height, width, channels)`` of an input shape; a flat row is a square of one channel."""
    shape = tuple(input_shape)
    if len(shape) == 1 and shape[0] and shape[0] >= 64 and math.isqrt(shape[0]) ** 2 == shape[0]:
        shape = (math.isqrt(shape[0]),) * 2
    if len(shape) == 2:
        shape = (*shape, 1)
    if len(shape) != 3 or None in shape or shape[-1] not in (1, 3):
        raise InputError(
            f"A picture goes into a model of input shape (height, width, 1), (height, width, 3) or a flat "
            f"square such as (784,); this one takes {tuple(input_shape)}."
        )
    return shape[0], shape[1], shape[2]
