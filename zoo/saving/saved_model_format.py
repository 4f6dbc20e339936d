"""TensorFlow's SavedModel, a folder: its writer and its reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from zoo._ends import packed
from zoo.saving._flat import predicting

SUFFIX = ""
EXTRA = ""


def needed() -> tuple[str, ...]:
    """Return the packages that this format takes."""
    return ("tensorflow",)


def write(model: keras.Model, path: Path) -> None:
    """Write a model into the folder ``path``; its endpoint ``serve`` takes and gives what the model does."""
    predicting(model).export(path, format="tf_saved_model", verbose=False)


def reader(model: keras.Model, path: Path) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    """Return what runs a folder on an array for each of the model's inputs, and gives one for each output."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))

    def run(arrays: list[np.ndarray]) -> list[np.ndarray]:
        outputs = loaded.serve(packed(model, [tf.convert_to_tensor(array) for array in arrays]))
        return [output.numpy() for output in keras.tree.flatten(outputs)]

    return run


def reason(error: Exception) -> str:
    """Say in words what the format has no form for: TensorFlow's own message does."""
    return ""


def notes(path: Path) -> tuple[str, ...]:
    """Return what else a reader of the folder should know: nothing."""
    return ()
