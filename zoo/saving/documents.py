"""What a model's file says of itself, read without building anything."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np

from zoo.saving._archive import Contents as Archive
from zoo.saving._archive import read_archive
from zoo.saving._hdf5 import Array, open_hdf5, walk
from zoo.saving._kinds import beyond, broken, check_form
from zoo.saving._limits import Limits

_PIECE = 2**22  # numbers that are looked at together


@dataclass(frozen=True)
class Documents:
    """What a model's file says of itself, as parsed JSON, nothing built.

    Attributes:
        form: the format.
        model: ``config.json`` or ``model_config``: a dictionary, or a bare list in very old files; None where the
            file holds weights alone.
        training: ``compile_config`` of a ``.keras``, ``training_config`` of an ``.h5``; None where saved uncompiled.
        keras_version: which wrote it; ``""`` where it does not say.
        backend: on which it ran; ``""`` where it does not say.
        upgraded: whether a version before 3 wrote it, and this is said in the words of Keras 3.
    """

    form: Literal["keras", "h5"]
    model: Any
    training: Any
    keras_version: str
    backend: str
    upgraded: bool = False

    @property
    def architecture(self) -> Any:
        """``model`` without the compile settings that a ``.keras`` has in it."""
        if self.form != "keras" or not isinstance(self.model, dict):
            return self.model
        return {key: value for key, value in self.model.items() if key != "compile_config"}


@dataclass(frozen=True)
class Contents:
    """A file's documents, and its arrays, none of them read.

    Attributes:
        documents: what it says of itself.
        arrays: all arrays, those of an optimizer's memory among them.
        not_finite: the first array of weights with a number that is NaN or infinite, ``""`` where there is none
            or where nobody looked.
    """

    documents: Documents
    arrays: tuple[Array, ...]
    not_finite: str = ""

    @property
    def weights(self) -> tuple[Array, ...]:
        """The arrays that are weights of the model."""
        return tuple(array for array in self.arrays if is_weight(array.place))


def read_contents(path: Path, limits: Limits, *, numbers: bool = False) -> Contents:
    """Read a file's documents, and the names and sizes of its arrays.

    Args:
        path: ends in ``.keras``, ``.h5`` or ``.hdf5``.
        limits: what it may hold.
        numbers: whether to read the weights too, in pieces, and look for numbers that are not finite.

    Raises:
        UnsafeModelError: it is not built as a model's file is, or beyond the limits.
        BrokenModelError: it is damaged, or something else.
    """
    with opened(path, limits) as (archive, file, arrays):
        bad = _not_finite(path, file, arrays) if numbers else ""
        if archive is None:
            model, training = (
                _attribute(path, file, f"{name}_config", limits) for name in ("model", "training")
            )
            version, backend = (_text_of(file, name) for name in ("keras_version", "backend"))
            return Contents(Documents("h5", model, training, version, backend), tuple(arrays), bad)
    config = parse(path, "config.json", archive.config, limits)
    metadata = parse(path, "metadata.json", archive.metadata, limits)
    if not isinstance(config, dict):
        raise broken(path, "its config.json is no configuration of a model")
    version = metadata.get("keras_version", "") if isinstance(metadata, dict) else ""
    documents = Documents("keras", config, config.get("compile_config"), str(version), "")
    return Contents(documents, tuple(arrays), bad)


@contextlib.contextmanager
def opened(path: Path, limits: Limits) -> Iterator[tuple[Archive | None, h5py.File, list[Array]]]:
    """Open a file as far as it is HDF5: the archive around that, if any, and the arrays in it, none of them read.

    Raises:
        UnsafeModelError: it is not built as a model's file is, or beyond the limits.
        BrokenModelError: it is damaged, or something else.
    """
    if check_form(path) == "keras":
        archive = read_archive(path, limits)
        with archive.weights, open_hdf5(path, archive.weights) as file:
            yield archive, file, walk(path, file, limits)
    else:
        with open_hdf5(path) as file:
            yield None, file, walk(path, file, limits)


def parse(path: Path, name: str, text: bytes | str, limits: Limits) -> Any:
    """Return a JSON document that is neither too long nor too deep.

    Raises:
        UnsafeModelError: it is.
        BrokenModelError: it is no JSON.
    """
    if len(text) > limits.json_bytes:
        raise beyond(
            path, f"holds a {name} of {len(text):,} bytes, more than {limits.json_bytes:,}", "json_bytes"
        )
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise _too_deep(path, name, limits) from None
    except (ValueError, UnicodeError) as error:
        raise broken(path, f"its {name} is no JSON ({str(error)[:100]})") from None
    if _depth(parsed) > limits.json_depth:
        raise _too_deep(path, name, limits)
    return parsed


def is_weight(place: str) -> bool:
    """Whether an array at this place is a weight of the model: no optimizer's memory, no random state, no metric."""
    rooms = place.split("/")
    return not (
        rooms[0] in ("optimizer_weights", "metrics", "_metrics", "_loss_tracker", "zoo_seeds")
        or rooms[0].endswith("optimizer")
        or any(room.startswith("seed_generator") for room in rooms)
    )


def _too_deep(path: Path, name: str, limits: Limits) -> Exception:
    return beyond(path, f"holds a {name} nested deeper than {limits.json_depth}", "json_depth")


def _depth(value: Any) -> int:
    deepest, todo = 0, [(value, 1)]
    while todo:
        thing, depth = todo.pop()
        if isinstance(thing, dict | list):
            deepest = max(deepest, depth)
            todo += [(inner, depth + 1) for inner in (thing.values() if isinstance(thing, dict) else thing)]
    return deepest


def _attribute(path: Path, file: h5py.File, name: str, limits: Limits) -> Any:
    text = _raw(file, name)
    if text is None:
        return None
    if not isinstance(text, bytes | str):
        raise broken(path, f"its {name} is no text")
    return parse(path, name, text, limits)


def _text_of(file: h5py.File, name: str) -> str:
    """Return a short fact that stands at the file's root, or with the weights."""
    for group in (file, file.get("model_weights")):
        text = _raw(group, name) if isinstance(group, h5py.Group) else None
        if isinstance(text, bytes | str):
            return (text.decode("utf-8", "replace") if isinstance(text, bytes) else text)[:100]
    return ""


def _raw(group: h5py.Group, name: str) -> Any:
    try:
        found = group.attrs.get(name)
    except Exception:  # an attribute whose text or type is damaged
        return b"" if name.endswith("_config") else None
    return found.item() if isinstance(found, np.generic | np.ndarray) and found.size == 1 else found


def _not_finite(path: Path, file: h5py.File, arrays: list[Array]) -> str:
    """Return the place of the first weights that hold NaN or infinity."""
    for array in arrays:
        thing = file[array.place]
        if thing.dtype.kind not in "fc" or not is_weight(array.place) or not array.size:
            continue
        try:
            if not all(np.isfinite(piece).all() for piece in pieces(thing)):
                return array.place
        except OSError as error:
            raise broken(path, f"its array {array.place!r} cannot be read ({str(error)[:100]})") from None
    return ""


def pieces(thing: h5py.Dataset) -> Iterator[np.ndarray]:
    """Read an array a few million numbers at a time."""
    if not thing.shape:
        yield np.asarray(thing[()])
        return
    rows = max(1, _PIECE // max(1, thing.size // thing.shape[0]))
    for start in range(0, thing.shape[0], rows):
        yield thing[start : start + rows]
