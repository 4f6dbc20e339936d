import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def whole():
    try:
        return zoo.load_dataset("cifar10_small", validation_split=0.1)
    except zoo.MissingFileError:
        pytest.skip("cifar10_small.tar is not here")


def test_the_photographs_are_colour_and_between_0_and_1(whole):
    assert [len(split) for split in whole.splits.values()] == [4500, 500, 1000]
    assert whole.input_shape == (32, 32, 3)
    assert (whole.train.x.min(), whole.train.x.max()) == (0, 1)
    assert np.bincount(whole.test.y).tolist() == [100] * 10
    assert np.abs(whole.train.x[..., 0] - whole.train.x[..., 2]).mean() > 0.02


def test_ships_lie_on_something_blue_and_deer_do_not(whole):
    """The labels belong to the photographs."""
    blue_over_red = {
        name: (
            whole.test.x[whole.test.y == label, ..., 2] - whole.test.x[whole.test.y == label, ..., 0]
        ).mean()
        for label, name in enumerate(whole.class_names)
    }
    assert blue_over_red["ship"] > 0.02 > -0.02 > blue_over_red["deer"]


def test_classes_can_be_chosen_and_come_in_the_order_given(whole):
    two = zoo.load_dataset("cifar10_small", classes=("ship", "cat"))
    assert (two.class_names, two.num_classes, len(two.train)) == (("ship", "cat"), 2, 1000)
    cats = whole.test.x[whole.test.y == whole.class_names.index("cat")]
    np.testing.assert_array_equal(two.test.x[two.test.y == 1], cats)


@pytest.mark.parametrize("classes", [("cat", "doog"), ("cat",), ("cat", "cat"), "cat"])
def test_wrong_classes_are_named(classes):
    with pytest.raises(zoo.InputError, match="classes must be two or more different names out of airplane"):
        zoo.load_dataset("cifar10_small", classes=classes)
