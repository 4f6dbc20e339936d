import subprocess
import sys

import keras
import numpy as np
import pytest

import zoo
from zoo._files import atomic_path, sha256
from zoo.pretrained import manifest_path


@pytest.fixture
def model(table):
    made = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(5,), dropout=0.2)
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    made.fit(*table, verbose=0)
    return made


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_compiled_model_comes_back_whole(model, table, suffix, tmp_path):
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / f"m{suffix}"))
    np.testing.assert_array_equal(model.predict(table[0], verbose=0), loaded.predict(table[0], verbose=0))
    assert zoo.evaluate(loaded, *table) == pytest.approx(zoo.evaluate(model, *table))
    assert int(loaded.optimizer.iterations.numpy()) == int(model.optimizer.iterations.numpy()) == 2


def test_an_interrupted_writer_leaves_the_old_file(model, tmp_path, monkeypatch):
    path = zoo.save_model(model, tmp_path / "m.keras")
    before = sha256(path)

    def half(self, target):
        target.write_bytes(b"half a fi")
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "save", half)
    with pytest.raises(KeyboardInterrupt):
        zoo.save_model(model, path)
    assert sha256(path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.keras"]


def test_atomic_path_keeps_the_suffix_and_makes_folders(tmp_path):
    with atomic_path(tmp_path / "a/b/w.weights.h5") as temporary:
        assert temporary.name.endswith(".weights.h5")
        assert temporary.parent == tmp_path / "a/b"
        temporary.write_text("x")
    assert (tmp_path / "a/b/w.weights.h5").read_text() == "x"


@pytest.mark.parametrize("name", ["model.txt", "model", "model.onnx"])
def test_another_suffix_is_refused(model, tmp_path, name):
    with pytest.raises(zoo.InputError, match=r"ends in .keras or .h5"):
        zoo.save_model(model, tmp_path / name)


def test_a_missing_file_and_a_broken_one_are_told_apart(model, tmp_path):
    with pytest.raises(zoo.MissingFileError, match=r"no file .*none.keras"):
        zoo.load_model(tmp_path / "none.keras")
    for suffix in (".keras", ".h5"):
        whole = zoo.save_model(model, tmp_path / f"m{suffix}").read_bytes()
        broken = tmp_path / f"broken{suffix}"
        for size in (0, 100, len(whole) // 2):
            broken.write_bytes(whole[:size])
            with pytest.raises(zoo.BrokenModelError, match=f"broken{suffix} cannot be read as a model"):
                zoo.load_model(broken)


def test_a_file_with_code_in_it_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x * 2)])
    for suffix in (".keras", ".h5"):
        path = tmp_path / f"lambda{suffix}"
        zoo.save_model(model, path, check=False)
        with pytest.raises(zoo.BrokenModelError, match="[Ll]ambda"):
            zoo.load_model(path)


def test_layers_of_ones_own_are_passed_by_name(tmp_path):
    class Twice(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((1,)), Twice()])
    path = zoo.save_model(model, tmp_path / "twice.keras")
    loaded = zoo.load_model(path, custom_objects={"Twice": Twice})
    assert loaded.predict(np.array([[3.0]]), verbose=0).item() == 6


def test_the_zoos_own_classes_are_known_after_import_zoo_alone(tmp_path):
    files = [
        str(zoo.save_model(zoo.create_model(name, input_shape=(8, 8, 1)), tmp_path / f"{name}{suffix}"))
        for name in ("variational_autoencoder", "gan")
        for suffix in (".keras", ".h5")
    ]
    code = f"import zoo; print(*[zoo.load_model(file).name for file in {files}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["variational_autoencoder"] * 2 + ["gan"] * 2, done.stderr


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", zoo.list_models(pretrained=True))
def test_shipped_files_open_and_are_held_against_their_checksum(name, suffix, monkeypatch, tmp_path):
    source = manifest_path().parent / f"{name}{suffix}"
    assert not zoo.load_model(source).compiled
    (tmp_path / source.name).write_bytes(source.read_bytes() + b" ")
    (tmp_path / "manifest.json").write_text(manifest_path().read_text())
    monkeypatch.setattr("zoo.pretrained.manifest_path", lambda: tmp_path / "manifest.json")
    with pytest.raises(
        zoo.BrokenModelError, match=f"is not the file that the manifest describes.*zoo pretrain {name}"
    ):
        zoo.load_model(tmp_path / source.name)
