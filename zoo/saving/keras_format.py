"""The ``.keras`` format: its writer and its reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, which ends in ``.keras``."""
    model.save(path)


def read(path: Path, *, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    """Read a model; Keras' safe mode refuses what could run code."""
    return keras.models.load_model(path, custom_objects=custom_objects, compile=compile, safe_mode=True)
