"""What all variables of a training were while every number was finite, kept at next to no cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from zoo.training._model_weights import is_finite, numbers

_MOST = 512 * 2**20  # bytes of variables, beyond which nothing is kept
_LEAST = 0.2  # seconds from one keeping to the next
_SHARE = 200  # times as long as keeping takes, training goes on in between


class LastGood:
    """Values of variables, with the step before which they had them.

    TensorFlow and JAX copy nothing here: the values are held, and what changes a variable next makes a new one.

    Args:
        variables: lists all that a step changes.
        weights: lists those that are learned, which must be finite to be good.

    Attributes:
        step: the step before which the values were as they are kept, counted from the first step of all.
    """

    def __init__(self, variables: Callable[[], Sequence[Any]], weights: Callable[[], Sequence[Any]]) -> None:
        self._list, self._weights = variables, weights
        self._kept: list[tuple[Any, Any]] = []
        self._next = 0.0
        self.step = 0

    @property
    def is_due(self) -> bool:
        """Whether it is time to keep the values again."""
        return time.perf_counter() >= self._next

    def keep(self, step: int) -> bool:
        """Keep the values before a step, where the weights are finite; say whether they are."""
        begin = time.perf_counter()
        if not (finite := all_finite(self._weights())):
            return False
        variables = self._list()
        if sum(4 * int(np.prod(one.shape)) for one in variables) > _MOST:
            self._next = float("inf")
            return finite
        self._kept = [(variable, _held(variable)) for variable in variables]
        self.step = step
        end = time.perf_counter()
        self._next = end + max(_LEAST, _SHARE * (end - begin))
        return finite

    def restore(self) -> bool:
        """Give the variables the values that were kept; say whether there are any."""
        for variable, value in self._kept:
            variable.assign(value)
        return bool(self._kept)


def all_finite(variables: Sequence[Any]) -> bool:
    """Say whether no variable holds NaN or infinity."""
    return not first_not_finite(variables)


def first_not_finite(variables: Sequence[Any]) -> str:
    """Return the path of the first variable that holds NaN or infinity, or nothing."""
    for variable in variables:
        if not is_finite(numbers(variable)):
            return str(variable.path)
    return ""


def _held(variable: Any) -> Any:
    backend = keras.config.backend()
    if backend == "tensorflow":
        return (variable if hasattr(variable, "read_value") else variable.value).read_value()
    return variable.value.clone() if backend == "torch" else variable.value
