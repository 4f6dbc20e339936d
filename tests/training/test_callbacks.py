import keras
import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def blobs():
    return zoo.load_dataset("two_blobs", n=200)


def model_of_two():
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(4,), seed=0)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_it_records_the_first_every_few_and_the_last_epoch(blobs):
    model, recorder = model_of_two(), zoo.BoundaryRecorder(blobs.train, every=3, resolution=10)
    untrained = model.predict(recorder.plane.points, verbose=0)
    zoo.fit(model, blobs, epochs=7, callbacks=recorder, verbose=0)
    assert recorder.epochs == [0, 3, 6, 7]
    np.testing.assert_allclose(recorder.outputs[0], untrained, atol=1e-6)
    trained = model.predict(recorder.plane.points, verbose=0)
    np.testing.assert_allclose(recorder.outputs[-1], trained, atol=1e-6)
    assert np.abs(trained - untrained).max() > 1e-3


def test_the_plane_covers_the_rows(blobs):
    plane = zoo.BoundaryRecorder(blobs.train.x, resolution=10).plane
    for side, column in zip((plane.x1, plane.x2), blobs.train.x.T, strict=True):
        assert side[0] < column.min() < column.max() < side[-1]
    assert plane.points.shape == (100, 2)
    assert plane.points.dtype == "float32"


def test_recording_changes_nothing_in_the_training(blobs):
    losses = []
    for callbacks in ([], [zoo.BoundaryRecorder(blobs.train, every=1, resolution=10)]):
        history = zoo.fit(model_of_two(), blobs, epochs=3, callbacks=callbacks, verbose=0, seed=0)
        losses.append(history.history["loss"])
    assert losses[0] == losses[1]


def test_a_new_training_begins_anew_and_a_continued_one_counts_on(blobs):
    model, recorder = model_of_two(), zoo.BoundaryRecorder(blobs.train, every=2, resolution=10)
    zoo.fit(model, blobs, epochs=2, callbacks=recorder, verbose=0)
    zoo.fit(model, blobs, epochs=5, initial_epoch=3, callbacks=recorder, verbose=0)
    assert recorder.epochs == [3, 4, 5]


def test_an_early_stop_is_recorded(blobs):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    recorder = zoo.BoundaryRecorder(blobs.train, every=50, resolution=10)
    zoo.fit(model_of_two(), blobs, epochs=9, callbacks=[Stop(), recorder], verbose=0)
    assert recorder.epochs == [0, 3]


def test_plain_keras_takes_it_too(blobs):
    recorder = zoo.BoundaryRecorder(blobs.train, every=1, resolution=10)
    model_of_two().fit(blobs.train.x, blobs.train.y, epochs=2, callbacks=[recorder], verbose=0)
    assert recorder.epochs == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"every": 0}, "every must be a whole number of 1 or more; got 0"),
        ({"every": 2.5}, "every must be"),
        ({"resolution": 1}, "resolution must be a whole number of 2 or more"),
    ],
)
def test_wrong_arguments_are_named(blobs, options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.BoundaryRecorder(blobs.train, **options)


def test_rows_of_other_features_are_refused():
    with pytest.raises(zoo.InputError, match=r"rows of two features, \(rows, 2\); got \(120, 4\)"):
        zoo.BoundaryRecorder(zoo.load_dataset("iris").train)
    with pytest.raises(zoo.InputError, match="input1"):
        zoo.BoundaryRecorder(zoo.load_dataset("two_in_two_out", n=20).train)


def test_a_recorder_keeps_the_last_epoch_wherever_early_stopping_stands():
    data = zoo.load_dataset("two_blobs", n=40)
    model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
    model.compile("sgd", "binary_crossentropy")
    recorder = zoo.BoundaryRecorder(data.train, resolution=5)
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", epoch == 1)
    )
    zoo.fit(model, data, epochs=9, callbacks=[recorder, stop], verbose=0)
    assert recorder.epochs == [0, 2]
