"""Which weights are ready: the manifest's records, and the verified file behind each.

``saved_models/manifest.json`` is the only place for these facts. `zoo pretrain` writes it; nothing
else does. This file reads it and knows nothing of Keras, so listings stay quick.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo._files import sha256
from zoo._paths import shipped_folder
from zoo.errors import BrokenModelError, MissingFileError, UnknownModelError, did_you_mean


@dataclass(frozen=True)
class Weights:
    """One finished model, as the manifest records it.

    Attributes:
        name: ``architecture.tag``, such as ``cnn.digits``.
        files: the SHA-256 of each file that holds it, by file name; the first one is the one loaded.
        arguments: what its builder was called with.
        recipe: the recipe that trained it.
        parameters: the recipe's parameters, seed included.
        dataset: the dataset's name, and ``dataset_sha256`` its checksum.
        metrics: figures measured on the test split, with their 95 % interval.
        parameter_count: how many weights it has.
        versions: of the packages that made it.
        licence: of the weights and of the data.
    """

    name: str
    files: dict[str, str]
    arguments: dict[str, Any]
    recipe: str
    parameters: dict[str, Any]
    dataset: str
    dataset_sha256: str
    metrics: dict[str, float]
    parameter_count: int
    seed: int
    train_seconds: float
    versions: dict[str, str] = field(default_factory=dict)
    licence: str = ""

    @property
    def architecture(self) -> str:
        """The builder's name: what stands before the dot."""
        return self.name.partition(".")[0]


def manifest_path() -> Path:
    """Return the path of ``manifest.json``."""
    return shipped_folder("saved_models") / "manifest.json"


def all_weights() -> dict[str, Weights]:
    """Return every record of the manifest by name."""
    path = manifest_path()
    return dict(_read(path, path.stat().st_mtime_ns)) if path.is_file() else {}


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
        if sha256(path) == expected:
            return True
        raise BrokenModelError(
            f"{path} is not the file that the manifest describes: its SHA-256 is {sha256(path)}, "
            f"expected {expected}. `zoo pretrain {weights.name}` makes it again from its recipe."
        )
    return False


@functools.lru_cache(maxsize=1)
def _read(path: Path, _modified: int) -> tuple[tuple[str, Weights], ...]:
    records = json.loads(path.read_text(encoding="utf-8"))["models"]
    return tuple((record["name"], Weights(**record)) for record in records)
