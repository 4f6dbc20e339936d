"""Does a file hold a model's arrays, bit for bit? Asked of a model that is too large to be built again."""

from __future__ import annotations

import contextlib
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from zoo.errors import InputError

# Building costs about ten milliseconds a layer, and comparing a million numbers a few: half a second at most.
_MOST_LAYERS = 50
_MOST_PARAMETERS = 1_000_000

_Print = tuple[tuple[int, ...], str, int]


def is_small(model: keras.Model) -> bool:
    """Whether building a model again takes no more than about half a second."""
    parameters = sum(math.prod(weight.shape) for weight in model.weights)
    return parameters <= _MOST_PARAMETERS and sum(1 for _ in model._flatten_layers()) <= _MOST_LAYERS


def check_arrays(model: keras.Model, file: Path, name: str) -> None:
    """Read every array of a file that was just written, and look for each of the model's weights among them.

    Args:
        model: as it was saved.
        file: what was written.
        name: of the file, for messages.

    Raises:
        InputError: a weight is not in the file as it is in memory; names it.
    """
    kept = Counter(_prints(file))
    for weight in model.weights:
        value = keras.ops.convert_to_numpy(weight.value)
        if value.dtype.kind == "V":  # bfloat16, which HDF5 keeps in a form of its own
            continue
        mark = _print(value)
        if not kept[mark]:
            raise InputError(
                f"{name} was not written: read again, the file does not hold the weight {weight.path!r} "
                f"{tuple(value.shape)} as it is in memory. Either the disk is at fault, or the layer keeps it where "
                "Keras does not look: make it in __init__ or build, with self.add_weight. check=False writes the "
                "file as it is."
            )
        kept[mark] -= 1


def _prints(file: Path) -> Iterator[_Print]:
    with contextlib.ExitStack() as open_files:
        source: Any = file
        if file.suffix == ".keras":
            archive = open_files.enter_context(zipfile.ZipFile(file))
            source = open_files.enter_context(archive.open("model.weights.h5"))
        hdf5 = open_files.enter_context(h5py.File(source))
        found: list[_Print] = []

        def look(_: str, thing: object) -> None:
            if isinstance(thing, h5py.Dataset) and thing.dtype.kind in "fiub":
                found.append(_print(np.asarray(thing)))

        hdf5.visititems(look)
        yield from found


def _print(value: np.ndarray) -> _Print:
    return value.shape, value.dtype.str, zlib.crc32(np.ascontiguousarray(value).data)
