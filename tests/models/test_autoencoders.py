import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.models._sampling import Sampling

NAMES = ["autoencoder", "denoising_autoencoder", "variational_autoencoder"]


@pytest.fixture(params=NAMES)
def model(request):
    return zoo.create_model(request.param, input_shape=(8, 8, 1), latent=3, hidden=(32, 16), seed=0)


def images(count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).random((count, 8, 8, 1), dtype="float32")


def test_the_encoder_and_the_decoder_are_models_that_make_up_the_whole(model):
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    assert encoder.output_shape == decoder.input_shape == (None, 3)
    assert decoder.output_shape == model.output_shape == (None, 8, 8, 1)
    by_hand = decoder(encoder(images(), training=False), training=False)
    np.testing.assert_allclose(by_hand, model.predict(images(), verbose=0), atol=1e-6)


def test_the_decoder_mirrors_the_encoder(model):
    units = {
        part: [layer.units for layer in model.get_layer(part).layers if layer.name.startswith("hidden")]
        for part in ("encoder", "decoder")
    }
    assert units == {"encoder": [32, 16], "decoder": [16, 32]}


def test_it_draws_between_0_and_1(model):
    drawn = model.predict(100 * images() - 50, verbose=0)
    assert drawn.min() >= 0
    assert drawn.max() <= 1


def test_it_learns_to_draw_its_input(model, digits):
    model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
    x = digits.train.x[:256]
    history = zoo.fit(model, x, x, epochs=5, validation_split=0.2, verbose=0, seed=0)
    assert history.history["loss"][-1] < 0.9 * history.history["loss"][0]
    assert history.history["val_loss"][-1] < history.history["val_loss"][0]


def test_noise_is_added_in_training_only():
    model = zoo.create_model("denoising_autoencoder", input_shape=(8, 8, 1), noise=0.5, dropout=0.2)
    spoil = keras.Sequential([model.get_layer("encoder").get_layer(name) for name in ("noise", "holes")])
    x = images(50)
    np.testing.assert_array_equal(spoil(x, training=False), x)
    spoilt = keras.ops.convert_to_numpy(spoil(x, training=True))
    assert np.mean(spoilt == 0) == pytest.approx(0.2, abs=0.05)
    assert np.std(0.8 * spoilt[spoilt != 0] - x[spoilt != 0]) == pytest.approx(0.5, abs=0.05)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=5))
def test_the_divergence_is_that_of_two_normal_distributions(pairs):
    mean, log_variance = np.array(pairs, "float32").T[:, None]
    layer = Sampling(weight=2.0)
    layer([mean, log_variance])
    variance = np.exp(log_variance.astype("float64"))
    expected = 0.5 * np.sum(variance + mean.astype("float64") ** 2 - 1 - log_variance)
    assert float(layer.losses[0]) == pytest.approx(2 * expected, rel=1e-4, abs=1e-5)
    assert expected > -1e-9


def test_a_code_is_drawn_in_training_and_is_the_mean_otherwise():
    layer = Sampling(seed=0)
    mean, log_variance = np.full((4000, 1), 2.0, "float32"), np.full((4000, 1), np.log(9), "float32")
    np.testing.assert_array_equal(layer([mean, log_variance], training=False), mean)
    drawn = keras.ops.convert_to_numpy(layer([mean, log_variance], training=True))
    assert drawn.mean() == pytest.approx(2, abs=0.2)
    assert drawn.std() == pytest.approx(3, abs=0.2)
    again = keras.ops.convert_to_numpy(layer([mean, log_variance], training=True))
    assert not np.array_equal(drawn, again)


def test_beta_weighs_the_divergence_against_the_pixels():
    losses = {}
    for beta in (0.0, 1.0, 2.0):
        model = zoo.create_model("variational_autoencoder", input_shape=(8, 8, 1), beta=beta, seed=0)
        model(images())
        losses[beta] = float(model.losses[0])
    assert losses[0.0] == 0
    assert losses[2.0] == pytest.approx(2 * losses[1.0])
    assert losses[1.0] > 0
