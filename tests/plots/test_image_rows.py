import numpy as np
import pytest

import zoo


def test_each_row_has_its_name_and_its_images_in_order():
    x = np.random.default_rng(0).random((5, 8, 8, 1), dtype="float32")
    figure = zoo.plots.image_rows({"one": x, "other": x[::-1, ..., 0]}, most=3)
    assert [axes.get_ylabel() for axes in figure.axes] == ["one", "other"]
    strip = np.asarray(figure.axes[0].images[0].get_array())
    assert strip.shape == (8, 3 * 8 + 2)
    for number in range(3):
        np.testing.assert_array_equal(strip[:, 9 * number : 9 * number + 8], x[number, ..., 0])
    assert (strip[:, 8] == 0).all()


def test_a_shorter_row_leaves_its_place_white():
    x = np.full((4, 8, 8, 3), 0.5, "float32")
    figure = zoo.plots.image_rows({"four": x, "two": x[:2]})
    strips = [np.asarray(axes.images[0].get_array()) for axes in figure.axes]
    assert strips[0].shape == strips[1].shape == (8, 35, 3)
    assert (strips[1][:, 18:] == 1).all()


def test_values_beyond_0_and_1_are_cut_off():
    figure = zoo.plots.image_rows({"loud": np.full((1, 8, 8), 7.0)})
    assert np.asarray(figure.axes[0].images[0].get_array()).max() == 1


@pytest.mark.parametrize("rows", [{}, {"none": np.empty((0, 8, 8))}])
def test_nothing_to_show_is_an_error(rows):
    with pytest.raises(zoo.InputError, match="needs a row with an image"):
        zoo.plots.image_rows(rows)


def test_what_is_no_image_is_refused():
    with pytest.raises(zoo.InputError, match="needs images"):
        zoo.plots.image_rows({"table": np.ones((3, 4))})
