"""An exported file computes what its model does, or there is none."""

import contextlib
import importlib.util
import json
import warnings

import keras
import numpy as np
import pytest

import zoo
from zoo.saving import export, litert_format, onnx_format, saved_model_format

L, ops = keras.layers, keras.ops
ON_TENSORFLOW = keras.config.backend() == "tensorflow"
HAS_ONNX = all(importlib.util.find_spec(name) for name in onnx_format.needed())

pytestmark = pytest.mark.skipif(not ON_TENSORFLOW, reason="exports are compared with TensorFlow")
needs_onnx = pytest.mark.skipif(not HAS_ONNX, reason="needs the extra onnx")
FORMATS = [pytest.param("onnx", marks=needs_onnx), "litert", "saved_model"]
SUFFIX = {"onnx": ".onnx", "litert": ".tflite", "saved_model": ""}


class Wave(L.Layer):
    def call(self, x):
        return ops.sin(x)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def classifier():
    return zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(8,), seed=0)


def two_of_two():
    """Two inputs and two outputs by name, neither in the order of the alphabet, with scaling and words inside."""
    b, a, w = (
        keras.Input((3,), name="b"),
        keras.Input((2,), name="a"),
        keras.Input((1,), dtype="string", name="w"),
    )
    scaled = L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0])(b)
    words = L.StringLookup(vocabulary=["park", "river"], output_mode="one_hot")(w)
    joined = L.Concatenate()([scaled, a, words])
    outputs = {"total": L.Dense(1)(joined), "product": L.Dense(4)(joined)}
    return keras.Model({"b": b, "a": a, "w": w}, outputs)


def in_a_row():
    x, y = keras.Input((5,), name="x"), keras.Input((3, 3, 1), name="y")
    joined = L.Concatenate()([L.Dense(4)(x), L.Flatten()(L.Rescaling(1 / 255)(y))])
    return keras.Model([x, y], [L.Dense(2, name="left")(joined), L.Dense(7, name="right")(joined)])


def letters():
    x = keras.Input((None,), dtype="int32")
    return keras.Model(x, L.Dense(2)(L.GlobalAveragePooling1D()(L.Embedding(11, 3)(x))))


def recurrent():
    return keras.Sequential([keras.Input((6, 2)), L.LSTM(4), L.Dropout(0.5), L.Dense(2)])


def augmented():
    layers = [
        L.RandomFlip(),
        L.RandomRotation(0.2),
        L.Conv2D(3, 3),
        L.BatchNormalization(),
        L.GlobalMaxPooling2D(),
    ]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


