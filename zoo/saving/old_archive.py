"""A ``.keras`` file of Keras 2.12 to 2.15: its numbers stand under the classes of layers, counted in their order."""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from zoo.saving.documents import Documents
from zoo.saving.model_config import legal_names
from zoo.saving.old_weights import in_order
from zoo.saving.training_config import compile_written, place_state

_WEIGHTS = "model.weights.h5"


def load_old_archive(
    path: Path, documents: Documents, custom_objects: Mapping[str, Any], *, safe_mode: bool
) -> keras.Model:
    """Build a model from documents in the words of Keras 3, and fill it with the numbers of an old archive.

    Args:
        path: a ``.keras`` file that Keras 2 wrote.
        documents: what it says of itself, upgraded.
        custom_objects: of the caller's own, by name.
        safe_mode: whether to refuse code.

    Raises:
        ValueError: numbers are missing or of other shapes; names the layer.
    """
    config = legal_names({**documents.model, "compile_config": None}, {})
    model = keras.saving.deserialize_keras_object(
        copy.deepcopy(config), custom_objects=dict(custom_objects), safe_mode=safe_mode
    )
    with _weights(path) as file:
        _fill(model, file, config, _old_classes(path))
    return model


def compile_old(
    model: keras.Model, path: Path, documents: Documents, custom_objects: Mapping[str, Any]
) -> list[str]:
    """Compile a model as an old archive says; return what of that could not be done."""
    training = documents.training
    if not isinstance(training, Mapping) or not training.get("optimizer"):
        return []
    settings = {**training, "optimizer_config": training["optimizer"]}

    def restore() -> str:
        with _weights(path) as file:
            group = file.get("optimizer/vars")
            arrays = _numbered(group) if isinstance(group, h5py.Group) else []
        return place_state(model, arrays) if arrays else ""

    return compile_written(model, settings, custom_objects=custom_objects, renamed={}, restore=restore)


def _weights(path: Path) -> h5py.File:
    with zipfile.ZipFile(path) as archive:
        return h5py.File(io.BytesIO(archive.read(_WEIGHTS)))


def _old_classes(path: Path) -> dict[str, str]:
    """Return the classes of layers as the file calls them, by the layers' names; its numbers stand under these."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    found: dict[str, str] = {}
    todo = [config]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            inner = one.get("config")
            if isinstance(inner, dict) and isinstance(inner.get("name"), str) and "class_name" in one:
                found.setdefault(inner["name"].replace("/", "_"), str(one["class_name"]).rpartition(">")[2])
            todo += list(one.values())
        elif isinstance(one, list):
            todo += one
    return found


def _fill(thing: Any, group: h5py.Group, config: Mapping[str, Any], classes: Mapping[str, str]) -> None:
    """Fill a layer, and all that it holds, from the group of the same name."""
    arrays = _numbered(group["vars"]) if "vars" in group else []
    own = [*thing._trainable_variables, *thing._non_trainable_variables]
    own = [variable for variable in own if variable.dtype not in ("uint32", "key")]
    if len(arrays) != len(own) or any(
        tuple(variable.shape) != array.shape for variable, array in zip(own, arrays, strict=True)
    ):
        wanted, found = ([tuple(one.shape) for one in some] for some in (own, arrays))
        raise ValueError(
            f"the layer {thing.name!r} needs weights of the shapes {wanted}, and the file holds {found}"
        )
    for variable, array in zip(own, arrays, strict=True):
        variable.assign(array)
    if isinstance(thing, keras.Model):
        room = group.get("layers", group)
        for layer, inner, name in _named(thing, config, classes):
            if layer.weights:
                _fill(layer, _room(room, name, layer), inner, classes)
    else:
        for name, held in vars(thing).items():
            if isinstance(held, keras.Layer) and held.weights and name in group:
                _fill(held, group[name], config.get("config", {}).get(name) or {}, classes)
            elif isinstance(held, list | tuple) and name in group:
                _fill_several(held, group[name], classes)
    if hasattr(thing, "finalize_state") and isinstance(thing, keras.layers.Normalization):
        thing.finalize_state()


def _fill_several(held: Any, group: h5py.Group, classes: Mapping[str, str]) -> None:
    seen: dict[str, int] = {}
    for one in held:
        if isinstance(one, keras.Layer):
            name = _counted(_snake(type(one).__name__), seen)
            if one.weights:
                _fill(one, _room(group, name, one), {}, classes)


def _named(
    model: keras.Model, config: Mapping[str, Any], classes: Mapping[str, str]
) -> Iterator[tuple[keras.Layer, Mapping[str, Any], str]]:
    """Yield a model's layers in the file's order, each with the name of its group."""
    seen: dict[str, int] = {}
    for layer, inner in in_order(model, config):
        cls = classes.get(layer.name, type(layer).__name__)
        yield layer, inner, _counted(_snake(cls), seen)


def _counted(name: str, seen: dict[str, int]) -> str:
    number = seen[name] = seen.get(name, -1) + 1
    return f"{name}_{number}" if number else name


def _snake(name: str) -> str:
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _room(group: h5py.Group, name: str, layer: keras.Layer) -> h5py.Group:
    if name not in group:
        raise ValueError(f"it lacks the weights of the layer {layer.name!r}")
    return group[name]


def _numbered(group: h5py.Group) -> list[np.ndarray]:
    return [np.asarray(group[name]) for name in sorted(group, key=int)]
