import numpy as np
import pytest

import zoo


def test_it_has_under_three_thousand_weights_and_no_layer_has_many():
    model = zoo.create_model("tiny", input_shape=(28, 28, 1), num_classes=10)
    assert model.count_params() < 3000
    assert max(layer.count_params() for layer in model.layers) < 1000


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 1), (8, 8, 1), (15, 40, 3), (17, 30, 2), (28, 28, 1)])
@pytest.mark.parametrize("filters", [(3,), (2, 3), (2, 3, 4, 5)])
def test_every_filter_is_left_with_one_number_whatever_the_image(shape, filters):
    model = zoo.create_model("tiny", input_shape=shape, num_classes=2, filters=filters)
    assert model.get_layer("places").output.shape == (None, 1, 1, filters[-1])
    assert model.predict(np.zeros((2, *shape), "float32"), verbose=0).shape == (2, 2)


def test_where_a_filter_answers_makes_a_difference():
    model = zoo.create_model("tiny", input_shape=(8, 8, 1), num_classes=4, seed=0)
    images = np.zeros((2, 8, 8, 1), "float32")
    images[0, 1:3, 1:3] = images[1, 5:7, 5:7] = 1
    one, other = model.predict(images, verbose=0)
    assert np.abs(one - other).max() > 1e-3


def test_it_can_give_numbers_and_be_functional():
    model = zoo.create_model("tiny", input_shape=(28, 28, 1), num_outputs=3, api="functional")
    assert model.output_shape == (None, 3)
    assert (
        zoo.create_model("tiny", input_shape=(28, 28, 1), num_outputs=3).count_params()
        == model.count_params()
    )
