"""A resumed run goes on from the best value, and an interrupted save leaves the file that was there."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from zoo.training._best import keeping_best, read_best, record_of
from zoo.training.checks.checkpoints import best_file_is_known

Checkpoint = keras.callbacks.ModelCheckpoint
X = np.random.default_rng(0).random((64, 4), dtype="float32")


class Says(keras.callbacks.Callback):
    """Stands in for a real metric."""

    def __init__(self, *values, name="val_loss"):
        super().__init__()
        self.values, self.name = values, name

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def net():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", run_eagerly=True)
    return model


def fit(model, values, best, name="val_loss"):
    callbacks = [Says(*values, name=name), best]
    with keeping_best(callbacks):
        model.fit(X, X[:, 0], epochs=len(values), verbose=0, callbacks=callbacks)


def told(model, *callbacks):
    return [str(found) for found in best_file_is_known(SimpleNamespace(model=model, callbacks=callbacks))]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "best.keras"


@pytest.mark.parametrize(("value", "changed"), [(0.9, False), (0.2, False), (0.1, True)])
@pytest.mark.parametrize("mode", ["auto", "min"])
def test_a_worse_epoch_of_a_resumed_run_leaves_the_best_file(path, value, changed, mode):
    fit(net(), [0.5, 0.2, 0.3], Checkpoint(path, save_best_only=True))
    kept = path.read_bytes()
    model = keras.models.load_model(path)
    best = Checkpoint(path, save_best_only=True, mode=mode)
    assert told(model, best) == []
    fit(model, [value], best)
    assert (path.read_bytes() != kept) == changed
    assert read_best(path).value == min(value, 0.2)


def test_more_is_better_where_it_is(path):
    def best():
        return Checkpoint(path, "val_score", mode="max", save_best_only=True)

    fit(net(), [0.5, 0.8], best(), "val_score")
    kept = path.read_bytes()
    fit(net(), [0.7], best(), "val_score")
    assert path.read_bytes() == kept
    assert (read_best(path).mode, read_best(path).value) == ("max", 0.8)


def test_weights_alone_are_kept_likewise(tmp_path):
    path = tmp_path / "best.weights.h5"
    fit(net(), [0.2], Checkpoint(path, save_best_only=True, save_weights_only=True))
    kept = path.read_bytes()
    fit(net(), [0.9], Checkpoint(path, save_best_only=True, save_weights_only=True))
    assert path.read_bytes() == kept


def test_a_threshold_of_the_user_wins(path):
    fit(net(), [0.2], Checkpoint(path, save_best_only=True))
    kept = path.read_bytes()
    best = Checkpoint(path, save_best_only=True, initial_value_threshold=1.0)
    assert told(net(), best) == []
    fit(net(), [0.9], best)
    assert path.read_bytes() != kept


def test_a_model_that_begins_anew_is_told_of_the_old_file(path):
    fit(net(), [0.2], Checkpoint(path, save_best_only=True))
    (sentence,) = told(net(), Checkpoint(path, save_best_only=True))
    assert "best.keras holds the best epoch of an earlier run, with val_loss 0.2" in sentence


def unknown(path):
    record_of(path).unlink()


def another_metric(path):
    record = json.loads(record_of(path).read_text())
    record_of(path).write_text(json.dumps({**record, "monitor": "val_mae"}))


def broken(path):
    record_of(path).write_text("{")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (unknown, "nothing beside it says how good it is"),
        (broken, "nothing beside it says how good it is"),
        (another_metric, "it was kept by val_mae (min), not by val_loss"),
        (lambda path: net().save(path), "it was changed since its value was noted"),
    ],
)
def test_a_file_of_unknown_worth_is_replaced_with_a_word(path, change, why):
    fit(net(), [0.2], Checkpoint(path, save_best_only=True))
    change(path)
    best = Checkpoint(path, save_best_only=True)
    (sentence,) = told(net(), best)
    assert why in sentence
    assert "initial_value_threshold" in sentence
    kept = path.read_bytes()
    fit(net(), [0.9], best)
    assert path.read_bytes() != kept


@pytest.mark.parametrize("name", ["{epoch}.keras", "{epoch:02d}-{val_loss:.2f}.keras"])
def test_one_file_an_epoch_needs_no_record(tmp_path, name):
    best = Checkpoint(tmp_path / name, save_best_only=True)
    assert told(net(), best) == []
    fit(net(), [0.5, 0.2], best)
    assert len(list(tmp_path.glob("*.keras"))) == 2
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize("best_only", [True, False])
def test_a_save_that_is_interrupted_leaves_the_file_that_was_there(path, monkeypatch, best_only):
    model = net()
    fit(model, [0.5], Checkpoint(path, save_best_only=best_only))
    kept = path.read_bytes()

    def killed(filepath, **arguments):
        with open(filepath, "w") as file:  # noqa: PTH123
            file.write("half")
        raise OSError("disk full")

    monkeypatch.setattr(model, "save", killed)
    with pytest.raises(OSError, match="disk full"):
        fit(model, [0.1], Checkpoint(path, save_best_only=best_only))
    assert path.read_bytes() == kept
    assert sorted(p.name for p in path.parent.iterdir() if p.suffix == ".keras") == ["best.keras"]


def test_callbacks_are_as_they_were_afterwards(path):
    model, best = net(), Checkpoint(path, save_best_only=True)
    fit(model, [0.5], best)
    assert best.model is model
    assert "set_model" not in vars(best)
    model.fit(X, X[:, 0], epochs=1, verbose=0, callbacks=[Says(0.4), best])
    assert best.best == 0.4


def test_a_callback_sees_the_model_through(path):
    class Stops(Checkpoint):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            self.model.stop_training = True

    model = net()
    fit(model, [0.5, 0.4, 0.3], Stops(path, save_best_only=True))
    assert len(model.history.history["loss"]) == 1
