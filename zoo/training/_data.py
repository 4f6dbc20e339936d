"""What `zoo.fit` takes as data, brought into one form, and the order in which it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from zoo._feed import feed
from zoo.errors import InputError
from zoo.training._peek import kind_of
from zoo.training._tables import read_table

Arrays = Any  # an array, or a list or dictionary of arrays


@dataclass(frozen=True, eq=False)
class Rows:
    """Inputs, targets and optional sample weights, all with the same rows.

    Attributes:
        x: one array, or a list or dictionary of them.
        y: the same; ``None`` for a model that needs no targets.
        sample_weight: the same, or ``None``.
        columns: names of the columns of ``x``, where it came as a table.
        index: labels of the rows, where the table has others than their count.
    """

    x: Arrays
    y: Arrays
    sample_weight: Arrays = None
    columns: tuple[str, ...] = field(default=())
    index: np.ndarray | None = None

    def __len__(self) -> int:
        return len(next(iter(leaves(self.x)), ()))

    def take(self, rows: np.ndarray) -> Rows:
        """Return some of the rows."""
        x, y, sample_weight, index = (pick(p, rows) for p in (self.x, self.y, self.sample_weight, self.index))
        return Rows(x, y, sample_weight, self.columns, index)

    def as_tuple(self) -> tuple[Arrays, ...]:
        """Return what there is, as Keras takes it: ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``."""
        parts = (feed(self.x), self.y, self.sample_weight)
        # TensorFlow takes a list of arrays for one array.
        told = tuple(part if part is None else keras.tree.lists_to_tuples(part) for part in parts)
        if self.sample_weight is not None:
            return told
        return told[:1] if self.y is None else told[:2]


def needs_targets(model: keras.Model) -> bool:
    """Say whether a model learns from targets; one that does not says ``needs_targets = False``."""
    return bool(getattr(model, "needs_targets", True))


def as_rows(data: Any, y: Any = None, sample_weight: Any = None, *, targets: bool = True) -> Rows | None:
    """Bring what the caller gave into `Rows`; return ``None`` for data that comes as a stream.

    Args:
        data: an object with ``x`` and ``y`` (such as a split of a dataset), ``(x, y)``,
            ``(x, y, sample_weight)``, or ``x``.
        y: the targets, where ``data`` is ``x``.
        sample_weight: a weight a row.
        targets: ``False`` for a model that needs none: then ``x`` is enough, and a dataset's targets are
            left out.

    Raises:
        InputError: targets are missing, sample weights come to a model without targets, or the parts have
            different numbers of rows.
    """
    if kind_of(data) is not None:
        return None
    if hasattr(data, "x") and hasattr(data, "y") and y is None:
        data, y = data.x, data.y
    elif y is None and isinstance(data, tuple) and len(data) in (2, 3):
        data, y, sample_weight = (*data, None)[:3] if len(data) == 2 else data
    if not targets:
        if sample_weight is not None:
            raise InputError("This model learns from x alone and takes no sample_weight; leave it out.")
        y = None
    elif y is None:
        raise InputError(
            "There are no targets. Call fit(model, x, y), fit(model, (x, y)) or fit(model, dataset); "
            f"got only {describe(data)}."
        )
    table = read_table(data) if hasattr(data, "to_numpy") else None
    x = arrays(data) if table is None else table.array
    y, sample_weight = (None if value is None else arrays(value) for value in (y, sample_weight))
    rows = Rows(x, y, sample_weight, *((table.columns, table.index) if table else ()))
    for label, value in (("x", rows.x), ("y", rows.y)):
        if any(np.ndim(array) == 0 for array in leaves(value)):
            raise InputError(
                f"{label} is a single number; the first axis counts rows. Use np.array([value])."
            )
    counts = {
        "x": [len(a) for a in leaves(rows.x)],
        "y": [len(a) for a in leaves(rows.y)],
        "sample_weight": [len(a) for a in leaves(rows.sample_weight)],
    }
    if len({n for numbers in counts.values() for n in numbers}) > 1:
        told = ", ".join(f"{k} has {' and '.join(map(str, v))}" for k, v in counts.items() if v)
        raise InputError(f"Inputs and targets must have the same number of rows; {told}.")
    if len(rows) == 0:
        raise InputError("There are no rows: x and y are empty.")
    return rows


def arrays(value: Any) -> Arrays:
    """Turn tables, lists and tensors into NumPy arrays, as `read_table` reads them."""
    if isinstance(value, Mapping):
        return {name: arrays(item) for name, item in value.items()}
    if _holds_arrays(value):
        return [arrays(item) for item in value]
    if keras.ops.is_tensor(value):
        value = keras.ops.convert_to_numpy(value)
    return read_table(value).array


def _holds_arrays(value: Any) -> bool:
    """Say whether a list holds arrays, or nests of them, and not the numbers of one array."""
    if not isinstance(value, list | tuple) or not value:
        return False
    first = value[0]
    array = hasattr(first, "shape") and np.ndim(first) > 0
    return array or isinstance(first, Mapping) or _holds_arrays(first)


def leaves(value: Arrays) -> list[np.ndarray]:
    """Return the arrays in a list, a dictionary, a nest of both, or alone."""
    if value is None:
        return []
    if isinstance(value, Mapping | list):
        parts = value.values() if isinstance(value, Mapping) else value
        return [leaf for part in parts for leaf in leaves(part)]
    return [value]


def pick(value: Arrays, rows: np.ndarray | slice) -> Arrays:
    """Return the given rows of each array."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {name: pick(part, rows) for name, part in value.items()}
    return [pick(part, rows) for part in value] if isinstance(value, list | tuple) else value[rows]


def by_name(value: Arrays, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return arrays by name: a dictionary as it is, a list in the order of ``names``."""
    if isinstance(value, Mapping):
        return dict(value)
    return dict(zip(names, leaves(value), strict=False))


def describe(value: Any) -> str:
    """Say in a few words what a value is."""
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__} of shape {tuple(shape)}" if shape is not None else type(value).__name__


def order_of_rows(seed: int, epoch: int, rows: int) -> np.ndarray:
    """Return the order in which an epoch shows its rows, ``(rows,)`` int32."""
    return np.random.default_rng([seed, epoch]).permutation(rows).astype("int32")


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Rows in batches, in an order that depends on the seed and the epoch and on nothing else.

    Keras' own shuffle on the TensorFlow backend repeats one order in every epoch once a global seed is
    set; this does not, and a later epoch's order can be known without the ones before it. Without a seed
    the rows come as they are.
    """

    def __init__(self, rows: Rows, *, batch_size: int, seed: int | None) -> None:
        super().__init__()
        self._rows, self._batch_size, self._seed = rows, batch_size, seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch, counted from 0.

        Keras' own `on_epoch_end` is also called where no epoch has ended, so epochs cannot be counted by it.
        """
        rows = len(self._rows)
        self._order = np.arange(rows) if self._seed is None else order_of_rows(self._seed, epoch, rows)

    def __len__(self) -> int:
        return -(-len(self._rows) // self._batch_size)

    def __getitem__(self, batch: int) -> tuple[Any, ...]:
        chosen = self._order[batch * self._batch_size : (batch + 1) * self._batch_size]
        return self._rows.take(chosen).as_tuple()
