"""Everything the zoo raises on purpose.

::

    ZooError
    |-- UnknownNameError     (LookupError)        a name that nothing here has
    |   `-- UnknownModelError                     ... of a model
    |-- InputError           (ValueError)         an argument, or data, that cannot be meant
    |-- MissingFileError     (FileNotFoundError)  a dataset or a weights file that is not there
    |-- UnwritableFileError  (OSError)            a file that cannot be written: the disk is full, or closed to us
    |-- MissingPackageError  (ImportError)        an optional package that is not installed
    |-- BrokenModelError     (ValueError)         a model file that is not what it should be
    |   `-- UnsafeModelError                      ... that could run code, read files or eat the memory
    `-- PromiseError         (RuntimeError)       a recipe that missed the figure it promises

and one warning, PreflightWarning (UserWarning): what is rarely meant, and goes on all the same.

Each is also the built-in error it refines, so ``except ValueError`` keeps working. A message says
what was expected, what came, and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ZooError(Exception):
    """Base of every error the zoo raises on purpose."""


class UnknownNameError(ZooError, LookupError):
    """No model, dataset, recipe or parameter has this name."""


class UnknownModelError(UnknownNameError):
    """No model has this name."""


class InputError(ZooError, ValueError):
    """An argument or a piece of data cannot be what was meant."""


class MissingFileError(ZooError, FileNotFoundError):
    """A dataset or a weights file is nowhere the zoo looks for it."""


class UnwritableFileError(ZooError, OSError):
    """A file could not be written; what stood in its place is as it was. ``errno`` says why, as of any `OSError`."""


class MissingPackageError(ZooError, ImportError):
    """A package that only some things need is not installed."""


class BrokenModelError(ZooError, ValueError):
    """A model file is damaged, incomplete, or not the one it claims to be."""


class UnsafeModelError(BrokenModelError):
    """A model file names what could run code or read other files, or asks for far more than it holds."""


class PromiseError(ZooError, RuntimeError):
    """A recipe ran to its end and missed the figure that it promises."""


class PreflightWarning(UserWarning):
    """Something before or after training is rarely meant; it goes on all the same."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x' or 'y'?`` for the names nearest to ``name``, or nothing.

    Examples:
        >>> did_you_mean("cnnn", ["cnn", "mlp"])
        " Did you mean 'cnn'?"
        >>> did_you_mean("zzz", ["cnn", "mlp"])
        ''
    """
    near = difflib.get_close_matches(str(name), list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
