import dataclasses
import json

import numpy as np
import pytest

import zoo
from zoo.pretrained import all_weights, find_weights, manifest_path
from zoo.verify import verify

NAMES = zoo.list_models(pretrained=True)


@pytest.mark.parametrize("name", NAMES)
def test_files_and_figures_are_what_the_manifest_says(name):
    found = verify(name)
    assert found.good, found.told
    if not found.measured:
        pytest.skip(found.told[-1])
    low, high = (find_weights(name).metrics[f"test_accuracy_{end}"] for end in ("low", "high"))
    assert low < find_weights(name).metrics["test_accuracy"] < high


def test_the_manifest_has_the_facts_of_each_file():
    facts = json.loads(manifest_path().read_text())
    assert facts["schema"] == 1
    assert [m["name"] for m in facts["models"]] == sorted(NAMES)
    listed = {file for m in facts["models"] for file in m["files"]}
    assert {p.name for p in manifest_path().parent.iterdir()} - {"manifest.json"} == listed
    for weights in all_weights().values():
        assert weights.recipe in zoo.list_recipes()
        assert weights.licence
        assert weights.versions["keras"]


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
        ({"dataset_sha256": "0"}, "not the one that the manifest names"),
        ({"files": {"mlp.digits.keras": "0"}}, "is not the file that the manifest describes"),
        ({"files": {"no.keras": "0"}}, "is missing"),
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


def test_pretraining_writes_both_files_and_the_manifest(monkeypatch, tmp_path):
    from zoo.pretrain import pretrain

    (tmp_path / "manifest.json").write_text('{"schema": 1, "models": []}')
    for module in ("zoo.pretrained", "zoo.pretrain"):
        monkeypatch.setattr(f"{module}.manifest_path", lambda: tmp_path / "manifest.json")
    weights, told = pretrain("mlp.small", recipe="digits_mlp", epochs=1, hidden=(8,))
    assert "first weights" in told
    assert weights.parameters == {
        **{"hidden": (8,), "epochs": 1, "batch_size": 32, "learning_rate": 2e-3, "dropout": 0.3, "seed": 0}
    }
    assert {p.name for p in tmp_path.iterdir()} == {"manifest.json", "mlp.small.keras", "mlp.small.h5"}
    again, told = pretrain("mlp.small")
    assert told == "They equal the weights before, bit for bit."
    assert again.metrics == weights.metrics
    assert zoo.create_model("mlp.small", pretrained=True).count_params() == weights.parameter_count
    manifest = tmp_path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"dataset": "digits"', '"dataset": "mnist"'))
    with pytest.raises(zoo.MissingFileError, match="mlp.small learns from mnist, .* the run took digits"):
        pretrain("mlp.small")
    with pytest.raises(zoo.InputError, match="trains mlp, not cnn"):
        pretrain("cnn.small", recipe="digits_mlp", epochs=1)
    with pytest.raises(zoo.InputError, match="architecture.tag"):
        pretrain("cnn", recipe="digits_mlp")
