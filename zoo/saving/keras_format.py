"""The ``.keras`` format: its writer and its reader."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, which ends in ``.keras``."""
    model.save(path)


def read(path: Path, *, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    """Read a model; Keras' safe mode refuses what could run code.

    Where its losses or metrics cannot be read, warn and leave it uncompiled.
    """
    told = []
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            model = _read(path, custom_objects, compile)
        except (ValueError, TypeError) as error:
            if not compile:
                raise
            try:
                model = _read(path, custom_objects, compile=False)
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


def _read(path: Path, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    return keras.models.load_model(path, custom_objects=custom_objects, compile=compile, safe_mode=True)


def _reason(error: Exception) -> str:
    """Return the first sentence of Keras' message, without the configuration that follows."""
    return " ".join(str(error).split()).partition(". ")[0][:200]
