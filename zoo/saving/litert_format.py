"""LiteRT files, which were called TensorFlow Lite: their writer and their reader."""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo._ends import input_names, output_names, plain_names
from zoo.errors import InputError
from zoo.saving._flat import flat, signature

SUFFIX = ".tflite"
EXTRA = ""


def needed() -> tuple[str, ...]:
    """Return the packages that this format takes: TensorFlow brings its converter and its interpreter."""
    return ("tensorflow",)


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``, of LiteRT's own operations: for any number of rows, or else for one at a time.

    Loops over time, as of a recurrent layer, have such a form only when the number of rows is fixed.
    """
    if keras.config.backend() != "tensorflow":
        raise InputError(
            f"a LiteRT file is written under TensorFlow, and this is {keras.config.backend()}: save the model with "
            "zoo.save_model, and export the file with KERAS_BACKEND=tensorflow"
        )
    import tensorflow as tf

    made, own = flat(model), {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    for rows in (None, 1):
        try:
            made.export(
                path, format="litert", verbose=False, input_signature=signature(made, rows), target_spec=own
            )
        except Exception:  # the converter has no error of its own
            if rows is not None:
                raise
        else:
            return


def reader(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    """Return what runs a file on an array for each of the model's inputs, and gives one for each output."""
    runner = _interpreter(path).get_signature_runner()
    alone = bool(notes(path)) and model.inputs[0].shape[0] is None
    known = list(runner.get_input_details())
    names = plain_names(input_names(model), "input")
    inputs = names if set(names) == set(known) else known
    outputs = plain_names(output_names(model), "output")

    def run(arrays: list[np.ndarray]) -> list[np.ndarray]:
        size = 1 if alone else len(arrays[0])
        parts = [
            runner(**{name: array[first : first + size] for name, array in zip(inputs, arrays, strict=True)})
            for first in range(0, len(arrays[0]), size)
        ]
        wanted = outputs if set(outputs) == set(parts[0]) else list(parts[0])
        return [np.concatenate([np.asarray(part[name]) for part in parts]) for name in wanted]

    return run


def reason(error: Exception) -> str:
    """Say in words what LiteRT has no form for."""
    found = re.search(r"(?:Select|Flex|Custom) ops: ([\w, ]+)", str(error))
    return f"LiteRT has no form of its own for {found[1].strip()}" if found else ""


def notes(path: Path) -> tuple[str, ...]:
    """Say whether the file takes one row at a time."""
    details = _interpreter(path).get_signature_runner().get_input_details().values()
    fixed = all(one["shape_signature"][0] == 1 for one in details)
    return ("It takes one row at a time.",) if fixed else ()


def _interpreter(path: Path) -> Any:
    """Return LiteRT's own interpreter where it is installed, else the one in TensorFlow, which is the same."""
    if importlib.util.find_spec("ai_edge_litert") is not None:
        from ai_edge_litert.interpreter import Interpreter
    else:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's says that it will move into that package
        return Interpreter(model_path=str(path))
