"""A picture from a file or an array: its colours, upright and on paper, and what was done to read it."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zoo._lazy import np
from zoo.errors import InputError, MissingFileError

# What drawings come in. Pillow knows more, and hands one of them (EPS) to a program that runs it.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")
_LARGEST_SIDE = 1000  # a larger picture is shrunk on reading; no network here sees more
_FAINTEST = 5 / 255  # less contrast than this is an empty sheet
_ORIENTATION = 0x0112  # the EXIF tag that says which side is up


class BlankError(InputError):
    """A sheet with nothing on it."""


def picture_and_notes(picture: Any) -> tuple[np.ndarray, list[str]]:
    """Read a picture as `zoo.images.read_image` does, and say what was done that its owner may want to know.

    Returns:
        ``(height, width, 3)`` float32 in 0..1, and sentences without a full stop.
    """
    from PIL import Image

    notes: list[str] = []
    name = str(picture) if isinstance(picture, str | os.PathLike) else "The picture"
    file = _existing(name) if isinstance(picture, str | os.PathLike) else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = _upright(file, notes) if file else _from_memory(picture, notes)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InputError(
            f"{name} is too large to be a drawing: {str(error).rstrip('.')}. Shrink it to {_LARGEST_SIDE} pixels a "
            "side first."
        ) from error
    except (OSError, ValueError, TypeError, SyntaxError) as error:  # Pillow's words for a broken file
        raise InputError(f"{name} cannot be read as a picture: {error}") from error
    image.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    pixels = _on_paper(np.asarray(image, dtype="float32") / 255, notes)
    if max(np.ptp(channel) for channel in np.moveaxis(pixels, -1, 0)) < _FAINTEST:
        raise BlankError(f"{name} is blank: all its pixels have one colour. Draw on it, and save it again.")
    return pixels, notes


def _upright(file: Path, notes: list[str]) -> Any:
    """Return the first picture of a file as RGBA."""
    from PIL import Image, ImageOps

    with Image.open(file, formats=_FORMATS) as opened:
        if max(opened.size) > _LARGEST_SIDE:
            notes.append(f"shrunk from {opened.width} x {opened.height} pixels")
            opened.draft("RGB", (_LARGEST_SIDE, _LARGEST_SIDE))  # of a large JPEG, all that is looked at
        count = getattr(opened, "n_frames", 1)
        if count > 1:
            notes.append(f"the first of {count} pictures in the file")
        if opened.getexif().get(_ORIENTATION, 1) != 1:
            notes.append("turned upright, as its EXIF data says")
        return _colours(ImageOps.exif_transpose(opened))


def _from_memory(picture: Any, notes: list[str]) -> Any:
    from PIL import Image

    made = picture if isinstance(picture, Image.Image) else Image.fromarray(_bytes(picture, notes))
    if max(made.size) > _LARGEST_SIDE:
        notes.append(f"shrunk from {made.width} x {made.height} pixels")
    return _colours(made)


def _existing(name: str) -> Path:
    file = Path(name).expanduser()
    if not file.is_file():
        raise MissingFileError(f"There is no picture {name}.")
    if not file.stat().st_size:
        raise InputError(f"{name} cannot be read as a picture: it is empty, 0 bytes. Save the picture again.")
    return file


def _bytes(array: Any, notes: list[str]) -> np.ndarray:
    """Return an array of pixels as Pillow takes it: uint8, without an axis of one channel or one picture."""
    pixels = _one_picture(np.asarray(array))
    kind = pixels.dtype.kind
    if kind not in "biuf":
        raise ValueError(f"pixels are numbers, and these are {pixels.dtype}")
    if not pixels.size:
        raise ValueError(f"there are no pixels in the shape {pixels.shape}")
    if kind == "b":
        return np.where(pixels, np.uint8(255), np.uint8(0))
    if kind == "f" and not np.isfinite(pixels).all():
        places = np.argwhere(~np.isfinite(pixels))
        where = tuple(int(number) for number in places[0])
        raise ValueError(
            f"{len(places)} of its numbers {'is' if len(places) == 1 else 'are'} not finite, the first "
            f"{pixels[where]} at {where}. np.nan_to_num(picture) makes them 0"
        )
    least, most = float(pixels.min()), float(pixels.max())
    if pixels.dtype == np.uint8:
        return pixels
    if kind == "f" and least >= -0.5 and most <= 1.5:  # a little beyond is resampling's ringing
        pixels = (np.clip(pixels, 0, 1) * 255).round()
        return np.asarray(pixels, dtype="uint8")
    top = 255 if most <= 255 else 65535
    if least < 0 or most > top or (kind == "f" and top > 255):
        raise ValueError(
            f"its numbers go from {least:g} to {most:g}. Pixels are 0..255, or floats in 0..1: "
            "(picture - picture.min()) / np.ptp(picture) makes them so"
        )
    if kind == "f" or top > 255:
        notes.append(f"its numbers go up to {most:g}, and were taken for 0..{top}")
    return np.asarray((pixels * (255 / top)).round(), dtype="uint8")


def _one_picture(pixels: np.ndarray) -> np.ndarray:
    """Return ``(height, width)`` or ``(height, width, channels)`` of an array that may say so in other words."""
    if pixels.ndim == 4 and len(pixels) > 1:
        raise ValueError(f"{pixels.shape} is {len(pixels)} pictures; give one at a time, picture[0]")
    if pixels.ndim == 4 or (pixels.ndim == 3 and len(pixels) == 1 and pixels.shape[-1] not in (1, 2, 3, 4)):
        pixels = pixels[0]  # a batch of one
    if pixels.ndim not in (2, 3):
        raise ValueError(
            f"a picture is (height, width) or (height, width, channels), and this is {pixels.shape}"
        )
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[-1] not in (1, 2, 3, 4):
        first = pixels.shape[0] in (1, 3, 4)
        way_out = (
            "channels first? np.moveaxis(picture, 0, -1)" if first else "there are 1, 3 or 4 channels, last"
        )
        raise ValueError(f"it has the shape {pixels.shape}: {way_out}")
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


def _colours(image: Any) -> Any:
    """Return a Pillow image as RGBA; 16 bits and floats, which Pillow would cut off at 255, are scaled."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype="float32")
        most = 65535 if image.mode.startswith("I;16") else float(values.max())
        top = next((top for top in (1, 255, 65535) if most <= top), most)
        image = Image.fromarray((np.clip(values / top, 0, 1) * 255).round().astype("uint8"))
    return image.convert("RGBA")


