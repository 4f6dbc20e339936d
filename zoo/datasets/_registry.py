"""Where does the data come from? One table of loaders; each returns all its rows as `Samples`."""

from __future__ import annotations

import fnmatch
import hashlib
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from zoo._lazy import np
from zoo.datasets._dataset import Arrays
from zoo.errors import InputError, UnknownNameError, did_you_mean

Loader = Callable[..., "Samples"]


@dataclass(frozen=True, eq=False)
class Samples:
    """All rows of a dataset, before they are cut.

    Attributes:
        x: inputs, or a dictionary of several.
        y: integer labels ``0..classes-1`` or numbers, or a dictionary of several.
        test: rows that their publisher set aside for testing, ``(x, y)``; ``None`` lets
            `load_dataset` cut them.
        class_names: one a class.
        feature_names: one a column.
        groups: a number a row; rows of one group stay on one side of each split, for rows that share
            something (a picture, a speaker) and would give each other away. ``None``: each row for itself.
        scale: ``"standardize"`` gives each column mean 0 and deviation 1 over the training rows, a
            number divides (255 for images of bytes), ``None`` leaves the values as they are.
    """

    x: Arrays
    y: Arrays
    test: tuple[Arrays, Arrays] | None = None
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    groups: np.ndarray | None = None
    scale: Literal["standardize"] | float | None = None

    def checksum(self) -> str:
        """Return the SHA-256 of all arrays: names, types, shapes and bytes."""
        digest = hashlib.sha256()
        for arrays in (self.x, self.y, *(self.test or ())):
            named = arrays if isinstance(arrays, Mapping) else {"": arrays}
            for name, array in named.items():
                digest.update(f"{name} {array.dtype} {array.shape};".encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


@dataclass(frozen=True)
class DatasetEntry:
    """One dataset of the table: its loader, and the facts that need no loading."""

    name: str
    loader: Loader
    task: str
    source: str
    licence: str
    file: str | None = None

    @property
    def summary(self) -> str:
        """First line of the loader's docstring."""
        return (inspect.getdoc(self.loader) or "").partition("\n")[0]


_entries: dict[str, DatasetEntry] = {}


def register_dataset(
    *, task: str, source: str, licence: str, file: str | None = None
) -> Callable[[Loader], Loader]:
    """Put a loader in the table of datasets, under its own name; use it as a decorator.

    Args:
        task: ``classification``, ``regression`` or ``multi-output``.
        source: where the data comes from.
        licence: under which terms.
        file: name of the file it reads, for data that is not built in.

    Raises:
        InputError: the name is taken.
    """

    def register(loader: Loader) -> Loader:
        name = loader.__name__
        if name in _entries and _entries[name].loader.__module__ != loader.__module__:
            raise InputError(f"Two datasets are called {name!r}. Rename one.")
        _entries[name] = DatasetEntry(name, loader, task, source, licence, file)
        return loader

    return register


def list_datasets(pattern: str = "*", *, task: str | None = None) -> list[str]:
    """List the names that `load_dataset` takes.

    Args:
        pattern: a name with the wildcards ``*``, ``?`` and ``[...]``.
        task: only datasets for this task.

    Examples:
        >>> list_datasets("linear_*", task="regression")
        ['linear_regression1', 'linear_regression2']
    """
    names = sorted(fnmatch.filter(all_datasets(), pattern))
    return [name for name in names if task in (None, _entries[name].task)]


def all_datasets() -> dict[str, DatasetEntry]:
    """Return the table of datasets by name."""
    importlib.import_module("zoo.datasets")
    return dict(_entries)


def dataset_entry(name: str) -> DatasetEntry:
    """Return a dataset's entry without loading it.

    Raises:
        UnknownNameError: no dataset of that name; names the nearest ones.
    """
    entries = all_datasets()
    if name not in entries:
        hint = did_you_mean(name, entries) or f" There are {', '.join(sorted(entries))}."
        raise UnknownNameError(f"No dataset {name!r}.{hint}")
    return entries[name]
