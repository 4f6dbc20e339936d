"""What a model's inputs and outputs are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from zoo._lazy import keras


def input_names(model: Any, tensors: Any = None) -> list[str]:
    """Name a model's inputs as a dictionary of them does: by its keys, or by the tensors."""
    tensors = getattr(model, "inputs", None) or [] if tensors is None else tensors
    return _names(getattr(model, "_inputs_struct", None), tensors, [tensor.name for tensor in tensors])


def output_names(model: Any) -> list[str]:
    """Name a model's outputs: by the keys of a dictionary, or by the layers that they come from."""
    tensors = getattr(model, "outputs", None) or []
    layers = getattr(model, "output_names", None) or [f"output_{number}" for number in range(len(tensors))]
    return _names(getattr(model, "_outputs_struct", None), tensors, layers)


def packed(model: Any, values: Sequence[Any]) -> Any:
    """Return a value an input in the nesting that a model takes: a single one, a list, or a dictionary by name."""
    struct = getattr(model, "_inputs_struct", None)
    return values[0] if struct is None else keras.tree.pack_sequence_as(struct, list(values))


def plain_names(names: list[str], word: str) -> list[str]:
    """Return names that any format and language can hold: each once, and without Keras' own counting.

    Examples:
        >>> plain_names(["keras_tensor_17"], "input")
        ['input']
        >>> plain_names(["a/b", "a b", "keras_tensor"], "input")
        ['a_b', 'a_b_1', 'input']
    """
    found: list[str] = []
    for name in names:
        plain = word if name.startswith("keras_tensor") else re.sub(r"[^A-Za-z0-9_]", "_", name)
        known = sum(plain == other or re.fullmatch(rf"{plain}_\d+", other) is not None for other in found)
        found.append(f"{plain}_{known}" if known else plain)
    return found


def _names(struct: Any, tensors: Any, otherwise: list[str]) -> list[str]:
    if isinstance(struct, dict):
        keys = [next((key for key, value in struct.items() if value is tensor), "") for tensor in tensors]
        return [key or name for key, name in zip(keys, otherwise, strict=True)]
    return otherwise
