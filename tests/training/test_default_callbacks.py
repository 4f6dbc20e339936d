import csv
import importlib.util

import keras
import numpy as np
import pytest
from rich.console import Console

import zoo
from zoo.training.callbacks import ExplainNaN


@pytest.fixture(scope="module")
def blobs():
    return zoo.load_dataset("two_blobs", n=200, validation_split=0.25)


def network(optimizer="adam", loss="binary_crossentropy") -> keras.Model:
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(4,), seed=0)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def kinds(callbacks) -> list[type]:
    return [type(callback) for callback in callbacks]


def test_the_rate_can_fall_three_times_before_the_training_ends(blobs):
    def stuck(y, p):
        return 0 * keras.ops.mean(p, axis=-1)

    model = network(keras.optimizers.SGD(0.8), stuck)
    history = zoo.fit(model, blobs, epochs=50, callbacks=zoo.default_callbacks(patience=9), verbose=0)
    rates = history.history["learning_rate"]
    assert len(rates) == 10
    np.testing.assert_allclose(sorted(set(rates)), [0.2, 0.4, 0.8], rtol=1e-6)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


def test_the_best_weights_come_back_at_the_last_epoch(blobs):
    model = network(keras.optimizers.SGD(3.0))
    history = zoo.fit(model, blobs, epochs=6, callbacks=zoo.default_callbacks(), verbose=0, seed=0)
    best = min(history.history["val_loss"])
    assert zoo.evaluate(model, blobs.validation)["loss"] == pytest.approx(best, rel=1e-4)


def test_the_best_weights_come_back_after_ctrl_c(blobs):
    class CtrlC(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 4:
                raise KeyboardInterrupt

    model = network(keras.optimizers.SGD(3.0))
    callbacks = [*zoo.default_callbacks(), CtrlC()]
    history = zoo.fit(model, blobs, epochs=9, callbacks=callbacks, verbose=0, seed=0)
    best = min(history.history["val_loss"])
    assert history.params["interrupted"]
    assert zoo.evaluate(model, blobs.validation)["loss"] == pytest.approx(best, rel=1e-4)


def test_a_nan_is_explained(blobs, capsys):
    class SpoilWeights(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations == 8:
                self.model.set_weights([np.nan * w for w in self.model.get_weights()])

    explained = ExplainNaN()
    history = zoo.fit(
        network(keras.optimizers.SGD(0.5)),
        blobs,
        epochs=5,
        batch_size=20,
        callbacks=[SpoilWeights(), explained],
        verbose=0,
    )
    assert len(history.history["loss"]) == 2
    said = capsys.readouterr().out
    assert said.strip() == explained.explanation.strip()
    for words in (
        "is nan in epoch 2, batch 3 of 6, after a loss of 0.",
        "it is 0.5; try 0.05",
        "from_logits",
    ):
        assert words in said


def test_a_nan_at_once_is_explained_too(blobs):
    explained = ExplainNaN()
    model = network(loss=lambda y, p: keras.ops.log(0 * keras.ops.mean(p, axis=-1)))
    zoo.fit(model, blobs, callbacks=explained, verbose=0)
    assert "The loss is -inf in epoch 1, batch 1" in explained.explanation
    assert "at the very first batch" in explained.explanation


def test_what_is_not_wanted_is_left_out():
    assert keras.callbacks.ReduceLROnPlateau not in kinds(zoo.default_callbacks(factor=None))
    assert keras.callbacks.CSVLogger not in {
        base for kind in kinds(zoo.default_callbacks()) for base in kind.__mro__
    }


def test_each_epoch_is_logged_with_its_rate(blobs, tmp_path):
    callbacks = zoo.default_callbacks(log_to=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    history = zoo.fit(network(), blobs, epochs=3, callbacks=callbacks, verbose=0)
    with (tmp_path / "run" / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in rows] == pytest.approx(history.history["val_loss"])
    assert "learning_rate" in rows[0]


def test_tensorboard_writes_its_files_or_says_how_to_install_it(blobs, tmp_path):
    if importlib.util.find_spec("tensorboard") is None:
        with pytest.raises(zoo.InputError, match="pip install tensorboard"):
            zoo.default_callbacks(log_to=tmp_path, tensorboard=True)
        return
    callbacks = zoo.default_callbacks(log_to=tmp_path, tensorboard=True)
    zoo.fit(network(), blobs, epochs=1, callbacks=callbacks, verbose=0)
    assert list((tmp_path / "tensorboard" / "train").iterdir())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"patience": 0}, "patience must be a whole number of 1 or more; got 0"),
        ({"factor": 2}, "factor must be between 0 and 1"),
        ({"tensorboard": True}, "pass log_to="),
    ],
)
def test_wrong_arguments_are_named(options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.default_callbacks(**options)


def test_the_bar_shows_the_epochs_and_metrics_of_plain_keras(blobs, tmp_path):
    with (tmp_path / "screen").open("w") as screen:
        bar = zoo.RichProgress(Console(file=screen, force_terminal=True, width=120))
        network().fit(blobs.train.x, blobs.train.y, epochs=3, callbacks=[bar], verbose=0)
    shown = (tmp_path / "screen").read_text()
    assert "3/3" in shown
    assert "accuracy" in shown
