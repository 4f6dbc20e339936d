import keras
import numpy as np
import pytest

import zoo
from zoo.models._window import RandomWindow


def build(shape=(28, 28, 1), **arguments) -> keras.Model:
    return zoo.create_model("cnn_fast", input_shape=shape, num_classes=10, seed=0, **arguments)


def test_it_has_as_many_weights_as_it_is_known_for():
    assert build().count_params() == 39_898
    assert build(shrink="stride").count_params() == 29_658


def test_the_first_layer_leaves_a_quarter_of_the_image_and_all_of_a_small_one():
    assert build().get_layer("conv_1").output.shape[1:3] == (12, 12)
    assert build((8, 8, 1)).get_layer("conv_1").output.shape[1:3] == (8, 8)


@pytest.mark.parametrize("shrink", ["pool", "stride"])
@pytest.mark.parametrize("shape", [(3, 3, 1), (15, 40, 3), (16, 16, 1), (32, 32, 3)])
def test_it_takes_images_of_any_size(shape, shrink):
    model = zoo.create_model("cnn_fast", input_shape=shape, num_classes=2, dropout=0.5, shrink=shrink)
    assert model.predict(np.zeros((2, *shape), "float32"), verbose=0).shape == (2, 2)


def test_one_filter_layer_more_is_one_number_more():
    model = zoo.create_model("cnn_fast", input_shape=(28, 28, 1), num_outputs=1, filters=(4, 8, 8, 16))
    assert [model.get_layer(f"conv_{n}").filters for n in (1, 2, 3, 4)] == [4, 8, 8, 16]


def test_a_step_of_two_pixels_leaves_what_the_pooling_leaves():
    assert build(shrink="stride").get_layer("conv_2").output.shape == build().get_layer("pool").output.shape


def test_a_fixed_first_layer_keeps_the_filters_it_was_given(digits):
    model = build((8, 8, 1), fixed_first=True)
    given = zoo.by_hand.whitening_filters(digits.train.x[:200], count=16)
    model.get_layer("conv_1").set_weights(given)
    second = model.get_layer("conv_2").get_weights()[0]
    model.compile("adam", "sparse_categorical_crossentropy")
    zoo.fit(model, digits.train.x[:200], digits.train.y[:200], verbose=0, seed=0)
    for kept, value in zip(model.get_layer("conv_1").get_weights(), given, strict=True):
        np.testing.assert_array_equal(kept, value.astype("float32"))
    assert not np.array_equal(model.get_layer("conv_2").get_weights()[0], second)


def test_a_margin_is_cut_off_when_it_answers():
    images = np.random.default_rng(0).random((3, 28, 28, 1), dtype="float32")
    framed, model = build(margin=2), build((24, 24, 1))
    model.set_weights(framed.get_weights()[: len(model.get_weights())])
    expected = model.predict(images[:, 2:-2, 2:-2], verbose=0)
    np.testing.assert_allclose(framed.predict(images, verbose=0), expected, atol=1e-6)


def test_a_margin_that_leaves_nothing_is_refused_before_keras_sees_it():
    with pytest.raises(zoo.InputError, match="margin of 4 leaves nothing of an image of 8x28"):
        build((8, 28, 1), margin=4)


def test_in_training_the_window_is_at_every_place_about_as_often():
    layer = RandomWindow(1, seed=0)
    image = np.arange(9.0, dtype="float32").reshape(1, 3, 3, 1)
    seen = [float(np.ravel(layer(image, training=True))[0]) for _ in range(450)]
    counts = [seen.count(place) for place in range(9)]
    assert sum(counts) == 450
    assert min(counts) > 25


def test_a_window_is_a_piece_of_every_image_of_the_batch_at_one_place():
    images = np.random.default_rng(0).random((2, 6, 5, 3), dtype="float32")
    window = np.asarray(RandomWindow(1, seed=3)(images, training=True))
    places = [(i, j) for i in range(3) for j in range(3)]
    assert any(np.array_equal(window, images[:, i : i + 4, j : j + 3]) for i, j in places)


def test_a_file_with_a_window_loads(tmp_path):
    model = build(margin=1)
    zoo.save_model(model, tmp_path / "windowed.keras")
    again = zoo.load_model(tmp_path / "windowed.keras")
    images = np.random.default_rng(0).random((2, 28, 28, 1), dtype="float32")
    np.testing.assert_allclose(again.predict(images, verbose=0), model.predict(images, verbose=0), atol=1e-6)
    assert again.get_layer("window").margin == 1
