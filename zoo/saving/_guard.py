"""No more memory than a file has numbers for, counted as each weight is made and before it is."""

from __future__ import annotations

import contextlib
import contextvars
import math
import operator
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras.src.backend.common.name_scope import current_path

from zoo.errors import UnsafeModelError
from zoo.saving._kinds import beyond

_MOST = 2**63  # of anything; more has too many digits for a sentence
_BYTES = {"8": 1, "16": 2, "32": 4, "64": 8}


@dataclass
class _Purse:
    """The bytes that may still be taken."""

    source: Path
    left: int
    whole: int
    refused: UnsafeModelError | None = None


_PURSE: contextvars.ContextVar[_Purse | None] = contextvars.ContextVar("purse", default=None)
_LOCK = threading.Lock()
_USERS = 0
_ORIGINAL: Any = keras.Variable.__init__


@contextlib.contextmanager
def memory_bound(source: Path, allowed: int) -> Iterator[None]:
    """Refuse the weight that would take more than ``allowed`` bytes together with those before it.

    Keras makes every weight, of layers, optimizers and metrics, as a `keras.Variable`; here each is counted before
    its memory is taken. Other threads are not concerned.

    Raises:
        UnsafeModelError: it would; names the weight and its shape.
    """
    purse = _Purse(source, allowed, allowed)
    token = _PURSE.set(purse)
    _install()
    try:
        yield
    except UnsafeModelError:
        raise
    except Exception:
        if purse.refused is not None:  # Keras wrapped it in a message of its own
            raise purse.refused from None
        raise
    finally:
        _uninstall()
        _PURSE.reset(token)
    if purse.refused is not None:  # or passed over it
        raise purse.refused


def _install() -> None:
    global _USERS
    with _LOCK:
        _USERS += 1
        if _USERS == 1:
            keras.Variable.__init__ = _counting(_ORIGINAL)


def _uninstall() -> None:
    global _USERS
    with _LOCK:
        _USERS -= 1
        if not _USERS:
            keras.Variable.__init__ = _ORIGINAL


def _counting(original: Any) -> Any:
    def __init__(
        self: Any, initializer: Any, shape: Any = None, dtype: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        purse = _PURSE.get()
        if purse is not None and shape is not None:
            place = [current_path(), str(kwargs.get("name") or "weight")]
            _take(purse, shape, dtype, "/".join(filter(None, place)))
        original(self, initializer, shape, dtype, *args, **kwargs)

    return __init__


def _take(purse: _Purse, shape: Any, dtype: Any, name: str) -> None:
    try:
        lengths = [operator.index(length) for length in ((shape,) if isinstance(shape, int) else shape)]
    except TypeError:
        return  # Keras refuses it
    if min(lengths, default=0) < 0:
        return
    numbers = math.prod(min(length, _MOST) for length in lengths)
    wanted = numbers * next((size for bits, size in _BYTES.items() if str(dtype).endswith(bits)), 4)
    purse.left -= wanted
    if purse.left < 0:
        purse.refused = beyond(
            purse.source,
            f"asks for {name!r} of shape {tuple(min(length, _MOST) for length in lengths)}, {wanted:,} bytes, and "
            f"holds the numbers for no such weight: with those before it that is more than {purse.whole:,} bytes",
            "memory",
        )
        raise purse.refused
