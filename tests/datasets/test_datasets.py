import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.datasets import Samples, all_datasets, dataset_entry
from zoo.datasets import _registry as table
from zoo.datasets._splits import split_rows

BUILT_IN = [name for name, entry in all_datasets().items() if entry.file is None]


def rows_of(split) -> list[bytes]:
    arrays = list(split.x.values()) if isinstance(split.x, dict) else [split.x]
    return [b"".join(part.tobytes() for part in row) for row in zip(*arrays, strict=True)]


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_row_is_in_two_splits(name):
    data = zoo.load_dataset(name, validation_split=0.25, seed=3)
    rows = {split: set(rows_of(part)) for split, part in data.splits.items()}
    assert not rows["train"] & rows["validation"]
    assert not rows["train"] & rows["test"]
    assert not rows["validation"] & rows["test"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_it_describes_itself(name):
    data = zoo.load_dataset(name)
    entry = dataset_entry(name)
    assert data.validation is None
    assert (data.task, data.source, data.licence) == (entry.task, entry.source, entry.licence)
    assert len(data.checksum) == 64
    assert entry.summary.endswith(".")
    assert name in repr(data)
    first = next(iter(data.train.x.values())) if isinstance(data.train.x, dict) else data.train.x
    assert first.dtype == "float32"
    assert (data.num_classes is None) != (data.num_outputs is None)


@pytest.mark.parametrize("name", [n for n in BUILT_IN if dataset_entry(n).task == "classification"])
def test_classes_keep_their_proportions(name):
    data = zoo.load_dataset(name, validation_split=0.25)
    shares = [np.bincount(s.y, minlength=data.num_classes) / len(s) for s in data.splits.values()]
    assert np.ptp(shares, axis=0).max() < 0.05
    assert len(data.class_names) == data.num_classes


def test_a_seed_gives_the_same_split_and_another_seed_another():
    one, same, other = (zoo.load_dataset("iris", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train.x, same.train.x)
    assert rows_of(one.test) != rows_of(other.test)
    assert one.checksum == other.checksum


def test_columns_are_scaled_by_the_training_rows_alone():
    data = zoo.load_dataset("wine", validation_split=0.25)
    np.testing.assert_allclose(data.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train.x.std(axis=0), 1, atol=1e-5)
    assert np.abs(data.test.x.mean(axis=0)).max() > 1e-3
    raw = zoo.load_dataset("wine", validation_split=0.25, scale=False)
    mean, deviation = raw.train.x.mean(axis=0), raw.train.x.std(axis=0)
    np.testing.assert_allclose(data.test.x, (raw.test.x - mean) / deviation, atol=1e-4)


def test_digits_are_real_and_between_0_and_1():
    data = zoo.load_dataset("digits", validation_split=0.2)
    assert [len(s) for s in data.splits.values()] == [1149, 288, 360]
    assert data.train.x.min() == 0
    assert data.train.x.max() == 1
    assert data.input_shape == (8, 8, 1)


def test_a_table_becomes_a_data_frame():
    frame = zoo.load_dataset("breast_cancer", validation_split=0.2, scale=False).to_pandas()
    assert frame.shape == (569, 32)
    assert set(frame["split"]) == {"train", "validation", "test"}
    assert set(frame["target"]) == {"malignant", "benign"}
    assert frame["mean radius"].max() == pytest.approx(28.11)
    two = zoo.load_dataset("two_in_two_out", n=50).to_pandas()
    assert list(two.columns[:2]) == ["input1_0", "input1_1"]
    assert list(two.columns[-3:]) == ["total", "product", "split"]
    with pytest.raises(zoo.InputError, match=r"digits is no table.*\(8, 8, 1\)"):
        zoo.load_dataset("digits").to_pandas()


def test_the_made_targets_need_both_inputs():
    data = zoo.load_dataset("two_in_two_out", n=3000, noise=0)
    x1, x2 = data.train.x["input1"], data.train.x["input2"]
    total, product = data.train.y["total"].ravel(), data.train.y["product"].ravel()

    def explained(features, y):
        guess = features @ np.linalg.lstsq(features, y, rcond=None)[0]
        return 1 - np.var(y - guess) / np.var(y)

    assert explained(np.hstack([x1, x2]), total) > 0.999
    assert 0.4 < explained(x1, total) < 0.6
    assert 0.4 < explained(x2, total) < 0.6
    assert explained(np.hstack([x1, x2]), product) < 0.05


def test_a_dataset_is_loaded_again_by_its_own_arguments():
    data = zoo.load_dataset(
        "feature_extraction1", n=200, noise=0.5, validation_split=0.25, train_size=60, seed=3
    )
    again = zoo.load_dataset(data.name, **data.arguments)
    assert again.checksum == data.checksum
    for name, split in data.splits.items():
        np.testing.assert_array_equal(again.splits[name].x, split.x)


def test_pairs_of_mnist_are_tested_on_its_test_pictures(data_folder):
    data = zoo.load_dataset("digit_sum", n=600, pictures="mnist", validation_split=0.1)
    whole = zoo.load_dataset("mnist")
    known = {part: {image.tobytes() for image in whole.splits[part].x} for part in ("train", "test")}
    assert (len(data.train) + len(data.validation), len(data.test)) == (600, 100)
    for name, part in {"train": "train", "validation": "train", "test": "test"}.items():
        split = data.splits[name]
        assert all(image.tobytes() in known[part] for side in split.x.values() for image in side)
        assert (split.y["left_digit"] + split.y["right_digit"] == split.y["sum"]).all()


def test_no_picture_of_a_digit_is_on_two_sides():
    data = zoo.load_dataset("digit_sum", n=6000, validation_split=0.1, seed=1)
    pictures = {
        name: {image.tobytes() for side in split.x.values() for image in side}
        for name, split in data.splits.items()
    }
    assert not pictures["train"] & pictures["validation"]
    assert not (pictures["train"] | pictures["validation"]) & pictures["test"]
    assert len(pictures["test"]) > 300
    y = data.train.y
    np.testing.assert_array_equal(y["left_digit"] + y["right_digit"], y["sum"])
    assert set(y["sum"]) == set(range(19))


def test_a_digit_keeps_its_label_in_a_pair():
    digits, pairs = zoo.load_dataset("digits"), zoo.load_dataset("digit_sum", n=200)
    label = {
        image.tobytes(): y
        for split in digits.splits.values()
        for image, y in zip(split.x, split.y, strict=True)
    }
    for side in ("left", "right"):
        assert [label[i.tobytes()] for i in pairs.test.x[side]] == pairs.test.y[f"{side}_digit"].tolist()


def test_rents_have_numbers_and_words_and_come_as_a_table():
    data = zoo.load_dataset("rents", n=500, seed=1)
    kinds = {name: column.dtype.kind for name, column in data.train.x.items()}
    assert [name for name, kind in kinds.items() if kind == "f"] == ["area", "age", "floor"]
    assert [name for name, kind in kinds.items() if kind == "U"] == ["district", "kind", "lift", "season"]
    frame = data.to_pandas()
    assert list(frame.columns) == [*kinds, "rent", "weeks", "split"]
    assert frame["area"].between(15, 300).all()
    assert data.checksum == zoo.load_dataset("rents", n=500, seed=1).checksum


def test_a_high_floor_is_worth_more_with_a_lift_and_less_without():
    frame = zoo.load_dataset("rents", n=6000).to_pandas()
    rent = frame.groupby(["lift", frame["floor"] > 4])["rent"].mean()
    assert rent["yes", True] > rent["yes", False] + 0.5
    assert rent["no", True] < rent["no", False] - 1


@given(groups=st.lists(st.integers(0, 9), min_size=12, max_size=40).filter(lambda g: len(set(g)) > 3))
def test_groups_are_split_whole(groups):
    x = np.arange(len(groups), dtype="float32")[:, None]
    one, other = split_rows(x, None, 0.3, seed=0, groups=np.array(groups))
    assert sorted([*one, *other]) == list(range(len(groups)))
    assert not {groups[i] for i in one} & {groups[i] for i in other}


@given(
    ids=st.lists(st.integers(0, 12), min_size=10, max_size=60).filter(lambda ids: len(set(ids)) > 4),
    fraction=st.floats(0.2, 0.5),
    seed=st.integers(0, 1000),
)
def test_rows_with_the_same_inputs_stay_on_one_side(ids, fraction, seed):
    x = np.array(ids, "float32")[:, None]
    one, other = split_rows(x, None, fraction, seed=seed)
    assert sorted([*one, *other]) == list(range(len(ids)))
    assert not {ids[i] for i in one} & {ids[i] for i in other}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"validation_split": 1.0}, "validation_split must be"),
        ({"test_split": -0.1}, "test_split must be"),
        ({"seed": "x"}, "seed must be"),
        ({"nosie": 1}, "no argument 'nosie'"),
        ({"path": "iris.csv"}, "built in and reads no file"),
        ({"test_split": 0.01}, "cannot be split"),
    ],
)
def test_wrong_arguments_are_named(options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.load_dataset("iris", **options)


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(zoo.UnknownNameError, match="No dataset 'digitz'. Did you mean 'digits'"):
        zoo.load_dataset("digitz")


def test_a_dataset_of_ones_own_costs_ten_lines(monkeypatch):
    monkeypatch.setattr(table, "_entries", dict(table._entries))

    @zoo.register_dataset(task="regression", source="made here", licence="mine")
    def doubled(*, n: int = 20) -> Samples:
        """Numbers and their doubles."""
        x = np.arange(n, dtype="float32")[:, None]
        return Samples(x, 2 * x[:, 0])

    data = zoo.load_dataset("doubled", n=40, validation_split=0.25)
    assert [len(s) for s in data.splits.values()] == [24, 8, 8]
    np.testing.assert_array_equal(data.test.y, 2 * data.test.x[:, 0])


# Files


def save_mnist(path, rows=40):
    random = np.random.default_rng(0)
    images = random.integers(0, 255, (rows, 28, 28), dtype="uint8")
    labels = (np.arange(rows) % 10).astype("uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images[:10] // 2, y_test=labels[:10])
    return path


def test_a_missing_file_is_an_error_of_three_lines(cold_cache, monkeypatch):
    def no_network(*arguments, **options):
        raise OSError("no network")

    monkeypatch.setattr("pooch.retrieve", no_network)
    with pytest.raises(zoo.MissingFileError) as error:
        zoo.load_dataset("mnist")
    what, where, then = str(error.value).splitlines()
    assert "mnist.npz is missing" in what
    assert "ZOO_DATA_DIR (not set)" in where
    assert str(cold_cache) in where
    assert "set ZOO_DATA_DIR" in then


def test_another_file_under_the_name_is_refused(cold_cache, monkeypatch):
    save_mnist(cold_cache / "mnist.npz")
    monkeypatch.setenv("ZOO_DATA_DIR", str(cold_cache))
    with pytest.raises(zoo.InputError, match=r"mnist.npz is not the file it should be.*expected 731c5ac"):
        zoo.load_dataset("mnist")


def test_the_first_place_that_has_it_is_taken(cold_cache, monkeypatch):
    folder, cache = cold_cache / "data", cold_cache / "cache/datasets"
    for place in (folder, cache):
        place.mkdir(parents=True)
    save_mnist(cache / "fashion_mnist.npz", rows=30)
    assert len(zoo.load_dataset("fashion_mnist").train) == 30
    save_mnist(folder / "fashion_mnist.npz", rows=40)
    monkeypatch.setenv("ZOO_DATA_DIR", str(folder))
    assert len(zoo.load_dataset("fashion_mnist").train) == 40
    given = save_mnist(cold_cache / "own.npz", rows=50)
    data = zoo.load_dataset("fashion_mnist", path=given)
    assert len(data.train) == 50
    assert data.train.x.max() <= 1
    assert data.class_names[0] == "T-shirt"
    with pytest.raises(zoo.MissingFileError, match="no file is there"):
        zoo.load_dataset("fashion_mnist", path=cold_cache / "nothing.npz")


def test_real_mnist(data_folder):
    data = zoo.load_dataset("mnist", validation_split=0.1)
    assert [len(s) for s in data.splits.values()] == [54_000, 6_000, 10_000]
    assert data.input_shape == (28, 28, 1)
    assert np.bincount(data.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_real_sample_of_fashion_mnist(data_folder):
    data = zoo.load_dataset("fashion_mnist_sample")
    assert (len(data.train), len(data.test), data.num_classes) == (1813, 1770, 10)


def test_facts_are_plain_enough_for_json():
    data = zoo.load_dataset("iris")
    facts = {
        name: getattr(data, name)
        for name in ("name", "input_shape", "num_classes", "class_names", "checksum")
    }
    assert json.loads(json.dumps(facts))["num_classes"] == 3


def test_training_rows_are_kept_in_proportion_and_the_test_rows_stay():
    whole = zoo.load_dataset("breast_cancer", validation_split=0.2, seed=3)
    part = zoo.load_dataset("breast_cancer", validation_split=0.2, seed=3, train_size=100, scale=False)
    assert len(part.train) == 100
    assert part.train.y.mean() == pytest.approx(whole.train.y.mean(), abs=0.01)
    np.testing.assert_array_equal(part.test.y, whole.test.y)
    np.testing.assert_array_equal(part.validation.y, whole.validation.y)
    for everything in (0, None, 10_000):
        assert len(zoo.load_dataset("iris", train_size=everything).train) == 120
    assert len(zoo.load_dataset("iris", train_size=2).train) == 2
    with pytest.raises(zoo.InputError, match="train_size must be a whole number of 1 or more, or 0"):
        zoo.load_dataset("iris", train_size=-1)


def test_a_missing_file_falls_back_and_says_so(cold_cache, capsys):
    data = zoo.load_dataset("fashion_mnist_sample", fallback=("digits",), train_size=50)
    assert (data.name, len(data.train)) == ("digits", 50)
    told = "The file fashion_mnist_sample.npz is missing. Taking digits in place of fashion_mnist_sample.\n"
    assert capsys.readouterr().out == told
    with pytest.raises(zoo.UnknownNameError, match="No dataset 'digit'. Did you mean 'digits'"):
        zoo.load_dataset("iris", fallback=("digit",))


def test_one_fallback_may_be_a_word(cold_cache, monkeypatch, capsys):
    monkeypatch.setattr("zoo.datasets._files._download", lambda url, name, checksum: 1 / 0)
    data = zoo.load_dataset("mnist", path="nowhere.npz", fallback="digits")
    assert data.name == "digits"
    assert "in place of mnist" in capsys.readouterr().out
