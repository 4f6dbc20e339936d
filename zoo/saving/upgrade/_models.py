"""A whole model: layers in layers, where each begins, and how they are connected."""

from __future__ import annotations

from typing import Any

from zoo.saving.upgrade import _keras_1, _layers, _recurrent, _words
from zoo.saving.upgrade._channels import is_turned, pointed, turned, turned_in_graph
from zoo.saving.upgrade._graph import Connections, is_written, written
from zoo.saving.upgrade._names import KEPT, KERAS_LAYERS
from zoo.saving.upgrade._operations import operation_of
from zoo.saving.upgrade._rules import Layer, Rule, Writer, changed, config_of, of_class, sentence, without

RULES: tuple[Rule, ...] = (*_keras_1.RULES, *_layers.RULES, *_recurrent.RULES, *_words.RULES)
FUNCTIONAL = ("Functional", "Model", "Container", "Network")
_FUNCTIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceProperty")
_INSIDE = ("layer", "backward_layer", "forward_layer", "cell")
_WORDS = {
    "operations": "TensorFlow wrote functions such as x / 127.5 as layers; they are operations of Keras now",
    "connections": "The calls of layers are written as arguments, by place and by name",
    "bare list": "A Sequential was a bare list of its layers until Keras 2.2",
    "no input": "The shape of the input stood in the first layer; it has a layer of its own now",
    "merge": "A Sequential of Keras 1 could begin with a Merge of several; it is a functional model now",
    "input": "An InputLayer wrote batch_input_shape, sparse and ragged otherwise",
    "channels": "TensorFlow convolves with the channels first on graphics cards alone; the pictures are turned around",
    "classes": "A layer is named with the module that it stands in, a model is Functional",
}


