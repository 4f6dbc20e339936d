"""The ``.keras`` format: its writer and its reader."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from zoo.saving.documents import Documents
from zoo.saving.old_archive import compile_old, load_old_archive
from zoo.saving.training_config import not_compiled


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
    """Build a model from its documents, of any version, and fill it with the numbers in the file.

    Where its losses or metrics cannot be read, warn and leave it uncompiled.

    Args:
        path: a ``.keras`` file.
        documents: what it says of itself, as `zoo.saving.upgrade.upgraded` returns it.
        custom_objects: layers, losses and functions of the caller's own, by name.
        compile: whether to restore losses, metrics and optimizer.
        safe_mode: whether to refuse code; ``False`` runs it.
    """
    told = []
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        if documents.upgraded:
            model = load_old_archive(path, documents, custom_objects or {}, safe_mode=safe_mode)
            told += compile_old(model, path, documents, custom_objects or {}) if compile else []
        else:
            model, told = _read_current(path, documents, custom_objects, compile, safe_mode)
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


def _read_current(
    path: Path,
    documents: Documents,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
    safe_mode: bool,
) -> tuple[keras.Model, list[str]]:
    try:
        return _read(path, documents, custom_objects, compile, safe_mode), []
    except (ValueError, TypeError) as error:
        if not compile:
            raise
        try:
            model = _read(path, documents, custom_objects, False, safe_mode)
        except (ValueError, TypeError):
            raise error from None
        return model, [not_compiled(f" ({_reason(error)})")]


def _read(
    path: Path,
    documents: Documents,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
    safe_mode: bool,
) -> keras.Model:
    """Let Keras read a file that says what its documents say: the file itself, or a copy."""
    with zipfile.ZipFile(path) as source:
        written = dataclasses.replace(documents, model=json.loads(source.read("config.json")))
        # Without compile Keras does not look at the compile settings, whatever they are.
        if written.model == documents.model or (
            not compile and written.architecture == documents.architecture
        ):
            return keras.models.load_model(
                path, custom_objects=custom_objects, compile=compile, safe_mode=safe_mode
            )
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            with zipfile.ZipFile(copy, "w") as target:
                for name in source.namelist():
                    said = json.dumps(documents.model) if name == "config.json" else source.read(name)
                    target.writestr(name, said)
            return keras.models.load_model(
                copy, custom_objects=custom_objects, compile=compile, safe_mode=safe_mode
            )


def _reason(error: Exception) -> str:
    """Return the first sentence of Keras' message, without the configuration that follows."""
    return " ".join(str(error).split()).partition(". ")[0][:200]
