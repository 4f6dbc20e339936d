import keras
import numpy as np
import pytest

import zoo

# A few steps settle no statistics, and a rate of 0 moves nothing, as warnings rightly say.
pytestmark = pytest.mark.filterwarnings("ignore::zoo.PreflightWarning")

Adam = keras.optimizers.Adam


def small(**options) -> keras.Model:
    return zoo.create_model("gan", input_shape=(8, 8, 1), latent=4, hidden=(16, 32), seed=0, **options)


@pytest.fixture
def pictures(digits):
    return digits.train.x[:96]


def weights(network: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(weight) for weight in network.trainable_weights]


def test_the_model_is_the_painter_and_the_teacher_in_a_row():
    model = small()
    noise = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    painted = model.get_layer("generator").predict(noise, verbose=0)
    assert painted.shape == (5, 8, 8, 1)
    assert painted.min() >= 0
    assert painted.max() <= 1
    score = model.get_layer("discriminator").predict(painted, verbose=0)
    np.testing.assert_allclose(model.predict(noise, verbose=0), score, atol=1e-6)


def test_it_learns_from_pictures_alone(pictures):
    model = small()
    model.compile(2e-3)
    history = zoo.fit(model, pictures, epochs=2, verbose=0, seed=0)
    assert set(history.history) == {"generator_loss", "discriminator_loss", "discriminator_accuracy"}
    assert np.isfinite(list(history.history.values())).all()
    assert all(0 <= share <= 1 for share in history.history["discriminator_accuracy"])


def test_a_dataset_s_labels_are_left_out(digits, pictures):
    losses = []
    for data in (pictures, (pictures, digits.train.y[:96])):
        model = small()
        model.compile(2e-3)
        losses.append(zoo.fit(model, data, verbose=0, seed=0).history["generator_loss"])
    assert losses[0] == losses[1]


def test_it_is_measured_on_pictures_it_has_not_seen(digits, pictures):
    model = small()
    model.compile(2e-3)
    history = zoo.fit(model, pictures, validation_data=digits.test.x[:50], verbose=0, seed=0)
    assert "val_generator_loss" in history.history
    before = weights(model)
    assert set(zoo.evaluate(model, digits.test)) == {
        "generator_loss",
        "discriminator_loss",
        "discriminator_accuracy",
    }
    for a, b in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("rates", "moved"), [((1e-3, 0.0), "generator"), ((0.0, 1e-3), "discriminator")])
def test_each_network_has_its_own_optimizer(pictures, rates, moved):
    model = small()
    model.compile(*map(Adam, rates))
    parts = ("generator", "discriminator")
    before = {part: weights(model.get_layer(part)) for part in parts}
    zoo.fit(model, pictures, verbose=0, seed=0)
    for part in parts:
        same = [
            np.array_equal(a, b) for a, b in zip(before[part], weights(model.get_layer(part)), strict=True)
        ]
        assert not any(same) if part == moved else all(same)


def test_one_rate_is_both_optimizers(pictures):
    model = small()
    model.compile(5e-4)
    assert model.optimizer is not model.discriminator_optimizer
    for optimizer in (model.optimizer, model.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(5e-4)
        assert optimizer.beta_1 == 0.5


def test_a_teacher_who_learns_alone_tells_real_from_painted(pictures):
    model = small(dropout=0.0)
    model.compile(Adam(0.0), Adam(3e-3))
    history = zoo.fit(model, pictures, epochs=20, batch_size=16, verbose=0, seed=0)
    assert history.history["discriminator_accuracy"][-1] > 0.95


def test_a_painter_who_learns_alone_fools_the_teacher(pictures):
    model = small(dropout=0.0)
    model.compile(Adam(3e-3), Adam(0.0))
    losses = zoo.fit(model, pictures, epochs=10, batch_size=16, verbose=0, seed=0).history["generator_loss"]
    assert losses[-1] < losses[0]


def test_the_same_seed_paints_the_same(pictures):
    painted = []
    for _ in range(2):
        model = small()
        model.compile(1e-3)
        zoo.fit(model, pictures, epochs=2, verbose=0, seed=0)
        painted.append(model.generator.predict(np.ones((1, 4), "float32"), verbose=0))
    np.testing.assert_array_equal(*painted)


def test_training_goes_on_from_a_file(pictures, tmp_path):
    model = small()
    model.compile(Adam(1e-3), keras.optimizers.SGD(0.02), smoothing=0.2)
    zoo.fit(model, pictures, verbose=0, seed=0)
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / "gan.keras"))
    assert isinstance(loaded.discriminator_optimizer, keras.optimizers.SGD)
    assert loaded.smoothing == 0.2
    for name in ("optimizer", "discriminator_optimizer"):
        one, other = getattr(model, name), getattr(loaded, name)
        assert int(one.iterations.numpy()) == int(other.iterations.numpy()) == 3
    for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)
    zoo.fit(loaded, pictures, verbose=0, seed=0)


def test_pictures_of_another_size_are_refused_before_the_first_step(pictures):
    model = small()
    model.compile(1e-3)
    with pytest.raises(zoo.InputError, match=r"x of the training data has the shape \(96, 4, 16, 1\)"):
        zoo.fit(model, pictures.reshape(96, 4, 16, 1))
    with pytest.raises(zoo.InputError, match="takes no sample_weight"):
        zoo.fit(model, pictures, sample_weight=np.ones(96))


def test_a_metric_to_watch_is_held_against_its_own(pictures):
    model = small()
    model.compile(1e-3)
    watch = keras.callbacks.EarlyStopping(monitor="generator_los")
    with pytest.raises(zoo.InputError, match="Did you mean 'generator_loss'"):
        zoo.fit(model, pictures, callbacks=watch)


def test_another_backend_is_named_before_the_first_step(pictures, monkeypatch):
    model = small()
    model.compile(1e-3)
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(zoo.InputError, match="KERAS_BACKEND=tensorflow"):
        model.make_train_function()


def test_a_falling_learning_rate_goes_to_both(pictures):
    model = small()
    model.compile(Adam(keras.optimizers.schedules.CosineDecay(1e-3, decay_steps=6)))
    zoo.fit(model, pictures, epochs=2, verbose=0, seed=0)
    for optimizer in (model.optimizer, model.discriminator_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(0, abs=1e-9)


def test_a_file_gives_the_optimizers_state_back_also_after_a_training_with_callbacks(tmp_path):
    model = zoo.create_model("gan", input_shape=(4, 4, 1), latent=2, hidden=(4,), seed=0)
    model.compile(1e-3)
    x = np.zeros((8, 4, 4, 1), "float32")
    zoo.fit(model, x, callbacks=keras.callbacks.TerminateOnNaN(), verbose=0)
    again = zoo.load_model(zoo.save_model(model, tmp_path / "gan.keras"))
    pairs = zip(model.optimizer.variables, again.optimizer.variables, strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


def test_judging_too_names_another_backend(monkeypatch):
    model = zoo.create_model("gan", input_shape=(4, 4, 1), latent=2, hidden=(4,))
    model.compile(1e-3)
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(zoo.InputError, match="KERAS_BACKEND=tensorflow"):
        zoo.evaluate(model, np.zeros((8, 4, 4, 1), "float32"))
