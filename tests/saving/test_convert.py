"""`zoo convert`: an old file written anew, once both give the same answers."""

import keras
import numpy as np
import pytest
from old_files import Numbers, layer, sequential, write_h5
from typer.testing import CliRunner

import zoo
from zoo.cli import app

MODEL = sequential(
    layer("LSTM", "l", units=2, recurrent_activation="hard_sigmoid", batch_input_shape=[None, 4, 3]),
    layer("Dense", "d", units=1),
    bare=True,
)


@pytest.fixture
def old(tmp_path):
    draw = Numbers()
    weights = {
        "l": draw.named("l", kernel=(3, 8), recurrent_kernel=(2, 8), bias=(8,)),
        "d": draw.named("d", kernel=(2, 1), bias=(1,)),
    }
    return write_h5(tmp_path / "old.h5", MODEL, weights, version="2.1.6")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_the_new_file_gives_the_old_answers(old, tmp_path, suffix):
    made = zoo.convert_model(old, tmp_path / f"new{suffix}")
    assert made.path == tmp_path / f"new{suffix}"
    assert (made.keras_version, made.difference, made.inputs) == ("2.1.6", 0.0, 2)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    one, other = (keras.ops.convert_to_numpy(zoo.load_model(path)(x)) for path in (old, made.path))
    np.testing.assert_array_equal(one, other)
    assert {path.name for path in tmp_path.iterdir()} == {"old.h5", f"new{suffix}"}


def test_a_file_that_is_another_model_is_not_kept(old, tmp_path, monkeypatch):
    (tmp_path / "new.keras").write_text("was here before")
    monkeypatch.setattr(
        "zoo.saving.convert._answers", lambda model, given: [np.random.default_rng().normal(size=3)]
    )
    with pytest.raises(
        zoo.BrokenModelError, match=r"new.keras was not written: .*old.h5 gives other predictions"
    ):
        zoo.convert_model(old, tmp_path / "new.keras")
    assert (tmp_path / "new.keras").read_text() == "was here before"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_command_prints_what_was_changed(old, tmp_path):
    result = CliRunner().invoke(app, ["convert", str(old), str(tmp_path / "new.keras")])
    assert result.exit_code == 0, result.output
    assert "written by Keras 2.1.6" in result.output
    assert "- The hard sigmoid was clip(0.2 x + 0.5, 0, 1) until Keras 2" in result.output
    assert "Its predictions on random numbers and on zeros are equal." in result.output
