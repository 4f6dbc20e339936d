"""Reading a picture as the network's own training pictures were made.

MNIST was not photographed as we know it: each digit was cropped, scaled into 20x20 pixels, and laid into 28x28
with its centre of mass in the middle, light on dark. A drawing that is not prepared so is a stranger to the
network, however clearly it is drawn.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zoo._lazy import np
from zoo.errors import InputError, MissingFileError

# What drawings come in. Pillow knows more, and hands one of them (EPS) to a program that runs it.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")
_LARGEST_SIDE = 1000  # a larger picture is shrunk on reading; no network here sees more
_FAINTEST = 5 / 255  # less contrast than this is an empty sheet
_PAPER = 0.2  # ink of less than this share of the darkest is the sheet's own grain
_SMALL = 16  # sides below are made as the 8x8 digits were, from a bitmap of four times the side


def prepare_image(picture: Any, input_shape: Sequence[int]) -> np.ndarray:
    """Turn a picture into the array that a model of this input shape was trained on.

    One channel (or a flat row of pixels): taken for a drawn digit. What differs from the colour of the
    picture's border is ink, light or dark; it is stretched to 0..1, cropped, scaled to 20/28 of the side with
    its proportions kept, and laid with its centre of mass in the middle, as MNIST was made. Sides below 16: the digit
    fills the height, its strokes are widened, and each pixel counts the inked ones of a 4x4 block, as the 8x8
    digits were made.
    Three channels: the picture is resized and nothing else.

    Args:
        picture: a file's path, or an array ``(height, width)`` or ``(height, width, 1, 3 or 4)`` of uint8 in
            0..255 or of floats in 0..1.
        input_shape: of the model, without the batch axis: ``(28, 28, 1)``, ``(784,)`` or ``(32, 32, 3)``.

    Returns:
        float32 in 0..1, of ``input_shape``.

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
    height, width, channels = _picture_shape(input_shape)
    pixels = read_image(picture)
    if channels == 3:
        from PIL import Image

        shown = Image.fromarray((255 * pixels).round().astype("uint8"))
        made = np.asarray(shown.resize((width, height), Image.Resampling.BILINEAR), dtype="float32") / 255
    elif min(height, width) < _SMALL:
        bitmap = _thickened(
            _centred(_ink(pixels), (4 * height, 4 * width), box=(4 * height, 3 * width)) > 0.3
        )
        made = bitmap.reshape(height, 4, width, 4).mean(axis=(1, 3))
    else:
        made = _centred(_ink(pixels), (height, width), box=(round(height * 20 / 28), round(width * 20 / 28)))
    return made.reshape(tuple(input_shape)).astype("float32")


def read_image(picture: Any) -> np.ndarray:
    """Read a picture as colours: upright as its EXIF data says, and its transparent parts white.

    Args:
        picture: a file's path, or an array as `prepare_image` takes it.

    Returns:
        ``(height, width, 3)`` float32 in 0..1, at most 1,000 pixels a side.

    Raises:
        MissingFileError: there is no such file.
        InputError: it is no picture, or it is blank.
    """
    from PIL import Image, ImageOps

    given = isinstance(picture, str | os.PathLike)
    name = str(picture) if given else "The picture"
    if given and not Path(picture).expanduser().is_file():
        raise MissingFileError(f"There is no picture {name}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file = Path(picture).expanduser() if given else None
            opened = Image.open(file, formats=_FORMATS) if file else Image.fromarray(_bytes(picture))
        with opened:
            image = _colours(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InputError(f"{name} is too large to be a drawing: {error}") from error
    except (OSError, ValueError, TypeError, SyntaxError) as error:  # Pillow's words for a broken file
        raise InputError(f"{name} cannot be read as a picture: {error}") from error
    image.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    sheet = Image.new("RGBA", image.size, "white")
    sheet.alpha_composite(image)
    pixels: np.ndarray = np.asarray(sheet.convert("RGB"), dtype="float32") / 255
    if np.ptp(pixels, axis=(0, 1)).max() < _FAINTEST:
        raise InputError(f"{name} is blank: all its pixels have one colour. Draw on it, and save it again.")
    return pixels


def _bytes(array: Any) -> np.ndarray:
    """Return an array of pixels as Pillow takes it: uint8, without an axis of one channel."""
    pixels = np.asarray(array)
    if pixels.dtype.kind == "f":
        if not (pixels.min() >= -0.5 and pixels.max() <= 1.5):  # a little beyond is resampling's ringing
            raise ValueError(
                f"floats lie in 0..1, and these go from {pixels.min():g} to {pixels.max():g}. Bytes are uint8; "
                "bytes as floats are divided by 255"
            )
        pixels = np.clip(pixels * 255, 0, 255).round().astype("uint8")
    return pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels


def _colours(image: Any) -> Any:
    """Return a Pillow image as RGBA; 16 bits and floats, which Pillow would cut off at 255, are scaled."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype="float32")
        most = 65535 if image.mode.startswith("I;16") else float(values.max())
        top = next((top for top in (1, 255, 65535) if most <= top), most)
        image = Image.fromarray((np.clip(values / top, 0, 1) * 255).round().astype("uint8"))
    return image.convert("RGBA")


def _ink(pixels: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the border's colour, the farthest being 1."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ink = np.abs(pixels - np.median(border, axis=0)).max(axis=-1)
    ink = ink / ink.max()
    return np.where(ink < _PAPER, 0, ink).astype("float32")


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
