import numpy as np
import pytest

from zoo.datasets import strangers
from zoo.datasets._strokes import DIGITS, NO_DIGITS, bent, drawn, strokes_of


@pytest.fixture(scope="module")
def batches():
    x = np.zeros((450, 28, 28, 1), "float32")
    x[:, 4:24, 13:16] = 1
    return list(strangers(x, np.ones(450, int), seed=3))


def test_all_digits_come_once_with_drawn_ones_and_what_is_none(batches):
    assert [len(sheets) for sheets, _ in batches] == [340, 340, 85]
    targets = np.concatenate([targets for _, targets in batches])
    assert (targets.max(axis=1) == 1).sum() == 450 * 3 / 2
    assert np.isclose(targets.max(axis=1), 0.1).sum() == 450 / 5
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)


def test_sheets_differ_in_size_and_are_light_on_dark(batches):
    assert len({sheets.shape[1] for sheets, _ in batches}) > 1
    for sheets, _ in batches:
        assert sheets.dtype == "float32"
        assert sheets.min() >= 0
        assert sheets.max() <= 1
        assert sheets.mean() < 0.3


def test_a_seed_gives_the_same_sheets_again(batches):
    x = np.zeros((450, 28, 28, 1), "float32")
    x[:, 4:24, 13:16] = 1
    for (sheets, targets), (others, those) in zip(
        batches, strangers(x, np.ones(450, int), seed=3), strict=True
    ):
        np.testing.assert_array_equal(sheets, others)
        np.testing.assert_array_equal(targets, those)


@pytest.mark.parametrize("shape", [shape for shapes in (*DIGITS, NO_DIGITS) for shape in shapes])
def test_every_shape_can_be_drawn(shape):
    random = np.random.default_rng(0)
    for side in (20, 90):
        sheet = drawn(bent(strokes_of(shape), random), side, random)
        assert sheet.shape == (side, side)
        assert 0 < (sheet > 100).mean() < 0.7
