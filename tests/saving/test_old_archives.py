"""Archives of Keras 2, and HDF5 that was called .keras, open and compute what they did."""

import io
import json
import zipfile

import h5py
import keras
import numpy as np
from old_files import (
    Numbers,
    answers,
    close,
    functional,
    layer,
    lstm,
    rows,
    sequential,
    write_h5,
)

import zoo

DENSE = sequential(layer("Dense", "d", units=2, batch_input_shape=[None, 3]))


def test_up_to_2_12_a_file_called_keras_is_hdf5_and_opens(tmp_path):
    numbers = {"d": Numbers().named("d", kernel=(3, 2), bias=(2,))}
    path = write_h5(tmp_path / "old.keras", DENSE, numbers, version="2.12.0")
    same = write_h5(tmp_path / "old.h5", DENSE, numbers, version="2.12.0")
    x = rows(3)
    np.testing.assert_array_equal(answers(zoo.load_model(path), x), answers(zoo.load_model(same), x))
    assert zoo.inspect_model(path).problems == ()


# -- archives of Keras 2 ------------------------------------------------------------------------------------


def test_an_archive_of_keras_2(tmp_path):
    """Its numbers stand under the classes of layers, counted in the order of the file."""
    draw = Numbers()
    layers = [
        (layer("InputLayer", "a", batch_input_shape=[None, 2, 3], dtype="float32"), []),
        (layer("Dense", "second", units=3), [[["a", 0, 0, {}]]]),
        (
            layer("LSTM", "l", units=2, recurrent_activation="sigmoid", time_major=False),
            [[["second", 0, 0, {}]]],
        ),
        (layer("Dense", "first", units=2), [[["l", 0, 0, {}]]]),
    ]
    config = functional(layers, ["a"], ["first"], class_name="Functional")
    for one in config["config"]["layers"]:
        one |= {"module": "keras.layers", "registered_name": None, "build_config": {"input_shape": [None, 3]}}
    optimizer = {
        "module": "keras.optimizers",
        "class_name": "SGD",
        "config": {"learning_rate": 0.5, "momentum": 0.9},
    }
    config |= {
        "module": "keras.src.engine.functional",
        "compile_config": {"optimizer": optimizer, "loss": "mse"},
    }
    arrays = {
        "dense": [draw(3, 3), draw(3)],
        "lstm/cell": [draw(3, 8), draw(2, 8), draw(8)],
        "dense_1": [draw(2, 2), draw(2)],
    }
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, some in arrays.items():
            for number, array in enumerate(some):
                file[f"layers/{name}/vars/{number}"] = array
        file["optimizer/vars/0"] = np.int64(5)
        for number, array in enumerate([one for some in arrays.values() for one in some]):
            file[f"optimizer/vars/{number + 1}"] = array
    with zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.14.0"}))
        archive.writestr("model.weights.h5", buffer.getvalue())
    loaded = zoo.load_model(tmp_path / "old.keras")
    x = rows(2, 3)
    (w1, b1), cell, (w2, b2) = arrays.values()
    close(loaded, x, lstm(x @ w1 + b1, *cell)[:, -1] @ w2 + b2)
    assert int(loaded.optimizer.iterations) == 5
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(loaded.optimizer.variables[2]), w1)
