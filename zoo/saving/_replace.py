"""A layer of the caller's where one of the file's stood, whose code is not run."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras

from zoo.errors import InputError, did_you_mean
from zoo.saving._references import layer_name
from zoo.saving.documents import Documents

_MARK = "replaced>"


@contextlib.contextmanager
def replaced(
    source: Path, documents: Documents, layers: Mapping[str, keras.Layer]
) -> Iterator[tuple[Documents, dict[str, Any]]]:
    """Yield documents that name the caller's layers, and what these names stand for as ``custom_objects``.

    While the block runs, each of the layers goes by the class' name that it stands in for: a ``.keras`` file keeps
    weights by the class and the number of a layer, and those of its neighbours are to be found.

    Args:
        source: the file, for messages.
        documents: as they are in the file.
        layers: by the names of the layers that they stand in for, wherever these are.

    Raises:
        InputError: no layer has that name, or several have; or one layer is to stand in two places.
    """
    found: dict[str, list[str]] = {}
    model = _walk(documents.model, layers, found, top=True)
    _check(source, layers, found, documents.model)
    classes = {name: type(layer) for name, layer in layers.items()}
    try:
        for name, layer in layers.items():
            object.__setattr__(layer, "__class__", _in_place_of(found[name][0], type(layer)))
            layer.name = name
        yield (
            dataclasses.replace(documents, model=model),
            {f"{_MARK}{name}": _Maker(layer) for name, layer in layers.items()},
        )
    finally:
        for name, layer in layers.items():
            object.__setattr__(layer, "__class__", classes[name])


class _Maker:
    """What Keras takes for a class: it makes one layer, whatever the configuration."""

    def __init__(self, layer: keras.Layer):
        self.layer = layer
        self.__name__ = type(layer).__name__

    def from_config(self, config: Any) -> keras.Layer:
        return self.layer


def _in_place_of(name: str, cls: type) -> type:
    """Return a class that does what ``cls`` does under another name; it keeps its weights where a file has none."""

    def load_own_variables(self: Any, store: Any) -> None:
        if len(store.keys()):
            cls.load_own_variables(self, store)  # type: ignore[attr-defined]

    return type(name, (cls,), {"load_own_variables": load_own_variables})


def _walk(value: Any, layers: Mapping[str, Any], found: dict[str, list[str]], *, top: bool = False) -> Any:
    if isinstance(value, list):
        return [_walk(item, layers, found) for item in value]
    if not isinstance(value, dict):
        return value
    name = layer_name(value) if isinstance(value.get("class_name"), str) else ""
    if name in layers and not top and isinstance(value.get("config"), dict):
        found.setdefault(name, []).append(value["class_name"].rpartition(">")[2])
        mark: dict[str, Any] = {"class_name": f"{_MARK}{name}", "config": {"name": name}}
        if "module" in value:
            mark |= {"module": "zoo", "registered_name": f"{_MARK}{name}"}
        if "name" in value:
            mark["name"] = value["name"]
        if "inbound_nodes" in value:
            mark["inbound_nodes"] = _taken(value["inbound_nodes"], layers[name])
        return mark
    return {key: _walk(inner, layers, found) for key, inner in value.items()}


def _taken(nodes: Any, layer: Any) -> Any:
    """Return a layer's calls without the arguments that the caller's layer does not take, such as a Lambda's mask."""
    known = inspect.signature(layer.call).parameters if isinstance(layer, keras.Layer) else {}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return nodes
    if isinstance(nodes, list):
        return [_taken(node, layer) for node in nodes]
    if not isinstance(nodes, dict):
        return nodes
    if isinstance(nodes.get("kwargs"), dict):  # of Keras 3; Keras 2 writes them last in each list
        return {**nodes, "kwargs": {key: value for key, value in nodes["kwargs"].items() if key in known}}
    return {key: value for key, value in nodes.items() if key in known} if "args" not in nodes else nodes


def _check(source: Path, layers: Mapping[str, keras.Layer], found: dict[str, list[str]], model: Any) -> None:
    for name, layer in layers.items():
        if not isinstance(layer, keras.Layer):
            raise InputError(f"replace={{{name!r}: ...}} takes a layer; got {layer!r}.")
        if name not in found:
            known = list(_names(model))
            hint = did_you_mean(name, known) or f" It has {', '.join(map(repr, known[:10])) or 'none'}."
            raise InputError(f"replace: {source.name} has no layer {name!r}.{hint}")
        if len(found[name]) > 1:
            raise InputError(
                f"replace: {source.name} has {len(found[name])} layers {name!r}, in models inside each other, and one "
                "layer stands in one place only."
            )
    if len({id(layer) for layer in layers.values()}) < len(layers):
        raise InputError("replace: one layer is given for two places. Make one for each.")


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str) and "name" in (value.get("config") or {}):
            yield layer_name(value)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