class Upgrade:
    """One file's model on its way into the words of Keras 3, and what was said of it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.applied: dict[str, list[str]] = {}
        self._chains = 0

    def model(self, config: Any) -> Layer:
        """Upgrade what a file says of its model, a dictionary or the bare list of a Sequential's layers."""
        if isinstance(config, list):
            config = {"class_name": "Sequential", "config": config}
        return self.layer(config)

    def layer(self, layer: Layer) -> Layer:
        """Upgrade one layer, with all that is inside it."""
        name = layer.get("class_name")
        if not isinstance(name, str):
            return layer
        if isinstance(layer.get("config"), list):
            layer = self._from_list(layer)
        config = config_of(layer)
        if "layers" in config and "input_layers" in config:
            return self._functional(layer)
        if name == "Sequential":
            return self._sequential(layer)
        if layer["class_name"] == "InputLayer":
            return self._input(layer)
        if layer.get("module", "keras.").startswith("keras.") or layer.get("module") is None:
            layer = self._ruled(layer)
        return self._located(self._inside(layer))

    def note(self, words: str, layer: Layer) -> None:
        """Keep that a rule was applied to a layer."""
        names = self.applied.setdefault(words, [])
        name = str(config_of(layer).get("name") or layer.get("name") or layer.get("class_name"))
        if name not in names:
            names.append(name)

    # -- one layer ----------------------------------------------------------------------------------------

    def _ruled(self, layer: Layer) -> Layer:
        for rule in RULES:
            made = rule(layer, self.writer)
            if made != layer:
                self.note(sentence(rule), layer)
            layer = made
        return without(layer, "batch_input_shape", "input_dtype", "dynamic", "build_input_shape")

    def _inside(self, layer: Layer) -> Layer:
        """Upgrade the layers that a wrapper or a recurrent layer holds."""
        config = config_of(layer)
        made: dict[str, Any] = {key: self.layer(config[key]) for key in _INSIDE if _is_layer(config.get(key))}
        if isinstance(config.get("cells"), list):
            made["cells"] = [self.layer(cell) for cell in config["cells"]]
        for key, value in config.items():
            if key.endswith("activation") and _is_layer(value) and value["class_name"] in KERAS_LAYERS:
                made[key] = self.layer(value)
        return changed(layer, **made) if made else layer

    def _located(self, layer: Layer) -> Layer:
        """Say in which module of Keras a layer stands; a class of somebody's own keeps its name."""
        name = layer["class_name"]
        if name in KERAS_LAYERS:
            said = {"module": "keras.layers", "registered_name": None}
        elif name in KEPT:
            said = {"module": None, "registered_name": f"zoo>{name}"}
        elif str(layer.get("module") or "").startswith("keras.src.ops"):
            return layer
        else:
            said = {"module": None, "registered_name": layer.get("registered_name") or name}
        dropped = ("keras_version", "shared_object_id", "build_config")
        return {**{key: value for key, value in layer.items() if key not in dropped}, **said}

    def _input(self, layer: Layer) -> Layer:
        config = dict(config_of(layer))
        shape = config.pop("batch_input_shape", config.pop("batch_shape", None))
        kind = config.pop("input_dtype", None) or config.pop("dtype", None)
        kept = {key: config[key] for key in ("name", "sparse") if config.get(key)}
        if config.get("ragged"):
            kept["ragged"] = True
        kind = _plain_type(kind)
        made = {**of_class(layer, "InputLayer"), "config": {"batch_shape": shape, "dtype": kind, **kept}}
        if made["config"] != config_of(layer):
            self.note(_WORDS["input"], layer)
        return self._located(made)

    # -- a chain of layers --------------------------------------------------------------------------------

    def _from_list(self, layer: Layer) -> Layer:
        """Return a Sequential whose layers were a bare list as one with a name."""
        self.note(_WORDS["bare list"], layer)
        self._chains += 1
        named = layer.get("name") or f"sequential_{self._chains}"
        return {**layer, "config": {"name": named, "layers": layer["config"]}}

    def _sequential(self, layer: Layer) -> Layer:
        config = dict(config_of(layer))
        layers = [_with_class(one) for one in config.get("layers") or []]
        if (
            layers
            and layers[0].get("class_name") == "Merge"
            and isinstance(config_of(layers[0]).get("layers"), list)
        ):
            return self._merged(layer, layers)
        build = config.pop("build_input_shape", None)
        if layers and layers[0]["class_name"] != "InputLayer":
            begin = _beginning(layers[0]) or (build if _is_shape(build) else None)
            if begin is not None:
                self.note(_WORDS["no input"], layers[0])
                layers = [_input_for(layers[0], begin), *layers]
        config["layers"] = [made for one in layers for made in self._turned(self.layer(one))]
        config.setdefault("name", layer.get("name") or "sequential")
        config.pop("batch_input_shape", None)
        return self._model(layer, "Sequential", self._plain(config))

    def _merged(self, layer: Layer, layers: list[Layer]) -> Layer:
        """Return a Sequential that began with several others as a functional model."""
        first = layers[0]
        self.note(_WORDS["merge"], first)
        made: list[Layer] = []
        branches: list[Any] = []
        for number, branch in enumerate(config_of(first)["layers"]):
            name = f"branch_{number + 1}"
            shape = _beginning(_with_class(branch))
            begin = {"class_name": "InputLayer", "config": {"batch_shape": shape, "name": f"{name}_input"}}
            made.append({**begin, "name": f"{name}_input", "inbound_nodes": []})
            named = {**branch, "name": name}
            if isinstance(branch.get("config"), dict):
                named = changed(named, name=name)
            made.append({**named, "inbound_nodes": [[[f"{name}_input", 0, 0]]]})
            branches.append([name, 1, 0])
        before: list[Any] = branches
        for number, one in enumerate(layers):
            name = config_of(one).get("name") or f"layer_{number + 1}"
            whole = changed(one, name=name) if isinstance(one.get("config"), dict) else one
            if one is first:
                whole = without(whole, "layers")
            made.append({**whole, "name": name, "inbound_nodes": [before]})
            before = [[name, 1 if _is_model(one) else 0, 0]]
        ends = {"input_layers": [[one["name"], 0, 0] for one in made if one["class_name"] == "InputLayer"]}
        name = config_of(layer).get("name") or "sequential"
        config = {"name": name, "layers": made, **ends, "output_layers": before}
        return self._functional({**layer, "class_name": "Functional", "config": config})

    # -- a graph of layers --------------------------------------------------------------------------------

    def _functional(self, layer: Layer) -> Layer:
        config = dict(config_of(layer))
        layers = [_named(one) for one in config["layers"]]
        ends = {key: config[key] for key in ("input_layers", "output_layers")}
        connections = Connections(layers, *ends.values())
        made = [self._connected(one, connections) for one in layers]
        nested = {
            one["name"] for one in made if one["class_name"] != "Sequential" and "layers" in config_of(one)
        }
        ends = {key: connections.ends(end, nested) for key, end in ends.items()}
        turns = {one["name"]: f"{one['name']}_channels_first" for one in made if is_turned(one)}
        if turns:
            made = [
                whole
                for one in pointed(made, turns)
                for whole in (turned_in_graph(one) if is_turned(one) else [one])
            ]
            ends = pointed(ends, turns)
        config.update(ends, layers=made)
        config.setdefault("name", layer.get("name") or "model")
        name = layer["class_name"]
        return self._model(layer, "Functional" if name in FUNCTIONAL else name, self._plain(config))

    def _connected(self, layer: Layer, connections: Connections) -> Layer:
        nodes = layer.get("inbound_nodes")
        if not nodes or is_written(nodes):
            return self.layer(layer)
        calls = connections.calls(layer)
        if layer["class_name"] in _FUNCTIONS:
            said = operation_of(layer, calls[0]) if len(calls) == 1 else None
            if said is not None:
                self.note(_WORDS["operations"], layer)
                operation, arguments, named = said
                return {**operation, "name": layer["name"], "inbound_nodes": written([(arguments, named)])}
        made = self.layer(layer)
        if is_turned(made):
            self.note(_WORDS["channels"], layer)
        return {**made, "inbound_nodes": written(calls)}

    def _turned(self, layer: Layer) -> list[Layer]:
        if not is_turned(layer):
            return [layer]
        self.note(_WORDS["channels"], layer)
        return turned(layer)

    def _plain(self, config: dict[str, Any]) -> dict[str, Any]:
        dropped = ("build_input_shape", "batch_input_shape", "dtype", "keras_version", "backend")
        return {key: value for key, value in config.items() if key not in dropped}

    def _model(self, layer: Layer, name: str, config: dict[str, Any]) -> Layer:
        modules = {"Sequential": "keras", "Functional": "keras.src.models.functional"}
        said: dict[str, Any] = {"module": modules.get(name), "registered_name": None}
        if name not in modules:
            said["registered_name"] = layer.get("registered_name") or name
        kept = {key: value for key, value in layer.items() if key in ("name", "inbound_nodes")}
        self.note(_WORDS["classes"], layer)
        return {**kept, "class_name": name, "config": config, **said}


