"""A file into a model: looked at, built from its documents, and looked at again."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import pkgutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np

from zoo.errors import BrokenModelError, InputError, UnsafeModelError
from zoo.saving import keras_format, legacy_h5
from zoo.saving._built import flaw
from zoo.saving._guard import memory_bound
from zoo.saving._identity import callers_objects, check_identity
from zoo.saving._kinds import FORMS, broken
from zoo.saving._limits import Limits
from zoo.saving._replace import replaced
from zoo.saving._sentences import sentence_of
from zoo.saving.documents import Contents, Documents, read_contents
from zoo.saving.untrusted import check_names, not_finite, understood

READERS: dict[str, ModuleType] = {"keras": keras_format, "h5": legacy_h5}


def open_checked(
    source: Path,
    *,
    trusted: bool,
    custom_objects: Mapping[str, Any] | None,
    replace: Mapping[str, keras.Layer] | None,
    compile: bool,
    limits: Limits,
) -> keras.Model:
    """Open a file that may come from anyone; the arguments are those of `zoo.load_model`."""
    contents = read_contents(source, limits)
    documents, _ = understood(source, contents, limits)
    if not compile:
        documents = dataclasses.replace(documents, model=documents.architecture, training=None)
    meet_own_classes()
    with contextlib.ExitStack() as stack:
        standing_in: dict[str, Any] = {}
        if replace:
            documents, standing_in = stack.enter_context(replaced(source, documents, replace))
        objects = {**(custom_objects or {}), **standing_in}
        if not trusted:
            known = callers_objects(objects)
            check_identity(source, check_names(source, documents, known), known)
        stack.enter_context(memory_bound(source, _allowed(contents, limits)))
        model = _read(source, documents, objects, compile=compile, safe_mode=not trusted)
    if limits.finite:
        _check_finite(source, model)
        more = len(contents.weights) > len(model.weights)  # arrays that no weight is read from
        if more and (place := read_contents(source, limits, numbers=True).not_finite):
            raise BrokenModelError(not_finite(source, place))
    return model


def reopen(path: Path, *, custom_objects: Mapping[str, Any] | None, compile: bool) -> keras.Model:
    """Open a file that this process has just written, without asking what it names."""
    contents = read_contents(path, Limits())
    documents, _ = understood(path, contents, Limits())
    reader = READERS[FORMS[path.suffix]]
    model: keras.Model = reader.read(path, documents, custom_objects=custom_objects, compile=compile)
    return model


def meet_own_classes() -> None:
    """Import the modules with the zoo's own layers and models, so that Keras finds these by name.

    Builders import such a module only when they need it, since it imports Keras.
    """
    package = importlib.import_module("zoo.models")
    for module in pkgutil.iter_modules(package.__path__, prefix=f"{package.__name__}."):
        importlib.import_module(module.name)


def _read(
    source: Path, documents: Documents, objects: dict[str, Any], *, compile: bool, safe_mode: bool
) -> keras.Model:
    """Build the model; whatever goes wrong is one sentence, and no half of a model is returned."""
    reader = READERS[documents.form]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Skipping nested container")
            model: keras.Model = reader.read(
                source, documents, custom_objects=objects, compile=compile, safe_mode=safe_mode
            )
    except (UnsafeModelError, InputError):
        raise
    except Warning as warning:
        if "Skipping nested container" not in str(warning):
            raise
        raise broken(source, "it lacks the weights of layers inside a list of a layer") from None
    except BrokenModelError:
        raise
    except Exception as error:
        raise broken(source, sentence_of(error)) from None
    if not isinstance(model, keras.Model):
        raise broken(source, f"its configuration is of a {type(model).__name__}, which is no model")
    if (clause := flaw(model, documents.model)) is not None:
        raise broken(source, clause)
    return model


def _allowed(contents: Contents, limits: Limits) -> int:
    """Return the bytes that a model may take: a multiple of the numbers in its file."""
    return int(limits.memory * sum(array.bytes for array in contents.arrays)) + limits.slack


def _check_finite(source: Path, model: keras.Model) -> None:
    for weight in model.weights:
        if "float" in str(weight.dtype):
            value = keras.ops.convert_to_numpy(weight.value)
            if not np.isfinite(value).all():
                raise BrokenModelError(not_finite(source, weight.path))
