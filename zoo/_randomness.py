"""The states of random numbers that others draw from."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator

import numpy as np


@contextlib.contextmanager
def untouched_randomness() -> Iterator[None]:
    """Put the random state of Python, NumPy and a PyTorch that is there back afterwards.

    Examples:
        >>> with untouched_randomness():
        ...     inside = random.random()
        >>> inside == random.random()
        True
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - what others draw from
    torch = sys.modules.get("torch")
    theirs = torch.random.get_rng_state() if torch is not None else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        if torch is not None:
            torch.random.set_rng_state(theirs)