def _on_paper(pixels: np.ndarray, notes: list[str]) -> np.ndarray:
    """Lay what is transparent on paper: white under dark ink, black under light ink, which white would hide.

    Where most of what is seen is one colour with another on it, that is the paper: a sheet with its corners cut off.

    Args:
        pixels: ``(height, width, 4)`` in 0..1; what colours stand under full transparency is chance.
        notes: takes what was done.
    """
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    if alpha.min() > 1 - _FAINTEST:
        return colours
    seen = alpha[..., 0] > 0.5 * alpha.max()
    paper, word = np.ones(3, "float32"), "white"
    if alpha.any():
        visible = colours[seen]
        usual = np.median(visible, axis=0)
        on_it = float((apart(visible, usual) > 0.3).mean())
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        box = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
        if seen.sum() > 0.8 * box and 0.01 < on_it < 0.5:  # strokes do not fill their box
            paper, word = usual, "the colour of the sheet"
        elif visible.mean() > 0.6:
            paper, word = np.zeros(3, "float32"), "black, since the ink is light"
    notes.append(f"transparent, laid on {word}")
    laid: np.ndarray = alpha * colours + (1 - alpha) * paper
    return laid


def without_frame(pixels: np.ndarray, notes: list[str]) -> np.ndarray:
    """Return the sheet inside a frame, or the picture as it is where there is no frame.

    A frame goes all round: inside it is a border of one colour again, and something on that. It is a dark margin
    around the sheet, or a line drawn near its edge; an 8 of straight strokes is no line around two sheets.
    """
    border = border_of(pixels)
    usual = np.median(border, axis=0)
    distance = apart(pixels, usual)
    contrast = float(distance.max())
    far = distance > 0.25 * contrast
    if border_of(far).mean() > 0.05:
        return pixels
    rows, columns = (np.flatnonzero(far.any(axis=axis)) for axis in (1, 0))
    inner = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    covered = min(a / b for a, b in zip(inner.shape[:2], pixels.shape[:2], strict=True))
    if border_of(far[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]).mean() < 0.8:
        return pixels
    for cut in range(max(2, min(inner.shape[:2]) // 10)):
        sheet = inner[cut : inner.shape[0] - cut, cut : inner.shape[1] - cut]
        if min(sheet.shape[:2]) < 4:
            break
        ring = border_of(sheet)
        paper = np.median(ring, axis=0)
        distance = apart(sheet, paper)
        a_line = float(np.abs(paper - usual).max()) < 0.25 * contrast
        even = float((apart(ring, paper) < 0.15 * contrast).mean())
        alone = even > (0.98 if a_line else 0.8) and (distance < 0.25 * contrast).mean() > 0.5
        if alone and distance.max() > (0.3 * contrast if a_line else 2 * _FAINTEST):
            if covered < (0.5 if a_line else 0.7):
                break
            notes.append("a frame around the sheet was cut off")
            return sheet
    return pixels


def apart(pixels: np.ndarray, colour: np.ndarray, way: Callable[[Any], Any] | None = None) -> np.ndarray:
    """Return how far each pixel is from a colour, in the channel where that is most.

    Args:
        pixels: ``(..., channels)``.
        colour: a number a channel.
        way: what counts of a difference; by default its size, with ``np.negative`` how much darker a pixel is.
    """
    way = way or np.abs
    # A channel at a time: NumPy takes ten times as long along an axis of three.
    far = (way(channel - value) for channel, value in zip(np.moveaxis(pixels, -1, 0), colour, strict=True))
    most: np.ndarray = functools.reduce(np.maximum, far)
    return most


def border_of(pixels: np.ndarray) -> np.ndarray:
    """Return the pixels along the four sides."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
