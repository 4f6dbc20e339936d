import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import zoo

HEAVY = ("keras.src", "tensorflow", "jax", "torch", "numpy", "pandas", "matplotlib", "sklearn", "scipy")


def imported_by(code: str) -> set[str]:
    listing = f"{code}; import sys; print('MODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("MODULES")[2].split())


def test_import_zoo_is_light():
    modules = imported_by("import zoo; zoo.errors; zoo.__version__")
    assert not {name for name in modules if name.partition(".")[0] in HEAVY or name.startswith("keras")}


def test_listings_import_nothing_heavy():
    modules = imported_by(
        "import zoo; zoo.list_models(); zoo.model_info('cnn'); zoo.list_datasets(); zoo.list_recipes()"
    )
    loaded = {name for name in modules for heavy in HEAVY if name.startswith(f"{heavy}.")}
    assert not loaded


@pytest.mark.parametrize(
    "words", ["list", "recipes", "show cnn", "show digits_cnn", "data", "run digits_cnn --help"]
)
def test_commands_that_look_import_nothing_heavy(words):
    code = "import sys, zoo.cli\nsys.argv = ['zoo', *{!r}.split()]\ntry: zoo.cli.main()\nexcept SystemExit: pass\n"
    modules = imported_by(code.format(words) + "print()")
    assert "zoo.cli" in modules
    assert not {name for name in modules for heavy in HEAVY if name.startswith(f"{heavy}.")}


def test_a_recipe_trains_before_anything_that_only_its_end_needs_is_imported(tmp_path):
    code = f"""
import os, sys
import keras, tensorflow, zoo.cli
theirs = set(sys.modules)
def begin(*arguments):
    print("MODULES", *set(sys.modules) - theirs, flush=True)
    os._exit(0)
keras.callbacks.CallbackList.on_epoch_begin = begin
sys.argv = ["zoo", "run", "digits_cnn", "--output", {str(tmp_path)!r}]
zoo.cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.rpartition("MODULES")[2].split())
    assert {"zoo.training.fit", "zoo.plots.images"} <= modules
    needless = (
        "pandas",
        "igraph.",
        "pydot",
        "zoo.by_hand",
        "scipy.optimize",
        "scipy.stats",
        "matplotlib.pyplot",
    )
    assert not {name for name in modules if name.startswith(needless)}


def test_all_is_what_the_stub_says():
    stub = ast.parse(Path(zoo.__file__).with_suffix(".pyi").read_text())
    names = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(zoo.__all__) == names
    for name in names:
        assert getattr(zoo, name) is not None


def test_every_public_function_has_a_docstring_with_an_example_or_is_a_class():
    for name in zoo.__all__:
        thing = getattr(zoo, name)
        if callable(thing) and not isinstance(thing, type):
            assert thing.__doc__, name
            assert "Args:" in thing.__doc__ or not inspect.signature(thing).parameters, name


def test_there_are_few_errors_and_each_is_a_built_in_too():
    errors = {n: getattr(zoo.errors, n) for n in dir(zoo.errors) if n.endswith("Error")}
    assert len(errors) <= 10
    for error in errors.values():
        assert issubclass(error, zoo.ZooError)
        built_in = ValueError | LookupError | OSError | RuntimeError | ImportError
        assert error is zoo.ZooError or issubclass(error, built_in)
