"""An old model's file written anew, as Keras 3 writes it, once both are known to give the same answers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo._files import atomic_path
from zoo.errors import BrokenModelError
from zoo.saving import load_model, save_model
from zoo.saving._limits import Limits
from zoo.saving._sample import sample_inputs
from zoo.saving.documents import read_contents
from zoo.saving.untrusted import checked_path, understood


@dataclass(frozen=True)
class Converted:
    """What came of converting a file.

    Attributes:
        path: what was written.
        keras_version: which wrote the old file, ``""`` where it does not say.
        changes: the sentences on what was put into other words, with the names of the layers.
        difference: the largest between the predictions of both, over all inputs that were tried.
        inputs: how many were tried; 0 where none could be made up, and only the weights were compared.
    """

    path: Path
    keras_version: str
    changes: tuple[str, ...]
    difference: float
    inputs: int


def convert_model(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Converted:
    """Write an old model's file anew, in the form of today, whole or not at all.

    The new file is opened again and held against the old one, on random numbers and on zeros, before it is kept.

    Args:
        source: a ``.h5`` or ``.keras`` file of any version of Keras.
        target: ends in ``.keras``, or in ``.h5``.

    Returns:
        What was changed, and how far the predictions differ.

    Raises:
        MissingFileError: there is no such file.
        BrokenModelError: it cannot be read; or the new one would give other answers, then nothing is written.

    Examples:
        >>> import tempfile, zoo
        >>> folder = tempfile.mkdtemp()
        >>> old = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), folder + "/old.h5")
        >>> convert_model(old, folder + "/new.keras").difference
        0.0
    """
    place, old = Path(target).expanduser(), checked_path(source)
    model = load_model(old)
    contents = read_contents(old, Limits())
    _, changes = understood(old, contents, Limits())
    with atomic_path(place) as beside:
        save_model(model, beside)
        difference, inputs = _difference(model, load_model(beside))
        if difference:
            raise BrokenModelError(
                f"{place} was not written: written anew, {old} gives other predictions (by {difference:.3g})."
            )
    return Converted(place, contents.documents.keras_version, tuple(changes), difference, inputs)


def _difference(one: keras.Model, other: keras.Model) -> tuple[float, int]:
    """Return how far two models differ in weights and answers, and on how many inputs they were asked."""
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    largest = max((_largest(a, b) for a, b in pairs), default=0.0)
    asked = 0
    for zeros in (False, True):
        given = sample_inputs(one, zeros=zeros)
        if given is not None:
            pairs = zip(_answers(one, given), _answers(other, given), strict=True)
            largest = max([largest, *(_largest(a, b) for a, b in pairs)])
            asked += 1
    return largest, asked


def _answers(model: keras.Model, given: Any) -> list[np.ndarray]:
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.reset_state()  # what it remembers of the last inputs
    return [keras.ops.convert_to_numpy(one) for one in keras.tree.flatten(model(given, training=False))]


def _largest(one: np.ndarray, other: np.ndarray) -> float:
    if one.shape != other.shape or one.dtype.kind not in "fiub":
        return 0.0 if one.shape == other.shape and np.array_equal(one, other) else float("inf")
    same = (one == other) | ((one != one) & (other != other))
    return float(np.abs(one.astype("float64") - other.astype("float64"))[~same].max(initial=0.0))
