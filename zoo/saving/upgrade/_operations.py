"""Functions of TensorFlow that stood in a model as layers, said as operations of Keras.

TensorFlow 2.4 and later wrote ``x / 127.5`` as a layer TFOpLambda with the function ``math.truediv``, and ``x[:, 0]``
as SlicingOpLambda. TensorFlow 1.14 to 2.3 wrote them as TensorFlowOpLayer with a node of its graph, which is turned
into the former first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from zoo.saving.upgrade._nodes import function_of
from zoo.saving.upgrade._rules import Layer, config_of

Call = tuple[list[Any], dict[str, Any]]
Said = tuple[Layer, list[Any], dict[str, Any]]


class Operation(NamedTuple):
    """An operation of Keras: where it is, its arguments by TensorFlow's names, and its settings by these."""

    module: str
    name: str
    arguments: tuple[str, ...] = ("x",)
    settings: Mapping[str, str] = {}
    fixed: Mapping[str, Any] = {}


def _reducing(name: str) -> Operation:
    return Operation("numpy", name, ("input_tensor",), {"axis": "axis", "keepdims": "keepdims"})


def _both(name: str) -> Operation:
    return Operation("numpy", name, ("x", "y"))


_ALONG = {"axis": "axis"}
_OPERATIONS: dict[str, Operation] = {
    "math.add": _both("Add"),
    "__operators__.add": _both("Add"),
    "math.subtract": _both("Subtract"),
    "math.multiply": _both("Multiply"),
    "math.truediv": _both("TrueDivide"),
    "math.divide": _both("TrueDivide"),
    "math.floordiv": _both("FloorDivide"),
    "math.floormod": _both("Mod"),
    "math.pow": _both("Power"),
    "math.maximum": _both("Maximum"),
    "math.minimum": _both("Minimum"),
    "math.greater": _both("Greater"),
    "math.greater_equal": _both("GreaterEqual"),
    "math.less": _both("Less"),
    "math.less_equal": _both("LessEqual"),
    "math.equal": _both("Equal"),
    "math.not_equal": _both("NotEqual"),
    "__operators__.eq": _both("Equal"),
    "__operators__.ne": _both("NotEqual"),
    "math.logical_and": _both("LogicalAnd"),
    "math.logical_or": _both("LogicalOr"),
    "math.logical_not": Operation("numpy", "LogicalNot"),
    "math.abs": Operation("numpy", "Absolute"),
    "math.negative": Operation("numpy", "Negative"),
    "math.square": Operation("numpy", "Square"),
    "math.sqrt": Operation("numpy", "Sqrt"),
    "math.rsqrt": Operation("math", "Rsqrt"),
    "math.exp": Operation("numpy", "Exp"),
    "math.expm1": Operation("numpy", "Expm1"),
    "math.log": Operation("numpy", "Log"),
    "math.log1p": Operation("numpy", "Log1p"),
    "math.sin": Operation("numpy", "Sin"),
    "math.cos": Operation("numpy", "Cos"),
    "math.tanh": Operation("numpy", "Tanh"),
    "math.sign": Operation("numpy", "Sign"),
    "math.floor": Operation("numpy", "Floor"),
    "math.ceil": Operation("numpy", "Ceil"),
    "math.round": Operation("numpy", "Round"),
    "math.reciprocal": Operation("numpy", "Reciprocal"),
    "math.erf": Operation("math", "Erf"),
    "math.sigmoid": Operation("nn", "Sigmoid"),
    "math.softplus": Operation("nn", "Softplus", ("features",)),
    "math.reduce_mean": _reducing("Mean"),
    "math.reduce_sum": _reducing("Sum"),
    "math.reduce_max": _reducing("Max"),
    "math.reduce_min": _reducing("Min"),
    "math.reduce_prod": _reducing("Prod"),
    "math.reduce_std": _reducing("Std"),
    "math.reduce_variance": _reducing("Var"),
    "math.reduce_any": _reducing("Any"),
    "math.reduce_all": _reducing("All"),
    "math.reduce_logsumexp": Operation(
        "math", "Logsumexp", ("input_tensor",), {"axis": "axis", "keepdims": "keepdims"}
    ),
    "math.argmax": Operation("numpy", "Argmax", ("input",), _ALONG),
    "math.argmin": Operation("numpy", "Argmin", ("input",), _ALONG),
    "math.cumsum": Operation("numpy", "Cumsum", ("x",), _ALONG),
    "math.l2_normalize": Operation("nn", "Normalize", ("x",), _ALONG, {"epsilon": 1e-6}),
    "nn.relu": Operation("nn", "Relu", ("features",)),
    "nn.relu6": Operation("nn", "Relu6", ("features",)),
    "nn.elu": Operation("nn", "Elu", ("features",)),
    "nn.selu": Operation("nn", "Selu", ("features",)),
    "nn.gelu": Operation("nn", "Gelu", ("features",), {"approximate": "approximate"}, {"approximate": False}),
    "nn.silu": Operation("nn", "Silu", ("features",)),
    "nn.softsign": Operation("nn", "Softsign", ("features",)),
    "nn.leaky_relu": Operation("nn", "LeakyRelu", ("features",), {"alpha": "negative_slope"}),
    "nn.softmax": Operation("nn", "Softmax", ("logits",), _ALONG),
    "nn.log_softmax": Operation("nn", "LogSoftmax", ("logits",), _ALONG),
    "nn.depth_to_space": Operation("nn", "DepthToSpace", ("input",), {"block_size": "block_size"}),
    "nn.space_to_depth": Operation("nn", "SpaceToDepth", ("input",), {"block_size": "block_size"}),
    "clip_by_value": Operation(
        "numpy", "Clip", ("t",), {"clip_value_min": "x_min", "clip_value_max": "x_max"}
    ),
    "cast": Operation("core", "Cast", ("x",), {"dtype": "dtype"}),
    "concat": Operation("numpy", "Concatenate", ("values",), _ALONG),
    "stack": Operation("numpy", "Stack", ("values",), _ALONG),
    "unstack": Operation("core", "Unstack", ("value",), {"axis": "axis", "num": "num"}),
    "reshape": Operation("numpy", "Reshape", ("tensor",), {"shape": "newshape"}),
    "expand_dims": Operation("numpy", "ExpandDims", ("input",), _ALONG, {"axis": -1}),
    "squeeze": Operation("numpy", "Squeeze", ("input",), _ALONG),
    "transpose": Operation("numpy", "Transpose", ("a",), {"perm": "axes"}),
    "tile": Operation("numpy", "Tile", ("input",), {"multiples": "repeats"}),
    "repeat": Operation("numpy", "Repeat", ("input",), {"repeats": "repeats", "axis": "axis"}),
    "reverse": Operation("numpy", "Flip", ("tensor",), _ALONG),
    "gather": Operation("numpy", "Take", ("params", "indices"), _ALONG, {"axis": 0}),
    "where": Operation("numpy", "Where", ("condition", "x", "y")),
    "zeros_like": Operation("numpy", "ZerosLike", ("input",)),
    "ones_like": Operation("numpy", "OnesLike", ("input",)),
    "one_hot": Operation("nn", "OneHot", ("indices",), {"depth": "num_classes", "axis": "axis"}),
    "pad": Operation("numpy", "Pad", ("tensor",), {"paddings": "pad_width"}),
    "linalg.matmul": Operation("numpy", "Matmul", ("a", "b")),
    "linalg.norm": Operation(
        "linalg", "Norm", ("tensor",), {"ord": "ord", "axis": "axis", "keepdims": "keepdims"}
    ),
    "stop_gradient": Operation("core", "StopGradient", ("input",)),
    "image.resize": Operation(
        "image",
        "Resize",
        ("images",),
        {"size": "size", "method": "interpolation"},
        {"data_format": "channels_last"},
    ),
    "image.rgb_to_grayscale": Operation(
        "image", "RGBToGrayscale", ("images",), {}, {"data_format": "channels_last"}
    ),
}
_OTHER_NAMES = {
    "compat.v1.squeeze": "squeeze",
    "compat.v1.transpose": "transpose",
    "compat.v1.gather": "gather",
    "compat.v1.where": "where",
    "compat.v1.reduce_mean": "math.reduce_mean",
    "compat.v1.reduce_sum": "math.reduce_sum",
    "compat.v1.nn.softmax": "nn.softmax",
    "compat.v1.image.resize": "image.resize",
    "compat.v1.image.resize_images": "image.resize",
    "compat.v1.pad": "pad",
    "compat.v1.expand_dims": "expand_dims",
    "where_v2": "where",
    "compat.v1.div": "math.truediv",
    "math.sigmoid_v2": "math.sigmoid",
    "nn.sigmoid": "math.sigmoid",
    "nn.tanh": "math.tanh",
    "nn.l2_normalize": "math.l2_normalize",
    "nn.softplus": "math.softplus",
    "nn.swish": "nn.silu",
    "identity": "stop_gradient",
}