MODELS = [classifier, in_a_row, letters, recurrent, augmented]


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("build", MODELS)
def test_the_file_computes_what_the_model_does(build, to, tmp_path):
    model = build()
    made = zoo.export_model(model, tmp_path / f"model{SUFFIX[to]}", to)
    assert made.difference <= 1e-5
    assert made.rows == {"random": 33}
    assert names(tmp_path) == [f"model{SUFFIX[to]}"]
    run = export.FORMATS[to].reader(model, made.path)
    rows = [np.full((5, *(size or 4 for size in t.shape[1:])), 2, t.dtype) for t in model.inputs]
    expected = keras.tree.flatten(model.predict(rows[0] if len(rows) == 1 else rows, verbose=0))
    for found, wanted in zip(run(rows), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("to", ["litert", "saved_model"])
def test_words_and_scaling_go_along(to, tmp_path):
    model = two_of_two()
    words = np.array([["park"], ["river"], ["nowhere"]])
    rows = {"a": np.ones((3, 2)), "b": np.ones((3, 3)), "w": words, "more": words}
    made = zoo.export_model(model, tmp_path / f"model{SUFFIX[to]}", to, data=rows)
    assert made.rows == {"random": 33, "real": 3}
    assert made.difference <= 1e-5


def test_where_one_input_has_a_number_of_rows_all_have_it(tmp_path):
    ends = [keras.Input((3,), name="any"), keras.Input((1,), batch_size=4, name="four")]
    model = keras.Model(ends, keras.layers.Concatenate()(ends))
    assert zoo.export_model(model, tmp_path / "both", "saved_model").difference <= 1e-5


@needs_onnx
def test_what_onnx_has_no_form_for_is_refused_by_name(tmp_path):
    with pytest.raises(zoo.InputError, match=r"to onnx: ONNX has no form for LookupTableFindV2, .*Try"):
        zoo.export_model(two_of_two(), tmp_path / "model.onnx")
    assert names(tmp_path) == []


@needs_onnx
def test_an_onnx_file_says_what_goes_in_and_out_by_name(tmp_path):
    import onnxruntime

    session = onnxruntime.InferenceSession(zoo.export_model(in_a_row(), tmp_path / "model.onnx").path)
    ends = {node.name: node.shape for node in (*session.get_inputs(), *session.get_outputs())}
    assert ends == {"x": ["batch", 5], "y": ["batch", 3, 3, 1], "left": ["batch", 2], "right": ["batch", 7]}


def test_a_litert_file_says_what_goes_in_and_out_by_name(tmp_path):
    made = zoo.export_model(two_of_two(), tmp_path / "model.tflite")
    signature = litert_format._interpreter(made.path).get_signature_runner()
    assert set(signature.get_input_details()) == {"a", "b", "w"}
    assert set(signature.get_output_details()) == {"total", "product"}
    assert made.notes == ()


@pytest.mark.parametrize(("name", "operation"), [("inv", "MatrixInverse"), ("erfinv", "Erfinv")])
def test_what_litert_has_no_form_for_is_refused_by_name(name, operation, tmp_path):
    class Odd(L.Layer):
        def call(self, x):
            return getattr(ops, name)(ops.tanh(x))

    model = keras.Sequential([keras.Input((3, 3)), Odd()])
    with pytest.raises(zoo.InputError, match=rf"to litert: LiteRT has no form of its own for {operation}\."):
        zoo.export_model(model, tmp_path / "model.tflite")
    assert names(tmp_path) == []


def test_a_litert_file_of_a_recurrent_model_says_that_it_takes_one_row(tmp_path):
    made = zoo.export_model(recurrent(), tmp_path / "model.tflite", data=np.ones((7, 6, 2)))
    assert str(made).endswith("7 real rows. It takes one row at a time.")


def test_a_saved_model_takes_what_the_model_takes(tmp_path):
    import tensorflow as tf

    model = two_of_two()
    loaded = tf.saved_model.load(str(zoo.export_model(model, tmp_path / "model", to="saved_model").path))
    rows = {"a": tf.ones((2, 2)), "b": tf.ones((2, 3)), "w": tf.constant([["park"], ["x"]])}
    for name, value in loaded.serve(rows).items():
        np.testing.assert_allclose(value, model(rows)[name], atol=1e-6)


def spoil(form, monkeypatch, how):
    """Let a format's file compute something else."""
    real = form.reader

    def reader(model, path):
        run = real(model, path)
        return lambda arrays: [how(output) for output in run(arrays)]

    monkeypatch.setattr(form, "reader", reader)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda output: output + 3e-5, r"is up to 3.0e-05 from what the model gives, and 1e-05 is allowed"),
        (lambda output: output * np.nan, r"is up to inf from"),
        (lambda output: output[:, :1], r"comes out as \(32, 1\), and the model gives \(32, 3\)"),
    ],
)
def test_a_file_that_computes_something_else_never_takes_its_place(how, words, tmp_path, monkeypatch):
    before = zoo.export_model(classifier(), tmp_path / "model", to="saved_model")
    kept = sorted(file.read_bytes() for file in before.path.rglob("*") if file.is_file())
    spoil(saved_model_format, monkeypatch, how)
    with pytest.raises(zoo.InputError, match=words):
        zoo.export_model(classifier(), tmp_path / "model", to="saved_model")
    assert sorted(file.read_bytes() for file in before.path.rglob("*") if file.is_file()) == kept
    assert names(tmp_path) == ["model"]


def test_large_outputs_may_differ_by_their_rounding(tmp_path, monkeypatch):
    model = keras.Sequential([keras.Input((3,)), L.Rescaling(1e4)])
    spoil(saved_model_format, monkeypatch, lambda output: output * np.float32(1 + 1e-6))
    assert 1e-7 < zoo.export_model(model, tmp_path / "model", to="saved_model").difference < 1e-5


def test_a_file_may_be_as_far_from_a_model_as_its_own_rounding_and_no_further(tmp_path, monkeypatch):
    model = keras.Sequential([keras.Input((3,)), L.Rescaling(300.0), Wave()])
    spoil(saved_model_format, monkeypatch, lambda output: output + 5e-5)
    assert 1e-5 < zoo.export_model(model, tmp_path / "model", to="saved_model").difference < 2e-4
    spoil(saved_model_format, monkeypatch, lambda output: output + 2e-3)
    with pytest.raises(zoo.InputError, match="1e-05 is allowed"):
        zoo.export_model(model, tmp_path / "other", to="saved_model")


