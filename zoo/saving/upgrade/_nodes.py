"""Nodes of TensorFlow's graph that stood in a model as layers TensorFlowOpLayer, said as calls of its functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# The operation of TensorFlow's graph by the function that makes it, with its inputs in their order.
_NODES = {
    "RealDiv": "math.truediv",
    "Div": "math.truediv",
    "Sub": "math.subtract",
    "Mul": "math.multiply",
    "Add": "math.add",
    "AddV2": "math.add",
    "Pow": "math.pow",
    "Maximum": "math.maximum",
    "Minimum": "math.minimum",
    "Greater": "math.greater",
    "Less": "math.less",
    "Equal": "math.equal",
    "Neg": "math.negative",
    "Abs": "math.abs",
    "Square": "math.square",
    "Sqrt": "math.sqrt",
    "Rsqrt": "math.rsqrt",
    "Exp": "math.exp",
    "Log": "math.log",
    "Log1p": "math.log1p",
    "Tanh": "math.tanh",
    "Sigmoid": "math.sigmoid",
    "Softplus": "math.softplus",
    "Relu": "nn.relu",
    "Relu6": "nn.relu6",
    "Elu": "nn.elu",
    "Selu": "nn.selu",
    "Softmax": "nn.softmax",
    "LogSoftmax": "nn.log_softmax",
    "Cast": "cast",
    "Mean": "math.reduce_mean",
    "Sum": "math.reduce_sum",
    "Max": "math.reduce_max",
    "Min": "math.reduce_min",
    "Prod": "math.reduce_prod",
    "ConcatV2": "concat",
    "Pack": "stack",
    "Reshape": "reshape",
    "ExpandDims": "expand_dims",
    "Squeeze": "squeeze",
    "Transpose": "transpose",
    "Tile": "tile",
    "MatMul": "linalg.matmul",
    "BatchMatMul": "linalg.matmul",
    "BatchMatMulV2": "linalg.matmul",
    "StridedSlice": "__operators__.getitem",
    "Split": "split",
    "SplitV": "split",
    "StopGradient": "stop_gradient",
    "Identity": "stop_gradient",
    "LeakyRelu": "nn.leaky_relu",
    "Sign": "math.sign",
    "Floor": "math.floor",
}
_SECOND_INPUT = {
    "Mean": "axis",
    "Sum": "axis",
    "Max": "axis",
    "Min": "axis",
    "Prod": "axis",
    "Reshape": "shape",
    "ExpandDims": "axis",
    "Transpose": "perm",
    "Tile": "multiples",
}
_DTYPES = {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16", "DT_INT32": "int32"}
_DTYPES |= {"DT_INT64": "int64", "DT_BOOL": "bool", "DT_UINT8": "uint8"}


def function_of(
    config: Mapping[str, Any], tensors: list[Any]
) -> tuple[str, list[Any], dict[str, Any]] | None:
    """Return a node of TensorFlow's graph as the function that makes it, with its arguments."""
    node = config.get("node_def")
    operation, attributes = _node(node)
    function = _NODES.get(operation)
    if function is None:
        return None
    constants = {int(place): value for place, value in (config.get("constants") or {}).items()}
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list) else tensors
    left = iter(given)
    inputs = [
        constants[place] if place in constants else next(left) for place in range(len(constants) + len(given))
    ]
    named: dict[str, Any] = {}
    if operation in _SECOND_INPUT and len(inputs) > 1:
        named[_SECOND_INPUT[operation]] = inputs.pop()
    if operation == "StridedSlice":
        return "__operators__.getitem", inputs[:1], {"slice_spec": _slices(inputs[1:], attributes)}
    if operation == "SplitV":
        named.update(num_or_size_splits=inputs[1], axis=inputs[2])
        inputs = inputs[:1]
    if operation == "Split":
        named.update(num_or_size_splits=attributes.get("num_split", 1), axis=inputs[0])
        inputs = inputs[1:]
    if operation == "ConcatV2":
        named["axis"] = inputs.pop()
        inputs = [inputs]
    if operation == "Pack":
        named["axis"], inputs = attributes.get("axis", 0), [inputs]
    if operation == "Squeeze":
        named["axis"] = attributes.get("squeeze_dims") or None
    if operation == "Cast":
        named["dtype"] = _DTYPES.get(attributes.get("DstT", ""), "float32")
    if "keep_dims" in attributes:
        named["keepdims"] = attributes["keep_dims"]
    if operation.startswith(("MatMul", "BatchMatMul")):
        for side, word in (("a", "adj_x"), ("b", "adj_y")):
            named[f"transpose_{side}"] = attributes.get(f"transpose_{side}", attributes.get(word, False))
    if operation == "LeakyRelu":
        named["alpha"] = attributes.get("alpha", 0.2)
    return function, inputs, named


def _slices(bounds: list[Any], attributes: Mapping[str, Any]) -> list[Any]:
    """Return what a StridedSlice takes of each axis; the bits of its masks say where a bound is left out."""
    words = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    masks = {word: int(attributes.get(f"{word}_mask", 0)) for word in words}
    made: list[Any] = []
    for axis, (begin, end, step) in enumerate(zip(*bounds, strict=True)):
        said = {word for word, bits in masks.items() if bits >> axis & 1}
        if "ellipsis" in said:
            made.append({"class_name": "__ellipsis__"})
        elif "new_axis" in said:
            made.append(None)
        elif "shrink_axis" in said:
            made.append(begin)
        else:
            start, stop = (None if "begin" in said else begin), (None if "end" in said else end)
            made.append({"start": start, "stop": stop, "step": step})
    return made


def _node(node: Any) -> tuple[str, dict[str, Any]]:
    """Return the operation and the attributes of a node, which is written as JSON or as text."""
    if isinstance(node, dict):
        attributes = {key: _attribute(value) for key, value in (node.get("attr") or {}).items()}
        return str(node.get("op")), attributes
    text = str(node)
    found = re.search(r'\bop: "(\w+)"', text)
    attributes = {}
    for key, kind, value in re.findall(r'key: "(\w+)"\s*value \{\s*(\w+): "?([\w.+-]+)"?', text):
        attributes[key] = {"true": True, "false": False}.get(value, value) if kind == "b" else value
        if kind in ("i", "f"):
            attributes[key] = float(value) if kind == "f" else int(value)
    return (found[1] if found else ""), attributes


def _attribute(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, inner),) = value.items()
    if kind == "i":
        return int(inner)
    if kind == "list" and isinstance(inner, dict):
        return [int(number) for number in inner.get("i", [])]
    return inner
