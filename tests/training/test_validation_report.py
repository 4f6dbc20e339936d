import csv

import keras
import numpy as np
import pytest
from sklearn.metrics import classification_report

import zoo

SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture(scope="module")
def iris():
    return zoo.load_dataset("iris", validation_split=0.2)


def softmax(optimizer="adam") -> keras.Model:
    model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
    model.compile(optimizer, SPARSE)
    return model


def test_the_figures_are_scikit_learns(iris):
    model, report = softmax(), zoo.ValidationReport(iris.validation, class_names=iris.class_names)
    zoo.fit(model, iris, epochs=3, callbacks=report, verbose=0)
    guesses = model.predict(iris.validation.x, verbose=0).argmax(axis=1)
    expected = classification_report(
        iris.validation.y, guesses, target_names=list(iris.class_names), output_dict=True, zero_division=0
    )
    for row in report.table():
        theirs = expected[row["class"]]
        assert row["precision"] == pytest.approx(theirs["precision"])
        assert row["recall"] == pytest.approx(theirs["recall"])
        assert row["f1"] == pytest.approx(theirs["f1-score"])
        assert row["rows"] == theirs["support"]


def test_it_records_every_few_epochs_and_the_last_once(iris):
    for epochs, recorded in ((7, [3, 6, 7]), (6, [3, 6])):
        report = zoo.ValidationReport(iris.validation, every=3)
        zoo.fit(softmax(), iris, epochs=epochs, callbacks=report, verbose=0)
        assert report.epochs == recorded
        assert {len(matrices) for matrices in report.matrices.values()} == {len(recorded)}


def test_the_last_record_is_of_the_weights_that_early_stopping_gave_back(iris):
    model = softmax(keras.optimizers.SGD(5.0))
    stopping, report = zoo.early_stopping(50), zoo.ValidationReport(iris.validation, every=100)
    zoo.fit(model, iris, epochs=8, callbacks=[stopping, report], verbose=0, seed=1)
    guesses = model.predict(iris.validation.x, verbose=0).argmax(axis=1)
    right = (guesses == iris.validation.y).sum()
    assert np.trace(report.matrices["probability"][-1]) == right


def test_the_files_hold_every_record(iris, tmp_path):
    report = zoo.ValidationReport(iris.validation, every=2, folder=tmp_path / "run")
    zoo.fit(softmax(), iris, epochs=5, callbacks=report, verbose=0)
    rows = {}
    for name in ("report", "confusion"):
        with (tmp_path / "run" / f"validation_{name}.csv").open() as file:
            rows[name] = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows["report"]] == [2] * 3 + [4] * 3 + [5] * 3
    assert list(rows["report"][0]) == ["epoch", "class", "precision", "recall", "f1", "rows"]
    counts = [int(row["rows"]) for row in rows["confusion"] if row["epoch"] == "5"]
    assert counts == report.matrices["probability"][-1].ravel().tolist()


def test_recording_changes_nothing_in_the_training(iris):
    losses = []
    for callbacks in ([], [zoo.ValidationReport(iris.validation, every=1)]):
        history = zoo.fit(softmax(), iris, epochs=3, callbacks=callbacks, verbose=0, seed=0)
        losses.append(history.history["val_loss"])
    assert losses[0] == losses[1]


@pytest.mark.parametrize("from_logits", [False, True])
def test_a_yes_or_no_is_two_classes(from_logits):
    data = zoo.load_dataset("two_blobs", n=200)
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, None if from_logits else "sigmoid", name="out")]
    )
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=from_logits), metrics=[])
    report = zoo.ValidationReport(data.test, class_names=("blue", "orange"))
    zoo.fit(model, data.train, epochs=1, callbacks=report, verbose=0)
    right = (
        (model.predict(data.test.x, verbose=0) > (0 if from_logits else 0.5)).ravel() == data.test.y
    ).sum()
    assert np.trace(report.matrices["out"][-1]) == right
    assert [row["class"] for row in report.table()] == ["blue", "orange"]


