import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import zoo
from zoo.runs.parameters import parse_parameters
from zoo.training import checkpoint
from zoo.training._shelf import current_shelf

TWICE = '''# %% [markdown]
# # Two trainings, one after the other
# The second begins with what the first has drawn.

# %%
import os
import signal

import keras
import numpy as np

import zoo

run = zoo.Run("twice", epochs=6, seed=0)
data = zoo.load_dataset("iris", validation_split=0.2)


class Stop(keras.callbacks.Callback):
    """Does what a test asks for, in the middle of the second training."""

    only_listens = True

    def on_epoch_end(self, epoch, logs=None):
        how = os.environ.get("ZOO_TEST_STOP", "")
        if epoch == 3 and how == "raise":
            raise RuntimeError("killed")
        if epoch == 3 and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if epoch == 3 and how == "interrupt":
            signal.raise_signal(signal.SIGINT)


for name in ("first", "second"):
    model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(8,), dropout=0.2)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    callbacks = [Stop()] if name == "second" else None
    history = zoo.fit(model, data, epochs=run.epochs, callbacks=callbacks, verbose=0)
    drawn = float(np.random.random())
run.finish(model, history, data, metrics={"drawn": drawn})
'''


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch):
    for name in ("EVERY", "SHORT"):
        monkeypatch.setattr(checkpoint, name, 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", 0)
    monkeypatch.delenv("ZOO_TEST_STOP", raising=False)


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "twice.py"
    path.write_text(TWICE)

    def run(how="", **arguments):
        os.environ["ZOO_TEST_STOP"] = how
        return zoo.run_recipe(str(path), output=tmp_path / "runs", **arguments)

    return run


def outcome(run):
    figures = {name: value for name, value in run.metrics.items() if "seconds" not in name and name != "time"}
    return figures, (run.folder / "history.csv").read_text(), run.model.get_weights()


def alike(one, other):
    return one[:2] == other[:2] and all(map(np.array_equal, one[2], other[2]))


def test_a_run_that_was_broken_off_is_taken_up_in_its_folder(recipe, tmp_path, capsys):
    whole = recipe()
    assert not (whole.folder / "checkpoints").exists()
    with pytest.raises(RuntimeError, match="killed"):
        recipe("raise")
    assert current_shelf() is None
    (broken,) = (tmp_path / "runs/twice").glob("*/checkpoints")
    assert sorted(path.name for path in broken.iterdir()) == ["1", "2", "run.json"]
    capsys.readouterr()
    resumed = recipe(resume=True)
    assert resumed.folder == broken.parent
    assert f"Going on with the run in {broken.parent}." in capsys.readouterr().out
    assert alike(outcome(resumed), outcome(whole))
    assert not broken.exists()


def test_a_run_that_was_stopped_by_ctrl_c_may_be_taken_up(recipe, capsys):
    stopped = recipe("interrupt")
    assert stopped.metrics["interrupted"]
    resumed = recipe(resume=True)
    assert resumed.folder == stopped.folder
    assert not resumed.metrics["interrupted"]
    assert alike(outcome(resumed), outcome(recipe()))


def test_a_run_with_other_parameters_is_left_alone(recipe, tmp_path, capsys):
    with pytest.raises(RuntimeError, match="killed"):
        recipe("raise")
    (broken,) = (tmp_path / "runs/twice").iterdir()
    run = recipe(resume=True, epochs=2)
    assert run.folder != broken
    assert f"The one in {broken.name} has epochs 6." in capsys.readouterr().out
    assert recipe(resume=True).folder == broken


def test_where_nothing_was_broken_off_a_run_begins(recipe, capsys):
    assert recipe(resume=True, epochs=2).metrics["epochs_run"] == 2
    assert "There is no unfinished run" in capsys.readouterr().out


def test_a_cell_of_a_notebook_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    zoo.Run("notebook", epochs=1)
    assert current_shelf() is None


def test_resume_is_an_option_of_every_recipe():
    assert parse_parameters({"epochs": 3, "seed": 0}, ["--resume"], program="x")[1].resume


@pytest.mark.slow
def test_zoo_run_that_is_killed_goes_on(tmp_path):
    path = tmp_path / "twice.py"
    path.write_text(TWICE.replace("epochs=6", "epochs=400"))
    environment = {**os.environ, "ZOO_TEST_STOP": ""}
    words = [sys.executable, "-m", "zoo.cli", "run", str(path), "--output"]

    def metrics(output):
        (file,) = Path(output).glob("twice/*/metrics.json")
        told = json.loads(file.read_text())
        return {name: value for name, value in told.items() if "seconds" not in name and name != "time"}

    whole = subprocess.run([*words, tmp_path / "whole"], env=environment, capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr
    killed = subprocess.Popen([*words, tmp_path / "killed"], env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while killed.poll() is None and time.monotonic() < deadline:
        if any((tmp_path / "killed").glob("twice/*/checkpoints/1/checkpoint.npz")):
            killed.send_signal(signal.SIGKILL)  # between the first training and the end of the second
            break
        time.sleep(0.01)
    assert killed.wait() == -signal.SIGKILL
    resumed = subprocess.run(
        [*words, tmp_path / "killed", "--resume"], env=environment, capture_output=True, text=True
    )
    assert resumed.returncode == 0, resumed.stderr
    assert "Going on with the run in" in resumed.stdout
    assert metrics(tmp_path / "killed") == metrics(tmp_path / "whole")
