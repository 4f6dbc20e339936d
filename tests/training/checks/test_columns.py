"""Columns by their place: exchanged, renamed, missing, doubled, and counters that came along."""

import numpy as np
import pandas as pd
import pytest

from zoo.training._tables import read_table
from zoo.training.checks.columns import columns_agree, odd_columns


@pytest.mark.parametrize(
    ("given", "level", "parts"),
    [
        (("b", "a"), "error", ["column 0 is 'b' here and 'a' in the training data", "frame[['a', 'b']]"]),
        (("a", "c"), "warning", ["column 1 is 'c' here and 'b'", "Rename"]),
        (("a",), "error", ["lacks 'b'", "has 1 columns"]),
        (("a", "b", "id"), "error", ["holds 'id' besides"]),
    ],
)
def test_columns_that_differ_are_named(given, level, parts):
    (found,) = columns_agree(given, ("a", "b"))
    assert found.level == level
    for part in parts:
        assert part in str(found)


@pytest.mark.parametrize(("given", "expected"), [(("a",), ("a",)), ((), ("a",)), (("a",), ()), ((), ())])
def test_columns_that_agree_or_have_no_names_are_fine(given, expected):
    assert list(columns_agree(given, expected)) == []


def odd(frame):
    table = read_table(frame)
    return [str(found) for found in odd_columns(table.array, "x", "training data", table.columns)]


def test_an_index_written_into_the_file_is_named(tmp_path):
    frame = pd.DataFrame({"age": [3.0, 1.0, 2.0]})
    frame.to_csv(tmp_path / "a.csv")
    (told,) = odd(pd.read_csv(tmp_path / "a.csv"))
    assert "'Unnamed: 0'" in told
    assert "index_col=0" in told
    assert odd(pd.read_csv(tmp_path / "a.csv", index_col=0)) == []


def test_a_column_that_is_there_twice_is_named():
    assert "the column 'a' twice" in odd(pd.DataFrame([[1, 1], [2, 2]], columns=["a", "a"]))[0]
    assert odd(pd.DataFrame([[1, 1], [2, 3]], columns=["a", "a"])) == []


def test_ordinary_columns_are_fine():
    from sklearn.datasets import load_iris, load_wine

    for load in (load_iris, load_wine):
        assert odd(load(as_frame=True).data) == []
    assert odd(pd.DataFrame({"Unnamed: 0": np.array([1.5, 2, 3])})) == []
    assert odd(pd.DataFrame({"index": [100, 100, 101]})) == []
