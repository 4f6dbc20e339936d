"""The best value of a `ModelCheckpoint`, kept beside its file, and files that are whole or not written at all."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import keras

from zoo._files import atomic_path, sha256, write_text
from zoo._hdf5 import write_hdf5


@dataclass(frozen=True)
class Best:
    """What the file beside a checkpoint says of it.

    Attributes:
        monitor: the metric's name.
        mode: ``"min"`` or ``"max"``.
        value: its value in the epoch that was saved.
        sha256: of the checkpoint.
    """

    monitor: str
    mode: Literal["min", "max"]
    value: float
    sha256: str


def watched(callbacks: Sequence[Any]) -> list[Any]:
    """List the `ModelCheckpoint` callbacks that keep the best epoch in one file of this machine.

    One with ``{epoch}`` in its path never writes over an earlier file.
    """
    return [
        one
        for one in callbacks
        if isinstance(one, keras.callbacks.ModelCheckpoint)
        and one.save_best_only
        and "{" not in one.filepath
        and "://" not in one.filepath
    ]


def record_of(checkpoint: str | os.PathLike[str]) -> Path:
    """Return the path of the record beside a checkpoint: ``best.keras.json`` beside ``best.keras``."""
    return Path(f"{os.fspath(checkpoint)}.json")


def read_best(checkpoint: str | os.PathLike[str]) -> Best | None:
    """Read the record beside a checkpoint; ``None`` where there is none, or none that can be read."""
    try:
        best = Best(**json.loads(record_of(checkpoint).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    sound = best.mode in ("min", "max") and isinstance(best.value, int | float) and math.isfinite(best.value)
    return best if sound else None


def known_best(callback: Any) -> Best | None:
    """Return the record that a callback may go on from: of this very file, this metric and this direction."""
    path = Path(callback.filepath)
    best = read_best(path) if path.is_file() else None
    if best is None or best.monitor != callback.monitor or callback.mode not in ("auto", best.mode):
        return None
    return best if best.sha256 == sha256(path) else None


@contextlib.contextmanager
def keeping_best(callbacks: Sequence[Any]) -> Iterator[None]:
    """Let every `ModelCheckpoint` go on from the best value of an earlier run, and write its files whole.

    Keras forgets the best value with the callback, so that the first epoch of a resumed run replaces the best
    file, however bad it is; and it writes into the file itself, so that a save that is interrupted destroys it.
    Enter this before the callbacks are given their model.

    Args:
        callbacks: all of a fit; others are left alone. ``initial_value_threshold`` is left as it is.

    Examples:
        >>> import numpy as np, tempfile
        >>> path = f"{tempfile.mkdtemp()}/best.keras"
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> best = keras.callbacks.ModelCheckpoint(path, "loss", save_best_only=True)
        >>> with keeping_best([best]):
        ...     _ = model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[best])
        >>> read_best(path).value == best.best
        True
    """
    theirs = [one for one in callbacks if isinstance(one, keras.callbacks.ModelCheckpoint)]
    for callback in watched(theirs):
        if callback.best is None and (known := known_best(callback)) is not None:
            callback.best = known.value
    for callback in theirs:
        callback.set_model = _giving_saver(callback)
    try:
        yield
    finally:
        for callback in theirs:
            vars(callback).pop("set_model", None)
            if isinstance(callback.model, _Saver):
                callback.set_model(callback.model.model)


def _giving_saver(callback: Any) -> Any:
    def set_model(model: keras.Model) -> None:
        type(callback).set_model(callback, _Saver(model, callback))

    return set_model


class _Saver:
    """Stands for a model before a `ModelCheckpoint`: it saves in one step, and notes the best value."""

    def __init__(self, model: keras.Model, callback: Any) -> None:
        vars(self).update(model=model, _callback=callback)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.model, name, value)

    def save(self, filepath: str, **arguments: Any) -> None:
        self._write(self.model.save, filepath, arguments)

    def save_weights(self, filepath: str, **arguments: Any) -> None:
        self._write(self.model.save_weights, filepath, arguments)

    def _write(self, save: Any, filepath: str, arguments: dict[str, Any]) -> None:
        if "://" in filepath or Path(filepath).is_dir():  # no folder of this machine, or one: Keras says so
            save(filepath, **arguments)
            return
        with atomic_path(filepath) as temporary:
            if temporary.suffix in (".h5", ".hdf5"):
                write_hdf5(lambda target: save(target, **arguments), temporary)
            else:
                save(str(temporary), **arguments)
        if self._callback in watched([self._callback]) and self._callback.best is not None:
            mode: Literal["min", "max"] = "min" if self._callback.monitor_op is keras.ops.less else "max"
            best = Best(self._callback.monitor, mode, float(self._callback.best), sha256(filepath))
            write_text(record_of(filepath), json.dumps(asdict(best), indent=2) + "\n")
