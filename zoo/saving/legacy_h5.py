"""The ``.h5`` format that the deck saves: its writer and its reader."""

from __future__ import annotations

import contextlib
import copy
import logging
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import keras

from zoo._hdf5 import write_hdf5
from zoo.saving.documents import Documents
from zoo.saving.model_config import legal_names, readable, words_of_keras
from zoo.saving.old_weights import load_old_weights
from zoo.saving.training_config import compile_written, restore_state

_MOST_NAMES = 5  # in a warning


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, which ends in ``.h5``."""
    with _quiet():
        write_hdf5(model.save, path)


def read(
    path: Path,
    documents: Documents,
    *,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
    safe_mode: bool = True,
) -> keras.Model:
    """Build a model from its documents, of any version, and fill it with the numbers in the file.

    Where its losses, metrics or optimizer cannot be read, warn and leave it uncompiled.

    Args:
        path: an ``.h5`` file.
        documents: what it says of itself, as `zoo.saving.upgrade.upgraded` returns it.
        custom_objects: layers, losses and functions of the caller's own, by name.
        compile: whether to restore losses, metrics and optimizer.
        safe_mode: whether to refuse code; ``False`` runs it.
    """
    custom = {**_own_classes(), **(custom_objects or {})}
    with _quiet():
        build = _build_old if documents.upgraded else _build_current
        model, renamed = build(path, documents, custom, safe_mode)
        _settle(model)
        told = [_names_told(renamed)] if renamed else []
        if compile:
            told += _compile(model, path, documents.training, custom, renamed)
    for sentence in told:
        warnings.warn(f"{path.name}: {sentence}", stacklevel=3)
    return model


def _build_current(
    path: Path, documents: Documents, custom: Mapping[str, Any], safe_mode: bool
) -> tuple[keras.Model, dict[str, str]]:
    with readable(path, documents.model) as (legal, renamed):
        objects = {**words_of_keras(), **custom}
        model = keras.models.load_model(legal, custom_objects=objects, compile=False, safe_mode=safe_mode)
    return model, renamed


def _build_old(
    path: Path, documents: Documents, custom: Mapping[str, Any], safe_mode: bool
) -> tuple[keras.Model, dict[str, str]]:
    renamed: dict[str, str] = {}
    config = legal_names(documents.model, renamed)
    model = keras.saving.deserialize_keras_object(
        copy.deepcopy(config), custom_objects=dict(custom), safe_mode=safe_mode
    )
    with h5py.File(path) as file:
        load_old_weights(file.get("model_weights", file), model, config, renamed)
    return model, renamed


def _names_told(renamed: Mapping[str, str]) -> str:
    names = ", ".join(f"{old!r} is now {new!r}" for old, new in list(renamed.items())[:_MOST_NAMES])
    names += f" and {len(renamed) - _MOST_NAMES} more likewise" if len(renamed) > _MOST_NAMES else ""
    return f"a layer's name holds no '/' in Keras 3, so {names}. The file is as it was."


def _compile(
    model: keras.Model,
    path: Path,
    config: Mapping[str, Any] | None,
    custom: Mapping[str, Any],
    renamed: Mapping[str, str],
) -> list[str]:
    """Compile a model as its file says; return what of that could not be done."""
    if config is None:
        return []

    def restore() -> str:
        with h5py.File(path) as file:
            return restore_state(file, model)

    return compile_written(model, config, custom_objects=custom, renamed=renamed, restore=restore)


def _settle(model: keras.Model) -> None:
    """Let a `Normalization` layer compute with the mean and variance that it was given.

    Keras does so on reading ``.keras`` files, and forgets it here.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization) and layer.input_mean is None:
            layer.finalize_state()


def _own_classes() -> dict[str, Any]:
    """Return the zoo's own classes by their bare names: this format leaves out the package of a model's."""
    registered = keras.saving.get_custom_objects()
    return {key.removeprefix("zoo>"): value for key, value in registered.items() if key.startswith("zoo>")}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Keras from recommending the other format, and from teaching how an old file should be written."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Do not pass an `input_shape`")
            yield
    finally:
        logger.setLevel(level)
