import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def model():
    augmented = {"shift": 0.1, "pitch": 0.1, "noise": 0.3}
    return zoo.create_model(
        "spectrogram_cnn", input_shape=(2048,), num_classes=10, filters=(8, 16), **augmented
    )


def waves(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(scale=0.1, size=(count, 2048)).astype("float32")


def test_a_recordings_word_does_not_depend_on_its_neighbours(model):
    rows = waves(3)
    rows[1] *= 1e-3
    together = model.predict(rows, verbose=0)
    alone = np.vstack([model.predict(row[None], verbose=0) for row in rows])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_loudness_does_not_matter(model):
    rows = waves(2)
    np.testing.assert_allclose(
        model.predict(rows, verbose=0), model.predict(rows / 100, verbose=0), atol=1e-4
    )


def test_silence_has_a_finite_answer(model):
    assert np.isfinite(model.predict(np.zeros((1, 2048), "float32"), verbose=0)).all()


def test_augmentation_is_off_at_inference_and_on_in_training(model):
    rows = waves(2)
    once, again = (np.asarray(model(rows, training=False)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    once, again = (np.asarray(model(rows, training=True)) for _ in range(2))
    assert np.abs(once - again).max() > 1e-4


def test_a_tone_lights_up_the_band_of_its_pitch():
    import keras

    model = zoo.create_model("spectrogram_cnn", input_shape=(8000,), num_classes=2)
    picture = keras.Model(model.inputs, model.get_layer("spectrogram").output)
    seconds = np.arange(8000) / 8000
    tones = np.stack([np.sin(2 * np.pi * pitch * seconds) for pitch in (200, 800, 3200)]).astype("float32")
    bands = picture.predict(tones, verbose=0).mean(axis=2).argmax(axis=1)
    mel = 2595 * np.log10(1 + np.array([200, 800, 3200]) / 700)
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (60, 4000))
    np.testing.assert_allclose(bands, (mel - low) / (high - low) * 41 - 1, atol=1)


def test_it_takes_a_waveform_and_nothing_else():
    with pytest.raises(zoo.InputError, match=r"input_shape must be \(samples,\)"):
        zoo.create_model("spectrogram_cnn", input_shape=(28, 28, 1), num_classes=10)
