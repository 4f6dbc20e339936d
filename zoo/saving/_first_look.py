"""A file of HDF5 is read in another process first: wrong bytes can bring that library down, or never let it end."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import h5py
import numpy as np

from zoo.saving._kinds import beyond, broken
from zoo.saving._limits import Limits, MiB
from zoo.saving.documents import opened, pieces

_SECONDS = 4  # of the processor, for a small file; Keras' largest model of 460 MB takes one
_START = 120  # seconds by the clock, for a Python to start on a busy machine
_RATE = 20 * MiB  # bytes a second that the slowest disk reads
_MEMORY = 512 * MiB  # beside what the file itself takes
_DIED, _ENDLESS, _VAST = "died", "endless", "vast"


class _Reader:
    """The other process, which reads one file at a time and says whether it came through."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ready = False

    def start(self) -> None:
        """Begin to start it, where it does not run; nobody waits for it here."""
        with self._lock:
            self._start()

    def verdict(self, path: Path, limits: Limits) -> str:
        """Return what became of it over a file, ``""`` where it came through."""
        with self._lock:
            self._start()
            if not self._ready:
                self._ready = self._answer(_START) is not None
                if not self._ready:
                    raise OSError(f"{sys.executable} cannot be started a second time")
            seconds = _SECONDS + path.stat().st_size / _RATE
            return self._ask(json.dumps([str(path.resolve()), seconds, dataclasses.asdict(limits)]), seconds)

    def end(self) -> int:
        """End it, and return how it ended."""
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return 0
        assert process.stdin
        assert process.stdout
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            code = process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdout.close()
        return code

    def forget(self) -> None:
        """Leave the process to the one that started it, after a fork."""
        _OTHERS.append(self._process)
        self._lock, self._process, self._ready = threading.Lock(), None, False

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.end()
        roots = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": roots},
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us, and ends it through us
        )

    def _ask(self, question: str, seconds: float) -> str:
        assert self._process
        assert self._process.stdin
        try:
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
            answer = self._answer(_START + 10 * seconds)
        except BrokenPipeError:
            answer = None
        except BaseException:  # Ctrl-C: the answer that is still to come is for nobody
            self._process.kill()
            self.end()
            raise
        if answer is not None:
            return answer
        code = self.end()
        late = {-getattr(signal, name) for name in ("SIGPROF", "SIGKILL") if hasattr(signal, name)}
        return _ENDLESS if code in late else _DIED

    def _answer(self, seconds: float) -> str | None:
        """Return the next line that it writes, None where it ends before, or takes so long that it is ended."""
        assert self._process
        assert self._process.stdout
        clock = threading.Timer(seconds, self._process.kill)
        clock.daemon = True
        clock.start()
        try:
            line = self._process.stdout.readline()
        finally:
            clock.cancel()
        return line.strip() if line else None


_OTHERS: list[Any] = []  # of a process that forked; ending them is its business
_READER = _Reader()
atexit.register(_READER.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_READER.forget)


def prepare() -> None:
    """Start the other process, while this one imports Keras."""
    with contextlib.suppress(OSError):
        _READER.start()


def look_first(path: Path, limits: Limits) -> None:
    """Read all of a file's HDF5 in another process, and refuse the file over which that ends.

    Files that are broken in a way that can be told pass, since whoever reads them next tells it better.

    Raises:
        BrokenModelError: the HDF5 library crashes over it, or does not come to an end.
        UnsafeModelError: it takes far more memory to read than it has bytes.
    """
    try:
        told = _READER.verdict(path, limits)
    except OSError as error:
        warnings.warn(
            f"{path.name} is read without a look at it in another process first ({error}).", stacklevel=2
        )
        return
    if told == _VAST:
        raise beyond(path, "holds text that takes far more memory than the file has bytes", "attribute_bytes")
    if told == _DIED:
        raise broken(path, "the HDF5 library crashed over it, in a process of its own, as over damaged bytes")
    if told == _ENDLESS:
        raise broken(path, "the HDF5 library found no end in it, as over damaged bytes")


# -- in the other process ----------------------------------------------------------------------------------


def serve() -> None:
    """Read the files that are named on standard input, and say of each what became of it."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    _say(answers, "ready")
    for question in sys.stdin:
        path, seconds, limits = json.loads(question)
        allowed = Limits(**limits)
        with _bounded(Path(path), seconds, allowed):
            told = _read(Path(path), allowed)
        _say(answers, told)


def _read(path: Path, limits: Limits) -> str:
    try:
        with opened(path, limits) as (_, file, arrays):
            texts = 0
            for place in ("/", *_places(file)):
                for value in _attributes(file[place]):
                    texts += _bytes_of(value)
                    if texts > max(limits.attribute_bytes, limits.slack):
                        return _VAST
            for array in arrays:
                for _ in pieces(file[array.place]):
                    pass
    except Exception as error:  # what is broken otherwise is told by whoever reads it next
        return _VAST if _of_memory(error) else ""
    return ""


def _places(file: h5py.File) -> list[str]:
    places: list[str] = []
    file.visit(places.append)
    return places


def _attributes(thing: h5py.Group | h5py.Dataset) -> list[object]:
    found = []
    for name in thing.attrs:
        try:
            found.append(thing.attrs[name])
        except Exception as error:
            if _of_memory(error):
                raise
    return found


def _of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or "alloc" in str(error)  # HDF5 has no kind of error for it


def _bytes_of(value: object) -> int:
    if isinstance(value, np.ndarray) and value.dtype == object:
        return sum(len(text) for text in value.flat if isinstance(text, str | bytes))
    return len(value) if isinstance(value, str | bytes) else int(getattr(value, "nbytes", 0))


@contextlib.contextmanager
def _bounded(path: Path, seconds: float, limits: Limits) -> Iterator[None]:
    """Let this process take so many seconds of the processor and no more, and so much memory."""
    with contextlib.ExitStack() as stack:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, seconds)  # the signal that comes then ends the process
            stack.callback(signal.setitimer, signal.ITIMER_PROF, 0)
        with contextlib.suppress(ImportError, OSError, ValueError):
            import resource

            pages = int(Path("/proc/self/statm").read_text().split()[0])
            allowed = pages * resource.getpagesize() + _MEMORY
            allowed += 4 * path.stat().st_size + 16 * limits.attribute_bytes
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
        yield


def _say(answers: TextIO, told: str) -> None:
    answers.write(told + "\n")
    answers.flush()
