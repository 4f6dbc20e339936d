"""Files that people left on the web, of kinds that Keras 3 does not open by itself, held against NumPy."""

import os
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from old_files import (
    DRAW,
    close,
    lstm,
    rows,
    softmax,
)

import zoo


@pytest.fixture
def real():
    folder = Path(os.environ.get("ZOO_DATA_DIR", "")) / "old_models"
    if not (os.environ.get("ZOO_DATA_DIR") and folder.is_dir()):
        pytest.skip("ZOO_DATA_DIR has no old_models")
    return folder


def arrays_of(path, *names):
    with h5py.File(path) as file:
        group = file["model_weights"]
        return [[group[name][one][()] for one in group[name].attrs["weight_names"]] for name in names]


def test_a_dense_network_of_2_12(real):
    path = real / "dense_2.12_reduction_auto.h5"
    model = zoo.load_model(path)
    x = y = rows(50)
    layers = arrays_of(path, "dense", "dense_1", "dense_2", "dense_3", "dense_4")
    for number, (kernel, bias) in enumerate(layers):
        y = y @ kernel + bias
        y = np.maximum(y, 0) if number < 3 else y
    close(model, x, softmax(y))
    assert model.compiled


@pytest.mark.parametrize("name", ["lstm_functional_2.3-tf", "lstm_sequential_2.3.1"])
def test_an_lstm_of_2_3(real, name):
    path = real / f"{name}.h5"
    model = zoo.load_model(path)
    x = rows(*((6, 38) if "functional" in name else (1, 56)))
    cell, (kernel, bias) = arrays_of(
        path, *(("lstm", "dense") if "functional" in name else ("lstm_1", "dense_1"))
    )
    y = lstm(x, *cell)[:, -1] @ kernel + bias
    close(model, x, softmax(y) if "functional" in name else y)
    assert model.compiled


def test_an_export_of_teachable_machine(real):
    path = real / "teachable_machine_2.4.h5"
    model = zoo.load_model(path)
    x = DRAW.uniform(-1, 1, (2, 224, 224, 3)).astype("float32")
    inner = keras.Model(model.inputs, model.layers[0].output)
    ((kernel, bias, last),) = arrays_of(path, "sequential_7")
    features = keras.ops.convert_to_numpy(model.layers[0](x, training=False))
    close(model, x, softmax(np.maximum(features @ kernel + bias, 0) @ last))
    assert inner.output_shape == (None, 1280)
