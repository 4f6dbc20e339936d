"""Where does the data come from? One table of loaders, and the calls that read it.

A loader returns all its rows as `Samples`; `load_dataset` cuts, scales and describes them, so every
dataset is cut in the same way.
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from zoo._lazy import np
from zoo.arguments import Rate, Rule, check_arguments
from zoo.datasets._dataset import Arrays, Dataset, Split
from zoo.datasets._splits import split_rows, standardizer, take
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
        scale: ``"standardize"`` gives each column mean 0 and deviation 1 over the training rows, a
            number divides (255 for images of bytes), ``None`` leaves the values as they are.
    """

    x: Arrays
    y: Arrays
    test: tuple[Arrays, Arrays] | None = None
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
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
        >>> list_datasets(task="regression")
        ['diabetes', 'four_features']
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


def load_dataset(
    name: str,
    *,
    validation_split: Rate = 0.0,
    test_split: Rate = 0.2,
    seed: Annotated[int, Rule("a whole number", lambda value: isinstance(value, int))] = 0,
    scale: bool = True,
    path: str | os.PathLike[str] | None = None,
    **arguments: Any,
) -> Dataset:
    """Load a dataset by name, cut into train, validation and test.

    Rows are shuffled by ``seed``; classes keep their proportions; rows with identical inputs stay on one
    side. Scaling uses the training rows alone.

    Args:
        name: one of `list_datasets`.
        validation_split: share of the training rows to set aside for validation, 0 to below 1.
        test_split: share of all rows to set aside for testing, where the publisher has not done so.
        seed: of the shuffle, and of generated data.
        scale: ``False`` leaves the values in their own units.
        path: the data's file, for datasets that read one. Default: ``$ZOO_DATA_DIR``, then the user's
            cache, then a download with a pinned checksum.
        **arguments: the loader's own, such as ``n`` of generated data.

    Raises:
        UnknownNameError: no dataset of that name.
        InputError: an argument is out of range.
        MissingFileError: the file is nowhere; says where it was looked for and what to do.

    Examples:
        >>> data = load_dataset("digits", validation_split=0.2, seed=0)
        >>> len(data.train), len(data.validation), len(data.test)
        (1149, 288, 360)
    """
    entry = dataset_entry(name)
    cut = {"validation_split": validation_split, "test_split": test_split, "seed": seed, "scale": scale}
    check_arguments(load_dataset, {"name": name, **cut}, name="load_dataset")
    takes = inspect.signature(entry.loader).parameters
    if "seed" in takes:
        arguments["seed"] = seed
    if path is not None:
        if "path" not in takes:
            raise InputError(f"{name} is built in and reads no file; leave out path={os.fspath(path)!r}.")
        arguments["path"] = path
    check_arguments(entry.loader, arguments, name=name)
    samples = entry.loader(**arguments)

    labels = samples.y if entry.task == "classification" else None
    if samples.test is None:
        rest, test_rows = split_rows(samples.x, labels, test_split, seed=seed)
        test = take(samples.x, test_rows), take(samples.y, test_rows)
    else:
        rest, test = np.arange(len(samples.y)), samples.test
    inner_labels = None if labels is None else labels[rest]
    train_rows, validation_rows = split_rows(take(samples.x, rest), inner_labels, validation_split, seed=seed)
    train = take(samples.x, rest[train_rows]), take(samples.y, rest[train_rows])
    validation = take(samples.x, rest[validation_rows]), take(samples.y, rest[validation_rows])

    finish = _scaler(samples.scale if scale else None, train[0])
    shapes = {key: value.shape[1:] for key, value in _named(train[0]).items()}
    return Dataset(
        name=name,
        train=Split(finish(train[0]), _targets(train[1])),
        validation=Split(finish(validation[0]), _targets(validation[1])) if validation_split else None,
        test=Split(finish(test[0]), _targets(test[1])),
        task=entry.task,
        input_shape=shapes if isinstance(samples.x, Mapping) else shapes[""],
        num_classes=int(labels.max()) + 1 if labels is not None else None,
        num_outputs=None if labels is not None else _width(samples.y),
        class_names=samples.class_names,
        feature_names=samples.feature_names,
        source=entry.source,
        licence=entry.licence,
        checksum=samples.checksum(),
    )


def _scaler(scale: Literal["standardize"] | float | None, train: Arrays) -> Callable[[Arrays], Arrays]:
    """Return the function that scales a split's inputs, its statistics taken from ``train``."""
    statistics: dict[str, tuple[Any, Any]]
    if scale == "standardize":
        statistics = {name: standardizer(array) for name, array in _named(train).items()}
    else:
        statistics = {name: (np.float32(0), np.float32(scale or 1)) for name in _named(train)}

    def finish(arrays: Arrays) -> Arrays:
        scaled = {}
        for name, array in _named(arrays).items():
            mean, deviation = statistics[name]
            scaled[name] = ((array - mean) / deviation).astype("float32")
        return scaled if isinstance(arrays, Mapping) else scaled[""]

    return finish


def _named(arrays: Arrays) -> Mapping[str, Any]:
    return arrays if isinstance(arrays, Mapping) else {"": arrays}


def _targets(arrays: Arrays) -> Arrays:
    typed = {
        name: array.astype("int64" if np.issubdtype(array.dtype, np.integer) else "float32")
        for name, array in _named(arrays).items()
    }
    return typed if isinstance(arrays, Mapping) else typed[""]


def _width(y: Arrays) -> int:
    return sum(int(np.prod(array.shape[1:])) for array in _named(y).values())
