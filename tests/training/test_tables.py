"""A table of whatever kind becomes numbers, text, or a sentence that names column, row and value."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.training._tables import parsed, read_table
from zoo.training.checks.tables import not_numbers

NAN = np.nan
DATES = pd.to_datetime(["2020-01-01", "2020-01-03", "2020-01-02"])


def findings(value, label="x"):
    table = read_table(value)
    return [str(f) for f in not_numbers(table.array, label, "training data", table.columns, table.index)]


NUMBERS = [
    ("booleans", pd.Series([True, False]), [1, 0], "int32"),
    ("nullable booleans", pd.Series([True, None, False], dtype="boolean"), [1, NAN, 0], "float32"),
    ("nullable booleans, no gap", pd.Series([True, False], dtype="boolean"), [1, 0], "int32"),
    ("nullable integers", pd.Series([1, 2], dtype="Int64"), [1, 2], "int64"),
    ("nullable integers, a gap", pd.Series([1, None], dtype="Int64"), [1, NAN], "float32"),
    ("nullable floats, a gap", pd.Series([1.5, None], dtype="Float64"), [1.5, NAN], "float32"),
    ("objects that are numbers", pd.Series([1, 2.5, None], dtype=object), [1, 2.5, NAN], "float32"),
    ("objects that are labels", pd.Series([2, 0, 1], dtype=object), [2, 0, 1], "int64"),
    ("objects, true and false", pd.Series([True, False], dtype=object), [1, 0], "int32"),
    ("objects, true and a gap", pd.Series([True, None], dtype=object), [1, NAN], "float32"),
    ("decimals and fractions", [Decimal("0.5"), Fraction(1, 4)], [0.5, 0.25], "float32"),
    ("a category of numbers", pd.Series([3, 1, 3], dtype="category"), [3, 1, 3], "int64"),
    ("a category, a gap", pd.Series([3.5, None], dtype="category"), [3.5, NAN], "float32"),
    ("pandas' sparse", pd.Series(pd.arrays.SparseArray([0.0, 1.0])), [0, 1], "float32"),
    ("SciPy's sparse", scipy.sparse.eye(2), [[1, 0], [0, 1]], "float32"),
    ("masked", np.ma.array([1.0, 2.0], mask=[False, True]), [1, NAN], "float32"),
    ("structured", np.array([(1, 2.5)], dtype=[("a", int), ("b", float)]), [[1, 2.5]], "float32"),
    ("lists of lists", [[1, 2], [3, 4.5]], [[1, 2], [3, 4.5]], "float32"),
    ("a list with None", [[1, None], [3, 4]], [[1, NAN], [3, 4]], "float32"),
    ("float16", np.float16([1.5]), [1.5], "float16"),
    ("an index", pd.Index([5, 6]), [5, 6], "int64"),
    ("a frame of whole numbers", pd.DataFrame({"a": [1], "b": [2]}), [[1, 2]], "int64"),
    ("a frame of booleans", pd.DataFrame({"a": [True], "b": [False]}), [[1, 0]], "int32"),
    ("booleans beside floats", pd.DataFrame({"a": [True], "b": [2.5]}), [[1, 2.5]], "float32"),
    ("booleans beside integers", pd.DataFrame({"a": [True], "b": [2]}), [[1, 2]], "int64"),
    (
        "all kinds side by side",
        pd.DataFrame(
            {
                "a": pd.Series([True, None], dtype="boolean"),
                "b": pd.Series([1, None], dtype="Int64"),
                "c": pd.Series([1, 2], dtype="category"),
                "d": pd.Series([0.5, 2], dtype=object),
                "e": [1, 2],
            }
        ),
        [[1, 1, 1, 0.5, 1], [NAN, NAN, 2, 2, 2]],
        "float32",
    ),
    ("names that are there twice", pd.DataFrame([[1, True]], columns=["a", "a"]), [[1, 1]], "int64"),
    ("beyond float32", [1e300, 1.0], [np.inf, 1], "float32"),
]


@pytest.mark.parametrize(("value", "right", "dtype"), [c[1:] for c in NUMBERS], ids=[c[0] for c in NUMBERS])
def test_numbers_of_any_kind_are_read(value, right, dtype):
    array = read_table(value).array
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, np.array(right, dtype))
    assert findings(value) == []


@pytest.mark.parametrize(
    "value",
    [
        pd.Series(["flat", "loft"]),
        pd.Series(["flat", "loft"], dtype=object),
        pd.Series(["flat", "loft"], dtype="category"),
        np.array([b"flat", b"loft"]),
        ["flat", "loft"],
    ],
    ids=["str", "object", "category", "bytes", "list"],
)
def test_text_stays_text(value):
    array = read_table(value).array
    assert array.dtype.kind == "U"
    assert array.tolist() == ["flat", "loft"]


ages = {"age": ["31", "?", "40"], "size": [1.0, 2.0, 3.0]}
NOT_NUMBERS = [
    (
        "a question mark",
        pd.DataFrame(ages),
        ["column 'age'", "'?' in row 1;", """pd.to_numeric(frame['age'], errors="coerce")""", "'31'"],
    ),
    ("a labelled row", pd.DataFrame(ages, index=["p", "q", "r"]), ["'?' in row 1 (labelled 'q')"]),
    ("NA as text", pd.DataFrame({"age": ["NA", 2, "NA"]}), ["'NA' in row 0, and 1 more such cell(s)"]),
    ("an empty cell", pd.DataFrame({"age": [31, "", 40]}), ["'' in row 1", "coerce"]),
    (
        "numbers as text",
        pd.DataFrame({"age": ["31", "4e1"]}),
        ["written as text, '31' in row 0", "to_numeric"],
    ),
    ("numbers as text, a gap", pd.DataFrame({"age": [None, "4"]}), ["written as text, '4' in row 1"]),
    ("decimal commas", pd.DataFrame({"age": ["3,5", "1,0"]}), ["decimal comma, '3,5'", 'decimal=","']),
    ("a stray decimal comma", pd.DataFrame({"age": ["3.5", "1,0"]}), ["'1,0' in row 1", 'decimal=","']),
    (
        "two words",
        pd.DataFrame({"age": [1.0, 2], "sex": ["m", "f"]}),
        ["column 'sex'", "text ('m', 'f')", """(frame['sex'] == 'f').astype("float32")"""],
    ),
    (
        "words",
        pd.DataFrame({"town": list("abca")}),
        ["text ('a', 'b', 'c')", "get_dummies(frame, columns=['town']"],
    ),
    ("names", pd.DataFrame({"who": [f"p{i}" for i in range(50)]}), ["drop(columns='who')"]),
    (
        "a category of words",
        pd.DataFrame({"town": pd.Categorical(list("abc"))}),
        ["column 'town'", "get_dummies"],
    ),
    ("dates", pd.DataFrame({"day": DATES}), ["column 'day'", "dates, 2020-01-01 in row 0", ".dt.days"]),
    ("dates among numbers", pd.DataFrame({"n": [1, 2, 3], "day": DATES}), ["'day'", "2020-01-01 in row 0"]),
    ("dates of Python", pd.DataFrame({"day": [datetime.date(2020, 1, 2)]}), ["dates, 2020-01-02 in row 0"]),
    ("spans of time", pd.DataFrame({"t": DATES - DATES[0]}), ["spans of time", "total_seconds()"]),
    ("complex numbers", pd.Series([1, 2j]), ["2j in row 1", "x.real or np.abs(x)"]),
    (
        "intervals",
        pd.DataFrame({"a": pd.cut(pd.Series([1, 2, 3]), 2)}),
        ["(0.998, 2.0]", "frame['a'].cat.codes"],
    ),
    (
        "lists in cells",
        pd.DataFrame({"a": [1, [2, 3]]}),
        ["column 'a'", "[2, 3], of the type list, in row 1"],
    ),
    ("a mixed list", [[1, "?"], [2, 3]], ["column 1", "'?' in row 0"]),
    ("NumPy's text", np.array([["1", "b"], ["2", "4"]]), ["x[:, 0].astype(float)"]),
]


@pytest.mark.parametrize(("value", "parts"), [c[1:] for c in NOT_NUMBERS], ids=[c[0] for c in NOT_NUMBERS])
def test_what_is_no_number_is_named(value, parts):
    told = " ".join(findings(value))
    for part in parts:
        assert part in told


@pytest.mark.parametrize(
    ("y", "mend"),
    [
        (pd.Series(["cat", "dog"]), "names, y = np.unique(y, return_inverse=True)"),
        (pd.Series(["cat", "dog"], dtype="category"), "np.unique"),
        (pd.Series(["0", "1"]), "y.astype(int)"),
        (pd.Series(["0.5", "1"]), "y.astype(float)"),
        (pd.Series(["cat", None]), "1 cell(s) are empty. Drop the empty rows"),
    ],
)
def test_targets_of_text_are_named_with_their_own_mend(y, mend):
    (told,) = findings(y, "y")
    assert told.startswith("y of the training data")
    assert mend in told


def test_the_mend_of_a_column_works():
    frame = pd.DataFrame(ages)
    frame["age"] = pd.to_numeric(frame["age"], errors="coerce")
    frame["age"] = frame["age"].fillna(frame["age"].median())
    np.testing.assert_array_equal(read_table(frame).array, [[31, 1], [35.5, 2], [40, 3]])


def test_rows_of_different_lengths_are_named():
    with pytest.raises(zoo.InputError, match=r"row 0 has 1 values and row 2 has 3"):
        read_table([[1], [2], [1, 2, 3]])


def test_labels_are_kept_where_they_are_more_than_a_count():
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert read_table(frame).index is None
    assert read_table(frame[frame["a"] > 1]).index.tolist() == [1, 2]
    assert read_table(frame.reset_index()).index is None
    assert read_table([1, 2]).index is None  # a list has a method of that name


class Polars:
    """Stands in for a frame of polars: columns, [] by name, to_numpy, and no iloc."""

    def __init__(self, **columns):
        self.columns, self._columns = list(columns), columns

    def __getitem__(self, name):
        return pd.Series(self._columns[name], dtype=object)

    def to_numpy(self):
        return np.stack([np.array(column, object) for column in self._columns.values()], axis=1)


def test_a_frame_that_only_behaves_like_one_is_read():
    table = read_table(Polars(a=[True, False], b=[1.5, None]))
    np.testing.assert_array_equal(table.array, np.array([[1, 1.5], [0, NAN]], "float32"))
    assert table.columns == ("a", "b")
    assert "column 'b'" in findings(Polars(a=[1], b=["?"]))[0]


def test_a_frame_of_float32_is_not_copied():
    frame = pd.DataFrame(np.ones((1000, 20), "float32"), columns=list("abcdefghijklmnopqrst"))
    assert np.shares_memory(read_table(frame).array, frame.to_numpy())


@settings(max_examples=50)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9),
    st.sampled_from([float, object, "Float64", "category"]),
)
def test_numbers_survive_whatever_type_holds_them(values, dtype):
    array = read_table(pd.Series(values, dtype=dtype)).array
    np.testing.assert_array_equal(array, np.float32(values))


@settings(max_examples=100)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9))
def test_every_number_written_by_python_is_read(value):
    assert parsed(str(value)) == float(value)
