"""Tables of pandas, polars and lists, read into arrays: numbers as numbers, text as text, gaps as NaN.

Nothing is refused here. What is no number stays as it is, and `zoo.training.checks.tables` names its column,
row and value where the model takes numbers.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from zoo.errors import InputError


@dataclass(frozen=True, eq=False)
class Table:
    """What a table holds.

    Attributes:
        array: its values. Booleans are 0 and 1, gaps are NaN, float64 is float32; text is NumPy's own text, and
            whatever fits none of these is an array of objects.
        columns: their names, or nothing where they have none.
        index: the rows' labels, or ``None`` where they only count from 0.
    """

    array: np.ndarray
    columns: tuple[str, ...] = ()
    index: np.ndarray | None = None


def read_table(value: Any) -> Table:
    """Read a table, a column, a list or an array.

    Args:
        value: a `DataFrame`, a `Series`, an index, an array of pandas' own or of polars; a list, also of lists;
            NumPy's arrays, also masked and structured ones; SciPy's sparse matrices.

    Raises:
        InputError: the rows have different lengths.

    Examples:
        >>> import pandas as pd
        >>> table = read_table(pd.DataFrame({"age": [31, None], "member": [True, False]}))
        >>> table.array
        array([[31.,  1.],
               [nan,  0.]], dtype=float32)
        >>> table.columns
        ('age', 'member')
    """
    columns, index = columns_of(value), _labels(value)
    if hasattr(value, "toarray"):  # SciPy's sparse matrices, of which NumPy makes a single object
        value = value.toarray()
    if isinstance(value, np.ma.MaskedArray):  # NumPy would show what the mask hides
        value = np.ma.filled(value.astype("float64"), np.nan) if np.ma.is_masked(value) else value.data
    if isinstance(value, np.ndarray) and value.dtype.names:
        array = beside([value[name] for name in value.dtype.names])
    elif columns_like(value):
        array = _of_frame(value)
    elif hasattr(value, "to_numpy"):
        array = _of_column(value)
    else:
        array = _of_sequence(value)
    return Table(_plain(array), columns, index)


def columns_of(value: Any) -> tuple[str, ...]:
    """Name the columns of a table; a table whose columns are only counted has no names.

    Examples:
        >>> import pandas as pd
        >>> columns_of(pd.DataFrame({("size", "m"): [1], ("size", "cm"): [100]}))
        ('size / m', 'size / cm')
        >>> columns_of(pd.DataFrame([[1, 2]]))
        ()
    """
    if isinstance(value, np.ndarray):
        return tuple(value.dtype.names or ())
    names = list(value.columns) if columns_like(value) else []
    if names == list(range(len(names))):
        return ()
    return tuple(" / ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in names)


def columns_like(value: Any) -> bool:
    """Say whether a value is a table with columns: a `DataFrame` of pandas or polars."""
    return hasattr(value, "columns") and hasattr(value, "to_numpy")


def missing(array: np.ndarray) -> np.ndarray:
    """Say of each object whether it stands for nothing: ``None``, NaN, pandas' ``NA`` and ``NaT``."""
    import pandas as pd

    return np.asarray(pd.isna(array), bool)


def is_number(value: Any) -> bool:
    """Say whether an object is a real number; booleans, fractions and decimals are."""
    return isinstance(value, numbers.Real | Decimal | np.bool_)


def parsed(text: str) -> float | None:
    """Read a number written as text, or return ``None``.

    Examples:
        >>> parsed(" 12.5 "), parsed("1e3"), parsed("?"), parsed("nan"), parsed("1_000")
        (12.5, 1000.0, None, None, None)
    """
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text):
        return None
    return float(text)


def beside(columns: Iterable[np.ndarray]) -> np.ndarray:
    """Put columns side by side: as numbers where all hold numbers, as text where all do, else as objects."""
    parts = [_plain(np.asarray(column)) for column in columns]
    kinds = {part.dtype.kind for part in parts}
    if len(kinds) > 1 and not kinds <= set("biuf"):
        parts = [part.astype(object) for part in parts]
    return np.stack(parts, axis=1) if parts else np.empty((0, 0), "float32")


