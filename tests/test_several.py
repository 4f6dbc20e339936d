import numpy as np
import pytest

import zoo
from zoo._several import digits_in


def sheet(*boxes, size=(60, 120)):
    """Filled boxes ``(top, bottom, left, right)`` on a sheet."""
    made = np.zeros(size, "float32")
    for top, bottom, left, right in boxes:
        made[top:bottom, left:right] = 1
    return made


def lefts(ink):
    return [box.left for box in digits_in(ink)]


def test_digits_are_found_from_left_to_right_and_lines_from_the_top():
    assert lefts(sheet((10, 40, 70, 75), (12, 41, 20, 30))) == [20, 70]
    two_lines = sheet((5, 45, 80, 90), (60, 100, 10, 20), (62, 98, 50, 60), (8, 44, 20, 30), size=(120, 120))
    assert lefts(two_lines) == [20, 80, 10, 50]


def test_strokes_above_each_other_are_one_digit():
    assert lefts(sheet((5, 8, 22, 50), (12, 50, 20, 24))) == [20]  # a five with its bar off
    assert lefts(sheet((5, 25, 20, 24), (22, 26, 20, 45), (8, 50, 40, 44))) == [20]


def test_specks_are_no_digits():
    assert lefts(sheet((10, 50, 20, 30), (55, 57, 100, 102))) == [20]
    assert digits_in(np.zeros((9, 9))) == []


def test_two_digits_are_read_each_for_itself():
    pytest.importorskip("scipy")
    ink = sheet((10, 50, 30, 34), (10, 50, 85, 89))
    readings = zoo.read_digits(ink)
    assert [reading.label for reading in readings] == [1, 1]
    assert [reading.box.left for reading in readings] == [30, 85]


def test_one_digit_is_one_reading_and_a_blank_sheet_none():
    (reading,) = zoo.read_digits(sheet((10, 50, 30, 34)))
    assert (reading.label, reading.box) == (1, None)
    assert zoo.read_digits(sheet()) == []
