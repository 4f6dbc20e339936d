import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import zoo
from zoo._several import digits_in
from zoo.images import ink_of


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


def drawn_digit(content):
    """The ink of a drawing, cut out and 60 pixels high."""
    ink = ink_of(Image.open(io.BytesIO(content)))
    (rows, columns) = (np.flatnonzero((ink > 0.35).any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = max(4, round(60 * ink.shape[1] / ink.shape[0]))
    return np.asarray(Image.fromarray(ink).resize((width, 60), Image.Resampling.BILINEAR))


def touching(one, other):
    """Two digits, the second one moved to the left until their strokes touch."""
    ink = np.zeros((90, one.shape[1] + other.shape[1] + 30), "float32")
    ink[15:75, 15 : 15 + one.shape[1]] = one
    left = 15 + one.shape[1]
    while not ((ink[15:75, left : left + other.shape[1]] > 0.4) & (other > 0.4)).any():
        left -= 1
    place = ink[15:75, left : left + other.shape[1]]
    np.maximum(place, other, out=place)
    return ink


def test_digits_that_touch_are_cut_apart_where_both_parts_read_well():
    with np.load(Path(__file__).parent / "data" / "drawn_digits.npz") as kept:
        files, labels = np.split(kept["files"], kept["ends"][:-1]), kept["label"]
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(labels > 1))[:60].reshape(-1, 2)
    found = []
    for pair in chosen:
        ink = touching(*(drawn_digit(files[number].tobytes()) for number in pair))
        found.append([reading.label for reading in zoo.read_digits(ink)])
    right = sum(read == list(labels[pair]) for read, pair in zip(found, chosen, strict=True))
    cut = sum(len(read) > 1 for read in found)
    assert right >= 0.3 * len(chosen)
    assert right >= 0.8 * cut


@pytest.mark.parametrize(
    "strokes",
    [
        [(20, 15, 20, 75), (60, 15, 60, 75), (20, 45, 60, 45)],  # H
        [(20, 15, 40, 75), (40, 75, 60, 15)],  # V
        [(15, 75, 20, 15), (20, 15, 42, 60), (42, 60, 64, 15), (64, 15, 69, 75)],  # M
        [(20, 15, 20, 75), (20, 75, 60, 75), (60, 75, 60, 15)],  # U
    ],
)
def test_a_letter_is_not_cut_into_digits(strokes):
    sheet = Image.new("L", (90, 90))
    for stroke in strokes:
        ImageDraw.Draw(sheet).line(stroke, fill=255, width=6)
    assert len(zoo.read_digits(np.asarray(sheet))) == 1
