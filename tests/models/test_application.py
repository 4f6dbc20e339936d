import keras
import numpy as np
import pytest

import zoo
from zoo.models.application import _SCALING, _preprocessed, backbones

# Two steps settle no statistics, as a warning rightly says.
pytestmark = pytest.mark.filterwarnings("ignore:The BatchNormalization layer:zoo.PreflightWarning")

SMALL = {"input_shape": (32, 32, 3), "num_classes": 3, "backbone": "MobileNet", "alpha": 0.25}


@pytest.fixture(scope="module")
def photographs():
    random = np.random.default_rng(0)
    return random.random((16, 32, 32, 3), dtype="float32"), np.arange(16) % 3


def trained(model, photographs):
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    zoo.fit(model, *photographs, epochs=1, batch_size=8, verbose=0, seed=0)
    return model


def weights_by_kind(model):
    """The backbone's kernels, and the moving statistics of its batch normalisation, as they are now."""
    kinds = {"kernels": [], "statistics": []}
    for weight in model.get_layer("backbone").weights:
        moving = weight.name.startswith("moving")
        if moving or weight.name == "kernel":
            kinds["statistics" if moving else "kernels"].append(weight.numpy())
    return kinds


def moved(before, after):
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def test_every_network_of_keras_has_its_scaling():
    families = {getattr(keras.applications, name).__module__.rpartition(".")[2] for name in backbones()}
    assert families == set(_SCALING)


@pytest.mark.parametrize("family", sorted(_SCALING))
def test_the_preprocessing_inside_is_keras_own(family, photographs):
    x, _ = photographs
    images = keras.Input((32, 32, 3))
    inside = keras.Model(images, _preprocessed(images, _SCALING[family]))
    expected = getattr(keras.applications, family).preprocess_input(255 * x)
    np.testing.assert_allclose(inside.predict(x, verbose=0), expected, atol=1e-3)


def test_a_frozen_backbone_does_not_move(photographs):
    model = zoo.create_model("application", **SMALL)
    before = [w.numpy() for w in model.get_layer("backbone").weights]
    trained(model, photographs)
    assert not any(moved(before, [w.numpy() for w in model.get_layer("backbone").weights]))
    assert len(model.trainable_weights) == 2


def test_fine_tuning_moves_the_kernels_and_leaves_the_moving_statistics(photographs):
    model = zoo.create_model("application", **SMALL, learn="fine_tune")
    for layer in model.get_layer("backbone").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Weights that nobody has trained would let the picture fade on its way through 27 layers.
            layer.moving_variance.assign(np.full(layer.moving_variance.shape, 0.1))
    before = weights_by_kind(model)
    after = weights_by_kind(trained(model, photographs))
    assert all(moved(before["kernels"], after["kernels"]))
    assert not any(moved(before["statistics"], after["statistics"]))


def test_fine_tuning_goes_on_from_a_trained_head(photographs):
    first = trained(zoo.create_model("application", **SMALL), photographs)
    second = zoo.create_model("application", **SMALL, learn="fine_tune")
    second.set_weights(first.get_weights())
    x, _ = photographs
    np.testing.assert_array_equal(first.predict(x, verbose=0), second.predict(x, verbose=0))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("learn", ["head", "fine_tune", "all"])
def test_a_file_remembers_what_may_learn(learn, suffix, tmp_path):
    model = zoo.create_model("application", **SMALL, learn=learn)
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / f"model{suffix}"))
    names = [[weight.path for weight in m.trainable_weights] for m in (model, loaded)]
    assert len(names[0]) == len(names[1]) == {"head": 2, "fine_tune": 29, "all": 83}[learn]


def test_learning_from_nothing_moves_both(photographs):
    model = zoo.create_model("application", **SMALL, learn="all")
    before = weights_by_kind(model)
    after = weights_by_kind(trained(model, photographs))
    assert all(moved(before["kernels"] + before["statistics"], after["kernels"] + after["statistics"]))


def test_a_backbone_goes_from_one_task_to_another_in_a_file(tmp_path, photographs):
    first = trained(zoo.create_model("application", **SMALL, learn="all"), photographs)
    file = tmp_path / "backbone.weights.h5"
    first.get_layer("backbone").save_weights(file)
    other = zoo.create_model("application", **{**SMALL, "num_classes": 5}, weights=file)
    for a, b in zip(first.get_layer("backbone").weights, other.get_layer("backbone").weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert other.output_shape == (None, 5)
    wider = {**SMALL, "alpha": 0.5}
    with pytest.raises(zoo.BrokenModelError, match=r"backbone.weights.h5 does not hold weights of MobileNet"):
        zoo.create_model("application", **wider, weights=file)


def test_it_learns_a_regression_and_resizes_inside(photographs):
    model = zoo.create_model(
        "application",
        input_shape=(20, 16, 3),
        num_outputs=2,
        backbone="MobileNet",
        alpha=0.25,
        resize=40,
        dropout=0.2,
    )
    assert [layer.name for layer in model.layers] == [
        "input",
        "resize",
        "preprocessing",
        "backbone",
        "dropout",
        "prediction",
    ]
    assert model.get_layer("backbone").input_shape == (None, 40, 40, 3)
    assert model.predict(np.zeros((1, 20, 16, 3)), verbose=0).shape == (1, 2)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_network_that_wants_blue_first_keeps_its_preprocessing_in_a_file(suffix, tmp_path):
    images = keras.Input((32, 32, 3), name="input")
    model = keras.Model(images, _preprocessed(images, "caffe"))
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / f"model{suffix}"))
    x = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    np.testing.assert_array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    assert not model.trainable_weights


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"backbone": "MobilNet"}, zoo.InputError, "Did you mean 'MobileNet'"),
        ({"alhpa": 0.5}, zoo.InputError, "MobileNet has no argument 'alhpa'. Did you mean 'alpha'"),
        ({"pooling": "max"}, zoo.InputError, "sets pooling of the backbone itself"),
        ({"input_shape": (28, 28, 3)}, zoo.InputError, "at least 32x32.*resize="),
        ({"input_shape": (32, 32, 1)}, zoo.InputError, r"takes colour images.*np.repeat\(x, 3, axis=-1\)"),
        ({"weights": "imagnet"}, zoo.MissingFileError, "no file of weights imagnet"),
        ({"learn": "everything"}, zoo.InputError, "'head' or 'fine_tune' or 'all'"),
        ({"num_outputs": 1}, zoo.InputError, "and not both"),
    ],
)
def test_what_cannot_be_meant_is_named(changes, error, words):
    with pytest.raises(error, match=words):
        zoo.create_model("application", **{**SMALL, **changes})


def test_weights_that_cannot_be_downloaded_are_a_sentence(monkeypatch):
    def offline(**options):
        raise Exception("URL fetch failure on https://storage.googleapis.com/...: None -- unreachable")

    offline.__module__ = keras.applications.MobileNet.__module__
    monkeypatch.setattr(keras.applications, "MobileNet", offline)
    with pytest.raises(zoo.MissingFileError, match="give weights= the path of a file"):
        zoo.create_model(
            "application", input_shape=(32, 32, 3), num_classes=2, backbone="MobileNet", weights="imagenet"
        )
