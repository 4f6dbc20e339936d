"""From a loader's rows to a `Dataset`: cut, scaled and described, every dataset in the same way."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from zoo._lazy import np
from zoo.arguments import Rate, Rule, check_arguments
from zoo.datasets._dataset import Arrays, Dataset, Split, first_array
from zoo.datasets._registry import DatasetEntry, Samples, dataset_entry
from zoo.datasets._splits import part_of, split_rows, standardizer, take
from zoo.errors import InputError, MissingFileError

_Whole = Annotated[int, Rule("a whole number", lambda value: isinstance(value, int))]
_Size = Annotated[
    int | None,
    Rule("a whole number of 1 or more, or 0 for all", lambda value: isinstance(value, int) and value >= 0),
]


def load_dataset(
    name: str,
    *,
    validation_split: Rate = 0.0,
    test_split: Rate = 0.2,
    train_size: _Size = None,
    seed: _Whole = 0,
    scale: bool = True,
    path: str | os.PathLike[str] | None = None,
    fallback: str | Sequence[str] = (),
    **arguments: Any,
) -> Dataset:
    """Load a dataset by name, cut into train, validation and test.

    Rows are shuffled by ``seed``; classes keep their proportions; rows with identical inputs, or of
    one group where the dataset knows groups, stay on one side. Scaling uses the training rows alone.

    Args:
        name: one of `list_datasets`.
        validation_split: share of the training rows to set aside for validation, 0 to below 1.
        test_split: share of all rows to set aside for testing, where the publisher has not done so; 0 leaves
            every row in ``train``, in the order it came in.
        train_size: how many training rows to keep, classes in proportion; ``None`` or 0 keeps all.
        seed: of the shuffle, and of generated data.
        scale: ``False`` leaves the values in their own units.
        path: the data's file, for datasets that read one. Default: ``$ZOO_DATA_DIR``, then the user's
            cache, then a download with a pinned checksum.
        fallback: datasets to take instead, the first that is there, when the file of ``name`` is not; a
            line says so. They get neither ``path`` nor ``arguments``.
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
    cut: dict[str, Any] = {
        "validation_split": validation_split,
        "test_split": test_split,
        "train_size": train_size,
        "seed": seed,
        "scale": scale,
    }
    check_arguments(load_dataset, {"name": name, **cut}, name="load_dataset")
    fallback = (fallback,) if isinstance(fallback, str) else fallback
    for other in fallback:
        dataset_entry(other)
    try:
        samples = _samples(name, path, {**arguments, "seed": seed})
    except MissingFileError as missing:
        if not fallback:
            raise
        print(f"{str(missing).partition(chr(10))[0]} Taking {fallback[0]} in place of {name}.")
        return load_dataset(fallback[0], fallback=fallback[1:], **cut)
    return _cut(dataset_entry(name), samples, {**arguments, **cut}, **cut)


def _samples(name: str, path: str | os.PathLike[str] | None, arguments: dict[str, Any]) -> Samples:
    """Call the loader with its own arguments; only generated data takes a seed."""
    loader = dataset_entry(name).loader
    takes = inspect.signature(loader).parameters
    if "seed" not in takes:
        del arguments["seed"]
    if path is not None:
        if "path" not in takes:
            raise InputError(f"{name} is built in and reads no file; leave out path={os.fspath(path)!r}.")
        arguments["path"] = path
    check_arguments(loader, arguments, name=name)
    return loader(**arguments)


def _cut(
    entry: DatasetEntry,
    samples: Samples,
    arguments: Mapping[str, Any],
    *,
    validation_split: float,
    test_split: float,
    train_size: int | None,
    seed: int,
    scale: bool,
) -> Dataset:
    labels = samples.y if entry.task == "classification" else None
    if samples.test is None:
        rest, test_rows = split_rows(samples.x, labels, test_split, seed=seed, groups=samples.groups)
        test = take(samples.x, test_rows), take(samples.y, test_rows)
    else:
        rest, test = np.arange(len(first_array(samples.x))), samples.test
    inner_labels = None if labels is None else labels[rest]
    groups = None if samples.groups is None else samples.groups[rest]
    train_rows, validation_rows = split_rows(
        take(samples.x, rest), inner_labels, validation_split, seed=seed, groups=groups
    )
    train_rows = part_of(train_rows, inner_labels, train_size, seed=seed)
    train = take(samples.x, rest[train_rows]), take(samples.y, rest[train_rows])
    validation = take(samples.x, rest[validation_rows]), take(samples.y, rest[validation_rows])

    finish = _scaler(samples.scale if scale else None, train[0])
    shapes = {key: value.shape[1:] for key, value in _named(train[0]).items()}
    return Dataset(
        name=entry.name,
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
        arguments=arguments,
    )


def _scaler(scale: Literal["standardize"] | float | None, train: Arrays) -> Callable[[Arrays], Arrays]:
    """Return the function that scales a split's inputs, its statistics taken from ``train``."""
    statistics: dict[str, tuple[Any, Any]]
    if scale == "standardize":
        statistics = {name: standardizer(array) for name, array in _named(train).items() if _numeric(array)}
    else:
        statistics = {name: (np.float32(0), np.float32(scale or 1)) for name in _named(train)}

    def finish(arrays: Arrays) -> Arrays:
        scaled = {}
        for name, array in _named(arrays).items():
            if not _numeric(array):  # text, which a lookup inside the model reads
                scaled[name] = array
                continue
            mean, deviation = statistics[name]
            scaled[name] = ((array - mean) / deviation).astype("float32", copy=False)
        return scaled if isinstance(arrays, Mapping) else scaled[""]

    return finish


def _named(arrays: Arrays) -> Mapping[str, Any]:
    return arrays if isinstance(arrays, Mapping) else {"": arrays}


def _numeric(array: np.ndarray) -> bool:
    return array.dtype.kind in "biuf"


def _targets(arrays: Arrays) -> Arrays:
    typed = {
        name: array.astype("int64" if np.issubdtype(array.dtype, np.integer) else "float32")
        for name, array in _named(arrays).items()
    }
    return typed if isinstance(arrays, Mapping) else typed[""]


def _width(y: Arrays) -> int:
    return sum(int(np.prod(array.shape[1:])) for array in _named(y).values())
