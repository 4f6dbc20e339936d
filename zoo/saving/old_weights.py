"""The arrays of an ``.h5`` from before Keras 3, put where Keras 3 has them.

An old file lists its layers in the order in which the model was built, and of each layer first the weights that could
be trained, then the others. A model inside a model is one layer, with the weights of all its layers. Keras 3 may order
the layers of the same model otherwise, so they are found by their names here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import h5py
import keras
import numpy as np

from zoo.saving._old_layouts import as_today, joined_gates
from zoo.saving.upgrade import Writer, writer_of

Array = np.ndarray
Named = tuple[str, Array]


def load_old_weights(
    group: h5py.Group, model: keras.Model, config: Mapping[str, Any], renamed: Mapping[str, str]
) -> None:
    """Fill a model with the arrays of an old ``.h5``.

    Args:
        group: with the attribute ``layer_names``: ``model_weights``, or the file itself in the first Keras 1.
        model: built from the file's configuration.
        config: that configuration, in the words of Keras 3; its layers stand in the order of the file.
        renamed: the new names of layers by their old ones.

    Raises:
        ValueError: arrays are missing, left over, or of other shapes; names the layer.
    """
    writer = _writer(group)
    first = writer.version < (2, 0)
    stored = {}
    for name in strings(group, "layer_names"):
        arrays = [(one, np.asarray(group[name][one])) for one in strings(group[name], "weight_names")]
        if arrays:
            stored[renamed.get(name, name)] = joined_gates(arrays) if first else arrays
    pairs = list(_paired(model, config, stored))
    for layer, inner, arrays in pairs:
        fill(layer, inner, arrays, writer)


def strings(group: h5py.Group, name: str) -> list[str]:
    """Return an attribute that is a list of names; a long one is cut into ``name0``, ``name1``."""
    if name in group.attrs:
        found = list(group.attrs[name])
    else:
        found, number = [], 0
        while f"{name}{number}" in group.attrs:
            found += list(group.attrs[f"{name}{number}"])
            number += 1
    return [one.decode() if isinstance(one, bytes) else str(one) for one in found]


def fill(layer: keras.Layer, config: Mapping[str, Any], arrays: Sequence[Named], writer: Writer) -> None:
    """Give a layer, or a model inside a model, its arrays.

    Args:
        layer: built.
        config: its configuration, for the order of the layers inside it.
        arrays: with the names that they were saved under.
        writer: who wrote them.

    Raises:
        ValueError: they do not fit.
    """
    leaves = list(_leaves(layer, config))
    arrays = _without_states(arrays, leaves)
    for order in (_by_name(leaves, arrays), *_orders(leaves)):
        if order is None or len(order) != len(arrays):
            continue
        made = _placed(order, arrays, writer)
        if made is not None:
            for variable, array in made:
                variable.assign(array)
            return
    wanted = [tuple(variable.shape) for leaf in leaves for variable in variables(leaf)]
    found = [array.shape for _, array in arrays]
    raise ValueError(
        f"the layer {layer.name!r} needs weights of the shapes {wanted}, and the file holds {found}"
    )


def variables(leaf: keras.Layer) -> list[Any]:
    """Return a layer's weights in the order of old files: what can be trained, then the rest.

    A frozen layer keeps the order it had.
    """
    return sorted(leaf.weights, key=_is_statistic)


def _is_statistic(variable: Any) -> bool:
    return variable.name in ("moving_mean", "moving_variance", "mean", "variance", "count")


def _writer(group: h5py.Group) -> Writer:
    """Return who wrote a file. Keras 1 did not say on which backend; the names of weights of TensorFlow end in `:0`."""
    text, version = _said(group.file, "model_config"), _said(group, "keras_version")
    backend = _said(group, "backend")
    if not backend:
        names = [
            one for name in strings(group, "layer_names") for one in strings(group[name], "weight_names")
        ]
        backend = "tensorflow" if any(name.endswith(":0") for name in names) else "theano"
    return writer_of(version, backend, json.loads(text) if text else None)


def _said(group: h5py.Group, name: str) -> str:
    for one in (group, group.file):
        found = one.attrs.get(name)
        if found is not None:
            return found.decode() if isinstance(found, bytes) else str(found)
    return ""


def _paired(
    model: keras.Model, config: Mapping[str, Any], stored: dict[str, list[Named]]
) -> Iterator[tuple[keras.Layer, Mapping[str, Any], list[Named]]]:
    """Yield each layer that has weights with its arrays: by name, and what is left by its place.

    Keras 1 listed the layers of a Sequential inside a Sequential one by one.
    """
    todo = list(_with_weights(model, config))
    names = {layer.name for layer, _ in todo}
    if not set(stored) & names or len(stored) > len(todo):
        flat = [pair for layer, inner in todo for pair in _flat(layer, inner, stored)]
        if len(flat) == len(stored):
            todo = flat
    by_name = [(layer, inner) for layer, inner in todo if layer.name in stored]
    for layer, inner in by_name:
        yield layer, inner, stored[layer.name]
    known = {layer.name for layer, _ in by_name}
    rest = [(layer, inner) for layer, inner in todo if layer.name not in known]
    left = [arrays for name, arrays in stored.items() if name not in known and not _is_state(arrays)]
    if len(rest) != len(left):
        lacking = ", ".join(repr(layer.name) for layer, _ in rest[:3]) or "none"
        raise ValueError(
            f"it holds weights for {len(stored)} layers, and its model has {len(todo)}; those without: {lacking}"
        )
    for (layer, inner), arrays in zip(rest, left, strict=True):
        yield layer, inner, arrays


def _flat(
    layer: keras.Layer, config: Mapping[str, Any], stored: Mapping[str, Any]
) -> Iterator[tuple[keras.Layer, Mapping[str, Any]]]:
    if layer.name in stored or not isinstance(layer, keras.Model):
        yield layer, config
        return
    for inner, its in _with_weights(layer, config):
        yield from _flat(inner, its, stored)


def _with_weights(
    model: keras.Model, config: Mapping[str, Any]
) -> Iterator[tuple[keras.Layer, Mapping[str, Any]]]:
    for layer, inner in in_order(model, config):
        if layer.weights:
            yield layer, inner


def in_order(model: keras.Model, config: Mapping[str, Any]) -> list[tuple[keras.Layer, Mapping[str, Any]]]:
    """Return a model's layers in the order of its configuration, each with its own."""
    layers = {layer.name: layer for layer in model.layers}
    found = []
    for one in config.get("config", {}).get("layers") or []:
        inner = one.get("config")
        name = inner.get("name") if isinstance(inner, Mapping) else None
        if name in layers:
            found.append((layers.pop(name), one))
    return [*found, *((layer, {}) for layer in layers.values())]


