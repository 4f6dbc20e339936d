"""What a dataset is: frozen splits of arrays, and the facts that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zoo._lazy import np
from zoo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Arrays = Any  # one array, or a dictionary of several inputs or outputs by name


@dataclass(frozen=True, eq=False)
class Split:
    """Rows that belong together: ``x`` and ``y``, or several inputs and outputs by name.

    Attributes:
        x: inputs, ``(rows, *input_shape)`` float32, or a dictionary of them.
        y: targets, ``(rows,)`` integer labels or float32 numbers, or a dictionary of them.

    Examples:
        >>> import zoo
        >>> test = zoo.load_dataset("iris").test
        >>> len(test), test.x.shape, test.y.shape
        (30, (30, 4), (30,))
    """

    x: Arrays
    y: Arrays

    def __len__(self) -> int:
        return len(first_array(self.x))

    def __repr__(self) -> str:
        return f"Split({len(self)} rows, x={_shapes(self.x)}, y={_shapes(self.y)})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset cut into train, validation and test, with what a model needs to know of it.

    Attributes:
        name: what `load_dataset` calls it.
        train: the rows to learn from.
        validation: the rows to watch while learning, or ``None`` (``validation_split=0``).
        test: the rows to judge by, looked at once.
        task: ``classification``, ``regression`` or ``multi-output``.
        input_shape: shape of one sample without the batch axis; several inputs: by name.
        num_classes: how many classes, or ``None``.
        num_outputs: how many numbers to predict, or ``None``.
        class_names: one a class, in the labels' order.
        feature_names: one a column, for tables.
        source: where the data comes from.
        licence: under which terms.
        checksum: SHA-256 of all rows before they were cut.
        arguments: what `load_dataset` was called with, so that ``load_dataset(data.name, **data.arguments)`` is this
            dataset again; without ``path``.
    """

    name: str
    train: Split
    validation: Split | None
    test: Split
    task: str
    input_shape: Any
    num_classes: int | None
    num_outputs: int | None
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    source: str
    licence: str
    checksum: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that exist, by name."""
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in splits.items() if split is not None}

    def to_pandas(self) -> pd.DataFrame:
        """Return a table: a column a feature, the target, and the split each row is in.

        Raises:
            InputError: the dataset holds images, not a table.

        Examples:
            >>> import zoo
            >>> zoo.load_dataset("iris").to_pandas()["target"].value_counts().sort_index().to_dict()
            {'setosa': 50, 'versicolor': 50, 'virginica': 50}
        """
        import pandas as pd

        if not all(len(shape) == 1 for shape in self._by_name(self.input_shape).values()):
            raise InputError(
                f"{self.name} is no table: a sample has the shape {self.input_shape}. "
                "Its arrays are .train.x and .train.y."
            )
        frames = []
        for split_name, split in self.splits.items():
            columns = self._columns(split.x)
            for target, values in self._by_name(split.y, "target").items():
                flat = np.asarray(values).reshape(len(split))
                columns[target] = np.array(self.class_names)[flat] if self.class_names else flat
            frames.append(pd.DataFrame(columns).assign(split=split_name))
        return pd.concat(frames, ignore_index=True)

    def _columns(self, x: Arrays) -> dict[str, Any]:
        columns = {}
        for name, values in self._by_name(x, "").items():
            own_names = self.feature_names if not name else ()
            single = np.shape(values)[1:] == (1,)
            for number, column in enumerate(np.asarray(values).T):
                numbered = f"{name}{'_' if name else 'x'}{number}"
                label = own_names[number] if own_names else name if name and single else numbered
                columns[label] = column
        return columns

    @staticmethod
    def _by_name(value: Any, name: str = "x") -> dict[str, Any]:
        return dict(value) if isinstance(value, Mapping) else {name: value}

    def __repr__(self) -> str:
        counts = " · ".join(f"{name} {len(split):,}" for name, split in self.splits.items())
        what = f"{self.num_classes} classes" if self.num_classes else f"{self.num_outputs} output(s)"
        return (
            f"Dataset {self.name}: {self.task}, {what}, input {self.input_shape}\n"
            f"  rows     {counts}\n"
            f"  source   {self.source}\n"
            f"  licence  {self.licence}\n"
            f"  sha256   {self.checksum[:16]}..."
        )


def first_array(arrays: Arrays) -> Any:
    """Return the array, or the first one of several inputs or outputs."""
    return next(iter(arrays.values())) if isinstance(arrays, Mapping) else arrays


def _shapes(arrays: Arrays) -> Any:
    if isinstance(arrays, Mapping):
        return {name: array.shape for name, array in arrays.items()}
    return arrays.shape
