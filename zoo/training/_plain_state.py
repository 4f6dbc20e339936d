"""Values as JSON and arrays, exactly, and back: without pickle, so that what is read cannot run."""

from __future__ import annotations

import base64
import random
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

_SEQUENCES: dict[type, str] = {
    list: "list",
    tuple: "tuple",
    set: "set",
    frozenset: "frozenset",
    deque: "deque",
}
_MAKERS: dict[str, Any] = {name: kind for kind, name in _SEQUENCES.items()}
_DEEPEST = 50


class NotPlain(ValueError):
    """A value is no number, text, array, or nest of them; the message names its type."""


def to_plain(value: Any, arrays: list[np.ndarray], depth: int = 0) -> Any:
    """Write a value in what JSON can say; arrays go into a list, and JSON has their places.

    Numbers, text, arrays, tensors, generators of random numbers, and lists, tuples, sets and dictionaries of them.

    Args:
        value: what to write.
        arrays: a list that its arrays are added to.
        depth: how deep in a nest it lies.

    Raises:
        NotPlain: it holds something else.

    Examples:
        >>> arrays = []
        >>> told = to_plain({"wait": 3, "best": (0.5, np.ones(2))}, arrays)
        >>> from_plain(told, arrays)
        {'wait': 3, 'best': (0.5, array([1., 1.]))}
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if depth > _DEEPEST:
        raise NotPlain("a nest without an end")
    if kind in _SEQUENCES:
        items = [to_plain(item, arrays, depth + 1) for item in value]
        return {_SEQUENCES[kind]: items, **({"longest": value.maxlen} if kind is deque else {})}
    if kind in (dict, OrderedDict):
        pairs = [[to_plain(part, arrays, depth + 1) for part in pair] for pair in value.items()]
        return {"dict" if kind is dict else "ordered": pairs}
    if kind is bytes:
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if kind is random.Random:
        return {"python_random": to_plain(value.getstate(), arrays, depth + 1)}
    if isinstance(value, np.random.Generator):
        return {"numpy_random": to_plain(value.bit_generator.state, arrays, depth + 1)}
    if isinstance(value, np.ndarray | np.generic):
        return {"array" if isinstance(value, np.ndarray) else "number": _put(np.asarray(value), arrays)}
    if keras.ops.is_tensor(value) and not isinstance(value, keras.Variable):
        return {"tensor": _put(np.asarray(keras.ops.convert_to_numpy(value)), arrays)}
    raise NotPlain(kind.__name__)


def from_plain(told: Any, arrays: Sequence[np.ndarray]) -> Any:
    """Read a value that `to_plain` wrote.

    Raises:
        ValueError: nothing of the kind was written.
    """
    if not isinstance(told, dict):
        return told
    (name, inside), *_ = told.items()
    if name in ("array", "number", "tensor"):
        array = arrays[int(inside)]
        if name == "tensor":
            return keras.ops.convert_to_tensor(array)
        return array if name == "array" else array[()]
    if name == "deque":
        return deque([from_plain(item, arrays) for item in inside], told["longest"])
    if name in _MAKERS:
        return _MAKERS[name](from_plain(item, arrays) for item in inside)
    if name in ("dict", "ordered"):
        pairs = [(from_plain(key, arrays), from_plain(item, arrays)) for key, item in inside]
        return dict(pairs) if name == "dict" else OrderedDict(pairs)
    if name == "bytes":
        return base64.b64decode(inside)
    if name == "python_random":
        generator = random.Random()
        generator.setstate(from_plain(inside, arrays))
        return generator
    if name == "numpy_random":
        state = from_plain(inside, arrays)
        known = {kind.__name__: kind for kind in _BIT_GENERATORS}
        made = known[state["bit_generator"]]()
        made.state = state
        return np.random.Generator(made)
    raise ValueError(f"no value is written as {name!r}")


_BIT_GENERATORS: tuple[Any, ...] = (
    np.random.PCG64,
    np.random.PCG64DXSM,
    np.random.MT19937,
    np.random.Philox,
    np.random.SFC64,
)


def _put(array: np.ndarray, arrays: list[np.ndarray]) -> int:
    if array.dtype.hasobject or array.dtype.names:
        raise NotPlain(f"an array of {array.dtype}")
    arrays.append(array.copy())  # what it was at this moment
    return len(arrays) - 1
