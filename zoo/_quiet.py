"""Silence for the lines that C++ libraries write past Python."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Hold back what is written to the process' standard error; show it if the block fails."""
    sys.stderr.flush()
    targets = _targets()
    with tempfile.TemporaryFile() as held:
        saved = {target: os.dup(target) for target in targets}
        for target in targets:
            os.dup2(held.fileno(), target)
        try:
            yield
        except BaseException:
            held.seek(0)
            if targets:
                os.write(saved[targets[0]], held.read())
            raise
        finally:
            sys.stderr.flush()
            for target, file in saved.items():
                os.dup2(file, target)
                os.close(file)


def _targets() -> list[int]:
    """Return what Python writes errors to, and what C++ does: two, where something has replaced `sys.stderr`."""
    found = []
    with contextlib.suppress(AttributeError, OSError, ValueError):
        found.append(sys.stderr.fileno())
    with contextlib.suppress(OSError):
        os.fstat(2)
        found.append(2)
    return list(dict.fromkeys(found))