def two_digits() -> tuple[keras.Model, np.ndarray, dict[str, np.ndarray]]:
    x = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
    inputs = keras.Input((4,))
    outputs = {
        "digit_a": keras.layers.Dense(3, "softmax", name="digit_a")(inputs),
        "size": keras.layers.Dense(1, name="size")(inputs),
        "digit_b": keras.layers.Dense(4, "softmax", name="digit_b")(inputs),
    }
    model = keras.Model(inputs, outputs)
    model.compile("adam", {"digit_a": SPARSE, "size": "mse", "digit_b": "categorical_crossentropy"})
    y = {"digit_a": np.arange(40) % 3, "size": x.sum(axis=1), "digit_b": np.eye(4)[np.arange(40) % 4]}
    return model, x, y


def test_each_output_that_tells_classes_apart_is_reported_by_its_name(tmp_path):
    model, x, y = two_digits()
    report = zoo.ValidationReport((x, y), folder=tmp_path, class_names={"digit_a": ("one", "two", "three")})
    zoo.fit(model, x, y, epochs=1, callbacks=report, verbose=0)
    assert set(report.matrices) == {"digit_a", "digit_b"}
    assert report.matrices["digit_b"][-1].sum(axis=1).tolist() == [10] * 4
    with (tmp_path / "validation_report.csv").open() as file:
        rows = [(row["output"], row["class"]) for row in csv.DictReader(file)]
    assert rows[2:4] == [("digit_a", "three"), ("digit_b", "0")]
    with pytest.raises(zoo.InputError, match="the 4 classes of 'digit_b'; got 3"):
        zoo.fit(model, x, y, callbacks=zoo.ValidationReport((x, y), class_names=("a", "b", "c")), verbose=0)


def test_it_draws(iris):
    report = zoo.ValidationReport(iris.validation, every=1, class_names=iris.class_names)
    zoo.fit(softmax(), iris, epochs=3, callbacks=report, verbose=0)
    left, right, *_ = zoo.plots.validation_report(report).axes
    assert left.get_xlabel() == "predicted"
    assert [text.get_text() for text in right.get_xticklabels()] == ["1", "2", "3"]
    with pytest.raises(zoo.UnknownNameError, match="Did you mean 'probability'"):
        zoo.plots.validation_report(report, "probabilty")
    with pytest.raises(zoo.InputError, match="recorded nothing"):
        zoo.plots.validation_report(zoo.ValidationReport(iris.validation))


def test_what_cannot_be_reported_is_refused(iris):
    with pytest.raises(zoo.InputError, match="needs rows with x and y.*got NoneType"):
        zoo.ValidationReport(zoo.load_dataset("iris").validation)
    with pytest.raises(zoo.InputError, match="every must be"):
        zoo.ValidationReport(iris.validation, every=0)
    model = zoo.create_model("linear", input_shape=(4,))
    model.compile("adam", "mse")
    with pytest.raises(zoo.InputError, match="is for classes"):
        zoo.fit(model, iris.train, callbacks=zoo.ValidationReport(iris.validation), verbose=0)


def test_rows_that_do_not_fit_are_refused_before_the_first_step():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = np.zeros((8, 2), "float32"), np.arange(8) % 2
    with pytest.raises(zoo.InputError, match="goes from 0 to 7"):
        zoo.fit(model, x, y, callbacks=zoo.ValidationReport((x, np.arange(8))), verbose=0)


def test_a_second_training_that_ends_at_once_leaves_no_record_of_the_first():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = np.arange(16, dtype="float32").reshape(8, 2) / 16, np.arange(8) % 2
    report = zoo.ValidationReport((x, y))
    zoo.fit(model, x, y, callbacks=report, verbose=0)
    stop = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        zoo.fit(model, x, y, callbacks=[report, stop], verbose=0)
    assert report.epochs == []
