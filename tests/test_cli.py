import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import zoo

COMMANDS = ["list", "show", "recipes", "run", "data", "diagram", "devices", "pretrain", "predict", "inspect"]


def zoo_cli(*words, cwd=None, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "zoo.cli", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environment},
        timeout=300,
    )


def json_of(*words):
    done = zoo_cli(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_list():
    rows = json_of("list")
    assert [row["name"] for row in rows] == zoo.list_models()
    assert next(row for row in rows if row["name"] == "cnn")["pretrained"] == zoo.list_models(
        "cnn.*", pretrained=True
    )
    assert [row["name"] for row in json_of("list", "*regression")] == [
        "logistic_regression",
        "softmax_regression",
    ]
    assert [row["name"] for row in json_of("list", "--pretrained")] == zoo.list_models(pretrained=True)
    assert [row["name"] for row in json_of("list", "--task", "regression")] == ["linear"]
    assert json_of("list", "zzz") == []
    assert "No model matches 'zzz'" in zoo_cli("list", "zzz").stdout
    plain = zoo_cli("list").stdout.splitlines()
    assert [line.split("\t")[0] for line in plain] == zoo.list_models()


def test_show():
    cnn = zoo_cli("show", "cnn").stdout
    assert "def cnn(" in cnn
    users = next(line for line in cnn.splitlines() if line.startswith("Recipes that use it:"))
    assert {"digits_cnn", "mnist_cnn"} <= set(users.replace(",", "").split())
    assert "zoo.Run(" in zoo_cli("show", "digits_cnn").stdout
    facts = json_of("show", "cnn.digits")
    assert facts["weights"]["metrics"]["test_accuracy"] > 0.98
    assert "digits_cnn" in facts["recipes"]
    assert json_of("show", "digits_mlp")["parameters"]["seed"] == 0
    assert "Presets:             blobs, rings" in zoo_cli("show", "mlp").stdout
    assert json_of("show", "mlp")["presets"]["rings"]["hidden"] == [25, 25]


def test_recipes():
    assert [row["name"] for row in json_of("recipes")] == zoo.list_recipes()
    assert json_of("recipes", "*_cnn")[0]["parameters"]["epochs"] == 20
    assert "digits_cnn" in zoo_cli("recipes").stdout


def test_data():
    assert [row["name"] for row in json_of("data")] == zoo.list_datasets()
    assert json_of("data", "digits")["rows"] == {"train": 1437, "test": 360}
    assert "178 real wines" in zoo_cli("data").stdout
    assert "Dataset wine" in zoo_cli("data", "wine").stdout


def test_diagram(tmp_path):
    for name, file in (("cnn", "a.svg"), ("cnn.digits", "b.png"), ("two_in_two_out", "c.dot")):
        done = zoo_cli("diagram", name, "-o", tmp_path / file)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / file).stat().st_size > 1000
    model = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tmp_path / "own.keras")
    assert zoo_cli("diagram", model, "-o", tmp_path / "own.svg").returncode == 0


def test_run_and_its_options(tmp_path):
    done = zoo_cli("run", "diabetes_regression", "--epochs", "1", "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out/diabetes_regression").iterdir()
    assert str(folder.relative_to(tmp_path)) in done.stdout
    assert "cuda" not in done.stderr.lower()


def test_devices():
    found = json_of("devices")
    assert found["cpu"] == ["cpu:0"]
    assert found["backend"] in found["installed_backends"]
    told = zoo_cli("devices")
    assert told.stdout.startswith(f"backend   {found['backend']} {found['version']}")


def test_version_and_help():
    assert zoo_cli("--version").stdout == f"zoo {zoo.__version__}\n"
    whole = zoo_cli("--help").stdout
    for command in COMMANDS:
        assert command in whole
        done = zoo_cli(command, "--help")
        assert done.returncode == 0
        assert "Examples:" in done.stdout
    assert "--learning_rate" in zoo_cli("run", "digits_cnn", "--help").stdout
    assert "Usage" in zoo_cli("run").stdout


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["run", "digits_cn"], 2, "Did you mean 'digits_cnn'"),
        (["run", "digits_cnn", "--epoch", "5"], 2, "--epochs"),
        (["run", "digits_cnn", "--epochs", "x"], 2, "'x'"),
        (["show", "cnnn"], 2, "Did you mean 'cnn'"),
        (["data", "digitz"], 2, "Did you mean 'digits'"),
        (["list", "--task", "regresion"], 2, "Did you mean 'regression'"),
        (["diagram", "cnn", "-o", "a.bmp"], 2, ".svg"),
        (["diagram", "none.keras", "-o", "a.svg"], 1, "no file none.keras"),
        (["pretrain", "cnn.nothing"], 2, "No pretrained weights"),
        (["pretrain", "cnn.fashion", "--check"], 2, "No pretrained weights"),
        (["predict", "mnist_cn", "digit.png"], 2, "Did you mean 'mnist_cnn'"),
        (["lsit"], 2, "lsit"),
        (["--load", "none.py", "list"], 2, "no file none.py"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(words, code, message, tmp_path):
    done = zoo_cli(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_gives_the_traceback():
    done = zoo_cli("--debug", "show", "cnnn")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_a_script_of_ones_own_adds_its_models(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        'import zoo\n\n@zoo.register_model(tags=("own",))\ndef my_net():\n    """A net of my own."""\n'
    )
    assert "my_net" in zoo_cli("--load", script, "list").stdout
    assert "my_net" in zoo_cli("list", ZOO_LOAD=str(script)).stdout
    assert "my_net" not in zoo_cli("list").stdout


def test_a_missed_promise_exits_with_1(tmp_path):
    recipe = tmp_path / "proud.py"
    text = Path(zoo.recipes.find_recipe("diabetes_regression").path).read_text()
    text = text.replace("diabetes_regression", "proud").replace("epochs=60", "epochs=1")
    recipe.write_text(re.sub(r'"test_mae": [\d.]+', '"test_mae": 0.5', text))
    done = zoo_cli("run", recipe, cwd=tmp_path)
    assert done.returncode == 1
    assert "PromiseError: proud promises test_mae of at most 0.5" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_ctrl_c_finishes_the_files_and_exits_with_130(tmp_path):
    command = [sys.executable, "-m", "zoo.cli", "run", "diabetes_regression", "--epochs", "100000"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if line.startswith("epoch 2/"):
                process.send_signal(signal.SIGINT)
                break
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    (folder,) = (tmp_path / "runs/diabetes_regression").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["interrupted"] is True
    assert zoo.load_model(folder / "model.keras").count_params() == 11
    assert "stopped by Ctrl-C" in (folder / "README.md").read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX terminal")
def test_a_terminal_gets_a_table(tmp_path):
    script = "import sys; from zoo.cli import main; sys.argv = ['zoo', 'list']; main()"
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=slave, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(slave)
        out = b""
        while True:
            try:
                chunk = os.read(master, 4096)
            except OSError:
                break
            if not chunk:
                break
            out += chunk
    assert process.returncode == 0
    assert "┃" in out.decode()
    assert "softmax_regression" in out.decode()
