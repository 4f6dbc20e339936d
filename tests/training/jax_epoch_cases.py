"""Trainings that `test_jax_epoch` has run under JAX: each by compiled epochs and by `model.fit`, which must agree."""

import gc
import json
import sys
import tempfile
import traceback
import warnings
import weakref
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
from zoo.training import _epoch_functions, checkpoint
from zoo.training.callbacks.nan import ExplainNaN

L = keras.layers
X = np.random.default_rng(0).random((110, 4), dtype="float32")
Y = np.stack([X.prod(axis=1), X.sum(axis=1)], axis=1)


def network(layers=lambda: (), optimizer="adam"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), L.Dense(8, "relu"), *layers(), L.Dense(2)])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def both(make, *data, **arguments):
    """Train twice; return the two histories."""
    models, histories = [make(), make()], []
    for model, compiled in zip(models, (True, False), strict=True):
        given = {name: value() if callable(value) else value for name, value in arguments.items()}
        given = {"epochs": 3, "batch_size": 32, "seed": 1, "verbose": 0, **given, "compiled": compiled}
        histories.append(zoo.fit(model, *(data or (X, Y)), **given))
    mine, theirs = histories
    assert mine.history.keys() == theirs.history.keys()
    for name, values in theirs.history.items():
        np.testing.assert_allclose(mine.history[name], values, rtol=2e-6, atol=1e-7, err_msg=name)
    for ours, keras_own in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(ours, keras_own, rtol=0, atol=1e-6)
    return mine


def dropout():
    history = both(
        lambda: network(lambda: [L.Dropout(0.3), L.GaussianNoise(0.1)]), epochs=5, validation_split=0.2
    )
    assert history.history["loss"][-1] < history.history["loss"][0]


def batch_normalisation():
    both(
        lambda: network(
            lambda: [L.BatchNormalization(), L.Dense(6, kernel_regularizer="l2", activity_regularizer="l1")]
        ),
        validation_data=(X[:64], Y[:64]),
    )


def two_outputs():
    def make():
        keras.utils.set_random_seed(0)
        left, right = keras.Input((3,), name="left"), keras.Input((1,), name="right")
        hidden = L.Dense(6, "relu")(L.Concatenate()([left, right]))
        outputs = {"kind": L.Dense(3, "softmax", name="kind")(hidden), "sum": L.Dense(1, name="sum")(hidden)}
        model = keras.Model({"left": left, "right": right}, outputs)
        losses = {"kind": "sparse_categorical_crossentropy", "sum": "mse"}
        model.compile("sgd", losses, metrics={"kind": ["accuracy"]})
        return model

    x = {"left": X[:, :3], "right": X[:, 3:]}
    y = {"kind": (X[:, 0] * 3).astype("int64"), "sum": Y[:, 1:].astype("float64")}
    weights = {"kind": np.linspace(0, 2, len(X)), "sum": np.ones(len(X))}
    both(make, x, y, sample_weight=weights)


def learning_rate_cycle():
    both(network, callbacks=lambda: [zoo.OneCycle(0.05)])


def rows_in_parts():
    both(network, memory_budget=3000, validation_split=0.1, callbacks=lambda: [zoo.OneCycle(0.05)])


def stop_at_nan():
    seen = []
    for compiled in (True, False):
        explain = ExplainNaN()
        model = network(optimizer=keras.optimizers.SGD(1e5))
        given = {"epochs": 3, "batch_size": 10, "seed": 1, "verbose": 0, "callbacks": [explain]}
        with pytest.warns(zoo.PreflightWarning, match="and training has stopped") as told:
            history = zoo.fit(model, X, Y, **given, compiled=compiled)
        said = str(told[0].message).partition(" Lower")[0]
        seen.append((len(history.epoch), int(model.optimizer.iterations), explain.explanation, said))
        assert all(np.isfinite(weights).all() for weights in model.get_weights())
    assert seen[0] == seen[1]
    assert seen[0][0] == 1
    assert 0 < seen[0][1] < 11
    assert seen[0][2]
    assert "The first that was not finite is" in seen[0][3]


