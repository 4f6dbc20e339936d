"""A model under ONNX Runtime, whose calls cost a fraction of TensorFlow's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras

from zoo.errors import InputError
from zoo.inference._inputs import Inputs
from zoo.inference._runners import Runner, packer
from zoo.saving import onnx_format
from zoo.saving.export import check_packages, quietly, why_not


def onnx_runner(model: keras.Model, inputs: Inputs) -> Runner:
    """Export a model with the weights it has now, and return what runs it on any number of rows.

    Raises:
        MissingPackageError: a package is not installed; names the extra that brings it.
        InputError: ONNX has no form for something in the model.
    """
    check_packages("onnx")
    row = [keras.ops.convert_to_tensor(array) for array in inputs.nothing(1)]
    form = keras.tree.map_structure(lambda tensor: 0, model(inputs.packed(row), training=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        try:
            quietly(onnx_format.write, model, path)
            run = quietly(onnx_format.reader, model, path)
        except Exception as error:  # tf2onnx, ONNX Runtime and Keras have no error in common
            raise InputError(
                f"{model.name} cannot be turned into ONNX: {why_not('onnx', error)}. `zoo.predictor(model)` runs it "
                "without."
            ) from error
    return Runner(run, packer(form))
