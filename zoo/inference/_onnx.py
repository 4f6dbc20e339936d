"""A model under ONNX Runtime, whose calls cost a fraction of TensorFlow's."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import tempfile
import warnings
from pathlib import Path

import keras

from zoo._quiet import quiet_standard_error
from zoo.errors import InputError, MissingPackageError
from zoo.inference._inputs import Inputs
from zoo.inference._runners import Arrays, Runner, packer

_NEEDED = {"tensorflow": ("onnx", "onnxruntime", "tf2onnx"), "torch": ("onnx", "onnxruntime", "onnxscript")}


def onnx_runner(model: keras.Model, inputs: Inputs) -> Runner:
    """Export a model with the weights it has now, and return what runs it on any number of rows.

    Raises:
        MissingPackageError: a package is not installed; names the extra that brings it.
        InputError: ONNX has no form for something in the model.
    """
    needed = _NEEDED.get(keras.config.backend(), ("onnx", "onnxruntime", "tf2onnx"))
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"runtime='onnx' needs {', '.join(missing)}, which is not installed: "
            "pip install 'keras-model-zoo[onnx]'"
        )
    import onnxruntime

    # Lists in the order of the inputs and outputs: ONNX has no other structure.
    flat = keras.Model(list(model.inputs), list(model.outputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        try:
            with warnings.catch_warnings(), quiet_standard_error(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                row = [keras.ops.convert_to_tensor(array) for array in inputs.nothing(1)]
                form = keras.tree.map_structure(lambda tensor: 0, model(inputs.packed(row), training=False))
                flat(row)  # a model that was never called is not exported
                flat.export(path, format="onnx", verbose=False)
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        except Exception as error:  # tf2onnx, ONNX Runtime and Keras have no error in common
            reason = str(error).strip().rstrip(".")
            raise InputError(
                f"{model.name} cannot be turned into ONNX: {reason}. `zoo.predictor(model)` runs it without."
            ) from error
    names = [node.name for node in session.get_inputs()]

    def run(arrays: Arrays) -> Arrays:
        return session.run(None, dict(zip(names, arrays, strict=True)))  # type: ignore[no-any-return]

    return Runner(run, packer(form))
