"""Every recipe: its text, a handful of steps, and (slow) the figure that it promises."""

import ast
import json
import re

import pytest

import zoo
from zoo.recipes import all_recipes, find_recipe

RECIPES = all_recipes()
NAMES = [recipe.name for recipe in RECIPES]
PACKAGES = {"zoo", "keras", "numpy", "matplotlib"}
SMALL = {"epochs": 1, "rows": 300, "seeds": 1, "depth": 1, "depths": (2,), "animation": False}


@pytest.fixture(params=RECIPES, ids=NAMES)
def recipe(request):
    return request.param


def run_or_skip(recipe, folder, **parameters):
    """Run a recipe; skip where its data, or an extra's package, is not on this machine."""
    try:
        return zoo.run_recipe(recipe.name, output=folder, **parameters)
    except (zoo.MissingFileError, zoo.MissingPackageError) as missing:
        pytest.skip(f"{recipe.name}: {str(missing).splitlines()[0]}")


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES)


def test_its_text_is_a_recipe(recipe):
    text = recipe.path.read_text()
    assert text.startswith("# %% [markdown]\n# # ")
    assert recipe.title
    assert "Source: the deck" in text.split("# %%\n")[0]
    assert "Expect" in recipe.path.read_text().split("# %%\n")[0]
    assert recipe.parameters["seed"] == 0
    assert "epochs" in recipe.parameters
    assert re.search(rf'zoo.Run\(\s*"{recipe.name}"', text)
    assert "expect={" in text
    assert len(text.splitlines()) <= 100


def test_it_is_straight_code_that_imports_the_public_api(recipe):
    tree = ast.parse(recipe.path.read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.AsyncFunctionDef)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.partition(".")[0] for alias in node.names}
            assert names <= PACKAGES
        if isinstance(node, ast.ImportFrom):
            assert node.module.partition(".")[0] in PACKAGES - {"zoo"}


# A recipe may let a descent diverge, to show that it is noticed.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::zoo.PreflightWarning")  # a handful of steps settles no statistics
def test_a_handful_of_steps_leaves_a_whole_folder(recipe, tmp_path, capsys):
    parameters = recipe.parameters
    small = {name: value for name, value in SMALL.items() if type(parameters.get(name)) is type(value)}
    run = run_or_skip(recipe, tmp_path, **small)
    assert {"model.keras", "history.csv", "metrics.json", "curves.png", "model.svg", "README.md"} <= {
        p.name for p in run.folder.iterdir()
    }
    assert run.folder.is_relative_to(tmp_path / recipe.name)
    assert json.loads((run.folder / "metrics.json").read_text())["parameter_epochs"] == 1
    assert run.metrics["parameter_count"] == run.model.count_params()


def test_animations_can_be_left_out(tmp_path, capsys):
    for animation in (True, False):
        run = zoo.run_recipe("quadrants", output=tmp_path, epochs=1, animation=animation)
        assert (run.folder / "boundary.gif").is_file() == animation
        assert ("![boundary.gif](boundary.gif)" in (run.folder / "README.md").read_text()) == animation


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_keeps_its_promise(recipe, tmp_path):
    run = run_or_skip(recipe, tmp_path)
    assert run.metrics["seconds"] > 0


def test_a_recipe_is_found_by_name_or_by_path(tmp_path):
    assert find_recipe("digits_cnn").chapter == "ch09_digits"
    own = tmp_path / "mine.py"
    own.write_text(
        "# %% [markdown]\n# # Mine\n# All of it.\n# %%\nimport zoo\nrun = zoo.Run('mine', epochs=3)\n"
    )
    found = find_recipe(str(own))
    assert (found.name, found.title, found.summary) == ("mine", "Mine", "All of it.")
    assert found.parameters == {"epochs": 3, "seed": 0}
    assert find_recipe("two_in_two_out").promises == ("test_total_mae", "test_product_mae")
    fingerprint = found.fingerprint
    own.write_text(own.read_text() + "# a word more\n")
    assert found.fingerprint == fingerprint
    own.write_text(own.read_text() + "x = 1\n")
    assert found.fingerprint != fingerprint
    assert zoo.run_recipe(str(own), epochs=4).epochs == 4
    with pytest.raises(zoo.UnknownNameError, match="No recipe 'digits_cn'. Did you mean 'digits_cnn'"):
        find_recipe("digits_cn")


def test_a_misspelt_parameter_gets_the_nearest_name():
    with pytest.raises(zoo.UnknownNameError, match="no parameter 'epoch'. Did you mean 'epochs'"):
        zoo.run_recipe("digits_cnn", epoch=1)


def test_a_script_without_a_run_is_no_recipe(tmp_path):
    own = tmp_path / "nothing.py"
    own.write_text("x = 1\n")
    with pytest.raises(zoo.InputError, match="is no recipe"):
        zoo.run_recipe(str(own))


def test_the_models_it_uses_are_in_the_registry(recipe):
    assert recipe.models
    for name in recipe.models:
        zoo.model_info(name)


def test_listing_follows_the_course():
    assert zoo.list_recipes("digits_*") == ["digits_cnn", "digits_mlp"]
    chapters = [recipe.chapter for recipe in RECIPES]
    assert chapters == sorted(chapters)
