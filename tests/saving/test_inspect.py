"""`zoo inspect` and `zoo.inspect_model`: what a file holds, said without Keras."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

import zoo
from zoo.pretrained import manifest_path

SHIPPED = sorted(path for path in manifest_path().parent.iterdir() if path.suffix in (".keras", ".h5"))


def command(*words):
    return subprocess.run(
        [sys.executable, "-m", "zoo.cli", "inspect", *map(str, words)], capture_output=True, text=True
    )


def test_every_shipped_file_is_safe_and_has_as_many_parameters_as_the_manifest_says():
    done = command("--json", *SHIPPED)
    assert done.returncode == 0, done.stderr
    for path, report in zip(SHIPPED, json.loads(done.stdout), strict=True):
        assert report["path"] == str(path)
        assert report["problems"] == []
        assert report["parameters"] == zoo.model_info(path.stem).parameter_count
        assert report["weight_bytes"] == 4 * report["parameters"]
        assert report["keras_version"].startswith("3.")
        assert {name["standing"] for name in report["names"]} <= {"Keras", "word", "zoo"}


def test_old_files_of_others_are_safe(data_folder):
    files = sorted((data_folder / "old_models").glob("*.h5"))
    if not files:
        pytest.skip("ZOO_DATA_DIR has no folder old_models")
    for path in files:
        report = zoo.inspect_model(path)
        assert report.problems == ()
        assert report.parameters > 10_000
        assert report.keras_version.startswith("2.")


def test_keras_is_not_imported_to_look():
    code = f"import sys, zoo; zoo.inspect_model({str(SHIPPED[0])!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"keras", "tensorflow", "jax", "torch"} & {
        name.partition(".")[0] for name in done.stdout.split()
    }


def test_the_exit_code_tells_a_bad_file(forger):
    config = forger.documents(".keras")
    config["config"]["layers"][2]["config"]["activation"] = {
        "module": "os",
        "class_name": "function",
        "config": "system",
    }
    bad = forger.with_documents(".keras", config)
    cut = forger.folder / "cut.h5"
    cut.write_bytes(forger.whole[".h5"].read_bytes()[:5000])
    done = command(SHIPPED[0], bad, cut)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f"{SHIPPED[0]}: safe to open"
    assert f"{bad}: not safe" in lines
    assert f"{cut}: broken" in lines
    assert "layers[2] 'last' -> activation" in done.stdout
    assert command(forger.folder / "none.h5").returncode == 1


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_report_counts_what_keras_counts(suffix, tmp_path):
    inner = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(5), keras.layers.Dropout(0.5)], name="inner"
    )
    inputs = keras.Input((6,))
    x = keras.layers.BatchNormalization()(inner(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(x), name="outer")
    model.compile("adam", "mse")
    model.fit(keras.ops.ones((4, 6)), keras.ops.ones((4, 1)), verbose=0)
    report = zoo.inspect_model(zoo.save_model(model, tmp_path / f"m{suffix}"))
    assert report.parameters == model.count_params()
    assert report.memory_bytes > report.weight_bytes == 4 * model.count_params()
    assert report.compiled
    assert report.model == "Functional outer"
    depths = {layer.name: layer.depth for layer in report.layers}
    assert depths["inner"] == 0
    assert [layer.class_name for layer in report.layers if layer.depth == 1] == [
        "InputLayer",
        "Dense",
        "Dropout",
    ]
    assert "units=5" in repr(report)
    assert any("optimizer" in name.place and name.name.endswith("Adam") for name in report.names)


def test_a_report_can_be_read(forger):
    text = repr(zoo.inspect_model(forger.whole[".keras"]))
    assert text.splitlines()[0] == f"{forger.whole['.keras']}: safe to open"
    assert "Sequential small, 23 parameters, 92 bytes of weights" in text
    assert Path(forger.whole[".keras"]).is_file()
