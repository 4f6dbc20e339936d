"""Checks of arguments: each raises an InputError that says what was expected and what came."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from zoo.errors import InputError, did_you_mean


def one_of(name: str, value: object, options: Iterable[str]) -> None:
    """Expect ``value`` to be one of ``options``."""
    known = list(options)
    if value not in known:
        listed = ", ".join(map(repr, known))
        raise InputError(f"{name} must be one of {listed}; got {value!r}.{did_you_mean(str(value), known)}")


def positive(**arguments: float) -> None:
    """Expect positive finite numbers."""
    for name, value in arguments.items():
        if not (isinstance(value, Real) and 0 < value < math.inf):
            raise InputError(f"{name} must be a positive number; got {value!r}.")


def not_negative(**arguments: float) -> None:
    """Expect numbers that are zero or positive."""
    for name, value in arguments.items():
        if not (isinstance(value, Real) and value >= 0):
            raise InputError(f"{name} must be zero or a positive number; got {value!r}.")


def below_one(**arguments: float) -> None:
    """Expect numbers from 0 to below 1."""
    for name, value in arguments.items():
        if not (isinstance(value, Real) and 0 <= value < 1):
            raise InputError(f"{name} must be a number from 0 to below 1; got {value!r}.")


def whole(**arguments: int) -> None:
    """Expect the numbers 1, 2, 3, ..."""
    for name, value in arguments.items():
        if not (isinstance(value, Integral) and value >= 1):
            raise InputError(f"{name} must be a whole number, 1 or more; got {value!r}.")


def numbers(name: str, value: object) -> Any:
    """Expect numbers, and return them as a float64 array of their own."""
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers; got {value!r}.") from None
