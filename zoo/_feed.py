"""How rows go into a Keras model: numbers as they are, text as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo._lazy import keras
from zoo.errors import InputError


def feed(value: Any) -> Any:
    """Return arrays in the form that Keras takes: NumPy's text becomes tensors of strings.

    `fit`, `evaluate` and `predict` of Keras 3 refuse an array of text ("Invalid dtype: str64") and take
    the tensor that is made of it.

    Args:
        value: an array, or a list or dictionary of arrays.

    Raises:
        InputError: there is text, and the backend is one that knows none.

    Examples:
        >>> import numpy as np
        >>> feed({"town": np.array(["Riga"]), "size": np.ones(1)})["town"].dtype
        tf.string
    """
    if isinstance(value, Mapping):
        return {name: feed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [feed(item) for item in value]
    if getattr(getattr(value, "dtype", None), "kind", "") == "U":
        if keras.config.backend() != "tensorflow":
            raise InputError(
                f"Only the TensorFlow backend reads text, and this is {keras.config.backend()}: set "
                "KERAS_BACKEND=tensorflow, or turn the words into numbers first."
            )
        return keras.ops.convert_to_tensor(value)
    return value
