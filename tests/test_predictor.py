"""`zoo.predictor` gives what ``model.predict`` gives: whatever the model, the number of rows, and the thread."""

import importlib.util
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest

import zoo
from zoo._feed import feed

ON_TENSORFLOW = keras.config.backend() == "tensorflow"
HAS_ONNX = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime", "tf2onnx"))
needs_onnx = pytest.mark.skipif(not (HAS_ONNX and ON_TENSORFLOW), reason="needs the extra onnx")


def rows(model: keras.Model, count: int):
    """Random rows, by name where there are several inputs."""
    random = np.random.default_rng(count)
    made = {
        t.name: np.array(["park", "river", "nowhere"])[random.integers(3, size=(count, *t.shape[1:]))]
        if t.dtype == "string"
        else random.random((count, *(size or 7 for size in t.shape[1:])), dtype="float32")
        for t in model.inputs
    }
    return made if len(made) > 1 else next(iter(made.values()))


def assert_equal(ours, keras_own, tolerance=1e-6):
    """The same form, types and numbers; sums over another number of rows may round otherwise."""
    assert type(ours) is type(keras_own)
    keras.tree.assert_same_structure(ours, keras_own)
    for got, expected in zip(keras.tree.flatten(ours), keras.tree.flatten(keras_own), strict=True):
        assert isinstance(got, np.ndarray)
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def classifier(**arguments):
    return zoo.create_model(
        "mlp", input_shape=(4,), num_classes=3, **{"hidden": (8,), "seed": 0, **arguments}
    )


@pytest.mark.parametrize("name", zoo.list_models())
def test_every_model_of_the_zoo_predicts_the_same(name):
    model = zoo.create_model(name, **zoo.model_info(name).example)
    predict, x = zoo.predictor(model, (1, 4)), rows(model, 6)  # a full part, and one that is filled up
    assert_equal(predict(x), model.predict(feed(x), verbose=0))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 11])
def test_any_number_of_rows(count):
    model = classifier()
    x = rows(model, count)
    assert_equal(zoo.predictor(model, (1, 3, 4))(x), model.predict(x, verbose=0))


def test_no_rows_give_no_predictions():
    assert zoo.predictor(classifier())(np.zeros((0, 4))).shape == (0, 3)
    model = two_of_two()
    none = zoo.predictor(model)({"b": np.zeros((0, 3)), "a": np.zeros((0, 2))})
    assert {name: value.shape for name, value in none.items()} == {"total": (0, 1), "product": (0, 1)}


@pytest.mark.parametrize("dtype", ["float64", "float16", "int64", "uint8", "bool"])
def test_numbers_of_every_type_are_taken_as_keras_takes_them(dtype):
    model = classifier()
    x = (3 * rows(model, 5)).astype(dtype)
    assert_equal(zoo.predictor(model)(x), model.predict(x, verbose=0))


@pytest.mark.parametrize("dtype", ["int32", "int64", "float64"])
def test_an_embedding_takes_whole_numbers(dtype):
    x = keras.Input((3,), dtype="int32")
    model = keras.Model(x, keras.layers.Embedding(10, 2)(x))
    words = np.array([[1, 2, 9], [0, 3, 3]], dtype)
    assert_equal(zoo.predictor(model)(words), model.predict(words, verbose=0))


def two_of_two() -> keras.Model:
    """Two inputs and two outputs by name, neither in the order of the alphabet."""
    b, a = keras.Input((3,), name="b"), keras.Input((2,), name="a")
    joined = keras.layers.Concatenate()([b, a])
    outputs = {"total": keras.layers.Dense(1)(joined), "product": keras.layers.Dense(1)(joined)}
    return keras.Model({"b": b, "a": a}, outputs)


def test_several_inputs_come_by_name_or_in_order():
    model, random = two_of_two(), np.random.default_rng(0)
    named = {"a": random.random((5, 2)), "b": random.random((5, 3))}
    predict, expected = zoo.predictor(model), model.predict(named, verbose=0)
    assert_equal(predict(named), expected)
    in_order = [named[tensor.name] for tensor in model.inputs]
    assert_equal(predict(in_order), expected)
    assert_equal(predict(tuple(in_order)), expected)


