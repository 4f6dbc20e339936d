import keras
import numpy as np
import pytest

import zoo
from zoo.devices import BACKENDS
from zoo.saving import backends

OTHERS = [name for name in zoo.installed_backends() if name != keras.config.backend()]


def test_the_backend_in_use_is_installed():
    assert keras.config.backend() in zoo.installed_backends()
    assert set(zoo.installed_backends()) <= set(BACKENDS)


@pytest.mark.slow
@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_another_backend_computes_the_same_from_the_same_file(backend, suffix, tmp_path):
    model = zoo.create_model(
        "cnn", input_shape=(8, 8, 1), num_classes=10, filters=(4, 8), batch_normalization=True, seed=0
    )
    x = np.random.default_rng(0).random((5, 8, 8, 1), dtype="float32")
    path = zoo.save_model(model, tmp_path / f"model{suffix}")
    np.testing.assert_allclose(
        zoo.predict_under(backend, path, x), model.predict(x, verbose=0), rtol=0, atol=1e-5
    )


@pytest.mark.slow
def test_several_inputs_and_outputs_go_by_name(tmp_path):
    model = zoo.create_model("two_in_two_out", output_names=("price", "days"))
    x = {t.name: np.ones((3, *t.shape[1:]), "float32") for t in model.inputs}
    path = zoo.save_model(model, tmp_path / "model.keras")
    backend = OTHERS[0] if OTHERS else keras.config.backend()
    here, there = model.predict(x, verbose=0), zoo.predict_under(backend, path, x)
    assert there.keys() == here.keys() == {"price", "days"}
    for name in here:
        np.testing.assert_allclose(there[name], here[name], rtol=0, atol=1e-5)


@pytest.mark.slow
def test_a_file_that_cannot_be_run_there_says_why(tmp_path):
    path = tmp_path / "broken.keras"
    path.write_bytes(b"no model")
    with pytest.raises(zoo.BrokenModelError, match=r"broken.keras cannot be run under .*cannot be read"):
        zoo.predict_under(keras.config.backend(), path, np.ones((1, 3)))


def test_wrong_names_are_told_before_anything_is_started(tmp_path):
    with pytest.raises(zoo.UnknownNameError, match="No backend 'jaxx'. Did you mean 'jax'"):
        zoo.predict_under("jaxx", tmp_path / "m.keras", np.ones((1, 3)))
    with pytest.raises(zoo.MissingFileError, match=r"no file .*m.keras"):
        zoo.predict_under(keras.config.backend(), tmp_path / "m.keras", np.ones((1, 3)))
    missing = [name for name in BACKENDS if name not in zoo.installed_backends()]
    for name in missing:
        with pytest.raises(zoo.InputError, match=f"{name}' is not installed; `pip install {name}`"):
            zoo.predict_under(name, tmp_path / "m.keras", np.ones((1, 3)))


def test_words_go_to_the_other_process_and_are_read_there(tmp_path, monkeypatch):
    model = zoo.create_model("wide_and_deep", numeric={}, categorical={"kind": ("flat", "loft")}, seed=0)
    path = zoo.save_model(model, tmp_path / "m.keras")
    inputs, outputs = tmp_path / "in.npz", tmp_path / "out.npz"
    np.savez(inputs, **backends._named({"kind": np.array([["loft"], ["flat"]], dtype=object)}))
    monkeypatch.setattr("sys.argv", ["-c", str(path), str(inputs), str(outputs)])
    backends._predict_file()
    assert backends._unnamed(outputs)["target"].shape == (2, 1)
