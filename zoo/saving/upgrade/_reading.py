"""A file's documents as they are."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py

from zoo.saving.documents import Documents


def read_documents(path: Path) -> Documents:
    """Read what a file says of itself; nothing is built."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            model = json.loads(archive.read("config.json"))
            facts = json.loads(archive.read("metadata.json"))
        return Documents("keras", model, model.get("compile_config"), str(facts.get("keras_version", "")), "")
    with h5py.File(path) as file:
        version, backend = (_fact(file, name) for name in ("keras_version", "backend"))
        model, training = (_fact(file, name) for name in ("model_config", "training_config"))
    return Documents("h5", _parsed(model), _parsed(training), version or "", backend or "")


def _fact(file: h5py.File, name: str) -> Any:
    found = file.attrs.get(name, file["model_weights"].attrs.get(name) if "model_weights" in file else None)
    return found.decode() if isinstance(found, bytes) else found


def _parsed(text: Any) -> Any:
    return json.loads(text) if text is not None else None
