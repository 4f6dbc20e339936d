"""Convolutions whose channels come first, which TensorFlow computes on graphics cards alone.

Keras 1 and 2 turned the picture around, convolved, and turned it back. Here two layers Permute say the same.
"""

from __future__ import annotations

from typing import Any

from zoo.saving.upgrade._rules import Layer, changed, config_of

_TURNS = {1: ([2, 1], [2, 1]), 2: ([2, 3, 1], [3, 1, 2])}
_CLASSES = {f"{name}{size}D": size for name in ("Conv", "SeparableConv", "DepthwiseConv") for size in (1, 2)}
_CLASSES |= {"Conv1DTranspose": 1, "Conv2DTranspose": 2}


def is_turned(layer: Layer) -> bool:
    """Whether a layer is a convolution with its channels first."""
    return layer.get("class_name") in _CLASSES and config_of(layer).get("data_format") == "channels_first"


def turned(layer: Layer) -> list[Layer]:
    """Return a convolution between two layers that turn its input and output around.

    Examples:
        >>> conv = {"class_name": "Conv2D", "config": {"name": "c", "data_format": "channels_first"}}
        >>> [config_of(one)["name"] for one in turned(conv)]
        ['c_channels_last', 'c', 'c_channels_first']
    """
    name = config_of(layer).get("name") or layer["class_name"].lower()
    last, first = _TURNS[_CLASSES[layer["class_name"]]]
    return [
        _permute(f"{name}_channels_last", last),
        changed(layer, data_format="channels_last"),
        _permute(f"{name}_channels_first", first),
    ]


def turned_in_graph(layer: Layer) -> list[Layer]:
    """Return a connected convolution between two layers that turn; the first takes what it took."""
    before, inside, after = turned(layer)
    calls = range(len(layer["inbound_nodes"]))
    before = {**before, "name": config_of(before)["name"], "inbound_nodes": layer["inbound_nodes"]}
    inside["inbound_nodes"] = [_call(before["name"], call) for call in calls]
    nodes = [_call(layer["name"], call) for call in calls]
    return [before, inside, {**after, "name": config_of(after)["name"], "inbound_nodes": nodes}]


def pointed(value: Any, names: dict[str, str]) -> Any:
    """Return connections that lead to the last of three layers where they led to a convolution."""
    if isinstance(value, dict):
        return {key: pointed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        if len(value) == 3 and isinstance(value[0], str) and all(isinstance(part, int) for part in value[1:]):
            return [names.get(value[0], value[0]), *value[1:]]
        return [pointed(inner, names) for inner in value]
    return value


def _permute(name: str, dims: list[int]) -> Layer:
    config = {"name": name, "dims": dims}
    return {"module": "keras.layers", "class_name": "Permute", "config": config, "registered_name": None}


def _call(name: str, call: int) -> dict[str, Any]:
    history = {"shape": [], "dtype": "float32", "keras_history": [name, call, 0]}
    return {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}