def test_lists_of_outputs_stay_lists():
    x = keras.Input((2,))
    model = keras.Model(x, [keras.layers.Dense(1)(x), keras.layers.Dense(4)(x)])
    assert_equal(zoo.predictor(model)(np.ones((3, 2))), model.predict(np.ones((3, 2)), verbose=0))


def test_a_last_axis_of_one_may_be_left_out():
    x = keras.Input((1,))
    model = keras.Model(x, keras.layers.Dense(2)(x))
    assert_equal(zoo.predictor(model)(np.arange(5.0)), model.predict(np.arange(5.0), verbose=0))


def test_free_sizes_need_no_second_compilation():
    x = keras.Input((None, 3))
    model = keras.Model(x, keras.layers.GlobalAveragePooling1D()(keras.layers.Dense(2)(x)))
    predict = zoo.predictor(model)
    for length in (1, 4, 9):
        values = np.random.default_rng(length).random((2, length, 3))
        assert_equal(predict(values), model.predict(values, verbose=0))


def test_layers_that_differ_in_training_are_at_inference():
    x = keras.Input((4,))
    inner = keras.layers.BatchNormalization()(keras.layers.Dropout(0.5)(keras.layers.GaussianNoise(1.0)(x)))
    model = keras.Model(x, inner)
    predict, values = zoo.predictor(model), rows(model, 7)
    assert_equal(predict(values), model.predict(values, verbose=0))
    np.testing.assert_array_equal(predict(values), predict(values))


def test_rows_that_fill_up_change_nothing_and_trouble_nobody():
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Lambda(keras.ops.log)(x))
    with np.errstate(all="raise"):
        answers = zoo.predictor(model, (8,))(np.full((3, 2), np.e))
    np.testing.assert_allclose(answers, np.ones((3, 2)), rtol=1e-6)


def test_weights_that_change_are_seen(table):
    model = classifier()
    model.compile("adam", "sparse_categorical_crossentropy")
    predict = zoo.predictor(model)
    before = predict(table[0])
    model.fit(*table, epochs=3, verbose=0)
    assert np.abs(predict(table[0]) - before).max() > 1e-4
    assert_equal(predict(table[0]), model.predict(table[0], verbose=0))
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    np.testing.assert_allclose(predict(table[0]), 1 / 3, rtol=1e-6)


def test_answers_are_the_callers_own():
    x = keras.Input((2,))
    model = keras.Model(x, keras.layers.Flatten()(x))
    values = np.ones((1, 2), "float32")
    answer = zoo.predictor(model)(values)
    answer[:] = 5
    np.testing.assert_array_equal(values, 1)


def test_a_step_of_its_own_is_kept():
    class Doubled(keras.Model):
        def predict_step(self, *arguments):
            found = super().predict_step(*arguments)
            return (found[0] * 2, *found[1:]) if isinstance(found, tuple) else found * 2

    x = keras.Input((2,))
    model = Doubled(x, keras.layers.Flatten()(x))
    if keras.config.backend() != "torch":
        assert_equal(zoo.predictor(model)(np.ones((1, 2))), np.full((1, 2), 2, "float32"))


def test_many_threads_get_their_own_answers():
    model = classifier()
    predict = zoo.predictor(model, (1, 8))
    asked = [rows(model, 1 + number % 11) for number in range(300)]
    expected = model.predict(np.concatenate(asked), verbose=0)
    with ThreadPoolExecutor(8) as pool:  # nothing is compiled yet
        answers = list(pool.map(predict, asked))
    np.testing.assert_allclose(np.concatenate(answers), expected, rtol=1e-6, atol=1e-6)


def test_a_size_is_compiled_once(monkeypatch):
    from zoo.inference import predictor as module

    sizes = []
    compiled = module.runner_of
    monkeypatch.setattr(
        module, "runner_of", lambda model, inputs, size: sizes.append(size) or compiled(model, inputs, size)
    )
    traces = []

    class Counted(keras.layers.Layer):
        def call(self, x):
            traces.append(x.shape)
            return x * 2

    x = keras.Input((4,))
    model = keras.Model(x, Counted()(x))
    traces.clear()
    predict = module.predictor(model, (1, 4))
    assert not sizes  # until it is needed
    for count in [1, 2, 3, 4, 5, 1, 9, 4] * 5:
        predict(rows(model, count))
        predict(rows(model, count).astype("float64"))
    assert sorted(sizes) == [1, 4]
    if ON_TENSORFLOW:
        assert sorted(shape[0] for shape in traces) == [1, 4]


