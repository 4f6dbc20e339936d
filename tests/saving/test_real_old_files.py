"""Files that people left on the web, of kinds that Keras 3 does not open by itself, held against NumPy."""

import json
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


def mobile_net(path, x):
    """Go through Teachable Machine's MobileNet layer by layer, in NumPy, by the file's own configuration and arrays."""
    with h5py.File(path) as file:
        outer = json.loads(file.attrs["model_config"])["config"]["layers"]
        group = file["model_weights"]["sequential_5"]
        arrays = {name.decode().removesuffix(":0"): group[name][()] for name in group.attrs["weight_names"]}
    (network,) = (one for one in outer[1]["config"]["layers"] if one["class_name"] == "Functional")
    found = {}
    for layer in network["config"]["layers"]:
        kind, config, name = layer["class_name"], layer["config"], layer["config"]["name"]
        given = [found[one[0]] for one in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else [x]
        value = given[0]
        if kind == "ZeroPadding2D":
            value = np.pad(value, [(0, 0), *config["padding"], (0, 0)])
        elif kind in ("Conv2D", "DepthwiseConv2D"):
            side, step = config["kernel_size"][0], config["strides"][0]
            if config["padding"] == "same":
                value = np.pad(value, [(0, 0), *[(side // 2, side // 2)] * 2, (0, 0)])
            places = np.lib.stride_tricks.sliding_window_view(value, (side, side), axis=(1, 2))
            places = places[:, ::step, ::step]  # (batch, height, width, channels, side, side)
            if kind == "Conv2D":
                value = np.einsum("bhwcij,ijco->bhwo", places, arrays[f"{name}/kernel"], optimize=True)
            else:
                value = np.einsum("bhwcij,ijc->bhwc", places, arrays[f"{name}/depthwise_kernel"][..., 0])
        elif kind == "BatchNormalization":
            scale = arrays[f"{name}/gamma"] / np.sqrt(arrays[f"{name}/moving_variance"] + config["epsilon"])
            value = (value - arrays[f"{name}/moving_mean"]) * scale + arrays[f"{name}/beta"]
        elif kind == "ReLU":
            value = np.clip(value, 0, config["max_value"])
        elif kind == "Add":
            value = given[0] + given[1]
        else:
            assert kind == "InputLayer"
        found[name] = value
    return value.mean(axis=(1, 2))


def test_an_export_of_teachable_machine(real):
    path = real / "teachable_machine_2.4.h5"
    model = zoo.load_model(path)
    x = DRAW.uniform(-1, 1, (1, 224, 224, 3)).astype("float32")
    ((kernel, bias, last),) = arrays_of(path, "sequential_7")
    features = mobile_net(path, x.astype("float64"))
    assert features.shape == (1, 1280)
    close(model, x, softmax(np.maximum(features @ kernel + bias, 0) @ last))
    read = keras.ops.convert_to_numpy(model.layers[0](x, training=False))
    np.testing.assert_allclose(read, features, rtol=1e-3, atol=1e-4)
