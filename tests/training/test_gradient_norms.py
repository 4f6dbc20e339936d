import keras
import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def blobs():
    return zoo.load_dataset("two_blobs", n=200)


def compiled(loss="binary_crossentropy", **arguments):
    arguments = {"input_shape": (2,), "num_classes": 1, "hidden": (4, 4), "seed": 0, **arguments}
    model = zoo.create_model("mlp", **arguments)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def recorded(model, data, *, epochs=1, **options):
    recorder = zoo.GradientNorms(data.train, **options)
    zoo.fit(model, data, epochs=epochs, callbacks=recorder, verbose=0, seed=0)
    return recorder


def test_the_norm_is_that_of_the_formula(blobs):
    model = compiled(hidden=())
    weight, bias = model.get_weights()
    x, y = blobs.train.x, blobs.train.y
    error = 1 / (1 + np.exp(-(x @ weight + bias).ravel())) - y
    recorder = recorded(model, blobs)
    np.testing.assert_allclose(recorder.norms[0], [np.linalg.norm(x.T @ error / len(x))], rtol=1e-5)


def test_the_models_penalties_are_part_of_its_loss(blobs):
    plain, penalised = compiled(hidden=()), compiled(hidden=(), l2=0.5)
    weight = plain.get_weights()[0]
    penalised.set_weights(plain.get_weights())
    x, y = blobs.train.x, blobs.train.y
    error = 1 / (1 + np.exp(-(x @ weight).ravel())) - y
    gradient = x.T @ error / len(x) + 2 * 0.5 * weight.ravel()
    np.testing.assert_allclose(recorded(penalised, blobs).norms[0], [np.linalg.norm(gradient)], rtol=1e-5)
    assert recorded(plain, blobs).norms[0] != pytest.approx(np.linalg.norm(gradient), rel=1e-2)


def test_it_records_the_first_every_few_and_the_last_epoch(blobs):
    recorder = recorded(compiled(), blobs, epochs=7, every=3)
    assert recorder.epochs == [0, 3, 6, 7]
    assert recorder.layers == ("hidden_1", "hidden_2", "probability")
    assert [norms.shape for norms in recorder.norms] == [(3,)] * 4
    assert np.isfinite(recorder.norms).all()


def test_the_probe_is_its_first_rows(blobs):
    few = zoo.GradientNorms((blobs.train.x[:10], blobs.train.y[:10]))
    zoo.fit(compiled(), blobs, callbacks=few, verbose=0, seed=0)
    np.testing.assert_array_equal(few.norms, recorded(compiled(), blobs, most=10).norms)
    assert not np.array_equal(few.norms, recorded(compiled(), blobs).norms)


@pytest.mark.parametrize("options", [{"dropout": 0.5}, {"batch_normalization": True}])
def test_recording_changes_nothing_in_the_training(blobs, options):
    trainings = []
    for callbacks in ([], [zoo.GradientNorms(blobs.train)]):
        model = compiled(**options)
        history = zoo.fit(model, blobs, epochs=3, callbacks=callbacks, verbose=0, seed=0)
        trainings.append((history.history, model.get_weights()))
    (history, weights), (other_history, other_weights) = trainings
    assert history == other_history
    assert all(map(np.array_equal, weights, other_weights))


def test_noise_inside_the_model_stays_in_its_order(blobs):
    class Noisy(keras.layers.Layer):
        """Draws at inference too, as a variational autoencoder does."""

        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(3)

        def call(self, x):
            return x + keras.random.normal(keras.ops.shape(x), seed=self.seeds)

    model = keras.Sequential([keras.Input((2,)), Noisy(), keras.layers.Dense(1, "sigmoid", name="only")])
    model.compile("adam", "binary_crossentropy")
    before = np.array(model.layers[0].seeds.state)
    recorder = zoo.GradientNorms(blobs.train)
    recorder.set_model(model)
    recorder.on_epoch_begin(0)
    np.testing.assert_array_equal(model.layers[0].seeds.state, before)
    assert recorder.norms[0] > 0


def test_metrics_of_several_outputs_count_nothing_twice():
    data = zoo.load_dataset("two_in_two_out", n=60)
    histories = []
    for callbacks in ([], [zoo.GradientNorms(data.train, most=8)]):
        model = zoo.create_model("two_in_two_out", output_names=("total", "product"), seed=0)
        model.compile("adam", {"total": "mse", "product": "mae"})
        histories.append(zoo.fit(model, data, epochs=2, callbacks=callbacks, verbose=0, seed=0).history)
    assert histories[0] == histories[1]


def test_images_embeddings_and_frozen_layers(digits):
    model = zoo.create_model("cnn", input_shape=(8, 8, 1), num_classes=10, filters=(2,), hidden=(3,))
    model.get_layer("hidden_1").trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert recorded(model, digits, most=4).layers == ("conv_1", "probability")

    words = np.array([[1, 2], [3, 4]]), np.array([0.0, 1.0])
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((2,)), layers.Embedding(5, 3, name="word"), layers.LSTM(2, name="lstm"), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    recorder = zoo.GradientNorms(words)
    model.fit(*words, callbacks=[recorder], verbose=0)
    assert recorder.layers[:3] == ("word", "lstm/lstm_cell/kernel", "lstm/lstm_cell/recurrent_kernel")
    assert (recorder.norms[0] > 0).all()


def test_a_layer_without_influence_has_no_gradient():
    inputs = keras.Input((2,))
    unused = keras.layers.Dense(1, name="unused")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, name="used")(inputs) + 0 * unused)
    model.compile("sgd", "mse")
    recorder = zoo.GradientNorms((np.ones((4, 2)), np.ones(4)))
    model.fit(np.ones((4, 2)), np.ones(4), callbacks=[recorder], verbose=0)
    norms = dict(zip(recorder.layers, recorder.norms[0], strict=True))
    assert norms["unused"] == 0 < norms["used"]


def test_plain_keras_takes_it_too_and_a_new_training_begins_anew(blobs):
    model, recorder = compiled(), zoo.GradientNorms(blobs.train)
    for _ in range(2):
        model.fit(blobs.train.x, blobs.train.y, epochs=2, callbacks=[recorder], verbose=0)
    assert recorder.epochs == [0, 1, 2]
    assert len(recorder.norms) == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"every": 0}, "every must be a whole number of 1 or more; got 0"),
        ({"most": True}, "most must be a whole number of 1 or more; got True"),
    ],
)
def test_wrong_arguments_are_named(blobs, options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.GradientNorms(blobs.train, **options)


def test_a_probe_needs_targets_and_an_end(blobs):
    with pytest.raises(zoo.InputError, match="no targets"):
        zoo.GradientNorms(blobs.train.x)
    with pytest.raises(zoo.InputError, match="a stream has none"):
        zoo.GradientNorms(iter([(blobs.train.x, blobs.train.y)]))


def test_another_backend_is_refused_by_name(blobs, monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    with pytest.raises(
        zoo.InputError, match="works with the backends tensorflow and jax; Keras runs on torch"
    ):
        zoo.GradientNorms(blobs.train)
