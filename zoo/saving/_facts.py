"""A model's layers as a file describes them, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zoo.saving._references import layer_name, plain

# What tells a layer's shape or work, in the order of reading.
_TELLING = (
    *("batch_shape", "batch_input_shape", "units", "output_dim", "filters", "kernel_size", "nb_filter"),
    *(
        "input_dim",
        "pool_size",
        "strides",
        "padding",
        "activation",
        "rate",
        "num_heads",
        "key_dim",
        "target_shape",
    ),
)
_DULL = {"strides": ([1], [1, 1], [1, 1, 1]), "padding": ("valid",), "activation": ("linear", None)}
_LONGEST = 80


@dataclass(frozen=True)
class LayerFacts:
    """A layer of a file.

    Attributes:
        name: of the layer, after the names of the models around it.
        class_name: as written.
        settings: those that tell its shape, as text.
        depth: how many models it stands in.
    """

    name: str
    class_name: str
    settings: str
    depth: int


def layers_of(config: Any, depth: int = 0) -> Iterator[LayerFacts]:
    """Yield the layers of a model's configuration, those of models inside it after their own line."""
    for layer in _layers(config):
        if not isinstance(layer, dict):
            continue
        inner = layer.get("config")
        yield LayerFacts(
            plain(layer_name(layer)), plain(layer.get("class_name", "?")), _settings(inner), depth
        )
        yield from layers_of(layer, depth + 1)


def calls_of(config: Any) -> int:
    """Return how many layers are called when a model is built once.

    A model in a model is called as a whole each time it is used, so that a few lines can ask for millions of calls.
    """
    layers = _layers(config)
    if not layers:
        inner = config.get("config") if isinstance(config, dict) else None
        held = inner.get("layer") if isinstance(inner, dict) else None
        return 1 + (2 * calls_of(held) if isinstance(held, dict) else 0)
    return 1 + sum(_nodes(layer) * calls_of(layer) for layer in layers if isinstance(layer, dict))


def model_name(config: Any) -> tuple[str, str]:
    """Return a model's class and name."""
    if isinstance(config, dict):
        return plain(config.get("class_name", "?")), plain(layer_name(config))
    return "Sequential", ""


def _layers(config: Any) -> list[Any]:
    """Return what stands under ``layers``; in very old files, what is a list itself."""
    inner = config.get("config") if isinstance(config, dict) else config
    found = inner.get("layers") if isinstance(inner, dict) else inner
    return found if isinstance(found, list) else []


def _nodes(layer: dict[str, Any]) -> int:
    nodes = layer.get("inbound_nodes")
    return max(1, len(nodes)) if isinstance(nodes, list) else 1


def _settings(config: Any) -> str:
    if not isinstance(config, dict):
        return ""
    told = []
    for name in _TELLING:
        value = config.get(name)
        if value is None or isinstance(value, dict) or value in _DULL.get(name, ()):
            continue
        told.append(f"{name}={_text(value)}")
    return ", ".join(told)


def _text(value: Any) -> str:
    text = plain(f"({', '.join(map(str, value))})" if isinstance(value, list) else value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
