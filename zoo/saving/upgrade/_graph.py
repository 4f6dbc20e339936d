"""How the layers of a functional model are connected: the calls, as Keras 3 writes them."""

from __future__ import annotations

from typing import Any

from zoo.saving.upgrade._rules import Layer

Call = tuple[list[Any], dict[str, Any]]
_CONSTANT = "_CONSTANT_VALUE"
_SEQUENCES = frozenset(
    [
        "SimpleRNN",
        "LSTM",
        "GRU",
        "RNN",
        "ConvLSTM1D",
        "ConvLSTM2D",
        "ConvLSTM3D",
        "Bidirectional",
        "CuDNNLSTM",
        "CuDNNGRU",
    ]
)


class Connections:
    """The names of a model's layers, and from which number on each counts its calls.

    Before Keras 3, a model inside a model had a call of its own, number 0, when it was built; the first call in the
    outer model was number 1.
    """

    def __init__(self, layers: list[Layer], *ends: Any) -> None:
        self.names = {layer["name"] for layer in layers if isinstance(layer.get("name"), str)}
        highest: dict[str, int] = dict.fromkeys(self.names, -1)
        for layer in layers:
            _count(layer.get("inbound_nodes"), highest)
        for end in ends:
            _count(end, highest)
        calls = {layer.get("name"): len(layer.get("inbound_nodes") or []) for layer in layers}
        self._first = {name: int(0 < calls[name] <= highest[name]) for name in self.names}

    def is_tensor(self, value: Any) -> bool:
        """Whether a value is written as the output of a layer: its name, the call, and the number of the output."""
        return _is_reference(value) and value[0] in self.names

    def place(self, value: list[Any]) -> list[Any]:
        """Return where a tensor comes from, with the calls counted from 0."""
        name, call, output = value[:3]
        return [name, call - self._first[name], output]

    def tensor(self, value: list[Any]) -> dict[str, Any]:
        """Return a tensor as Keras 3 writes it; its shape and type are found when it is made."""
        history = {"shape": [], "dtype": "float32", "keras_history": self.place(value)}
        return {"class_name": "__keras_tensor__", "config": history}

    def ends(self, value: Any, nested: set[str]) -> Any:
        """Return a model's inputs or outputs; Keras 3 counts the calls of a functional model from 1 there.

        One tensor that stands in a list alone is no list of tensors.
        """
        if isinstance(value, dict):
            return {key: self.ends(inner, nested) for key, inner in value.items()}
        if self.is_tensor(value):
            name, call, output = self.place(value)
            return [name, call + (name in nested), output]
        if isinstance(value, list):
            inner = [self.ends(one, nested) for one in value]
            return inner[0] if len(inner) == 1 else inner
        return value

    def calls(self, layer: Layer) -> list[Call]:
        """Return the arguments of each call of a layer."""
        return [self._call(layer, node) for node in layer.get("inbound_nodes") or []]

    def _call(self, layer: Layer, node: Any) -> Call:
        named: dict[str, Any] = {}
        first = self._value(node, named)
        if isinstance(first, list) and len(first) == 1:
            first = first[0]
        named = {
            name: self._named(value) for name, value in named.items() if value is not None and name != "name"
        }
        if layer["class_name"] in _SEQUENCES and isinstance(first, list):
            named.setdefault("initial_state", first[1:])
            first = first[0]
        return [first], named

    def _value(self, node: Any, named: dict[str, Any]) -> Any:
        """Return tensors in their nesting, and gather the named arguments that stand behind them."""
        if isinstance(node, list) and len(node) >= 3 and (node[0] == _CONSTANT or self.is_tensor(node)):
            if len(node) > 3 and isinstance(node[3], dict):
                named.update(node[3])
            return node[2] if node[0] == _CONSTANT else self.tensor(node)
        if isinstance(node, dict):
            return {key: self._value(value, named) for key, value in node.items()}
        if isinstance(node, list):
            return [self._value(item, named) for item in node]
        return node

    def _named(self, value: Any) -> Any:
        if isinstance(value, list) and value and value[0] == _CONSTANT:
            return value[2]
        if self.is_tensor(value):
            return self.tensor(value)
        if isinstance(value, list):
            return [self._named(item) for item in value]
        if isinstance(value, dict):
            return {key: self._named(item) for key, item in value.items()}
        return value


def written(calls: list[Call]) -> list[dict[str, Any]]:
    """Return calls as Keras 3 writes them."""
    return [{"args": arguments, "kwargs": named} for arguments, named in calls]


def is_written(nodes: Any) -> bool:
    """Whether a layer's calls are written so already."""
    return bool(nodes) and all(isinstance(node, dict) and {"args", "kwargs"} <= node.keys() for node in nodes)


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 3
        and isinstance(value[0], str)
        and all(isinstance(number, int) and not isinstance(number, bool) for number in value[1:3])
    )


def _count(value: Any, highest: dict[str, int]) -> None:
    """Note the highest number of a call by which each layer is named."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return
    if _is_reference(value) and value[0] in highest:
        highest[value[0]] = max(highest[value[0]], value[1])
        value = value[3:]
    for item in value:
        _count(item, highest)
