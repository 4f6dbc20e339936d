"""How is it kept, and can I trust it? Models to files and back."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from zoo._files import atomic_path
from zoo.errors import BrokenModelError, InputError, MissingFileError
from zoo.pretrained import check_shipped
from zoo.saving import keras_format, legacy_h5
from zoo.saving._keras_gaps import whole_settings
from zoo.saving.round_trip import check_keepable, check_round_trip, explain_unwritable
from zoo.saving.upgrade import upgraded
from zoo.saving.upgrade._reading import read_documents
from zoo.saving.weights import load_weights, save_weights

__all__ = ["load_model", "load_weights", "save_model", "save_weights"]

_FORMATS = {".keras": keras_format, ".h5": legacy_h5, ".hdf5": legacy_h5}


def save_model(model: keras.Model, path: str | os.PathLike[str], *, check: bool = True) -> Path:
    """Write a model to a file, whole or not at all.

    The file is written beside its place, flushed to the disk and renamed, so a crash or Ctrl-C leaves the
    old file as it was. A model with a layer, loss or function of your own is opened again before that, and
    held against the one in memory: what a ``get_config`` leaves out would come back as its default, without
    a word.

    Args:
        model: any `keras.Model`; a compiled one takes its optimizer's state along.
        path: ends in ``.keras``, or in ``.h5`` for programs that read the older format.
        check: whether to open it again (True); ``False`` writes what would come back otherwise, too.

    Returns:
        The path.

    Raises:
        InputError: another suffix; or the file would come back otherwise, or could not be opened again: names the
            class, the layer and the argument, and shows the lines that mend it.

    Examples:
        >>> import tempfile, zoo
        >>> model = zoo.create_model("linear", input_shape=(3,))
        >>> save_model(model, tempfile.mkdtemp() + "/line.keras").name
        'line.keras'
    """
    target = Path(path).expanduser()
    form = _FORMATS.get(target.suffix)
    if form is None:
        raise InputError(f"A model's file ends in .keras or .h5; got {str(path)!r}.")
    if check:
        check_keepable(model, target.suffix, target.name)
    with atomic_path(target) as temporary:
        try:
            with whole_settings(model):
                form.write(model, temporary)
        except NotImplementedError as error:
            raise explain_unwritable(model, error, target.name) from error
        if check:
            check_round_trip(model, temporary, _reopen, target.name)
    return target


def load_model(
    path: str | os.PathLike[str], *, custom_objects: Mapping[str, Any] | None = None, compile: bool = True
) -> keras.Model:
    """Read a model from a file; nothing in the file is run.

    Files of the zoo's own ``saved_models/`` are held against their checksum first. An ``.h5`` opens compiled as
    it was saved, by Keras 3 or 2, with its optimizer's memory. A loss or metric that nothing here knows leaves
    the model uncompiled, and a layer called ``block/d``, which Keras 3 refuses, is called ``block_d``: a warning
    says so. The file stays as it is.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        custom_objects: layers, losses and functions of your own that the file names.
        compile: restore loss, metrics and optimizer too.

    Returns:
        The model.

    Raises:
        MissingFileError: there is no such file.
        InputError: the suffix is neither ``.keras`` nor ``.h5``.
        BrokenModelError: the file is damaged, no model, not the one in the manifest, or holds code.

    Examples:
        >>> import tempfile, zoo
        >>> path = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tempfile.mkdtemp() + "/a.h5")
        >>> load_model(path).count_params()
        4
    """
    source = Path(path).expanduser()
    form = _FORMATS.get(source.suffix)
    if not source.is_file():
        raise MissingFileError(f"There is no file {source}.")
    if form is None:
        raise InputError(f"A model's file ends in .keras or .h5; got {str(path)!r}.")
    check_shipped(source)
    _meet_own_classes()
    try:
        documents, _ = upgraded(read_documents(source))
        return form.read(source, documents, custom_objects=custom_objects, compile=compile)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise BrokenModelError(f"{source} cannot be read as a model: {reason}") from error


def understand(path: str | os.PathLike[str]) -> tuple[str, list[str]]:
    """Return which Keras wrote a file, and the sentences on what in it is said otherwise today."""
    documents = read_documents(Path(path).expanduser())
    return documents.keras_version, upgraded(documents)[1]


def _reopen(path: Path, *, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    documents, _ = upgraded(read_documents(path))
    return _FORMATS[path.suffix].read(path, documents, custom_objects=custom_objects, compile=compile)


def _meet_own_classes() -> None:
    """Import the modules with the zoo's own layers and models, so that Keras finds these by name.

    Builders import such a module only when they need it, since it imports Keras.
    """
    package = importlib.import_module("zoo.models")
    for module in pkgutil.iter_modules(package.__path__, prefix=f"{package.__name__}."):
        importlib.import_module(module.name)