def _leaves(layer: keras.Layer, config: Mapping[str, Any]) -> Iterator[keras.Layer]:
    """Yield the layers whose arrays stand together in a file."""
    if isinstance(layer, keras.Model):
        for inner, its in in_order(layer, config):
            yield from _leaves(inner, its)
    elif isinstance(layer, keras.layers.Bidirectional):
        yield from (*_leaves(layer.forward_layer, {}), *_leaves(layer.backward_layer, {}))
    elif isinstance(layer, keras.layers.TimeDistributed):
        inner = config.get("config", {}).get("layer", {})
        yield from _leaves(layer.layer, inner)
    elif layer.weights:
        yield layer


def _orders(leaves: list[keras.Layer]) -> Iterator[list[tuple[keras.Layer, list[Any]]]]:
    """Yield in which orders a file may hold the weights of several layers.

    Those that can be trained come first. A frozen layer's weights cannot, unless it was frozen in another way.
    """
    for flags in (True, False):
        trained, rest = [], []
        for leaf in leaves:
            whole = variables(leaf)
            may = [one for one in whole if not _is_statistic(one)] if leaf.trainable or not flags else []
            trained += [(leaf, may)] if may else []
            left = [one for one in whole if not any(one is other for other in may)]
            rest += [(leaf, left)] if left else []
        yield _spread([*trained, *rest])
    yield _spread([(leaf, variables(leaf)) for leaf in leaves])


def _spread(parts: list[tuple[keras.Layer, list[Any]]]) -> list[Any]:
    return [(leaf, variable) for leaf, some in parts for variable in some]


def _by_name(leaves: list[keras.Layer], arrays: Sequence[Named]) -> list[Any] | None:
    """Return the weights in the order of the arrays where each array's name tells its layer; else None."""
    if len(leaves) < 2:
        return None
    places = {(leaf.name, variable.name): (leaf, variable) for leaf in leaves for variable in variables(leaf)}
    if len(places) != sum(len(variables(leaf)) for leaf in leaves):
        return None
    order = []
    for name, _ in arrays:
        *rooms, last = name.partition(":")[0].split("/")
        found = [places[room, last] for room in reversed(rooms) if (room, last) in places]
        if not found:
            return None
        order.append(found[0])
    return order if len({id(variable) for _, variable in order}) == len(order) else None


def _placed(order: list[Any], arrays: Sequence[Named], writer: Writer) -> list[tuple[Any, Array]] | None:
    """Return each weight with its array in the layout of today; None where one does not fit."""
    by_leaf: dict[int, tuple[keras.Layer, list[Any], list[Array]]] = {}
    for (leaf, variable), (_, array) in zip(order, arrays, strict=True):
        _, whole, some = by_leaf.setdefault(id(leaf), (leaf, [], []))
        whole.append(variable)
        some.append(array)
    made = []
    for leaf, whole, some in by_leaf.values():
        turned = as_today(leaf, some, writer)
        for variable, array in zip(whole, turned, strict=True):
            if tuple(variable.shape) != tuple(array.shape):
                return None
            made.append((variable, array))
    return made


def _is_state(arrays: Sequence[Named]) -> bool:
    """Whether arrays are the state of a generator of random numbers, which Keras 3 does not read."""
    return all(array.dtype.kind in "iu" for _, array in arrays)


def _without_states(arrays: Sequence[Named], leaves: Sequence[keras.Layer]) -> list[Named]:
    wanted = sum(len(variables(leaf)) for leaf in leaves)
    if len(arrays) <= wanted:
        return list(arrays)
    return [(name, array) for name, array in arrays if not (array.dtype.kind in "iu" and array.ndim == 1)]
