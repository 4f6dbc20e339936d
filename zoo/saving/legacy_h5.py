"""The ``.h5`` format that the deck saves: its writer and its reader."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, which ends in ``.h5``."""
    with _quiet():
        model.save(path)


def read(path: Path, *, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    """Read a model; where its losses or metrics cannot be read, warn and leave it uncompiled.

    Keras writes ``loss="mse"`` into an ``.h5`` in a form that it cannot read back.
    """
    custom_objects = {**_own_classes(), **(custom_objects or {})}
    with _quiet():
        if compile:
            try:
                return keras.models.load_model(path, custom_objects=custom_objects, safe_mode=True)
            except (ValueError, TypeError) as error:
                model = keras.models.load_model(
                    path, custom_objects=custom_objects, compile=False, safe_mode=True
                )
                reason = str(error).partition("\n")[0]
                warnings.warn(
                    f"{path.name}: the weights were read, the compile settings were not ({reason}); "
                    "call model.compile again.",
                    stacklevel=4,
                )
                return model
        return keras.models.load_model(path, custom_objects=custom_objects, compile=False, safe_mode=True)


def _own_classes() -> dict[str, Any]:
    """Return the zoo's own classes by their bare names: this format leaves out the package of a model's."""
    registered = keras.saving.get_custom_objects()
    return {key.removeprefix("zoo>"): value for key, value in registered.items() if key.startswith("zoo>")}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Keras from recommending the other format to someone who asked for this one."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
