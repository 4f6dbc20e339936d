"""Short words in layers: initializers, regularizers, constraints, activations, types of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zoo.saving.upgrade._rules import Layer, Writer, changed, config_of, without

HARD_SIGMOID = {
    "module": "builtins",
    "class_name": "function",
    "config": "zoo>hard_sigmoid_keras_2",
    "registered_name": "function",
}
_TF_ACTIVATIONS = {
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
    "gelu_v2": "gelu",
    "leaky_relu_v2": "leaky_relu",
}
_REGULARIZERS = frozenset(
    [
        "L1",
        "L2",
        "L1L2",
        "OrthogonalRegularizer",
        "l1",
        "l2",
        "l1_l2",
        "L1L2Regularizer",
        "WeightRegularizer",
        "ActivityRegularizer",
    ]
)
_CONSTRAINTS = {"maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm", "minmaxnorm": "MinMaxNorm"}
_CONSTRAINTS |= {
    "max_norm": "MaxNorm",
    "non_neg": "NonNeg",
    "unit_norm": "UnitNorm",
    "min_max_norm": "MinMaxNorm",
}
_INITIALIZERS = {
    "Constant": "constant",
    "GlorotNormal": "glorot_normal",
    "GlorotUniform": "glorot_uniform",
    "HeNormal": "he_normal",
    "HeUniform": "he_uniform",
    "Identity": "identity",
    "LecunNormal": "lecun_normal",
    "LecunUniform": "lecun_uniform",
    "Ones": "one ones",
    "Orthogonal": "orthogonal",
    "RandomNormal": "normal random_normal",
    "RandomUniform": "uniform random_uniform",
    "TruncatedNormal": "truncated_normal",
    "VarianceScaling": "variance_scaling",
    "Zeros": "zero zeros",
}
_INITIALIZER_WORDS = {word: name for name, words in _INITIALIZERS.items() for word in words.split()}


def hard_sigmoid(layer: Layer, writer: Writer) -> Layer:
    """The hard sigmoid was clip(0.2 x + 0.5, 0, 1) until Keras 2, and is clip(x / 6 + 0.5, 0, 1) in Keras 3.

    The old one is `zoo.models._keras_2.hard_sigmoid_keras_2`.
    """
    return _each(layer, "activation", lambda value: HARD_SIGMOID if _is_hard(value) else value)


def _is_hard(value: Any) -> bool:
    return value == "hard_sigmoid" or (
        isinstance(value, dict)
        and value.get("class_name") == "function"
        and value.get("config") == "hard_sigmoid"
    )


def activations(layer: Layer, writer: Writer) -> Layer:
    """TensorFlow wrote its own names for activations: softmax_v2 for softmax."""
    return _each(
        layer,
        "activation",
        lambda value: _TF_ACTIVATIONS.get(value, value) if isinstance(value, str) else value,
    )


def initializers(layer: Layer, writer: Writer) -> Layer:
    """Old names of initializers: normal for truncated_normal, and functions of the author's own.

    An initializer fills weights that are read from the file next, so one that nothing here knows is left out.
    """
    return _each(layer, "_initializer", _initializer)


def _each(layer: Layer, ending: str, change: Callable[[Any], Any]) -> Layer:
    """Return a layer with the settings whose names end so changed; the layer itself where none is."""
    found = {
        key: made
        for key, value in config_of(layer).items()
        if key.endswith(ending) and (made := change(value)) != value
    }
    return changed(layer, **found) if found else layer


def _initializer(value: Any) -> Any:
    if isinstance(value, str):
        return value if value in _INITIALIZERS or value in _INITIALIZER_WORDS else "zeros"
    if not isinstance(value, dict):
        return value
    name = str(value.get("class_name"))
    name = _INITIALIZER_WORDS.get(name, name.rpartition(">")[2])
    if name not in _INITIALIZERS:
        return "zeros"
    dropped = ("dtype", "partition_info")
    config = {key: inner for key, inner in (value.get("config") or {}).items() if key not in dropped}
    if name == "VarianceScaling" and config.get("distribution") == "normal":
        config["distribution"] = "truncated_normal"
    if name in ("Zeros", "Ones"):
        config = {}
    elif isinstance(config.get("value"), dict):
        config["value"] = config["value"].get("value")
    kept = {key: inner for key, inner in value.items() if key in ("module", "registered_name")}
    return {**kept, "class_name": name, "config": config}


def regularizers(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote a regularizer's settings beside its name, and called it WeightRegularizer."""
    return _each(layer, "_regularizer", _regularizer)


def _regularizer(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = value.get("config")
    settings: dict[str, Any] = inner if isinstance(inner, dict) else value
    name = value.get("class_name", value.get("name"))
    if name not in _REGULARIZERS:
        return value if "class_name" in value else None
    kept = {key: _number(settings[key]) for key in ("l1", "l2") if key in settings}
    if value.get("class_name") in ("L1", "L2", "L1L2") and kept == settings:
        return value
    if "class_name" in value and not kept:
        return value
    return {"class_name": "L1L2", "config": kept}


def constraints(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote a constraint's settings beside its name, and called the bound of a norm m."""
    return _each(layer, "_constraint", _constraint)


def _constraint(value: Any) -> Any:
    if isinstance(value, str):
        return _CONSTRAINTS.get(value, value)
    if not isinstance(value, dict) or "class_name" in value:
        return value
    name = str(value.get("name"))
    settings = {{"m": "max_value"}.get(key, key): inner for key, inner in value.items() if key != "name"}
    return {"class_name": _CONSTRAINTS.get(name.lower(), name), "config": settings}


def _number(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def number_type(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote a policy for the type of numbers; its name says it all.

    ``{"class_name": "Policy", "config": {"name": "mixed_float16", "loss_scale": ...}}``.
    """
    value = config_of(layer).get("dtype")
    if isinstance(value, dict) and "Policy" in str(value.get("class_name")):
        name = (value.get("config") or {}).get("name")
        return (
            changed(layer, dtype=name) if name not in (None, "infer", "_infer") else without(layer, "dtype")
        )
    if value in ("infer", "_infer") or (value is None and "dtype" in config_of(layer)):
        return without(layer, "dtype")
    return layer


RULES = (hard_sigmoid, activations, initializers, regularizers, constraints, number_type)
