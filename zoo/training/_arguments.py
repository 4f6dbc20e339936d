"""Checks of arguments that training and its callbacks share."""

from __future__ import annotations

from typing import Any

import keras

from zoo.errors import InputError


def at_least(name: str, value: int, least: int = 1) -> None:
    """Refuse what is no whole number of ``least`` or more.

    Raises:
        InputError: names the argument and the value.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of {least} or more; got {value!r}.")


def positive(name: str, value: float) -> float:
    """Return a number above 0, or refuse it.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise InputError(f"{name} must be a number above 0; got {value!r}.")
    return float(value)


def as_list(callbacks: Any) -> list[keras.callbacks.Callback]:
    """Return callbacks as a list: none, one, or several."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]