def taken_up_again():
    class Break(keras.callbacks.Callback):
        def __init__(self, at):
            super().__init__()
            self.at = at

        def on_epoch_end(self, epoch, logs=None):
            if epoch == self.at:
                raise InterruptedError

    checkpoint.EVERY = 0.0
    for compiled in (True, False):

        def train(folder, at=-1, compiled=compiled):
            model = network(lambda: [L.Dropout(0.3), L.BatchNormalization()])
            plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=0.1)
            given = {
                "epochs": 6,
                "seed": 1,
                "verbose": 0,
                "callbacks": [plateau, Break(at)],
                "compiled": compiled,
            }
            history = zoo.fit(model, X, Y, checkpoint=folder, checks="off", **given)
            return history.history, [np.asarray(variable) for variable in model.variables]

        with tempfile.TemporaryDirectory() as folder:
            for at in (1, 3):
                with pytest.raises(InterruptedError):
                    train(folder, at)
            history, variables = train(folder)
        whole, theirs = train(None)
        assert history == whole
        assert all(map(np.array_equal, variables, theirs))


def early_stopping():
    stop = lambda: [keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)]  # noqa: E731
    history = both(
        lambda: network(optimizer=keras.optimizers.Adam(0.2)),
        epochs=30,
        validation_data=(X[:60], Y[:60]),
        callbacks=stop,
    )
    assert len(history.epoch) < 30


def another_model():
    """A function that was compiled for one model trains the next of its kind, and keeps neither alive."""
    first, second = network(), network()
    second.set_weights([2 * weight for weight in second.get_weights()])
    zoo.fit(first, X, Y, epochs=2, batch_size=55, seed=0, verbose=0, compiled=True)
    before, kept = first.get_weights(), len(_epoch_functions._of_architectures)
    zoo.fit(second, X, Y, epochs=2, batch_size=55, seed=0, verbose=0, compiled=True)
    assert len(_epoch_functions._of_architectures) == kept
    for mine, was, theirs in zip(first.get_weights(), before, second.get_weights(), strict=True):
        assert np.array_equal(mine, was)
        assert not np.array_equal(mine, theirs)
    gone = weakref.ref(second)
    del second
    gc.collect()
    assert gone() is None


def no_metrics():
    class Own(keras.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "own": 1.0}, state

    inputs = keras.Input((4,))
    model = Own(inputs, L.Dense(2)(inputs))
    model.compile("sgd", "mse")
    with pytest.raises(zoo.InputError, match="figures that are no metrics"):
        zoo.fit(model, X, Y, epochs=1, verbose=0, compiled=True)


def pictures():
    shown = np.random.default_rng(0).integers(0, 255, (40, 8, 8, 1), "uint8")

    def make():
        keras.utils.set_random_seed(0)
        layers = [L.Rescaling(1 / 255), L.RandomFlip(), L.Conv2D(4, 3, activation="relu"), L.Flatten()]
        model = keras.Sequential([keras.Input((8, 8, 1)), *layers, L.Dense(3, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    both(make, shown, np.arange(40) % 3)


def without_xla():
    model = network()
    model.compile("sgd", "mse", jit_compile=False)
    with pytest.raises(zoo.InputError, match="jit_compile=False"):
        zoo.fit(model, X, Y, epochs=1, verbose=0, compiled=True)
    assert len(zoo.fit(model, X, Y, epochs=2, verbose=0).epoch) == 2


def told(case):
    """Return what went wrong, or nothing."""
    try:
        case()
    except Exception:
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    assert keras.config.backend() == "jax"
    warnings.simplefilter("ignore", zoo.PreflightWarning)
    cases = sys.argv[2:]
    outcome = {name: told(globals()[name]) for name in cases}
    Path(sys.argv[1]).write_text(json.dumps(outcome), encoding="utf-8")