def _of_frame(frame: Any) -> np.ndarray:
    dtypes = list(getattr(frame, "dtypes", []))
    kinds = {dtype.kind if isinstance(dtype, np.dtype) else "?" for dtype in dtypes}
    if kinds and kinds <= set("biuf"):
        # One step from pandas' blocks to float32; whole numbers alone stay whole, since they may be labels.
        dtype = "float32" if "f" in kinds else "int64" if kinds > {"b"} else None
        with np.errstate(over="ignore"):
            return np.asarray(frame.to_numpy(dtype=dtype))
    names = range(len(frame.columns))
    # By position, for names may be there twice.
    parts = [frame.iloc[:, i] for i in names] if hasattr(frame, "iloc") else [frame[n] for n in frame.columns]
    return beside(_of_column(part) for part in parts)


def _of_column(column: Any) -> np.ndarray:
    kind = getattr(getattr(column, "dtype", None), "kind", "O")
    gaps = getattr(column, "isna", None)
    if not isinstance(getattr(column, "dtype", None), np.dtype) and kind in "biuf" and gaps is not None:
        # pandas' own types of numbers: a gap is pd.NA, which no array of numbers holds.
        if gaps().any():
            return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))
        kind = {"b": "bool", "i": "int64", "u": "uint64", "f": "float64"}[kind]
        return np.asarray(column.to_numpy(dtype=kind))
    return np.asarray(column.to_numpy())


def _of_sequence(value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:
        lengths = [len(row) if hasattr(row, "__len__") else 1 for row in value]
        odd = next((i for i, length in enumerate(lengths) if length != lengths[0]), 0)
        raise InputError(
            f"The rows of a table have equal lengths; row 0 has {lengths[0]} values and row {odd} has "
            f"{lengths[odd]}. Fill the short ones, for example with keras.utils.pad_sequences(rows)."
        ) from None
    if array.dtype.kind in "US" and not isinstance(value, np.ndarray):
        array = np.array(value, dtype=object)  # NumPy would write the numbers of a mixed list as text
    return array


def _plain(array: np.ndarray) -> np.ndarray:
    """Bring an array into the types that Keras takes, where its values allow it."""
    if array.dtype.kind in "OS" and array.size:
        array = _of_objects(array)
    if array.dtype.kind == "b":
        return array.astype("int32")
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and found as that
        return array.astype("float32") if array.dtype.kind == "f" and array.dtype.itemsize > 4 else array


def _of_objects(array: np.ndarray) -> np.ndarray:
    """Turn objects into numbers, or into text, where all of them are; gaps become NaN among numbers."""
    flat = array.ravel()
    if all(isinstance(value, str | bytes) for value in flat):
        words = [value.decode() if isinstance(value, bytes) else value for value in flat]
        return np.array(words, dtype=str).reshape(array.shape)
    gaps = missing(flat)
    present = flat[~gaps]
    if not all(is_number(value) for value in present):
        return array
    if not gaps.any() and all(isinstance(value, numbers.Integral | np.bool_) for value in present):
        return np.array(present.tolist()).reshape(array.shape)  # whole numbers may be labels
    out = np.full(len(flat), np.nan)
    out[~gaps] = [float(value) for value in present]
    return out.reshape(array.shape)


def _labels(value: Any) -> np.ndarray | None:
    """Return the labels of pandas' rows, where they are more than a count from 0."""
    index = None if isinstance(value, Mapping) else getattr(value, "index", None)
    if index is None or callable(index) or not hasattr(index, "to_numpy"):
        return None
    if type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1:
        return None
    labels = np.asarray(index.to_numpy())
    return None if labels.dtype.kind in "iu" and np.array_equal(labels, np.arange(len(labels))) else labels
