"""Which weights are ready: the manifest's records, and the verified file behind each.

``saved_models/manifest.json`` is the only place for these facts. `zoo pretrain` writes it; nothing
else does. This file reads it and knows nothing of Keras, so listings stay quick.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo import _manifest
from zoo._files import sha256
from zoo._paths import shipped_folder
from zoo.errors import BrokenModelError, MissingFileError, UnknownModelError, did_you_mean


@dataclass(frozen=True)
class WeightsFile:
    """One file of finished weights: its SHA-256, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Weights:
    """One finished model, as the manifest records it; ``zoo/_manifest.py`` holds each field to its rule.

    Attributes:
        name: ``architecture.tag``, such as ``cnn.digits``.
        files: the files that hold it, by name; the first one is the one loaded.
        weights_sha256: the checksum of the numbers in it, in whatever file they stand.
        arguments: what its builder was called with.
        recipe: the recipe that trained it.
        parameters: the recipe's parameters, seed included.
        seed: of the training, and of what is drawn in measuring.
        backend: what Keras computed on.
        versions: of the packages that made it.
        dataset: the dataset's name, or ``None`` of a game.
        dataset_arguments: what `load_dataset` was called with.
        dataset_sha256: the dataset's checksum.
        figure: the figure that it is judged by, one of ``metrics``.
        metrics: figures measured on the test split; ``_low`` and ``_high`` end the names of their 95 % intervals.
        parameter_count: how many weights it has.
        multiply_adds: multiplications of a weight with a value for one row; ``None`` where a layer is not counted.
        train_seconds: how long the training took.
        weights_licence: the terms of the weights.
        data_licence: the terms of the data.
        pictures: the pictures of its card.
        by_seed: what trainings by the same recipe with other seeds reached of the same figure, by seed, its own among
            them; empty where no others were made.
    """

    name: str
    files: dict[str, WeightsFile]
    weights_sha256: str
    arguments: dict[str, Any]
    recipe: str
    parameters: dict[str, Any]
    seed: int
    backend: str
    versions: dict[str, str]
    dataset: str | None
    dataset_arguments: dict[str, Any]
    dataset_sha256: str | None
    figure: str
    metrics: dict[str, float]
    parameter_count: int
    multiply_adds: int | None
    train_seconds: float
    weights_licence: str
    data_licence: str
    pictures: tuple[str, ...] = ()
    by_seed: dict[str, float] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        """The builder's name: what stands before the dot."""
        return self.name.partition(".")[0]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the figure that it is judged by."""
        return self.metrics[f"{self.figure}_low"], self.metrics[f"{self.figure}_high"]


def manifest_path() -> Path:
    """Return the path of ``manifest.json``."""
    return shipped_folder("saved_models") / "manifest.json"


def all_weights() -> dict[str, Weights]:
    """Return every record of the manifest by name.

    Raises:
        InputError: the manifest breaks its schema; names the record and the field.
    """
    path = manifest_path()
    return dict(_read(path, path.stat().st_mtime_ns)) if path.is_file() else {}


def write_weights(weights: Weights) -> None:
    """Put a record into the manifest, in place of the one of its name."""
    records = {**all_weights(), weights.name: weights}
    _manifest.write(manifest_path(), [dataclasses.asdict(records[name]) for name in sorted(records)])


def find_weights(name: str) -> Weights:
    """Return the record of ``name``.

    Raises:
        UnknownModelError: the manifest has no such name.
    """
    known = all_weights()
    if name not in known:
        hint = did_you_mean(name, known) or f" There are {', '.join(known) or 'none yet'}."
        raise UnknownModelError(f"No pretrained weights {name!r}.{hint}")
    return known[name]


def weights_file(weights: Weights, suffix: str = ".keras") -> Path:
    """Return the checked file of a record.

    Args:
        weights: the record.
        suffix: ``".keras"`` or ``".h5"``.

    Raises:
        MissingFileError: the file is not there.
        BrokenModelError: its SHA-256 is not the one in the manifest.
    """
    file_name = next((name for name in weights.files if name.endswith(suffix)), None)
    if file_name is None:
        raise MissingFileError(f"{weights.name} has no {suffix} file; it has {', '.join(weights.files)}.")
    path = manifest_path().parent / file_name
    if not path.is_file():
        raise MissingFileError(
            f"{path} is missing. `zoo pretrain {weights.name}` makes it again from its recipe."
        )
    check_shipped(path)
    return path


def check_shipped(path: Path) -> bool:
    """Hold a file of ``saved_models/`` against the manifest; return whether it is one, and other files pass.

    Raises:
        BrokenModelError: the manifest lists the file under another checksum.
    """
    if path.resolve().parent != manifest_path().parent.resolve():
        return False
    for weights in all_weights().values():
        expected = weights.files.get(path.name)
        if expected is None:
            continue
        if sha256(path) == expected.sha256:
            return True
        raise BrokenModelError(
            f"{path} is not the file that the manifest describes: its SHA-256 is {sha256(path)}, "
            f"expected {expected.sha256}. `zoo pretrain {weights.name}` makes it again from its recipe."
        )
    return False


@functools.lru_cache(maxsize=1)
def _read(path: Path, _modified: int) -> tuple[tuple[str, Weights], ...]:
    return tuple((record["name"], _weights(record)) for record in _manifest.read(path))


def _weights(record: dict[str, Any]) -> Weights:
    files = {name: WeightsFile(**file) for name, file in record["files"].items()}
    return Weights(**{**record, "files": files, "pictures": tuple(record["pictures"])})
