"""Does a model that was built hold together? What Keras builds without a word, and what fails at the first row."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

import keras
from keras.src.layers.merging.base_merge import Merge

from zoo.saving._references import plain

# What counts pixels.
_STEPS = ("strides", "dilation_rate", "pool_size")


def flaw(model: keras.Model, config: Any) -> str | None:
    """Return a clause on what makes a model useless, or None.

    Args:
        model: as Keras built it.
        config: what it was built from.

    Examples:
        >>> flaw(keras.Sequential([keras.Input((8, 1)), keras.layers.Conv1D(2, 3, dilation_rate=1)]), {})
    """
    for layer in model._flatten_layers():
        if (clause := _flaw_of_layer(layer)) is not None:
            return clause
    for inner in _sequentials(config):
        built, given = inner.get("build_input_shape"), _input_shape(inner)
        if isinstance(built, list) and isinstance(given, list) and len(built) != len(given):
            return f"{inner.get('name')!r} was built for inputs of {len(built)} axes, and takes {len(given)}"
    return None


def _flaw_of_layer(layer: keras.Layer) -> str | None:
    # Built from what the file says instead of its inputs, and taken for built whatever that was.
    if isinstance(layer, Merge) and layer.built and not hasattr(layer, "_reshape_required"):
        return f"the build_config of its layer {layer.name!r} is none"
    if not type(layer).__module__.startswith("keras."):  # what its attributes mean is its author's affair
        return None
    for name in _STEPS:
        steps = getattr(layer, name, None)
        if any(isinstance(step, float) for step in keras.tree.flatten(steps)):
            return f"the {name} of its layer {layer.name!r} is {steps}, and not whole numbers"
    if not isinstance(layer, keras.Model) and _is_given_a_list(layer):
        return f"its layer {layer.name!r} takes one tensor, and is given a list"
    if not _is_codec(encoding := getattr(layer, "encoding", "utf-8")):
        return f"the encoding of its layer {layer.name!r} is {plain(encoding)}, which is none"
    return None


def _is_given_a_list(layer: keras.Layer) -> bool:
    given = [node.arguments.args[:1] for node in layer._inbound_nodes]
    return isinstance(layer.input_spec, keras.InputSpec) and any(
        isinstance(first, list | tuple) for args in given for first in args
    )


def _is_codec(name: Any) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, TypeError, ValueError):
        return False
    return True


def _sequentials(config: Any) -> Iterator[dict[str, Any]]:
    """Yield the settings of each Sequential that a configuration holds."""
    todo = [config]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            todo += one.values()
            if one.get("class_name") == "Sequential" and isinstance(one.get("config"), dict):
                yield one["config"]


def _input_shape(config: dict[str, Any]) -> Any:
    """Return the shape, with the axis of rows, that the first layer of a Sequential writes."""
    layers = config.get("layers")
    first = layers[0] if isinstance(layers, list) and layers else None
    settings = first.get("config") if isinstance(first, dict) else None
    return settings.get("batch_shape") if isinstance(settings, dict) else None
