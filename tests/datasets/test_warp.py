import numpy as np
import pytest

import zoo
from zoo.datasets import warped


@pytest.fixture(scope="module")
def x():
    return zoo.load_dataset("digits").train.x[:1200]


def test_no_strength_bends_nothing(x):
    np.testing.assert_allclose(warped(x, strength=0, seed=4), x, atol=1e-6)


def test_the_same_seed_bends_alike_and_another_does_not(x):
    np.testing.assert_array_equal(warped(x, seed=4), warped(x, seed=4))
    assert np.abs(warped(x, seed=5) - warped(x, seed=4)).mean() > 0.01


def test_each_picture_is_bent_in_its_own_way(x):
    same = warped(np.repeat(x[:1], 1100, axis=0), seed=4)
    assert len({picture.tobytes() for picture in same}) == 1100


def test_a_stronger_bend_moves_more_ink(x):
    moved = [np.abs(warped(x, strength=strength, seed=4) - x).mean() for strength in (0.2, 0.6, 1.2)]
    assert moved == sorted(moved)
    assert moved[0] > 0


def test_a_bent_digit_is_still_read(x):
    reader = zoo.load_pretrained("cnn.digits")
    labels = zoo.load_dataset("digits").train.y[:1200]
    guess = zoo.predict(reader, warped(x, strength=0.4, seed=4)).argmax(axis=1)
    assert (guess == labels).mean() > 0.9


def test_height_width_and_channels_stay_and_channels_are_bent_together():
    grey = np.random.default_rng(0).random((3, 12, 20, 1)).astype("float32")
    colours = warped(np.concatenate([grey, 2 * grey], axis=-1), seed=1)
    assert colours.shape == (3, 12, 20, 2)
    assert colours.dtype == "float32"
    np.testing.assert_allclose(colours[..., 1], 2 * colours[..., 0], atol=1e-6)
