"""Columns that are rarely meant, and columns in another order than the model learned them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from zoo.training.checks.finding import Finding, error, warning


def odd_columns(array: np.ndarray, label: str, part: str, columns: Sequence[str]) -> Iterator[Finding]:
    """A counter of the rows that came along as a column, and a column that is there twice.

    `DataFrame.to_csv` writes the index, and `pandas.read_csv` gives it back as a column "Unnamed: 0". A model
    learns it by heart where the rows are sorted, and fails on new rows.

    Args:
        array: the values, rows by columns.
        label: how messages call them.
        part: of which rows they are.
        columns: names of the columns.

    Example:
        zoo.fit(model, pd.read_csv("written_with_index.csv"), y)
    Mend:
        frame = pd.read_csv(path, index_col=0)
    """
    if array.ndim != 2 or array.shape[1] != len(columns):
        return
    for i, name in enumerate(columns):
        if re.fullmatch(r"Unnamed: \d+|index|level_0", name) and _counts(array[:, i]):
            yield warning(
                f"{label} of the {part}, column {name!r}: it holds each whole number once, as an index that was "
                "written into the file does, and the model would learn from it.",
                f"Use pd.read_csv(path, index_col=0), or frame.drop(columns={name!r}).",
            )
    seen: dict[str, int] = {}
    for i, name in enumerate(columns):
        if name in seen and np.array_equal(array[:, seen[name]], array[:, i]):
            yield warning(
                f"{label} of the {part} holds the column {name!r} twice, with the same values.",
                "Use frame.loc[:, ~frame.columns.duplicated()].",
            )
        seen.setdefault(name, i)


def columns_agree(
    given: Sequence[str],
    expected: Sequence[str],
    part: str = "validation data",
    reference: str = "training data",
) -> Iterator[Finding]:
    """Columns in another order than those the model learns from.

    Keras takes columns by their place and never by their name: a table whose columns are exchanged gives
    figures that look like any other.

    Args:
        given: names of the columns, or none.
        expected: names in the order that the model learns, or none.
        part: whose columns are given.
        reference: whose columns are expected.

    Example:
        zoo.fit(model, train[["age", "height"]], y, validation_data=(test[["height", "age"]], y_test))
    Mend:
        test = test[list(train.columns)]
    """
    given, expected = tuple(given), tuple(expected)
    if not given or not expected or given == expected:
        return
    if len(given) == len(expected):
        place = next(i for i, (a, b) in enumerate(zip(given, expected, strict=True)) if a != b)
        where = f"column {place} is {given[place]!r} here and {expected[place]!r} in the {reference}"
        if sorted(given) == sorted(expected):
            yield error(
                f"The columns of the {part} stand in another order than those of the {reference}: {where}. Keras "
                "takes columns by their place, not by their name.",
                f"Use frame[{_shown(expected)}] there.",
            )
        else:
            yield warning(
                f"The columns of the {part} are called otherwise than those of the {reference}: {where}.",
                "Rename them if they are the same; if not, give both the same columns in the same order.",
            )
        return
    lacking = [name for name in expected if name not in given]
    extra = [name for name in given if name not in expected]
    told = [f"lacks {', '.join(map(repr, lacking[:5]))}"] if lacking else []
    told += [f"holds {', '.join(map(repr, extra[:5]))} besides"] if extra else []
    yield error(
        f"The {part} has {len(given)} columns and the {reference} has {len(expected)}: it {' and '.join(told)}.",
        f"Use frame[{_shown(expected)}] there.",
    )


def _counts(values: np.ndarray) -> bool:
    """Say whether a column holds each of its whole numbers once."""
    if len(values) < 3 or values.dtype.kind not in "iufO":
        return False
    try:
        floats = values.astype("float64")
    except (TypeError, ValueError):
        return False
    whole = bool(np.isfinite(floats).all()) and bool((floats == np.round(floats)).all()) and floats.min() >= 0
    return whole and len(np.unique(floats)) == len(floats)


def _shown(names: Sequence[str]) -> str:
    return repr(list(names)) if len(names) <= 8 else "list(train.columns)"
