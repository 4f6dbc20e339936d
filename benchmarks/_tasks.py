"""What the benchmarks train: rows, and a compiled model for every builder of the registry."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any

import zoo
from zoo._lazy import keras, np  # which PyTorch's side must not wake

SPARSE = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Task:
    """A network, what it learns from, and how.

    Attributes:
        sizes: of its layers, for the libraries that have none of Keras' models; () where there are others.
        x: inputs.
        y: targets.
        batch_size: rows a step.
        rate: Adam's learning rate.
        loss: Keras' name.
        network: the builder and its arguments.
    """

    sizes: tuple[int, ...]
    x: np.ndarray
    y: np.ndarray
    batch_size: int
    rate: float
    loss: str
    network: tuple[str, dict[str, Any]]

    def model(self, seed: int = 0) -> keras.Model:
        """Return the network as Keras has it, compiled."""
        name, arguments = self.network
        model = zoo.create_model(name, seed=seed, **arguments)
        model.compile(keras.optimizers.Adam(self.rate), self.loss)
        return model


def two_numbers(rows: int = 1000, width: int = 25) -> Task:
    """The deck's network of two hidden layers, on a bowl: y = x1^2 + x2^2."""
    x = np.random.default_rng(0).uniform(-1, 1, (rows, 2)).astype("float32")
    y = (x**2).sum(axis=1, keepdims=True).astype("float32")
    arguments = {"input_shape": (2,), "num_outputs": 1, "hidden": (width, width)}
    return Task((2, width, width, 1), x, y, 100, 1e-2, "mse", ("mlp", arguments))


def mnist_rows(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return so many of MNIST's digits; random ones with labels that can be learned where it is not here."""
    with contextlib.suppress(zoo.errors.MissingFileError):
        train = zoo.load_dataset("mnist").train
        return np.asarray(train.x[:rows], "float32"), np.asarray(train.y[:rows])
    random = np.random.default_rng(0)
    y = random.integers(10, size=rows)
    x = random.random((rows, 28, 28, 1), dtype="float32") * 0.5
    x[np.arange(rows), 2 * y, :, 0] += 0.5
    return x, y


def mnist_mlp(rows: int = 10_000, hidden: tuple[int, ...] = (128,), batch_size: int = 32) -> Task:
    """MNIST by one or more hidden layers."""
    x, y = mnist_rows(rows)
    arguments = {"input_shape": (784,), "num_classes": 10, "hidden": hidden}
    flat = x.reshape(len(x), 784)
    return Task((784, *hidden, 10), flat, y, batch_size, 1e-3, SPARSE, ("mlp", arguments))


def digits_cnn() -> Task:
    """The registry's convolutional network on scikit-learn's digits."""
    train = zoo.load_dataset("digits").train
    x = np.asarray(train.x, "float32")
    arguments = {"input_shape": x.shape[1:], "num_classes": 10}
    return Task((), x, np.asarray(train.y), 64, 1e-3, SPARSE, ("cnn", arguments))


def any_model(name: str, rows: int) -> tuple[keras.Model, Any, Any]:
    """Return a builder's example, compiled, with random rows of its kind."""
    info, random = zoo.model_info(name), np.random.default_rng(0)
    model = zoo.create_model(name, seed=0, **info.example)
    x = {tensor.name: _inputs(tensor, rows, random) for tensor in model.inputs}
    x = x if len(x) > 1 else next(iter(x.values()))
    if info.task == "generation" and not getattr(model, "needs_targets", True):
        model.compile()
        return model, random.random((rows, *info.example["input_shape"]), dtype="float32"), None
    targets, losses = _targets(model, info.task, x, rows, random)
    model.compile("adam", losses)
    return model, x, targets


def _inputs(tensor: Any, rows: int, random: np.random.Generator) -> np.ndarray:
    if tensor.dtype == "string":
        return np.full((rows, *tensor.shape[1:]), "park")
    *places, last = tensor.shape[1:]
    return random.random((rows, *(size or 28 for size in places), last or 1), dtype="float32")


def _targets(
    model: keras.Model, task: str, x: Any, rows: int, random: np.random.Generator
) -> tuple[Any, Any]:
    """Return targets of the outputs' shapes, and losses for them: classes where the output is a probability."""
    outputs = {"": model.outputs[0]} if len(model.outputs) == 1 else model.output
    if isinstance(outputs, list | tuple):
        outputs = dict(zip(model.output_names, outputs, strict=True))
    y, losses = {}, {}
    for key, tensor in outputs.items():
        units = tensor.shape[-1]
        classes = len(tensor.shape) == 2 and units > 1 and _is_softmax(tensor)
        y[key] = (
            random.integers(units, size=rows)
            if classes
            else random.random((rows, *tensor.shape[1:]), "float32")
        )
        losses[key] = SPARSE if classes else "mse"
    return (y, losses) if len(y) > 1 else (next(iter(y.values())), next(iter(losses.values())))


def _is_softmax(tensor: Any) -> bool:
    made_by = tensor._keras_history.operation
    return getattr(getattr(made_by, "activation", None), "__name__", "") == "softmax"


def train(side: str, model: keras.Model, x: Any, y: Any, *, epochs: int, batch_size: int) -> float:
    """Train by `zoo.fit` or by Keras' own `fit`, and return the seconds that it took."""
    begin = time.perf_counter()
    if side == "zoo":
        zoo.fit(model, x, y, epochs=epochs, batch_size=batch_size, verbose=0, checks="off")
    else:
        # Keras takes words as tensors alone.
        x = keras.tree.map_structure(
            lambda a: keras.ops.convert_to_tensor(a) if a.dtype.kind == "U" else a, x
        )
        model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)
    return time.perf_counter() - begin
