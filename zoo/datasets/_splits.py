"""Cutting rows into splits: shuffled, seeded, stratified, and never the same row on both sides."""

from __future__ import annotations

from collections.abc import Mapping

from zoo._lazy import np
from zoo.datasets._dataset import Arrays, first_array
from zoo.errors import InputError


def take(arrays: Arrays, rows: np.ndarray) -> Arrays:
    """Return the given rows of an array, or of each of several."""
    if isinstance(arrays, Mapping):
        return {name: array[rows] for name, array in arrays.items()}
    return arrays[rows]


def split_rows(
    x: Arrays,
    labels: np.ndarray | None,
    fraction: float,
    *,
    seed: int,
    groups: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Part the rows in two; rows of one group stay together, by default rows with identical inputs.

    Args:
        x: inputs, ``(rows, ...)``.
        labels: class of each row to keep in proportion, or ``None``.
        fraction: share of the rows for the second part, 0 to below 1.
        seed: of the shuffle.
        groups: a number a row, equal for rows that stay together.

    Returns:
        Row numbers of the two parts.

    Raises:
        InputError: a class has too few rows to stand on both sides.
    """
    from sklearn.model_selection import train_test_split

    if fraction == 0:
        return np.arange(len(first_array(x))), np.arange(0)
    group = _group_of_each_row(x) if groups is None else np.unique(groups, return_inverse=True)[1]
    first_rows = np.unique(group, return_index=True)[1]
    try:
        kept, parted = train_test_split(
            np.arange(len(first_rows)),
            test_size=fraction,
            random_state=seed,
            stratify=None if labels is None else labels[first_rows],
        )
    except ValueError as error:
        raise InputError(
            f"{len(first_rows)} different rows cannot be split by {fraction} with every class on both "
            f"sides: {error} Take a larger part, or more rows of the rare class."
        ) from error
    order = np.random.default_rng(seed).permutation(len(group))
    return order[np.isin(group[order], kept)], order[np.isin(group[order], parted)]


def part_of(rows: np.ndarray, labels: np.ndarray | None, size: int | None, *, seed: int) -> np.ndarray:
    """Choose ``size`` of some row numbers, classes in proportion where each has room for it.

    Args:
        rows: row numbers.
        labels: class of every row there is, or ``None``.
        size: how many to keep; ``None``, 0 or more than there are keeps all.
        seed: of the choice.
    """
    from sklearn.model_selection import train_test_split

    if not size or size >= len(rows):
        return rows
    classes = None if labels is None else labels[rows]
    if classes is not None:
        counts = np.unique(classes, return_counts=True)[1]
        if counts.min() < 2 or min(size, len(rows) - size) < len(counts):
            classes = None
    kept: np.ndarray = train_test_split(rows, train_size=size, random_state=seed, stratify=classes)[0]
    return kept


def _group_of_each_row(x: Arrays) -> np.ndarray:
    """Number the rows so that identical ones have the same number."""
    arrays = list(x.values()) if isinstance(x, Mapping) else [x]
    tables = [np.ascontiguousarray(array).reshape(len(array), -1) for array in arrays]
    numbers: dict[bytes, int] = {}
    rows = zip(*tables, strict=True)
    return np.array([numbers.setdefault(b"".join(p.tobytes() for p in row), len(numbers)) for row in rows])


def standardizer(train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each column of the training rows; constant columns get 1."""
    deviation = train.std(axis=0)
    return train.mean(axis=0), np.where(deviation > 0, deviation, 1.0)
