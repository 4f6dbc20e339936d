"""An HDF5 file, walked through without reading an array."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import h5py

from zoo.errors import BrokenModelError, UnsafeModelError
from zoo.saving._kinds import beyond, broken
from zoo.saving._limits import Limits

# HDF5 loads a plugin, which is a program, for any filter that it does not have itself.
_FILTERS = {
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
    h5py.h5z.FILTER_SZIP,
    h5py.h5z.FILTER_LZF,
}
_NUMBERS = "biufcSV"
_LARGEST_NUMBER = 4096  # bytes; a fixed string may be longer than a number


@dataclass(frozen=True)
class Array:
    """An array in a file: where it stands, and how large it is."""

    place: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


def open_hdf5(path: Path, file: IO[bytes] | None = None) -> h5py.File:
    """Open an HDF5 file for reading, or the one that an archive holds.

    Raises:
        BrokenModelError: it is damaged or cut off.
    """
    try:
        return h5py.File(file if file is not None else path, "r")
    except Exception as error:
        raise broken(path, _damage(error, within=file is not None)) from None


def walk(path: Path, file: h5py.File, limits: Limits) -> list[Array]:
    """Return all arrays of a file that holds nothing but groups and arrays of its own.

    Raises:
        UnsafeModelError: links, arrays stored elsewhere, virtual arrays, plugins, or more than the limits allow.
        BrokenModelError: the file is damaged.
    """
    try:
        return _walk(path, file, limits)
    except BrokenModelError:
        raise
    except Exception as error:
        raise broken(path, _damage(error, within=path.suffix == ".keras")) from None


def _walk(path: Path, file: h5py.File, limits: Limits) -> list[Array]:
    arrays: list[Array] = []
    seen: set[Any] = set()
    todo: list[tuple[str, Any]] = [("", file)]
    count = 0
    while todo:
        place, thing = todo.pop()
        count += 1
        if count + len(todo) > limits.objects:
            raise beyond(path, f"holds more than {limits.objects:,} groups and arrays", "objects")
        _check_attributes(path, place, thing, limits)
        if isinstance(thing, h5py.Dataset):
            arrays.append(_array(path, place, thing, limits))
            continue
        key = h5py.h5o.get_info(thing.id).addr
        if key in seen:
            raise _refused(path, place, "is a group that stands there twice, so that it may hold itself")
        seen.add(key)
        for name in thing:
            inner = f"{place}/{name}" if place else name
            if not isinstance(thing.get(name, getlink=True), h5py.HardLink):
                raise _refused(path, inner, "is a link, to another file or place")
            child = thing[name]
            if not isinstance(child, h5py.Group | h5py.Dataset):
                raise _refused(path, inner, "is neither a group nor an array")
            todo.append((inner, child))
    whole = sum(array.bytes for array in arrays)
    size = file.id.get_filesize()
    if whole > limits.expanded:
        raise beyond(path, f"declares arrays of {whole:,} bytes, more than {limits.expanded:,}", "expanded")
    if whole > max(limits.slack, limits.ratio * size):
        raise beyond(path, f"declares arrays of {whole:,} bytes and is {size:,} bytes long", "ratio")
    return arrays


def _array(path: Path, place: str, thing: h5py.Dataset, limits: Limits) -> Array:
    if thing.external:
        raise _refused(path, place, f"is stored in another file, {str(thing.external[0][0])[:100]!r}")
    if thing.is_virtual:
        raise _refused(path, place, "is a virtual array, put together from other files")
    kind, item = thing.dtype.kind, thing.dtype.itemsize
    if kind not in _NUMBERS or thing.dtype.hasobject or item > _LARGEST_NUMBER:
        raise _refused(path, place, f"is no array of numbers but of {thing.dtype}")
    made = thing.id.get_create_plist()
    for number in range(made.get_nfilters()):
        code = made.get_filter(number)[0]
        if code not in _FILTERS:
            raise _refused(path, place, f"is packed by the filter {code}, for which HDF5 would load a plugin")
    shape = thing.shape
    if shape is None:
        return Array(place, (0,), str(thing.dtype), 0)
    whole, stored = math.prod(shape) * item, thing.id.get_storage_size()
    chunk = math.prod(thing.chunks or ()) * item
    if max(whole, chunk) > max(limits.slack, limits.ratio * stored):
        raise beyond(
            path,
            f"holds {place!r}, which declares {max(whole, chunk):,} bytes and stores {stored:,}",
            "ratio",
        )
    return Array(place, tuple(int(length) for length in shape), str(thing.dtype), whole)


def _check_attributes(path: Path, place: str, thing: Any, limits: Limits) -> None:
    names = list(thing.attrs)
    if len(names) > limits.objects:
        raise beyond(path, f"holds more than {limits.objects:,} attributes", "objects")
    for name in names:
        attribute = thing.attrs.get_id(name)
        declared = math.prod(attribute.shape or ()) * max(1, attribute.get_type().get_size())
        if declared > limits.attribute_bytes:
            raise beyond(
                path,
                f"holds the attribute {name[:100]!r} of {declared:,} bytes, more than {limits.attribute_bytes:,}",
                "attribute_bytes",
            )


def _refused(path: Path, place: str, what: str) -> UnsafeModelError:
    return UnsafeModelError(
        f"{path} was not opened: {place[:200]!r} in it {what}. Nothing outside the file was read. No program that "
        "saves models writes that; get the file from its source again."
    )


def _damage(error: Exception, *, within: bool) -> str:
    text = " ".join(str(error).split())
    start = "the file of weights in it" if within else "it"
    if "truncated file" in text:
        return f"{start} is cut off"
    return f"{start} is damaged ({text.partition('(')[2].rstrip(')')[:150] or text[:150] or type(error).__name__})"
