import numpy as np
import pytest

import zoo


def test_it_has_as_many_weights_as_it_is_known_for():
    model = zoo.create_model("cnn_fast", input_shape=(28, 28, 1), num_classes=10)
    assert model.count_params() == 39_898


def test_the_first_layer_leaves_a_quarter_of_the_image_and_all_of_a_small_one():
    large = zoo.create_model("cnn_fast", input_shape=(28, 28, 1), num_classes=10)
    small = zoo.create_model("cnn_fast", input_shape=(8, 8, 1), num_classes=10)
    assert large.get_layer("conv_1").output.shape[1:3] == (12, 12)
    assert small.get_layer("conv_1").output.shape[1:3] == (8, 8)


@pytest.mark.parametrize("shape", [(3, 3, 1), (15, 40, 3), (16, 16, 1), (32, 32, 3)])
def test_it_takes_images_of_any_size(shape):
    model = zoo.create_model("cnn_fast", input_shape=shape, num_classes=2, dropout=0.5)
    assert model.predict(np.zeros((2, *shape), "float32"), verbose=0).shape == (2, 2)


def test_one_filter_layer_more_is_one_number_more():
    model = zoo.create_model("cnn_fast", input_shape=(28, 28, 1), num_outputs=1, filters=(4, 8, 8, 16))
    assert [model.get_layer(f"conv_{n}").filters for n in (1, 2, 3, 4)] == [4, 8, 8, 16]
