import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import zoo
from zoo.runs.measure import of_training
from zoo.runs.parameters import parse_parameters
from zoo.runs.run import Run, _begin_again
from zoo.runs.session import Options, session


def trained(epochs=2, **overrides):
    """Run the smallest of recipes inside a session; return the run and its pieces."""
    data = zoo.load_dataset("iris", validation_split=0.2)
    run = Run("small", epochs=epochs, seed=0)
    model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = zoo.fit(model, data, epochs=run.epochs, seed=run.seed, verbose=0)
    return run, model, history, data


def test_a_run_leaves_a_folder_with_everything(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run, model, history, data = trained()
    figure = zoo.plots.confusion(model, data.test)
    assert run.keep("confusion", figure) is figure
    metrics = run.finish(model, history, data)
    assert run.folder.parent.resolve() == (tmp_path / "runs/small").resolve()
    files = {p.name for p in run.folder.iterdir()}
    expected = {
        "model.keras",
        "history.csv",
        "metrics.json",
        "curves.png",
        "model.svg",
        "model.png",
        "README.md",
    }
    assert files == expected | {"confusion.png"}

    assert json.loads((run.folder / "metrics.json").read_text()) == metrics
    for name in (
        "test_accuracy",
        "test_accuracy_low",
        "seed",
        "dataset_sha256",
        "train_seconds",
        "version_keras",
    ):
        assert name in metrics
    assert not any(isinstance(value, dict | list) for value in metrics.values())
    assert metrics["test_accuracy"] == pytest.approx(zoo.evaluate(model, data.test)["accuracy"])
    assert metrics["test_accuracy_low"] <= metrics["test_accuracy"] <= metrics["test_accuracy_high"]

    with (run.folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["val_loss"]) for row in rows] == pytest.approx(history.history["val_loss"])

    card = (run.folder / "README.md").read_text()
    assert 'zoo.load_model("model.keras")' in card
    assert f"{metrics['test_accuracy']:.4f}" in card
    assert data.checksum in card
    assert "![confusion.png](confusion.png)" in card
    assert zoo.load_model(run.folder / "model.keras").count_params() == model.count_params()
    assert str(run.folder) in capsys.readouterr().out


def test_a_run_on_every_row_there_is_has_no_test_figures(tmp_path):
    with session("small", {}, tmp_path):
        data = zoo.load_dataset("nine_features", test_split=0)
        run = Run("small", epochs=1)
        model = zoo.create_model("linear", input_shape=data.input_shape)
        model.compile("sgd", "mse")
        history = zoo.fit(model, data, epochs=1, verbose=0)
        metrics = run.finish(model, history, data, metrics={"weight_error": 0.5}, expect={"weight_error": 1})
    assert not [name for name in metrics if name.startswith("test_")]
    assert {"weight_error", "train_loss"} <= set(metrics)


def test_the_cards_three_lines_load_the_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run, model, history, data = trained()
    run.finish(model, history, data)
    code = (run.folder / "README.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(run.folder)
    scope = {"x": data.test.x}
    exec(code, scope)
    assert scope["model"].predict(data.test.x, verbose=0).shape == (30, 3)


def test_two_runs_in_one_second_have_two_folders(tmp_path):
    with session("small", {}, tmp_path):
        one = Run("small", epochs=1)
        one.folder.mkdir(parents=True)
        assert Run("small", epochs=1).folder != one.folder


def test_parameters_are_attributes_and_the_session_replaces_them():
    with session("small", {"epochs": 7}, None) as running:
        run = Run("small", epochs=2, learning_rate=0.1)
        assert (run.epochs, run.learning_rate, run.seed) == (7, 0.1, 0)
        assert running.run is run
    assert Run("small", epochs=2).epochs == 2
    with pytest.raises(AttributeError, match="no parameter 'epoch'. Did you mean 'epochs'"):
        _ = run.epoch
    with (
        session("small", {"epoch": 7}, None),
        pytest.raises(zoo.UnknownNameError, match="Did you mean 'epochs'"),
    ):
        Run("small", epochs=2)


@pytest.mark.parametrize(
    ("promise", "broken"),
    [
        ({"test_accuracy": 0.0}, False),
        ({"test_accuracy": 1.01}, True),
        ({"test_loss": 100.0}, False),
        ({"test_loss": 0.0}, True),
    ],
)
def test_a_missed_promise_is_an_error_and_the_files_are_there(tmp_path, promise, broken):
    with session("small", {}, tmp_path):
        run, model, history, data = trained()
        if broken:
            with pytest.raises(zoo.PromiseError, match=f"small promises {next(iter(promise))} of at"):
                run.finish(model, history, data, expect=promise)
        else:
            run.finish(model, history, data, expect=promise)
        assert (run.folder / "README.md").is_file()


def test_other_parameters_are_held_to_no_promise_and_a_misspelt_promise_is_an_error(tmp_path):
    with session("small", {"epochs": 1}, tmp_path):
        run, model, history, data = trained()
        run.finish(model, history, data, expect={"test_accuracy": 1.01})
        with pytest.raises(zoo.InputError, match="Did you mean 'test_accuracy'"):
            run.finish(model, history, data, expect={"test_acuracy": 0.5})


DEFAULTS = {"epochs": 30, "learning_rate": 3e-3, "hidden": (128, 64), "augment": False, "mode": "fast"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["--epochs", "5"], {"epochs": 5}),
        (["--learning_rate", "0.1"], {"learning_rate": 0.1}),
        (["--learning-rate=1e-2"], {"learning_rate": 0.01}),
        (["--hidden", "32,16"], {"hidden": (32, 16)}),
        (["--hidden", "32"], {"hidden": (32,)}),
        (["--augment", "--mode", "slow"], {"augment": True, "mode": "slow"}),
    ],
)
def test_options_are_read_by_the_types_of_the_defaults(words, expected):
    given, options = parse_parameters(DEFAULTS, words, program="zoo run x")
    assert given == expected
    assert options == Options()
    assert all(type(given[k]) is type(v) for k, v in expected.items())


