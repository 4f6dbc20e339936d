"""What callbacks have come to know while they were told of a training: kept, and given back."""

from __future__ import annotations

import os
import types
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo.training._plain_state import NotPlain, from_plain, to_plain

# What a callback is given by the training, and no state of its own.
_GIVEN = frozenset({"params", "model", "_model"})
# What a new process derives again: Keras turns the sign of min_delta when it first looks at the metric.
_DERIVED = {
    keras.callbacks.EarlyStopping: {"min_delta"},
    keras.callbacks.ModelCheckpoint: {"min_delta"},
    keras.callbacks.ReduceLROnPlateau: {"min_delta"},
    keras.callbacks.CSVLogger: {"append", "append_header"},
}
_SETTINGS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type, Path)


class CallbackStates:
    """The states of a training's callbacks.

    A callback that has ``get_state`` and ``set_state`` is asked for its state, which must be plain: numbers, text,
    arrays, and lists, tuples, sets and dictionaries of them. Of any other, those attributes are kept that are plain and
    that training has changed, so that a training which is taken up again may be given, say, more patience.

    Args:
        callbacks: the callbacks, whose ``on_train_begin`` has been called.
    """

    def __init__(self, callbacks: Sequence[Any]) -> None:
        self._callbacks = list(callbacks)
        self._begun = [_attributes(one)[0] for one in self._callbacks]
        self._changed: list[set[str]] = [set() for _ in self._callbacks]

    def state(self, arrays: list[np.ndarray]) -> list[dict[str, Any]]:
        """Write the states of all; arrays go into the list."""
        told = []
        for callback, begun, changed in zip(self._callbacks, self._begun, self._changed, strict=True):
            state: dict[str, Any] = {"class": type(callback).__name__}
            if _speaks(callback):
                state["own"] = to_plain(callback.get_state(), arrays)
            else:
                now, _ = _attributes(callback)
                changed |= {name for name, value in now.items() if begun.get(name) != value}
                state["attributes"] = {
                    name: to_plain(vars(callback)[name], arrays) for name in sorted(changed & set(now))
                }
            if isinstance(callback, keras.callbacks.CSVLogger):
                state["bytes"] = Path(callback.filename).stat().st_size
            if getattr(callback, "monitor_op", None) is not None:
                state["looked"] = True
            told.append(state)
        return told

    def restore(self, states: Sequence[dict[str, Any]], arrays: Sequence[np.ndarray]) -> None:
        """Give all callbacks the states that they had."""
        for callback, changed, state in zip(self._callbacks, self._changed, states, strict=True):
            if state.get("looked") and getattr(callback, "monitor_op", 0) is None:
                callback._set_monitor_op()
            if "own" in state:
                callback.set_state(from_plain(state["own"], arrays))
            for name, told in state.get("attributes", {}).items():
                _give(callback, name, from_plain(told, arrays))
                changed.add(name)

    def unkept(self) -> list[str]:
        """Name what no file can hold: of callbacks that are neither Keras' nor ours, attributes that are objects."""
        found = []
        for callback in self._callbacks:
            if _speaks(callback):
                try:
                    to_plain(callback.get_state(), [])
                except NotPlain as error:
                    found.append(f"what {type(callback).__name__}.get_state() returns (it holds {error})")
            elif not type(callback).__module__.startswith(("keras.", "zoo.")):
                found += [
                    f"{type(callback).__name__}.{name} ({kind})" for name, kind in _attributes(callback)[1]
                ]
        return found


def let_files_go_on(callbacks: Sequence[Any], states: Sequence[dict[str, Any]]) -> list[Any]:
    """Cut the files of Keras' `CSVLogger` to what they were, and let it add to them; return those it was done for.

    Call it before ``on_train_begin``, which would empty them, and set ``append`` back afterwards.
    """
    done = []
    for callback, state in zip(callbacks, states, strict=True):
        size = state.get("bytes")
        if not isinstance(callback, keras.callbacks.CSVLogger) or size is None:
            continue
        path = Path(callback.filename)
        if path.is_file() and path.stat().st_size >= size:
            os.truncate(path, size)
            if not callback.append:
                callback.append = True
                done.append(callback)
    return done


def _speaks(callback: Any) -> bool:
    return callable(getattr(callback, "get_state", None)) and callable(getattr(callback, "set_state", None))


def _attributes(callback: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return what the plain attributes are, in a form to be compared, and names and types of the others."""
    derived = {name for kind, names in _DERIVED.items() if isinstance(callback, kind) for name in names}
    plain: dict[str, Any] = {}
    others = []
    for name, value in vars(callback).items():
        if name in _GIVEN or name in derived or isinstance(value, _SETTINGS):
            continue
        arrays: list[np.ndarray] = []
        try:
            told = to_plain(value, arrays)
        except NotPlain as error:
            others.append((name, str(error)))
            continue
        plain[name] = (
            repr(told),
            [(array.dtype.str, array.shape, hash(array.tobytes())) for array in arrays],
        )
    return plain, others


def _give(callback: Any, name: str, value: Any) -> None:
    """Set an attribute; what others may hold too is filled anew and not replaced."""
    known = vars(callback).get(name)
    if type(known) is type(value):
        if isinstance(known, list):
            known[:] = value
            return
        if isinstance(known, dict | set | deque):
            known.clear()
            known.extend(value) if isinstance(known, deque) else known.update(value)
            return
        if isinstance(known, np.random.Generator):
            known.bit_generator.state = value.bit_generator.state
            return
    setattr(callback, name, value)
