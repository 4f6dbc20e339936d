"""ONNX files: their writer, and their reader under ONNX Runtime."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from zoo._ends import output_names, plain_names
from zoo.saving._flat import flat, signature

SUFFIX = ".onnx"
EXTRA = "onnx"
_NEEDED = {"torch": ("onnx", "onnxruntime", "onnxscript")}


def needed() -> tuple[str, ...]:
    """Return the packages that this format takes under Keras' backend."""
    return _NEEDED.get(keras.config.backend(), ("onnx", "onnxruntime", "tf2onnx"))


def write(model: keras.Model, path: Path) -> None:
    """Write a model to ``path``: its inputs and outputs in a row, by their names, for any number of rows."""
    made = flat(model)
    made.export(path, format="onnx", verbose=False, input_signature=signature(made))
    _name_free_sizes(path)


def reader(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    """Return what runs a file on an array for each of the model's inputs, and gives one for each output."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [node.name for node in session.get_inputs()]
    outputs, names = [node.name for node in session.get_outputs()], plain_names(output_names(model), "output")
    wanted = names if set(names) == set(outputs) else outputs

    def run(arrays: list[np.ndarray]) -> list[np.ndarray]:
        plain = [array.astype(object) if array.dtype.kind == "U" else array for array in arrays]
        return session.run(wanted, dict(zip(inputs, plain, strict=True)))  # type: ignore[no-any-return]

    return run


def reason(error: Exception) -> str:
    """Say in words what ONNX has no form for."""
    found = re.search(r'In Node, \("([^"]+)", (\w+)', str(error))
    if found is None:
        return ""
    path, operation = found.groups()
    return f"ONNX has no form for {operation}, which {path.rpartition('/')[0] or path} computes with"


def notes(path: Path) -> tuple[str, ...]:
    """Return what else a reader of the file should know: nothing."""
    return ()


def _name_free_sizes(path: Path) -> None:
    """Call the number of rows ``batch``, and other free sizes by their place, instead of by a counter."""
    import onnx

    graph = onnx.load(path)
    for value in (*graph.graph.input, *graph.graph.output):
        for axis, size in enumerate(value.type.tensor_type.shape.dim):
            if size.dim_param:
                size.dim_param = "batch" if axis == 0 else f"{value.name}_{axis}"
    onnx.save(graph, path)
