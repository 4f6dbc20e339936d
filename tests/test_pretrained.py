import dataclasses

import numpy as np
import pytest

import zoo
from zoo.cards import card
from zoo.plans import all_plans
from zoo.pretrain import pretrain, train_other_seeds
from zoo.pretrained import WeightsFile, all_weights, find_weights, manifest_path
from zoo.verify import verify

NAMES = zoo.list_models(pretrained=True)


SMALL = (
    "cnn.digits",
    "mlp.digits",
    "mlp.rings",
    "mlp.spirals",
)  # measured in seconds, of data that is built in


@pytest.mark.parametrize(
    "name", [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_files_and_figures_are_what_the_manifest_says(name):
    found = verify(name)
    assert found.good, found.told
    if not found.measured:
        pytest.skip(found.told[-1])
    weights = find_weights(name)
    low, high = weights.interval
    assert low <= weights.metrics[weights.figure] <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mlp.digits", "mlp.spirals", "softmax_regression.mnist"])
def test_the_recipe_makes_the_weights_again(name):
    before = manifest_path().read_bytes()
    try:
        weights, told = pretrain(name, check=True)
    except zoo.MissingFileError as missing:
        pytest.skip(str(missing))
    same = weights.weights_sha256 == find_weights(name).weights_sha256
    assert told.startswith("They equal the weights before, bit for bit" if same else "They are other weights")
    assert manifest_path().read_bytes() == before


def test_the_manifest_has_the_facts_of_each_file():
    folder, records = manifest_path().parent, all_weights()
    assert list(records) == sorted(NAMES)
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 20_000_000
    listed = {file for weights in records.values() for file in weights.files}
    assert {path.name for path in folder.iterdir() if path.suffix in (".keras", ".h5")} == listed
    for weights in records.values():
        assert weights.recipe in zoo.list_recipes()
        assert weights.parameters["seed"] == weights.seed
        assert {"zoo", "keras", "python", weights.backend} <= weights.versions.keys()
        assert {path.name for path in (folder / "pictures" / weights.name).iterdir()} == set(weights.pictures)
        for name, file in weights.files.items():
            assert (folder / name).stat().st_size == file.size
    assert sum(name.endswith(".h5") for name in listed) >= 2


def test_every_weights_plan_is_kept():
    for name, plan in all_plans().items():
        assert plan.recipe in zoo.list_recipes()
        assert plan.parameters.keys() <= zoo.recipes.find_recipe(plan.recipe).parameters.keys()
        assert plan.withheld or (plan.bar and plan.use and plan.limits), name
        for figure, bound in plan.bar.items() if name in NAMES else ():
            value = find_weights(name).metrics[figure]
            assert value <= bound if figure.endswith(("error", "mse")) else value >= bound


def test_a_name_with_a_tag_brings_its_arguments_also_untrained():
    model = zoo.create_model("cnn.digits")
    assert model.count_params() == zoo.model_info("cnn.digits").parameter_count
    wider = zoo.create_model("cnn.digits", filters=(8,))
    assert wider.count_params() != model.count_params()


def test_another_number_of_classes_keeps_the_body_and_makes_a_new_head():
    whole = zoo.load_pretrained("cnn.digits")
    with pytest.warns(UserWarning, match=r"cnn.digits: the head '\w+' is new and untrained"):
        model = zoo.load_pretrained("cnn.digits", num_classes=3)
    assert model.output_shape == (None, 3)
    *body, head = [layer for layer in model.layers if layer.weights]
    for layer in body:
        for mine, theirs in zip(layer.get_weights(), whole.get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert head.get_weights()[0].shape[-1] == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metrics": {"test_accuracy": 0.5}}, "written is 0.5"),
        ({"figure": "test_bravery"}, "test_bravery, which the manifest judges it by, is not measured"),
        ({"dataset_sha256": "0"}, "not the one that the manifest names"),
        ({"files": {"mlp.digits.keras": WeightsFile("0", 1)}}, "is not the file that the manifest describes"),
        ({"files": {"no.keras": WeightsFile("0", 1)}}, "is missing"),
        ({"weights_sha256": "0"}, "does not hold the weights that the manifest describes"),
    ],
)
def test_what_is_not_as_written_is_told(monkeypatch, change, words):
    records = {"mlp.digits": dataclasses.replace(find_weights("mlp.digits"), **change)}
    monkeypatch.setattr("zoo.pretrained.all_weights", lambda: records)
    found = verify("mlp.digits")
    assert not found.good
    assert any(words in line for line in found.told)


def test_the_weights_take_no_other_arguments():
    with pytest.raises(zoo.InputError, match=r"fit cnn\(input_shape=\(8, 8, 1\).*and no other"):
        zoo.create_model("cnn.digits", pretrained=True, filters=(8,))
    assert zoo.create_model("cnn.digits", pretrained=True, input_shape=[8, 8, 1]).built


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cnn", "full name, one of 'cnn.digits'"),
        ("linear", "no pretrained weights for 'linear'"),
        ("cnn.digit", "Did you mean 'cnn.digits'"),
        ("cnnn.digits", "Did you mean 'cnn'"),
    ],
)
def test_unknown_weights_get_the_nearest_name(name, words):
    with pytest.raises(zoo.UnknownModelError, match=words):
        zoo.create_model(name, pretrained=True)


def test_a_missing_weights_file_says_how_to_make_it(monkeypatch, tmp_path):
    (tmp_path / "manifest.json").write_text(manifest_path().read_text())
    monkeypatch.setattr("zoo.pretrained.manifest_path", lambda: tmp_path / "manifest.json")
    with pytest.raises(zoo.MissingFileError, match="zoo pretrain cnn.digits"):
        zoo.create_model("cnn.digits", pretrained=True)


