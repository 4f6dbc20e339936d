import json

import pytest

import zoo
from zoo import _manifest
from zoo.pretrained import manifest_path

RECORDS = json.loads(manifest_path().read_text())["models"]


@pytest.mark.parametrize("field", sorted(RECORDS[0]))
def test_a_missing_field_is_named(field):
    record = {key: value for key, value in RECORDS[0].items() if key != field}
    with pytest.raises(zoo.InputError, match=rf"\b{field} is missing: "):
        _manifest.check(record, where="manifest.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "cnn"}, "name must be architecture.tag; got 'cnn'"),
        ({"files": {}}, "files must be at least one file"),
        ({"files": {"a.keras": {"sha256": "0", "size": 1}}}, "files.a.keras.sha256 must be a SHA-256"),
        (
            {"files": {"a.keras": {"sha256": "0" * 64, "size": 1.5}}},
            "size must be a whole number of bytes; got 1.5",
        ),
        ({"files": {"a.keras": {"sha256": "0" * 64}}}, "files.a.keras.size is missing"),
        ({"seed": True}, "seed must be a whole number; got True"),
        ({"metrics": {"test_accuracy": "0.9"}}, "metrics must be figures by name, numbers"),
        ({"figure": "test_mse"}, "metrics.test_mse is missing"),
        ({"metrics": {"test_accuracy": 0.9}}, "metrics.test_accuracy_low is missing"),
        ({"parameter_count": 0}, "parameter_count must be a whole number of 1 or more"),
        ({"dataset_sha256": "none"}, "dataset_sha256 must be a SHA-256, or null; got 'none'"),
        ({"colour": "blue"}, "colour is no field of the manifest"),
    ],
)
def test_a_field_that_is_not_what_it_has_to_be_is_named(change, words):
    with pytest.raises(zoo.InputError) as told:
        _manifest.check({**RECORDS[0], "figure": "test_accuracy", **change}, where="manifest.json")
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no manifest"),
        ('{"models": []}', "is no manifest"),
        ('{"schema": 2, "models": []}', "follows schema 2, and this version of the zoo reads 3"),
        ('{"schema": 3, "models": [3]}', "a record has fields by name; got 3"),
        (
            json.dumps({"schema": 3, "models": RECORDS[:1] * 2}),
            f"two records of the name '{RECORDS[0]['name']}'",
        ),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path, text, words):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(zoo.InputError, match=words):
        _manifest.read(path)


def test_what_is_written_is_read_again_and_nothing_else_is_written(tmp_path):
    path = tmp_path / "manifest.json"
    _manifest.write(path, RECORDS)
    assert _manifest.read(path) == RECORDS
    with pytest.raises(zoo.InputError):
        _manifest.write(path, [{"name": "mlp.small"}])
    assert _manifest.read(path) == RECORDS
