"""The file of a checkpoint: a document and its arrays, whole or not at all, and one process at a time."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zoo._files import atomic_path, leftovers
from zoo.errors import BrokenModelError, InputError

_NAME = "checkpoint.npz"
_VERSION = 1
_HALF = "bfloat16"  # which NumPy's files know as two bytes of nothing


class CheckpointFile:
    """One file in a folder, which a training process has to itself.

    Args:
        folder: where; it is made when the file is first written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._held: int | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / _NAME

    def read(self) -> tuple[dict[str, Any], list[np.ndarray]] | None:
        """Return the document and its arrays; ``None`` where there is no file.

        Raises:
            BrokenModelError: the file is damaged, or not one of these.
        """
        if not self.path.is_file():
            return None
        try:
            with self.path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                document = json.loads(file["document"].tobytes())
                halves = set(document["halves"])
                arrays = [
                    _as_half(file[f"array_{place}"]) if place in halves else file[f"array_{place}"]
                    for place in range(document["arrays"])
                ]
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise BrokenModelError(
                f"{self.path} is no checkpoint of a training, or a damaged one ({error}). Delete {self.folder} to "
                "begin anew."
            ) from error
        if document.get("version") != _VERSION:
            raise BrokenModelError(
                f"{self.path} was written by another version of the zoo. Delete {self.folder} to begin anew."
            )
        return document, arrays

    def write(self, document: dict[str, Any], arrays: Sequence[np.ndarray]) -> None:
        """Replace the file by a new one, which is on the disk before the old one goes.

        Raises:
            OSError: it cannot be written; the old one is left.
            InputError: another process is training with it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.hold()
        halves = [place for place, array in enumerate(arrays) if array.dtype.name == _HALF]
        document = {**document, "version": _VERSION, "arrays": len(arrays), "halves": halves}
        named: dict[str, Any] = {
            f"array_{place}": array.view("uint16") if place in halves else array
            for place, array in enumerate(arrays)
        }
        told = np.frombuffer(json.dumps(document).encode(), "uint8")
        with atomic_path(self.path) as temporary:
            np.savez(temporary, document=told, **named)

    def close(self) -> None:
        """Let other processes have it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def hold(self) -> None:
        """Keep other processes out as long as this one lives, and clear away what one that was killed has left.

        Raises:
            InputError: another process is training with it.
        """
        if self._held is not None or os.name != "posix" or not self.folder.is_dir():
            return
        import fcntl

        held = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise InputError(
                f"Another process is training with the checkpoint {self.folder}. Let it end, or pass another folder."
            ) from None
        except OSError:  # a file system that knows no locks
            os.close(held)
            return
        self._held = held
        for left, *_ in leftovers(self.path):
            with contextlib.suppress(OSError):
                left.unlink()


def _as_half(array: np.ndarray) -> np.ndarray:
    import ml_dtypes

    return array.view(ml_dtypes.bfloat16)
