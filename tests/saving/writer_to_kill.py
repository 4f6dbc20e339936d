"""Writers of a model's file, one after another, each killed in the middle of its work.

Importing Keras takes seconds, so one process imports it and forks the writers. A fork of TensorFlow can read weights
and write files; it cannot compute, so a writer does not open what it wrote.
"""

import json
import os
import random
import signal
import sys
import time
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

import zoo

VALUES = (1.0, 2.0)


def filled(value):
    model = keras.Sequential([keras.Input((200,)), keras.layers.Dense(300), keras.layers.Dense(50)])
    model.set_weights([np.full(weight.shape, value, "float32") for weight in model.get_weights()])
    return model


def values(path):
    """Every number in the file's arrays; fails where the file is not whole."""
    source = path
    if path.suffix == ".keras":
        archive = zipfile.ZipFile(path)
        assert archive.testzip() is None
        source = archive.open("model.weights.h5")
    found, count = set(), 0
    with h5py.File(source) as file:
        arrays = []
        file.visititems(
            lambda _, thing: arrays.append(thing[()]) if isinstance(thing, h5py.Dataset) else None
        )
    for array in arrays:
        found |= set(np.unique(array).tolist())
        count += array.size
    assert count == 200 * 300 + 300 + 300 * 50 + 50
    return found


def write_for_ever(models, path):
    try:
        while True:
            for model in models:
                zoo.save_model(model, path, check=False)
    finally:
        os._exit(0)


def end(writer, sign):
    """Send a signal until the writer is gone: Keras and h5py let one Ctrl-C in some hundred pass unheard."""
    while os.waitpid(writer, os.WNOHANG) == (0, 0):
        os.kill(writer, sign)
        for _ in range(100):
            if os.waitid(os.P_PID, writer, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.01)


def main(folder, suffix, kills, sign):
    path, draw = Path(folder) / f"model{suffix}", random.Random(0)
    models = [filled(value) for value in VALUES]
    begin = time.perf_counter()
    for model in models:
        zoo.save_model(model, path, check=False)
    seconds = (time.perf_counter() - begin) / len(models)
    told = {"killed": 0, "halfway": 0, "seen": []}
    for _ in range(kills):
        writer = os.fork()
        if writer == 0:
            write_for_ever(models, path)
        time.sleep(draw.uniform(0.2, 4) * seconds)
        end(writer, getattr(signal, sign))
        found = values(path)
        assert len(found) == 1, f"a mixture of two models: {found}"
        told["seen"] = sorted({*told["seen"], *found})
        told["halfway"] += len(list(path.parent.iterdir())) > 1
        told["killed"] += 1
    told["opened"] = zoo.load_model(path).count_params()
    zoo.save_model(models[0], path)
    told["left"] = [file.name for file in path.parent.iterdir()]
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
