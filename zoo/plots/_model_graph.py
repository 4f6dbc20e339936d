"""What a Keras model looks like as a graph, from Keras' own record of who feeds whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zoo._lazy import keras

# A box's place in the model: (3,) is its fourth layer, (3, 0) the first layer inside that one.
Key = tuple[int, ...]
Point = tuple[float, float]

# A layer's kind is the folder of Keras that its class, or the nearest base of its class, comes from.
_KINDS = {
    "convolutional": "weights",
    "attention": "weights",
    "rnn": "weights",
    "activations": "activation",
    "merging": "merge",
    "normalization": "regularisation",
    "regularization": "regularisation",
    "pooling": "shape",
    "reshaping": "shape",
    "preprocessing": "other",
}


@dataclass(frozen=True)
class Box:
    """One layer (or one operation of `keras.ops`), and what there is to say about it."""

    key: Key
    name: str
    class_name: str
    kind: str
    shapes: tuple[str, ...] = ()
    parameters: int = 0


@dataclass(frozen=True)
class Link:
    """A tensor on its way: from one output of node ``source`` to one input of node ``target``."""

    source: int
    output: int
    target: int
    input: int


@dataclass(frozen=True)
class Graph:
    """A model: its nodes, the links between them, and the nodes that its inputs and outputs belong to."""

    key: Key
    name: str
    class_name: str
    nodes: tuple[Box | Graph, ...]
    links: tuple[Link, ...]
    inputs: tuple[tuple[int, int], ...] = ()  # (node, input of that node)
    outputs: tuple[tuple[int, int], ...] = ()  # (node, output of that node)
    connected: bool = True  # False for a subclassed model, whose links only its code knows


def model_graph(model: keras.Model, *, expand_nested: bool = True, key: Key = ()) -> Graph:
    """Read the graph that Keras recorded while the model was put together.

    Args:
        model: a built model.
        expand_nested: whether a model inside the model is a `Graph` of its own (True) or one `Box`.
        key: the place of this model in the one around it; ``()`` for the outermost.

    Returns:
        The model's layers in Keras' order, and how they are linked.

    Examples:
        >>> import keras
        >>> graph = model_graph(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="out")]))
        >>> [node.name for node in graph.nodes][1:], graph.links
        (['out'], (Link(source=0, output=0, target=1, input=0),))
    """
    function = _function(model)
    if function is None:
        nodes = tuple(_node(layer, [], (*key, i), expand_nested) for i, layer in enumerate(model.layers))
        return Graph(key, model.name, type(model).__name__, nodes, (), connected=False)
    operations = list(function.operations)
    if key and isinstance(model, keras.Sequential) and model.layers:
        # Keras gives every Sequential an input of its own. Inside another model the arrow goes straight
        # to the first layer, as the user wrote it.
        operations = [op for op in operations if not isinstance(op, keras.layers.InputLayer)]
    place = {id(operation): i for i, operation in enumerate(operations)}
    ours = {id(call) for depth in function._nodes_by_depth.values() for call in depth}
    # A layer may serve other models too: only the calls of this one count.
    calls = [[call for call in operation._inbound_nodes if id(call) in ours] for operation in operations]
    nodes = tuple(_node(op, calls[i], (*key, i), expand_nested) for i, op in enumerate(operations))
    links: list[Link] = []
    entrances: dict[int, tuple[int, int]] = {}
    for i, call in ((i, call) for i, several in enumerate(calls) for call in several):
        for slot, tensor in enumerate(_fed(call)):
            origin = tensor._keras_history
            entrances.setdefault(id(origin.operation), (i, slot))
            if id(origin.operation) in place:
                links.append(Link(place[id(origin.operation)], origin.tensor_index, i, slot))
    sources = [tensor._keras_history.operation for tensor in function.inputs]
    ends = [tensor._keras_history for tensor in function.outputs]
    return Graph(
        key,
        model.name,
        type(model).__name__,
        nodes,
        tuple(dict.fromkeys(links)),
        inputs=tuple((place[id(s)], 0) if id(s) in place else entrances[id(s)] for s in sources),
        outputs=tuple((place[id(end.operation)], end.tensor_index) for end in ends),
    )


def _function(model: Any) -> Any:
    """Return the `keras.Function` behind a model, or None where only the model's code knows it."""
    inner = model._functional if isinstance(model, keras.Sequential) else model
    return inner if isinstance(inner, keras.Function) else None


def _fed(call: Any) -> list[Any]:
    """Return the tensors that a call was given, in the order of the called model's inputs."""
    function, arguments = _function(call.operation), call.arguments.args
    if function is not None and arguments and isinstance(arguments[0], dict):
        names = [tensor._keras_history.operation.name for tensor in function.inputs]
        if all(name in arguments[0] for name in names):
            return [arguments[0][name] for name in names]
    return list(call.input_tensors)


def _node(operation: Any, calls: Sequence[Any], key: Key, expand_nested: bool) -> Box | Graph:
    if expand_nested and _function(operation) is not None:
        return model_graph(operation, key=key)
    shapes = dict.fromkeys(shape for call in calls for shape in _shapes(call))
    built = isinstance(operation, keras.Layer) and operation.built
    parameters = operation.count_params() if built else 0
    class_name = type(operation).__name__
    return Box(key, operation.name, class_name, _kind(operation, calls), tuple(shapes), parameters)


def _shapes(call: Any) -> list[str]:
    """Return the output shapes of a call, a repeated one as ``3 x (None, 8)``."""
    counts = Counter(str(tuple(out.shape)) for out in call.outputs)
    return [shape if count == 1 else f"{count} x {shape}" for shape, count in counts.items()]


def _kind(operation: Any, calls: Sequence[Any]) -> str:
    if isinstance(operation, keras.layers.InputLayer):
        return "input"
    if isinstance(operation, keras.Model):
        return "model"
    for base in type(operation).__mro__:
        _, _, tail = base.__module__.partition(".layers.")
        if kind := _KINDS.get(tail.partition(".")[0]):
            return kind
    if getattr(operation, "weights", None):
        return "weights"
    return "merge" if any(len(call.input_tensors) > 1 for call in calls) else "other"