def _is_layer(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def _is_model(layer: Layer) -> bool:
    return layer.get("class_name") in ("Sequential", *FUNCTIONAL)


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(size is None or isinstance(size, int) for size in value)


def _with_class(layer: Layer) -> Layer:
    """Return a layer of the first Keras 1, which wrote its class among its settings, as the later ones wrote it."""
    if "class_name" in layer or "name" not in layer:
        return layer
    settings = {key: value for key, value in layer.items() if key not in ("name", "custom_name")}
    name = layer.get("custom_name", layer["name"].lower())
    return {"class_name": layer["name"], "config": {**settings, "name": name}}


def _named(layer: Layer) -> Layer:
    """Return a layer of a graph whose own settings say its name too."""
    if isinstance(layer.get("config"), dict) and isinstance(layer.get("name"), str):
        return changed(layer, name=layer["name"])
    if "name" not in layer and isinstance(config_of(layer).get("name"), str):
        return {**layer, "name": config_of(layer)["name"]}
    return layer


def _beginning(layer: Layer) -> Any:
    """Return the shape of a layer's input where it or the first layer inside it says so."""
    config = layer.get("config")
    if isinstance(config, list):
        return _beginning(_with_class(config[0])) if config else None
    if not isinstance(config, dict):
        return None
    for key in ("batch_input_shape", "batch_shape"):
        if config.get(key) is not None:
            return config[key]
    inner = config.get("layers")
    if isinstance(inner, list) and inner:
        return _beginning(_with_class(inner[0]))
    if layer.get("class_name") == "Bidirectional" and isinstance(config.get("layer"), dict):
        return _beginning(config["layer"])
    if layer.get("class_name") == "Embedding" and "input_length" in config:
        length = config["input_length"]
        return [None, *(length if isinstance(length, list) else [length])]
    if isinstance(config.get("input_dim"), int) and layer.get("class_name") in (
        "Dense",
        "LSTM",
        "GRU",
        "SimpleRNN",
    ):
        return [None, *([config["input_length"]] if "input_length" in config else []), config["input_dim"]]
    return None


def _input_for(layer: Layer, shape: Any) -> Layer:
    config = config_of(layer)
    kind = config.get("input_dtype") or config.get("dtype")
    name = config.get("name") or layer.get("class_name", "layer").lower()
    return {
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": kind, "name": f"{name}_input"},
    }


def _plain_type(kind: Any) -> str:
    """Return the type of numbers that come in: plain ones where a layer mixes two."""
    if isinstance(kind, dict):
        kind = (kind.get("config") or {}).get("name")
    return kind if isinstance(kind, str) and not kind.startswith(("mixed", "infer", "_infer")) else "float32"
