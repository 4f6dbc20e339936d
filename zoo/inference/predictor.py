"""Predictions without the wait: a model compiled for a few numbers of rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Literal

import keras
import numpy as np

from zoo.errors import InputError, UnknownNameError, did_you_mean
from zoo.inference._inputs import Inputs
from zoo.inference._runners import Runner, runner_of

RUNTIMES = ("keras", "onnx")


def predictor(
    model: keras.Model,
    batch_sizes: Iterable[int] = (1, 32, 256),
    *,
    runtime: Literal["keras", "onnx"] = "keras",
) -> Predictor:
    """Return a function that gives what ``model.predict`` gives, hundreds of times sooner for a few rows.

    ``model.predict`` builds a pipeline for each call, which takes tens of milliseconds, however small the
    network. Here the network is compiled for each number of rows in ``batch_sizes``, when that is first needed,
    and a call does nothing but run it.

    Args:
        model: a functional or Sequential `keras.Model`, or any that knows its inputs.
        batch_sizes: the numbers of rows to compile for. Rows between two of them are filled up to the larger by
            repeating the last row, and the answers to the repeated rows are dropped; more rows than the largest go
            in parts of it.
        runtime: ``"keras"`` runs on Keras' backend and sees the weights as they are at each call, so that
            training may go on. ``"onnx"`` runs ONNX Runtime, several times sooner again for one row; its
            weights are the ones at construction. It takes any number of rows up to the largest as it comes.

    Returns:
        A `Predictor`, which may be called from several threads.

    Raises:
        InputError: the model does not know its inputs, or ``batch_sizes`` are no counts.
        UnknownNameError: there is no such runtime.
        MissingPackageError: ``runtime="onnx"``, and a package for it is not installed.

    Examples:
        >>> import numpy as np, zoo
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> predict = zoo.predictor(model)
        >>> predict(np.ones((2, 4))).shape
        (2, 3)
        >>> predict(np.ones(4))
        Traceback (most recent call last):
        zoo.errors.InputError: x of the data has the shape (4,); ... use x[np.newaxis]. ...
    """
    return Predictor(model, batch_sizes, runtime=runtime)


class Predictor:
    """A model compiled for a few numbers of rows; `zoo.predictor` makes it.

    Calling it takes an array ``(rows, ...)``; a model with several inputs takes a list or tuple in the order of
    ``model.inputs``, or a dictionary by name. It returns NumPy arrays in the form that ``model.predict`` gives.

    Attributes:
        model: the model.
        batch_sizes: the numbers of rows that it is compiled for, ascending.
    """

    def __init__(
        self, model: keras.Model, batch_sizes: Iterable[int] = (1, 32, 256), *, runtime: str = "keras"
    ) -> None:
        self.model = model
        self._inputs = Inputs(model)
        fixed = model.inputs[0].shape[0]
        self.batch_sizes = _sizes(batch_sizes if fixed is None else (fixed,))
        if runtime not in RUNTIMES:
            hint = did_you_mean(runtime, RUNTIMES) or f" There are {', '.join(RUNTIMES)}."
            raise UnknownNameError(f"No runtime {runtime!r}.{hint}")
        self._fills = runtime == "keras"
        self._compile: Callable[[int], Runner]
        if self._fills:
            self._compile = lambda size: runner_of(model, self._inputs, size)
        else:
            from zoo.inference._onnx import onnx_runner

            runner = onnx_runner(model, self._inputs)
            self._compile = lambda size: runner
        self._runners: dict[int, Runner] = {}
        self._lock = threading.Lock()

    def __call__(self, x: Any) -> Any:
        """Return the predictions for some rows.

        Raises:
            InputError: the rows do not fit the model; says so as `zoo.predict` does.
        """
        arrays = self._inputs.arrange(x)
        rows = len(arrays[0])
        runner = self._runners.get(rows)
        if runner is not None:
            return runner.pack(runner.run(arrays))
        return self._in_parts(arrays, rows)

    def _in_parts(self, arrays: list[np.ndarray], rows: int) -> Any:
        """Predict a number of rows that nothing is compiled for yet, or that is none of the sizes."""
        if not rows:  # a row that nobody sees, for the shapes of what comes out
            runner, none = self._runner(self.batch_sizes[0]), self._inputs.nothing(self.batch_sizes[0])
            return runner.pack([output[:0].copy() for output in runner.run(none)])
        parts, largest = [], self.batch_sizes[-1]
        for first in range(0, rows, largest):
            part = [array[first : first + largest] for array in arrays]
            count = min(largest, rows - first)
            size = next(size for size in self.batch_sizes if size >= count)
            runner = self._runner(size)
            if count == size or not self._fills:
                parts.append(runner.run(part))
            else:
                filled = runner.run([_filled(array, size) for array in part])
                parts.append([output[:count] for output in filled])
        return runner.pack([np.concatenate(outputs) for outputs in zip(*parts, strict=True)])

    def _runner(self, size: int) -> Runner:
        with self._lock:  # two threads that need the same size compile it once
            if size not in self._runners:
                self._runners[size] = self._compile(size)
            return self._runners[size]

    def __repr__(self) -> str:
        return f"Predictor({self.model.name!r}, batch_sizes={self.batch_sizes})"


def _sizes(batch_sizes: Iterable[int]) -> tuple[int, ...]:
    sizes = tuple(batch_sizes)
    if not sizes or any(not isinstance(size, int | np.integer) or size < 1 for size in sizes):
        raise InputError(f"batch_sizes must be whole numbers from 1 on, such as (1, 32, 256); got {sizes}.")
    return tuple(sorted({int(size) for size in sizes}))


def _filled(array: np.ndarray, size: int) -> np.ndarray:
    """Return rows filled up by the last of them: a row of zeros may be none that the network can take."""
    filled = np.empty((size, *array.shape[1:]), array.dtype)
    filled[: len(array)], filled[len(array) :] = array, array[-1]
    return filled