def test_a_model_that_draws_at_random_is_refused(tmp_path):
    class Noise(L.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.seed = keras.random.SeedGenerator(0)

        def call(self, x):
            return x + keras.random.normal(ops.shape(x), seed=self.seed)

    made_random = np.random.default_rng()

    class NoiseOfNumPy(L.Layer):
        def call(self, x):
            return x + made_random.normal()

    with pytest.raises(zoo.InputError, match=r"gives two answers to one row"):
        zoo.export_model(keras.Sequential([keras.Input((3,)), NoiseOfNumPy()]), tmp_path / "model.tflite")
    with contextlib.suppress(zoo.InputError):  # from the same seed it is the same, or it is refused
        zoo.export_model(keras.Sequential([keras.Input((3,)), Noise()]), tmp_path / "model.tflite")
        pytest.fail("noise was exported as if it were none")
    assert names(tmp_path) == []


def test_a_model_that_does_not_say_what_goes_in_is_refused(tmp_path):
    class Bare(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(zoo.InputError, match=r"zoo.export_model\(keras.Model\(x, model\(x\)\)"):
        zoo.export_model(Bare(), tmp_path / "model.tflite")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("model.keras", None),
        ("model.onnx", "litert"),
        ("m.tflite", "saved_model"),
        ("m.h5", "onnx"),
    ],
)
def test_a_path_of_another_format_is_refused(tmp_path, path, to):
    with pytest.raises(
        zoo.InputError, match=r"ends in .onnx, a LiteRT file in .tflite, and a SavedModel is a folder"
    ):
        zoo.export_model(classifier(), tmp_path / path, to)


def test_an_unknown_format_is_told_with_the_nearest(tmp_path):
    with pytest.raises(zoo.UnknownNameError, match="No format 'onxx'. Did you mean 'onnx'"):
        zoo.export_model(classifier(), tmp_path / "model.onnx", "onxx")


def test_a_folder_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_text("a cat")
    with pytest.raises(zoo.InputError, match="is no SavedModel, so it is not replaced"):
        zoo.export_model(classifier(), tmp_path / "photos", to="saved_model")
    assert names(tmp_path / "photos") == ["cat.png"]


def test_a_saved_model_with_a_dot_in_its_name(tmp_path):
    assert zoo.export_model(classifier(), tmp_path / "cnn.digits_1", to="saved_model").path.is_dir()


def test_without_its_packages_a_format_names_the_extra(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tf2onnx" else find(name))
    with pytest.raises(zoo.MissingPackageError, match=r"tf2onnx.*pip install 'keras-model-zoo\[onnx\]'"):
        zoo.export_model(classifier(), tmp_path / "model.onnx")


@pytest.mark.parametrize("shape", [(5, 3), (5,), (0, 4)])
def test_data_that_does_not_fit_is_refused(tmp_path, shape):
    with pytest.raises(zoo.InputError, match=r"The data does not fit .*, which takes .*\(None, 4\); got"):
        zoo.export_model(classifier(), tmp_path / "model", to="saved_model", data=np.zeros(shape))


def test_training_goes_on_after_an_export(tmp_path, table):
    model = classifier()
    model.compile("adam", "sparse_categorical_crossentropy")
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    before = model.get_weights()
    zoo.export_model(model, tmp_path / "model", to="saved_model", data=table[0])
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    model.fit(*table, verbose=0)
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_an_export_says_nothing_of_its_own(tmp_path, capfd):
    model = classifier()
    capfd.readouterr()  # the first model of a process wakes its device, which has lines of its own
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        zoo.export_model(model, tmp_path / "model.tflite")
        zoo.export_model(model, tmp_path / "model", to="saved_model")
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("name", [*zoo.list_models(), *zoo.list_models(pretrained=True)])
def test_every_model_of_the_zoo_goes_out_or_says_why_not(name, to, tmp_path):
    arguments = {"pretrained": True} if "." in name else zoo.model_info(name).example
    model, path = zoo.create_model(name, **arguments), tmp_path / f"model{SUFFIX[to]}"
    # Tables of words; Fourier transforms.
    if to == "onnx" and name.partition(".")[0] in ("wide_and_deep", "spectrogram_cnn"):
        with pytest.raises(zoo.InputError, match=r"has no form for (LookupTableFindV2|RFFT)"):
            zoo.export_model(model, path)
        assert names(tmp_path) == []
    else:
        bound = 1e-4 if name.startswith("handwriting") else 1e-5  # it looks where ink begins, in noise
        assert zoo.export_model(model, path, to).difference <= bound


def test_the_command_writes_compares_and_prints(tmp_path, capsys, monkeypatch):
    from zoo.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["zoo", "export", "mlp.digits", "--to", "litert", "--json"])
    with contextlib.suppress(SystemExit):
        main()
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == "mlp.digits.tflite"
    assert told["dataset"] == "digits"
    assert set(told["differences"]) == {"random", "real"}
    assert max(told["differences"].values()) <= 1e-5
    assert names(tmp_path) == ["mlp.digits.tflite"]


def test_the_command_takes_a_file_and_says_why_there_are_no_real_rows(tmp_path, capsys, monkeypatch):
    from zoo.cli import main

    monkeypatch.chdir(tmp_path)
    zoo.save_model(classifier(), tmp_path / "my.keras")
    for more in ([], ["--data", "digits"]):
        monkeypatch.setattr("sys.argv", ["zoo", "export", "my.keras", "-o", "out/my.tflite", *more])
        with contextlib.suppress(SystemExit):
            main()
        told = capsys.readouterr()
        if more:
            assert "InputError: The data does not fit" in told.err
        else:
            assert "out/my.tflite: largest difference from the model" in told.out
            assert "--data names it" in told.err