def operation_of(layer: Layer, call: Call) -> Said | None:
    """Say a function of TensorFlow as an operation of Keras, called with the same tensors.

    Args:
        layer: of the class TFOpLambda, SlicingOpLambda or TensorFlowOpLayer.
        call: its arguments, by place and by name, tensors among them.

    Returns:
        The operation, and its arguments; None where Keras has no such operation.
    """
    arguments, named = call
    name = config_of(layer).get("name")
    if layer["class_name"] == "TensorFlowOpLayer":
        said = function_of(config_of(layer), arguments)
        if said is None:
            return None
        function, arguments, named = said
    else:
        function = str(config_of(layer).get("function"))
    function = _OTHER_NAMES.get(function, function)
    if function == "__operators__.getitem":
        key = named.get("slice_spec", arguments[1] if len(arguments) > 1 else None)
        return _layer("numpy", "GetItem", name, {}), [arguments[0], _key(key)], {}
    special = _SPECIAL.get(function)
    if special:
        return special(name, arguments, named)
    operation = _OPERATIONS.get(function)
    if operation is None:
        return None
    given = {**dict(zip(operation.arguments, arguments, strict=False)), **named}
    if any(argument not in given for argument in operation.arguments):
        return None
    settings = {
        new: _one(given[old]) for old, new in operation.settings.items() if given.get(old) is not None
    }
    passed = [_constant(given[argument]) for argument in operation.arguments]
    made = _layer(operation.module, operation.name, name, {**operation.fixed, **settings})
    return made, passed, {}


