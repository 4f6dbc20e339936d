"""The ``.keras`` format: its writer and its reader."""

from __future__ import annotations

import json
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from zoo.saving.documents import Documents


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, which ends in ``.keras``."""
    model.save(path)


def read(
    path: Path,
    documents: Documents,
    *,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
    safe_mode: bool = True,
) -> keras.Model:
    """Build a model from its documents and read its weights; Keras' safe mode refuses what could run code.

    Where its losses or metrics cannot be read, warn and leave it uncompiled.
    """
    told = []
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            model = _read(path, documents, custom_objects, compile, safe_mode)
        except (ValueError, TypeError) as error:
            if not compile:
                raise
            try:
                model = _read(path, documents, custom_objects, False, safe_mode)
            except (ValueError, TypeError):
                raise error from None
            told.append(
                f"the weights were read, the compile settings were not ({_reason(error)}). Call model.compile again, "
                "or give custom_objects={name: object} for what is your own."
            )
    for warning in seen:
        if str(warning.message).startswith("Skipping variable loading for optimizer"):
            told.append(
                "the optimizer's memory was not read: layers were frozen or freed after model.compile, so it belongs "
                "to other weights than can be trained now; it starts afresh."
            )
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    for sentence in told:
        warnings.warn(f"{path.name}: {sentence}", stacklevel=3)
    return model


def _read(
    path: Path, documents: Documents, custom_objects: Mapping[str, Any] | None, compile: bool, safe_mode: bool
) -> keras.Model:
    with zipfile.ZipFile(path) as archive:
        same = json.loads(archive.read("config.json")) == documents.model
    if same:
        return keras.models.load_model(
            path, custom_objects=custom_objects, compile=compile, safe_mode=safe_mode
        )
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
            for name in source.namelist():
                target.writestr(
                    name, json.dumps(documents.model) if name == "config.json" else source.read(name)
                )
        return keras.models.load_model(
            copy, custom_objects=custom_objects, compile=compile, safe_mode=safe_mode
        )


def _reason(error: Exception) -> str:
    """Return the first sentence of Keras' message, without the configuration that follows."""
    return " ".join(str(error).split()).partition(". ")[0][:200]