def test_memory_does_not_grow():
    model = classifier()
    predict, x, two = zoo.predictor(model, (1, 4)), rows(model, 1), rows(model, 2)

    def grown(calls: int) -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(calls):
            predict(x)
            predict(two)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        grown(200)
        assert grown(2000) < 20_000  # five bytes a call
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.ones(4), r"use x\[np.newaxis\]"),
        (np.ones((2, 5)), r"expects \(rows, 4\)"),
        (np.float32(1), "single number"),
        (np.array([["a", "b", "c", "d"]]), "text|words|numbers"),
        ([np.ones((1, 4)), np.ones((1, 4))], "holds 2"),
    ],
)
def test_rows_that_do_not_fit_are_refused(x, words):
    predict = zoo.predictor(classifier())
    predict(np.ones((2, 4)))
    with pytest.raises(zoo.InputError, match=words):
        predict(x)


def test_unlike_numbers_of_rows_and_unknown_names_are_refused():
    predict = zoo.predictor(two_of_two())
    with pytest.raises(zoo.InputError):
        predict({"a": np.ones((2, 2)), "b": np.ones((3, 3))})
    with pytest.raises(zoo.InputError, match="c"):
        predict({"a": np.ones((2, 2)), "c": np.ones((2, 3))})


@pytest.mark.parametrize("sizes", [(), (0,), (1.5,), (-1, 2)])
def test_sizes_are_counts(sizes):
    with pytest.raises(zoo.InputError, match="batch_sizes must be whole numbers"):
        zoo.predictor(classifier(), sizes)


def test_a_model_without_inputs_and_an_unknown_runtime_are_refused():
    class Bare(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(zoo.InputError, match=r"keras.Model\(x, model\(x\)\)"):
        zoo.predictor(Bare())
    with pytest.raises(zoo.UnknownNameError, match="Did you mean 'onnx'"):
        zoo.predictor(classifier(), runtime="onxx")


def test_a_fixed_number_of_rows_is_the_only_size():
    x = keras.Input(batch_shape=(3, 2))
    predict = zoo.predictor(keras.Model(x, keras.layers.Flatten()(x)))
    assert predict.batch_sizes == (3,)
    assert predict(np.ones((4, 2))).shape == (4, 2)


def test_without_onnx_the_extra_is_named(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name)
    )
    with pytest.raises(zoo.MissingPackageError, match=r"onnxruntime.*pip install 'keras-model-zoo\[onnx\]'"):
        zoo.predictor(classifier(), runtime="onnx")


@needs_onnx
@pytest.mark.parametrize("name", ["mlp", "cnn", "resnet_small", "two_in_two_out"])
def test_onnx_predicts_the_same(name):
    model = zoo.create_model(name, **zoo.model_info(name).example)
    predict = zoo.predictor(model, (1, 4), runtime="onnx")
    for count in (1, 3, 6):
        x = rows(model, count)
        assert_equal(predict(x), model.predict(feed(x), verbose=0), tolerance=1e-5)


@needs_onnx
def test_onnx_keeps_names_forms_and_weights():
    model, random = two_of_two(), np.random.default_rng(0)
    x = {"a": random.random((5, 2)), "b": random.random((5, 3))}
    predict, before = zoo.predictor(model, runtime="onnx"), model.predict(x, verbose=0)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    assert_equal(predict(x), before, tolerance=1e-5)


@needs_onnx
@pytest.mark.filterwarnings("default")
def test_what_onnx_cannot_hold_is_refused():
    name = keras.Input((1,), dtype="string")
    model = keras.Model(name, keras.layers.StringLookup(vocabulary=["a"], output_mode="one_hot")(name))
    with pytest.raises(zoo.InputError, match="cannot be turned into ONNX"):
        zoo.predictor(model, runtime="onnx")
