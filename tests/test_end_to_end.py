"""The main job, as a person does it: one command in an empty folder, then a look at what it left."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zoo

ROOT = Path(__file__).resolve().parent.parent


def test_the_main_recipe_reads_digits_and_leaves_every_file(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "zoo.cli", "run", "digits_cnn"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "runs/digits_cnn").iterdir()
    pictures = {"samples.png", "confusion.png", "mistakes.png", "curves.png", "model.png"}
    assert {p.name for p in folder.iterdir()} == pictures | {
        "model.keras",
        "history.csv",
        "metrics.json",
        "model.svg",
        "README.md",
    }
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["test_accuracy"] >= 0.98
    for name in pictures:
        image = np.asarray(Image.open(folder / name).convert("L"))
        assert min(image.shape) > 100
        assert image.std() > 5, f"{name} is blank"
    model = zoo.load_model(folder / "model.keras")
    data = zoo.load_dataset("digits", validation_split=0.15, seed=0)
    assert zoo.evaluate(model, data.test)["accuracy"] == pytest.approx(metrics["test_accuracy"])


@pytest.mark.slow
def test_the_wheel_works_on_its_own(tmp_path):
    """Built, installed beside nothing of ours, and used from an empty folder."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    copy = tmp_path / "source"
    needed = ("zoo", "recipes", "saved_models", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
    for name in needed:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    wheels, site, empty = tmp_path / "wheels", tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, copy], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", site, wheel], check=True)
    shutil.rmtree(copy)

    def run(*words):
        environment = {**os.environ, "PYTHONPATH": str(site)}
        done = subprocess.run(
            [sys.executable, *words], cwd=empty, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(
        "-c", "import zoo, zoo.recipes; print(zoo.__file__, zoo.recipes.find_recipe('digits_cnn').path)"
    )
    assert all(Path(path).is_relative_to(site) for path in where.split())
    code = "import zoo; print(zoo.create_model('cnn.digits', pretrained=True).count_params())"
    assert run("-c", code).split()[-1] == str(zoo.model_info("cnn.digits").parameter_count)
    assert "runs/digits_cnn" in run("-m", "zoo.cli", "run", "digits_cnn", "--epochs", "2")
