import keras
import numpy as np
import pytest

import zoo

SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture(scope="module")
def digits():
    train = zoo.load_dataset("digits").train
    return train.x[:200], train.y[:200]


def compiled(name, **options) -> keras.Model:
    model = zoo.create_model(name, **{"input_shape": (8, 8, 1), "num_classes": 10, "seed": 0, **options})
    model.compile("adam", SPARSE)
    return model


def test_it_records_the_first_every_few_and_the_last_epoch(digits):
    model, recorder = compiled("cnn", filters=(4,), hidden=()), zoo.FilterRecorder(every=2)
    before = model.get_layer("conv_1").kernel.numpy()
    zoo.fit(model, *digits, epochs=5, callbacks=recorder, verbose=0)
    assert recorder.epochs == [0, 2, 4, 5]
    assert recorder.layer == "conv_1"
    np.testing.assert_array_equal(recorder.kernels[0], before.transpose(3, 0, 1, 2))
    np.testing.assert_array_equal(
        recorder.kernels[-1], model.get_layer("conv_1").kernel.numpy().transpose(3, 0, 1, 2)
    )


@pytest.mark.parametrize(
    ("name", "options", "layer", "shape"),
    [
        ("softmax_regression", {}, "probability", (10, 8, 8, 1)),
        ("softmax_regression", {"input_shape": (64,)}, "probability", (10, 8, 8, 1)),
        ("mlp", {"hidden": (6, 9)}, "hidden_1", (6, 8, 8, 1)),
    ],
)
def test_a_dense_layer_on_an_image_is_images(digits, name, options, layer, shape):
    model, recorder = compiled(name, **options), zoo.FilterRecorder()
    zoo.fit(model, digits[0].reshape(-1, *model.input_shape[1:]), digits[1], callbacks=recorder, verbose=0)
    assert recorder.layer == layer
    assert recorder.kernels[-1].shape == shape
    pixel = model.get_layer(layer).kernel.numpy()[8 * 3 + 5]  # row 3, column 5
    np.testing.assert_array_equal(recorder.kernels[-1][:, 3, 5, 0], pixel)


def test_a_named_layer_is_found_inside_another_model(digits):
    inner = zoo.create_model("cnn", input_shape=(8, 8, 1), num_classes=10, filters=(4, 6), hidden=())
    model = keras.Sequential([keras.Input((8, 8, 1)), inner])
    model.compile("adam", SPARSE)
    recorder = zoo.FilterRecorder("conv_2")
    zoo.fit(model, *digits, callbacks=recorder, verbose=0)
    assert recorder.kernels[0].shape == (6, 3, 3, 4)


def test_what_has_no_images_is_refused_before_the_first_step(digits):
    before = (model := compiled("mlp", hidden=(6, 9))).get_weights()
    for layer, error, words in (
        ("hidden_2", zoo.InputError, "'hidden_2' are no images"),
        ("flatten", zoo.InputError, "'flatten' are no images"),
        ("hiden_1", zoo.UnknownNameError, "Did you mean 'hidden_1'"),
    ):
        with pytest.raises(error, match=words):
            zoo.fit(model, *digits, callbacks=zoo.FilterRecorder(layer), verbose=0)
    assert all(map(np.array_equal, before, model.get_weights()))
    iris, table = zoo.load_dataset("iris"), compiled("mlp", input_shape=(4,), num_classes=3)
    with pytest.raises(zoo.InputError, match="No layer of this model"):
        zoo.fit(table, iris, callbacks=zoo.FilterRecorder(), verbose=0)
    with pytest.raises(zoo.InputError, match="every must be"):
        zoo.FilterRecorder(every=0)