@pytest.fixture
def empty(monkeypatch, tmp_path):
    """A folder for finished weights with none in it, in place of saved_models/."""
    path = tmp_path / "manifest.json"
    path.write_text('{"schema": 3, "models": []}')
    for module in ("pretrained", "pretrain", "plans", "card_pictures"):
        monkeypatch.setattr(f"zoo.{module}.manifest_path", lambda: path)
    return tmp_path


@pytest.fixture
def recipe(tmp_path):
    """The path of a recipe that trains a small network in a moment."""
    path = tmp_path / "quick.py"
    path.write_text(
        "import zoo\n"
        "run = zoo.Run('quick', epochs=2, hidden=(8,), seed=0)\n"
        "data = zoo.load_dataset('iris', seed=run.seed)\n"
        "model = zoo.create_model('mlp', input_shape=(4,), num_classes=3, hidden=run.hidden, seed=run.seed)\n"
        "model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "run.finish(model, zoo.fit(model, data, epochs=run.epochs, seed=run.seed), data)\n"
    )
    return str(path)


@pytest.mark.slow
def test_pretraining_writes_files_pictures_and_the_manifest(empty, recipe, monkeypatch):
    weights, told = pretrain("mlp.small", recipe=recipe, hidden=(6,))
    assert told == "mlp.small.keras, mlp.small.h5 written. These are the first weights of this name."
    assert weights.parameters == {"epochs": 2, "hidden": (6,), "seed": 0}
    assert weights.multiply_adds == 4 * 6 + 6 * 3
    assert {p.name for p in empty.iterdir()} >= {"mlp.small.keras", "mlp.small.h5"}
    assert weights.pictures == ("curves.png", "confusion.png", "diagram.png")
    assert {path.name for path in (empty / "pictures/mlp.small").iterdir()} == set(weights.pictures)
    found = verify("mlp.small")
    assert found.good
    assert found.told[0] == "2 files, their checksums as in the manifest"

    before = {path: path.read_bytes() for path in empty.rglob("*") if path.is_file()}
    again, told = pretrain("mlp.small")
    assert told == "They equal the weights before, bit for bit."
    assert again.metrics == weights.metrics
    assert all(path.read_bytes() == held for path, held in before.items()), "what is the same is left alone"

    (empty / "mlp.small.h5").unlink()
    other = dataclasses.replace(
        find_weights("mlp.small"),
        weights_sha256="0" * 64,
        metrics=weights.metrics | {"test_accuracy_low": 2.0, "test_accuracy_high": 2.0},
    )
    monkeypatch.setattr("zoo.pretrain.find_weights", lambda name: other)
    with pytest.raises(zoo.PromiseError, match="is outside their interval"):
        pretrain("mlp.small", check=True)
    assert not (empty / "mlp.small.h5").exists(), "a check writes nothing"
    assert pretrain("mlp.small")[1].startswith("mlp.small.keras, mlp.small.h5 written. They equal")
    assert (empty / "mlp.small.h5").is_file()


@pytest.mark.slow
def test_the_spread_over_seeds_is_recorded_seed_by_seed_and_told(empty, recipe, monkeypatch):
    weights, _ = pretrain("mlp.small", recipe=recipe)
    held = {path: path.read_bytes() for path in empty.glob("mlp.small.*")}
    record = train_other_seeds("mlp.small", 2)
    assert record.by_seed["0"] == weights.metrics["test_accuracy"]
    assert list(record.by_seed) == ["0", "1"]
    assert find_weights("mlp.small") == record, "what is measured is written down"
    assert {path: path.read_bytes() for path in held} == held, "the weights stay"

    ran = []
    monkeypatch.setattr("zoo.pretrain.run_recipe", lambda *_, **options: ran.append(options["seed"]) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train_other_seeds("mlp.small", 3)
    assert ran == [2], "what is recorded is not trained again"
    text = card(dataclasses.replace(record, by_seed={"0": 0.9, "1": 0.92, "2": 0.94}), None)
    assert "with 3 seeds: accuracy of 92.00 % in the mean, with a standard deviation of 2.00 %" in " ".join(
        text.split()
    )
    assert "in the mean" not in card(weights, None)


def test_pretraining_refuses_what_is_not_the_plans(empty, recipe):
    plan = f'["mlp.small"]\nrecipe = "{recipe}"\nparameters = {{ hidden = [4] }}\n'
    (empty / "plans.toml").write_text(plan + "bar = { test_accuracy = 1.01 }\n")
    with pytest.raises(
        zoo.PromiseError, match=r"test_accuracy of at least 1.01, and this training .* gave 0\."
    ):
        pretrain("mlp.small")
    (empty / "plans.toml").write_text(plan + 'dataset = "wine"\n')
    with pytest.raises(
        zoo.MissingFileError, match="learns from wine, and the run of .* took iris in its place"
    ):
        pretrain("mlp.small")
    with pytest.raises(zoo.InputError, match="trains mlp, not cnn"):
        pretrain("cnn.small", recipe=recipe)
    with pytest.raises(zoo.InputError, match="architecture.tag"):
        pretrain("cnn", recipe=recipe)
    with pytest.raises(zoo.UnknownModelError, match="No pretrained weights 'mlp.smaller'"):
        pretrain("mlp.smaller", check=True)
    assert not list(empty.glob("*.keras"))


def test_a_plan_that_says_what_no_plan_says_is_refused(empty):
    (empty / "plans.toml").write_text('["mlp.small"]\nrecipes = "digits_mlp"\n')
    with pytest.raises(zoo.InputError, match="mlp.small: recipes is no field of a plan"):
        all_plans()
    (empty / "plans.toml").write_text('["mlp.small"]\nuse = "none"\n')
    with pytest.raises(zoo.InputError, match="recipe is missing"):
        all_plans()
