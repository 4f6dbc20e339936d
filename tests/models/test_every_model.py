"""One harness over the whole registry: build, describe, predict, save, load, draw."""

import keras
import numpy as np
import pytest

import zoo

NAMES = [*zoo.list_models(), *zoo.list_models(pretrained=True)]


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def build(name: str) -> keras.Model:
    pretrained = "." in name
    arguments = {} if pretrained else zoo.model_info(name).example
    return zoo.create_model(name, pretrained=pretrained, **arguments)


def rows(model: keras.Model, count: int = 5):
    random = np.random.default_rng(0)
    made = {
        t.name: keras.ops.convert_to_tensor(np.full((count, *t.shape[1:]), "park"))
        if t.dtype == "string"
        else random.random((count, *(size or 3 for size in t.shape[1:])), dtype="float32")  # a free size is 3
        for t in model.inputs
    }
    return made if len(made) > 1 else next(iter(made.values()))


def outputs(value) -> dict[str, np.ndarray]:
    return value if isinstance(value, dict) else {"": value}


def is_known(layer: keras.Layer) -> bool:
    """Whether a file with this layer loads after ``import zoo``: Keras' own, or registered by the zoo."""
    own = keras.saving.get_registered_name(type(layer)).startswith("zoo>")
    return own or type(layer).__module__.startswith("keras.")


def every_layer(model: keras.Model) -> list[keras.Layer]:
    """The layers, and those of the models among them."""
    inner = [every_layer(layer) for layer in model.layers if isinstance(layer, keras.Model)]
    return [*model.layers, *(layer for layers in inner for layer in layers)]


def test_it_is_a_plain_uncompiled_keras_model(name):
    model = build(name)
    assert isinstance(model, keras.Model)
    assert not model.compiled
    assert model.built
    assert all(is_known(layer) for layer in every_layer(model))


def test_its_layer_names_can_be_read(name):
    names = [layer.name for layer in build(name).layers]
    assert len(set(names)) == len(names)
    for word in names:
        assert "/" not in word
        assert not word.startswith(("dense", "conv2d", "dropout_")), f"{word} is a name that Keras made up"


def test_it_is_described(name):
    info = zoo.model_info(name)
    assert info.summary.endswith(".")
    assert info.signature.startswith(name.partition(".")[0] + "(")
    assert info.parameter_count == build(name).count_params() > 0
    assert info.source.endswith(".py")


def test_it_predicts_rows_of_any_number(name):
    model = build(name)
    for count in (1, 5):
        for prediction in outputs(model.predict(rows(model, count), verbose=0)).values():
            assert prediction.shape[0] == count
            assert np.isfinite(prediction).all()


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_gives_the_same_predictions(name, suffix, tmp_path):
    model = build(name)
    path = zoo.save_model(model, tmp_path / f"model{suffix}")
    loaded = zoo.load_model(path)
    before, after = (outputs(m.predict(rows(model), verbose=0)) for m in (model, loaded))
    assert before.keys() == after.keys()
    for key in before:
        np.testing.assert_array_equal(before[key], after[key])


def test_its_diagram_is_drawn(name, tmp_path):
    path = zoo.plots.save_diagram(build(name), tmp_path / "model.svg")
    text = path.read_text()
    for layer in build(name).layers:
        assert layer.name in text


@pytest.mark.parametrize("name", zoo.list_models())
def test_answers_keep_32_bits_under_mixed_precision(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zoo.create_model(name, **zoo.model_info(name).example)
    finally:
        keras.config.set_dtype_policy(before)
    assert {tensor.dtype for tensor in model.outputs} == {"float32"}
