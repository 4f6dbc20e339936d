"""The configuration in an ``.h5``, in words that Keras 3 reads.

Keras 2 allowed a ``/`` in a layer's name, which Keras 3 refuses. Keras 3 itself writes an operation such as
``x + y`` as ``Add``, and reads it as the layer of that name, which is another thing.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import keras

_OPERATION = "keras.ops>"
_OF_LAYERS = {"trainable", "dtype", "layers", "batch_shape", "batch_input_shape"}


@contextlib.contextmanager
def readable(path: Path, model: Any) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield an ``.h5`` whose configuration Keras 3 can read, and which layers were renamed for that.

    That is the file itself where nothing in it need be said otherwise, else a copy with another configuration:
    the weights are found by their order, and their own names may stay. The file itself is only read.

    Args:
        path: an ``.h5`` file.
        model: its configuration.

    Yields:
        The file to open, and the new names by the old ones.
    """
    renamed: dict[str, str] = {}
    with h5py.File(path) as file:
        text = file.attrs.get("model_config")
    config = json.loads(text) if isinstance(text, bytes | str) else None
    said = name_operations(legal_names(model, renamed)) if isinstance(model, dict) else model
    if said == config:
        yield path, {}
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"copy{path.suffix}"
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as file:
            file.attrs["model_config"] = json.dumps(said)
        yield copy, renamed


def words_of_keras() -> dict[str, Any]:
    """Return what an ``.h5`` may name and Keras' reader takes for something else, as ``custom_objects``.

    These are the operations, under the names that `name_operations` gives them; and words that are values of an
    argument, ``score_mode="dot"``, while a function of `keras.layers` is called the same.
    """
    found: dict[str, Any] = {
        name: name for name, one in vars(keras.layers).items() if inspect.isfunction(one)
    }
    todo = [keras.Operation]
    while todo:
        for cls in todo.pop().__subclasses__():
            todo.append(cls)
            if cls.__module__.startswith("keras.src.ops."):
                found[f"{_OPERATION}{cls.__name__}"] = cls
    return found


def name_operations(config: Any) -> Any:
    """Return a configuration in which an operation's class has a name of its own.

    A layer writes whether it can be trained, an operation has nothing to train.

    Examples:
        >>> plus = {"class_name": "Add", "config": {"name": "add"}, "inbound_nodes": []}
        >>> name_operations({"class_name": "Functional", "config": {"layers": [plus]}})["config"]["layers"]
        [{'class_name': 'keras.ops>Add', 'config': {'name': 'add'}, 'inbound_nodes': []}]
    """
    if isinstance(config, list):
        return [name_operations(item) for item in config]
    if not isinstance(config, dict):
        return config
    made = {key: name_operations(value) for key, value in config.items()}
    inner, cls = made.get("config"), made.get("class_name")
    bare = "inbound_nodes" in made and isinstance(inner, dict) and not inner.keys() & _OF_LAYERS
    if bare and f"{_OPERATION}{cls}" in words_of_keras():
        made["class_name"] = f"{_OPERATION}{cls}"
    return made


def legal_names(config: Any, renamed: dict[str, str], around: Mapping[str, str] | None = None) -> Any:
    """Return a configuration with ``_`` for the ``/`` in the names of its layers and models.

    Args:
        config: of a layer or a model, with all that is inside it.
        renamed: takes the new names by the old ones.
        around: the new names in the model around it, where its own may be decided already.

    Examples:
        >>> renamed = {}
        >>> legal_names({"class_name": "Dense", "config": {"name": "block/d", "units": 2}}, renamed)
        {'class_name': 'Dense', 'config': {'name': 'block_d', 'units': 2}}
        >>> renamed
        {'block/d': 'block_d'}
    """
    if isinstance(config, list):
        return [legal_names(item, renamed, around) for item in config]
    if not isinstance(config, dict):
        return config
    inner = config.get("config")
    if not (isinstance(config.get("class_name"), str) and isinstance(inner, dict)):
        return {key: legal_names(value, renamed, around) for key, value in config.items()}
    made = dict(config)
    name = inner.get("name")
    if isinstance(name, str) and "/" in name:
        new = (around or {}).get(name) or name.replace("/", "_")
        renamed[name] = new
        inner = {**inner, "name": new}
    if isinstance(made.get("name"), str):  # a functional model writes a layer's name beside its configuration
        made["name"] = (around or {}).get(made["name"], made["name"])
    layers = inner.get("layers")
    if isinstance(layers, list):
        names = _names_of(layers)
        inner = {
            **inner,
            "layers": [_layer(layer, renamed, names) for layer in layers],
            **{key: _refer(inner[key], names) for key in ("input_layers", "output_layers") if key in inner},
        }
        made["config"] = inner
        return made
    made["config"] = {key: legal_names(value, renamed) for key, value in inner.items()}
    return made


def _layer(layer: Any, renamed: dict[str, str], names: Mapping[str, str]) -> Any:
    made = legal_names(layer, renamed, names)
    if isinstance(made, dict) and "inbound_nodes" in made:
        made["inbound_nodes"] = _refer(made["inbound_nodes"], names)
    return made


def _names_of(layers: list[Any]) -> dict[str, str]:
    """Return a new name for each layer that needs one, none of them taken by another layer of the model."""
    old = [layer["config"]["name"] for layer in layers if _is_named(layer)]
    taken, names = {name for name in old if "/" not in name}, {}
    for name in old:
        if "/" in name:
            plain = new = name.replace("/", "_")
            number = 1
            while new in taken:
                new, number = f"{plain}_{number}", number + 1
            taken.add(new)
            names[name] = new
    return names


def _is_named(layer: Any) -> bool:
    inner = layer.get("config") if isinstance(layer, dict) else None
    return isinstance(inner, dict) and isinstance(inner.get("name"), str)


def _refer(nodes: Any, names: Mapping[str, str]) -> Any:
    """Return connections with the new names: each is ``[layer, call, output]``, wherever it stands."""
    if isinstance(nodes, dict):
        return {key: _refer(value, names) for key, value in nodes.items()}
    if not isinstance(nodes, list):
        return nodes
    if len(nodes) >= 3 and isinstance(nodes[0], str) and all(isinstance(n, int) for n in nodes[1:3]):
        return [names.get(nodes[0], nodes[0]), *nodes[1:3], *(_refer(node, names) for node in nodes[3:])]
    return [_refer(node, names) for node in nodes]
