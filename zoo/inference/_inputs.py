"""What a model takes, looked up once, so that a call costs no more than a glance at shape and type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from zoo._ends import input_names
from zoo.errors import InputError
from zoo.training._task import prediction_task
from zoo.training.checks.wording import fits, with_rows
from zoo.training.preflight import findings, tell


class Inputs:
    """A model's inputs, in the order of ``model.inputs``.

    Attributes:
        tensors: the symbolic inputs.
        names: by which a dictionary gives them.

    Raises:
        InputError: the model does not know its inputs.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self.tensors = list(getattr(model, "inputs", None) or [])
        if not self.tensors:
            raise InputError(
                f"{model.name} does not say what goes in, so nothing can be compiled for it. Say it: "
                "x = keras.Input(shape); zoo.predictor(keras.Model(x, model(x)))."
            )
        self.names = input_names(model)
        self._tails = [tuple(tensor.shape[1:]) for tensor in self.tensors]
        # Text stays as it comes; numbers become what Keras would make of them.
        self._dtypes = [None if t.dtype == "string" else np.dtype(t.dtype) for t in self.tensors]
        struct = getattr(model, "_inputs_struct", None)
        self._struct = self.tensors[0] if struct is None else struct

    def arrange(self, x: Any) -> list[np.ndarray]:
        """Return an array for each input, of the right shape and type, all with as many rows.

        Raises:
            InputError: they do not fit.
        """
        if isinstance(x, Mapping):
            given = [x.get(name) for name in self.names] if len(x) == len(self.names) else []
        else:
            given = list(x) if isinstance(x, list | tuple) else [x]
        if len(given) != len(self.tensors) or any(value is None for value in given):
            raise self._refusal(x)
        arrays = [
            value
            if type(value) is np.ndarray and value.dtype == dtype and value.shape[1:] == tail and value.ndim
            else self._made_fit(x, value, dtype, tail)
            for value, dtype, tail in zip(given, self._dtypes, self._tails, strict=True)
        ]
        if len(arrays) > 1 and len({len(array) for array in arrays}) > 1:
            raise self._refusal(x)
        return arrays

    def packed(self, tensors: Any) -> Any:
        """Return one tensor an input in the form that the model is called with."""
        return keras.tree.pack_sequence_as(self._struct, list(tensors))

    def nothing(self, rows: int) -> list[np.ndarray]:
        """Return rows of zeros, or of empty text; a size that is free is 1."""
        return [
            np.zeros((rows, *(size or 1 for size in tail)), "U1" if dtype is None else dtype)
            for dtype, tail in zip(self._dtypes, self._tails, strict=True)
        ]

    def _made_fit(
        self, x: Any, value: Any, dtype: np.dtype | None, tail: tuple[int | None, ...]
    ) -> np.ndarray:
        """Return a value as an array of the input's type and rank, as ``model.predict`` makes it."""
        array = np.asarray(value)
        text = array.dtype.kind in "USO"
        if dtype is None and not text:
            raise self._refusal(x)
        if dtype is not None:
            try:
                # Keras rounds numbers with a point to its own float type first.
                single = array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array
                with np.errstate(invalid="ignore", over="ignore"):
                    array = single.astype(dtype)
            except (TypeError, ValueError) as error:
                raise self._refusal(x) from error
        got = array.shape[1:]
        if array.ndim and fits(got, tail):
            return array
        if array.ndim and fits((*got, 1), tail):
            return array[..., np.newaxis]
        if array.ndim and got[-1:] == (1,) and fits(got[:-1], tail):
            return array[..., 0]
        raise self._refusal(x)

    def _refusal(self, x: Any) -> InputError:
        """Say what is wrong with some rows: as the checks of `zoo.predict` do, where they see it."""
        tell(findings(prediction_task(self._model, x)), "auto")
        expected = ", ".join(
            f"{name} {tensor.dtype} {with_rows(tuple(tensor.shape[1:]))}"
            for name, tensor in zip(self.names, self.tensors, strict=True)
        )
        kind = f"an array of {x.dtype} {x.shape}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
        return InputError(
            f"The model takes {expected}, an array each with as many rows, as a list or a dictionary where there "
            f"are several; got {kind} that is none of these."
        )
