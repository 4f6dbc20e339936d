import numpy as np
import pytest

import zoo

# A few steps settle no statistics, as a warning rightly says.
pytestmark = pytest.mark.filterwarnings("ignore:The BatchNormalization layer:zoo.PreflightWarning")


@pytest.fixture(scope="module")
def pictures():
    return zoo.load_dataset("digits").train.x[:64]


def painter_and_teacher():
    model = zoo.create_model("gan", input_shape=(8, 8, 1), latent=4, hidden=(8, 16), seed=0)
    model.compile(1e-2)
    return model


def test_it_records_the_first_every_few_and_the_last_epoch(pictures):
    model, recorder = painter_and_teacher(), zoo.SampleRecorder(count=5, every=2)
    noise = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    untrained = model.generator.predict(noise, verbose=0)
    zoo.fit(model, pictures, epochs=5, callbacks=recorder, verbose=0)
    assert recorder.epochs == [0, 2, 4, 5]
    assert recorder.labels == ["epoch 0", "epoch 2", "epoch 4", "epoch 5"]
    np.testing.assert_allclose(recorder.images[0], untrained, atol=1e-6)
    trained = model.generator.predict(noise, verbose=0)
    np.testing.assert_allclose(recorder.images[-1], trained, atol=1e-6)
    assert np.abs(trained - untrained).max() > 1e-3


def test_recording_changes_nothing_in_the_training(pictures):
    losses = []
    for callbacks in ([], [zoo.SampleRecorder()]):
        model = painter_and_teacher()
        history = zoo.fit(model, pictures, epochs=2, callbacks=callbacks, verbose=0, seed=0)
        losses.append(history.history["generator_loss"])
    assert losses[0] == losses[1]


def test_a_decoder_paints_too_and_a_continued_training_counts_on(pictures):
    model = zoo.create_model("variational_autoencoder", input_shape=(8, 8, 1), hidden=(8,), seed=0)
    model.compile("adam", "binary_crossentropy")
    recorder = zoo.SampleRecorder(3, layer="decoder")
    zoo.fit(model, pictures, pictures, epochs=1, callbacks=recorder, verbose=0)
    zoo.fit(model, pictures, pictures, epochs=4, initial_epoch=3, callbacks=recorder, verbose=0)
    assert recorder.epochs == [3, 4]
    assert recorder.images[0].shape == (3, 8, 8, 1)


def test_a_layer_that_is_not_there_gets_the_nearest_name(pictures):
    with pytest.raises(zoo.InputError, match=r"no layer 'generators'. Did you mean 'generator'"):
        zoo.fit(painter_and_teacher(), pictures, callbacks=zoo.SampleRecorder(layer="generators"), verbose=0)


@pytest.mark.parametrize("options", [{"count": 0}, {"every": 0}, {"every": 2.5}, {"count": True}])
def test_wrong_arguments_are_named(options):
    with pytest.raises(zoo.InputError, match=f"{next(iter(options))} must be a whole number of 1 or more"):
        zoo.SampleRecorder(**options)
