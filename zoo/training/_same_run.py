"""Is a training the one that a checkpoint was written in?"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from zoo.devices import backend_version
from zoo.training._data import leaves
from zoo.training._epoch_functions import written_parts
from zoo.training._task import Part, Task

# What is called otherwise in a message.
_WORDS = {
    "architecture": "the model's architecture",
    "compilation": "what the model was compiled with",
    "rows": "the training data",
    "validation": "the validation data",
    "callbacks": "the callbacks",
    "learning_rate": "the learning rate",
}
_CHECKSUMS = ("architecture", "compilation", "rows", "validation", "class_weight")


def description(task: Task, **arguments: Any) -> dict[str, Any]:
    """Say what a training depends on, before its first step, so that another one can be told from it.

    Args:
        task: the model, the data and the callbacks.
        **arguments: further ones of `zoo.fit`, such as ``batch_size``.
    """
    model = task.model
    return {
        **_model(model),
        "learning_rate": _learning_rate(model),
        "rows": _data(task.data),
        "validation": None if task.validation is None else _data(task.validation),
        "class_weight": _checksum(repr(task.class_weight)),
        "callbacks": [type(callback).__name__ for callback in task.callbacks],
        "initial_epoch": task.initial_epoch,
        "jit_compile": bool(model.jit_compile),
        "precision": keras.config.floatx(),
        "backend": keras.config.backend(),
        **arguments,
    }


def versions() -> dict[str, str]:
    """Return the versions of what computes; with others, the last bits of a result may differ."""
    return {"keras": keras.version(), "numpy": np.__version__, keras.config.backend(): backend_version()}


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Say what differs between two descriptions, or two records of versions.

    Examples:
        >>> differences({"batch_size": 32, "rows": "a"}, {"batch_size": 64, "rows": "b"})
        ['batch_size is 32 and was 64', 'the training data is not the same']
    """
    now, before = (json.loads(json.dumps(one)) for one in (now, before))  # as a file has them
    told = []
    for name in dict.fromkeys((*now, *before)):
        mine, theirs = now.get(name), before.get(name)
        if mine == theirs:
            continue
        word = _WORDS.get(name, name)
        short = len(f"{mine}{theirs}") < 60 and name not in _CHECKSUMS
        are = "are" if word.endswith("s") and name in _WORDS else "is"
        told.append(
            f"{word} {are} {mine} and {'were' if are == 'are' else 'was'} {theirs}"
            if short
            else f"{word} {are} not the same"
        )
    return told


def _model(model: keras.Model) -> dict[str, Any]:
    try:
        parts = written_parts(model)
    except Exception:  # a class of the user's own, which may write nothing of itself
        parts = {"architecture": type(model).__name__, "compiled": type(model.optimizer).__name__}
    trainable = [layer.trainable for layer in model._flatten_layers()]
    return {
        "architecture": _checksum([parts["architecture"], trainable]),
        "compilation": _checksum(parts["compiled"]),
    }


def _learning_rate(model: keras.Model) -> float | None:
    rate = getattr(model.optimizer, "learning_rate", None)
    # As it is written: 0.001, and not the nearest half.
    return float(str(keras.ops.convert_to_numpy(rate))) if isinstance(rate, keras.Variable) else None


def _data(part: Part) -> Any:
    """Return the numbers of rows and a checksum of them; of a stream its kind."""
    if part.supply is not None or part.rows is None:
        kind = "stream" if part.supply is None else f"stream ({part.supply.kind})"
        return {"kind": kind, "steps": None if part.supply is None else part.supply.asked}
    arrays = leaves([part.rows.x, part.rows.y, part.rows.sample_weight])
    return {"rows": len(part.rows), "checksum": [_of_array(np.asarray(array)) for array in arrays]}


def _of_array(array: np.ndarray) -> str:
    content = np.ascontiguousarray(array)
    told = repr(content.tolist()).encode() if array.dtype.hasobject else content.view("uint8").data
    return f"{array.dtype} {'x'.join(map(str, array.shape))} {zlib.crc32(told):08x}"


def _checksum(value: Any) -> str:
    told = json.dumps(value, sort_keys=True, default=lambda other: type(other).__name__)
    return f"{zlib.crc32(told.encode()):08x}"
