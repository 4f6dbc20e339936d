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
    try:
        target = sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # replaced by an object without a file
        yield
        return
    with tempfile.TemporaryFile() as held:
        saved = os.dup(target)
        os.dup2(held.fileno(), target)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(saved, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved, target)
            os.close(saved)