def test_every_recipe_takes_the_options_of_a_machine():
    words = ["--output", "there", "--device", "cpu", "--backend", "jax", "--mixed-precision", "--epochs", "2"]
    given, options = parse_parameters(DEFAULTS, words, program="zoo run x")
    assert given == {"epochs": 2}
    assert options == Options(Path("there"), "cpu", "jax", True)


@pytest.mark.parametrize("words", [["--epoch", "5"], ["--epochs", "five"], ["5"]])
def test_a_wrong_option_exits_with_2_and_names_it(words, capsys):
    with pytest.raises(SystemExit) as end:
        parse_parameters(DEFAULTS, words, program="zoo run x")
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert words[0] in err
    assert "--epochs" in err or words == ["5"]


def test_help_shows_the_parameters_with_their_defaults(capsys):
    with pytest.raises(SystemExit) as end:
        parse_parameters(DEFAULTS, ["--help"], program="zoo run x", about="What it shows.")
    assert end.value.code in (0, None)
    out = capsys.readouterr().out
    for words in (
        "zoo run x",
        "What it shows.",
        "--epochs",
        "[default: 30]",
        "[default: 128,64]",
        "--output",
        "--device",
        "--backend",
        "--mixed-precision",
    ):
        assert words in out


def test_a_recipe_of_ones_own_takes_options_as_a_script(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import zoo\nrun = zoo.Run('mine', epochs=3)\nprint('EPOCHS', run.epochs, 'IN', run.folder.parts[:2])\n"
    )
    for words, epochs in (([], 3), (["--epochs", "5", "--output", "elsewhere"], 5)):
        done = subprocess.run(
            [sys.executable, script, *words], capture_output=True, text=True, cwd=tmp_path, check=True
        )
        assert f"EPOCHS {epochs} IN ('{'elsewhere' if words else 'runs'}', 'mine')" in done.stdout
    with_backend = [sys.executable, script, "--backend", "theano"]
    refused = subprocess.run(with_backend, capture_output=True, text=True, cwd=tmp_path)
    assert "No backend 'theano'" in refused.stderr
    wrong = subprocess.run(
        [sys.executable, script, "--epoch", "5"], capture_output=True, text=True, cwd=tmp_path
    )
    assert wrong.returncode == 2
    assert "--epochs" in wrong.stderr


def test_a_recipe_adds_figures_of_its_own_and_may_promise_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run, model, history, data = trained()
    metrics = run.finish(model, history, data, metrics={"test_gap": 0.5}, expect={"test_gap": 0.4})
    assert metrics["test_gap"] == 0.5
    assert "| test_gap | 0.5000 |  |" in (run.folder / "README.md").read_text()
    with pytest.raises(zoo.PromiseError, match="test_gap of at least 0.6"):
        run.finish(model, history, data, metrics={"test_gap": 0.5}, expect={"test_gap": 0.6})


def test_a_run_without_a_dataset_or_a_loss_is_judged_by_its_own_figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = Run("game", steps=10)
    model = zoo.create_model("linear", input_shape=(4,))
    metrics = run.finish(model, {"mean_return": [1.0, 2.0]}, metrics={"test_mean_return": 480})
    assert (metrics["test_mean_return"], metrics["dataset"], metrics["epochs_run"]) == (480, None, 2)
    card = (run.folder / "README.md").read_text()
    assert "## Data" not in card
    assert "# x: float32 (rows, 4)" in card
    assert run.finish(model, metrics={"test_mean_return": 1})["epochs_run"] == 0


def test_other_rows_may_judge(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run, model, history, data = trained()
    rows = (data.test.x[:10], data.test.y[:10])
    assert (
        run.finish(model, history, data, test=rows)["test_accuracy"] == zoo.evaluate(model, rows)["accuracy"]
    )


def test_a_file_whose_run_has_another_name_is_refused_before_it_trains(tmp_path):
    (tmp_path / "mine.py").write_text("import zoo\nrun = zoo.Run('digits_mlp', epochs=30)\n")
    with pytest.raises(zoo.InputError, match=r"zoo.Run\('mine', ...\)"):
        zoo.run_recipe(str(tmp_path / "mine.py"), epochs=1)


def test_a_parameter_of_several_words_is_written_as_its_default_is_shown():
    given, _ = parse_parameters({"names": ("relu", "tanh")}, ["--names", "relu,gelu"], program="x")
    assert given == {"names": ("relu", "gelu")}


def test_ctrl_c_is_left_to_the_process_with_the_other_backend(monkeypatch):
    def pressed(command, env):
        signal.raise_signal(signal.SIGINT)
        return subprocess.CompletedProcess(command, 130)

    monkeypatch.setattr("zoo.runs.run.check_backend", lambda backend: None)
    monkeypatch.setattr("zoo.runs.run.subprocess.run", pressed)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as end:
        _begin_again("jax")
    assert (end.value.code, signal.getsignal(signal.SIGINT)) == (130, before)


def test_an_epoch_without_a_number_is_never_the_best():
    assert of_training({"val_loss": [float("nan"), 0.5, 0.7]})["best_epoch"] == 2


def test_a_parameter_that_is_computed_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "mine.py").write_text("import zoo\nEPOCHS = 3\nrun = zoo.Run('mine', epochs=EPOCHS)\n")
    with pytest.raises(zoo.InputError, match="epochs=EPOCHS.*write the value itself"):
        zoo.run_recipe(str(tmp_path / "mine.py"))
