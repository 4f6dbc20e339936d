"""Are the finished weights what the manifest says? Checksums, both formats, and the figures measured again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoo.datasets import load_dataset
from zoo.errors import MissingFileError, ZooError
from zoo.pretrained import Weights, find_weights, weights_file
from zoo.registry import create_model
from zoo.runs.measure import of_test_rows
from zoo.saving import load_model

_ROUNDING = 1e-6  # of an accuracy, where another machine rounds a prediction at its edge otherwise
_LOSS = 1e-3  # of a loss, as a share of it


@dataclass(frozen=True)
class Verdict:
    """What was found of finished weights.

    Attributes:
        name: ``architecture.tag``.
        good: whether all that could be looked at is as the manifest says.
        measured: whether the figures were measured again; not so where the data is not here.
        told: what was found, a sentence each.
    """

    name: str
    good: bool
    measured: bool
    told: tuple[str, ...]


def verify(name: str) -> Verdict:
    """Hold finished weights against the manifest.

    Each file has its checksum and opens as a model, all files hold the same weights, and the figures of the test split
    come out again, where the data is here.

    Args:
        name: one of ``zoo.list_models(pretrained=True)``.

    Raises:
        UnknownModelError: there are no such weights.

    Examples:
        >>> found = verify("mlp.digits")
        >>> found.good, found.measured
        (True, True)
    """
    weights = find_weights(name)
    try:
        told = _files(weights)
    except ZooError as error:
        return Verdict(name, good=False, measured=False, told=(str(error),))
    try:
        figures = list(_figures(weights))
    except MissingFileError as missing:
        reason = str(missing).partition("\n")[0]
        return Verdict(name, good=True, measured=False, told=(told, f"not measured: {reason}"))
    good = all(right for right, _ in figures)
    return Verdict(name, good=good, measured=True, told=(told, *(line for _, line in figures)))


def _files(weights: Weights) -> str:
    """Say that the files are the manifest's, open, and hold the same weights; raise where they do not."""
    first: list[np.ndarray] | None = None
    for file_name in weights.files:
        file = weights_file(weights, Path(file_name).suffix)
        arrays = load_model(file, compile=False).get_weights()
        if first is not None and not (len(first) == len(arrays) and all(map(np.array_equal, first, arrays))):
            raise ZooError(f"{file_name} does not hold the weights that {next(iter(weights.files))} holds.")
        first = arrays
    return f"{len(weights.files)} files, their checksums as in the manifest"


def _figures(weights: Weights) -> Iterator[tuple[bool, str]]:
    """Measure again what the manifest says of the test split."""
    data = load_dataset(weights.dataset, seed=weights.seed, validation_split=0.15)
    if data.checksum != weights.dataset_sha256:
        yield False, f"the dataset {weights.dataset} is not the one that the manifest names: {data.checksum}"
    model = create_model(weights.name, pretrained=True)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for name, value in of_test_rows(model, data.test, seed=weights.seed).items():
        written = weights.metrics.get(name)
        if written is None:
            continue
        close = abs(value - written) <= (_LOSS * abs(written) if name.endswith("loss") else _ROUNDING)
        compared = "as written" if close else f"written is {written:.6g}"
        yield close, f"{name} {value:.6g}, {compared}"
