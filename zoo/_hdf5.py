"""HDF5 files that are made in memory: the library itself fails hard on a full disk."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py


class _Bytes(io.BytesIO):
    """Memory that goes for a file of weights where only a name is asked for."""

    def __str__(self) -> str:
        return "memory.weights.h5"


class _File(h5py.File):  # type: ignore[misc]
    """An open HDF5 file that goes for a model's file where only a name is asked for."""

    def __str__(self) -> str:
        return "memory.h5"


def write_hdf5(save: Callable[[Any], object], path: Path) -> None:
    """Let one of Keras' writers make an HDF5 file in memory, and write its bytes to ``path``.

    A write that HDF5 cannot finish leaves it with pages that it tries to write again and again; the next file that
    it closes may end the whole process with a segmentation fault, and hours of training with it.

    Args:
        save: ``model.save`` or ``model.save_weights``, or what calls them with the target that it is given.
        path: ends in ``.weights.h5`` for weights; else it is a whole model.

    Examples:
        >>> import keras, tempfile
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> path = Path(tempfile.mkdtemp()) / "line.weights.h5"
        >>> write_hdf5(model.save_weights, path)
        >>> sorted(h5py.File(path))
        ['layers', 'vars']
    """
    memory = _Bytes()
    if path.name.endswith(".weights.h5"):
        save(memory)
    else:
        with _File(memory, "w") as file:
            save(file)
    path.write_bytes(memory.getbuffer())