def _layer(module: str, operation: str, name: Any, settings: Mapping[str, Any]) -> Layer:
    config = {"name": name, **settings}
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": operation,
        "config": config,
        "registered_name": operation,
    }


def _split(name: Any, arguments: list[Any], named: dict[str, Any]) -> Said:
    """TensorFlow's split takes the sizes of the pieces, Keras' the places of the cuts."""
    sizes = named.get("num_or_size_splits", arguments[1] if len(arguments) > 1 else 1)
    if isinstance(sizes, list):
        sizes = [sum(sizes[: index + 1]) for index in range(len(sizes) - 1)]
    settings = {"indices_or_sections": sizes, "axis": named.get("axis") or 0}
    return _layer("numpy", "Split", name, settings), arguments[:1], {}


def _matmul(name: Any, arguments: list[Any], named: dict[str, Any]) -> Said | None:
    """TensorFlow's matmul can turn its operands around, which `keras.ops.einsum` says."""
    given = {**dict(zip(("a", "b"), arguments, strict=False)), **named}
    if "b" not in given:
        return None
    turned = ["ji" if given.get(f"transpose_{side}") else "ij" for side in ("a", "b")]
    operands = [_constant(given["a"]), _constant(given["b"])]
    if turned == ["ij", "ij"]:
        return _layer("numpy", "Matmul", name, {}), operands, {}
    second = turned[1].replace("j", "k").replace("i", "j")
    return _layer("numpy", "Einsum", name, {"subscripts": f"...{turned[0]},...{second}->...ik"}), operands, {}


_SPECIAL = {"split": _split, "linalg.matmul": _matmul}


def _one(value: Any) -> Any:
    """Return a list of one axis as the axis."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _constant(value: Any) -> Any:
    """Return a list of numbers as the array it stood for; all else as it is."""
    if isinstance(value, list) and value and _numbers(value):
        whole = all(isinstance(number, int) for number in _flat(value))
        return {
            "class_name": "__numpy__",
            "config": {"value": value, "dtype": "int32" if whole else "float32"},
        }
    return value


def _numbers(value: Any) -> bool:
    return all(isinstance(number, int | float) for number in _flat(value))


def _flat(value: Any) -> list[Any]:
    return [number for item in value for number in _flat(item)] if isinstance(value, list) else [value]


def _key(key: Any) -> Any:
    """Return what stood in the brackets of ``x[...]``, in the words of Keras 3."""
    if isinstance(key, list):
        return [_key(part) for part in key]
    if isinstance(key, dict) and {"start", "stop", "step"} <= key.keys():
        return {"class_name": "__slice__", "config": {word: key[word] for word in ("start", "stop", "step")}}
    if isinstance(key, dict) and key.get("class_name") in ("__ellipsis__", "Ellipsis"):
        return {"class_name": "__ellipsis__", "config": {}}
    return key
