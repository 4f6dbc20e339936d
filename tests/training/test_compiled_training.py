"""What surrounds a compiled epoch: callbacks, weights of rows, memory, XLA, and when Keras' own fit is taken."""

import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

import zoo
from zoo.training import _epoch_functions, _xla_choice, compiled_epoch
from zoo.training._memory import memory_budget, size_of
from zoo.training._xla_choice import Timing

L = keras.layers
X = np.random.default_rng(0).random((210, 4), dtype="float32")
Y = np.stack([X.prod(axis=1), X.sum(axis=1)], axis=1)


def network(*layers, optimizer="adam", loss="mse", units=2, activation=None, **options):
    keras.utils.set_random_seed(0)
    inner = [make() for make in layers]  # here, since layers draw their seeds when they are made
    model = keras.Sequential([keras.Input((4,)), L.Dense(8, "relu"), *inner, L.Dense(units, activation)])
    model.compile(optimizer, loss, metrics=["mae"], **options)
    return model


def both(make, *data, tolerance=0.0, **arguments):
    """Train by compiled epochs and by model.fit; return the two histories, which must be the same."""
    models, histories, said = [], [], {}
    for compiled in (True, False):
        given = {k: v() if callable(v) else v for k, v in arguments.items()}
        model = make()
        history = zoo.fit(
            model,
            *(data or (X, Y)),
            **{"epochs": 4, "batch_size": 32, "seed": 1, "verbose": 0, **given, "compiled": compiled},
        )
        models.append(model)
        histories.append(history.history)
        said[compiled] = given.get("callbacks")
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-6, atol=tolerance, err_msg=name)
    for mine, theirs in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance)
    return histories[0], said


def test_dropout_noise_and_augmentation_draw_the_same_numbers():
    both(lambda: network(lambda: L.Dropout(0.3), lambda: L.GaussianNoise(0.1)), validation_split=0.2)


def test_batch_normalisation_and_regularisers_are_kept():
    both(
        lambda: network(
            L.BatchNormalization, lambda: L.Dense(6, kernel_regularizer="l2", activity_regularizer="l1")
        )
    )


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=0.1),
        lambda: keras.optimizers.AdamW(1e-2, use_ema=True, ema_overwrite_frequency=5),
        lambda: keras.optimizers.RMSprop(keras.optimizers.schedules.CosineDecay(0.01, 20)),
        lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=3),
    ],
    ids=["nesterov", "ema", "schedule", "accumulation"],
)
def test_optimizers_and_schedules_are_kept(optimizer):
    both(lambda: network(optimizer=optimizer()))


def test_weights_of_rows_and_of_classes_are_kept():
    labels = (X[:, 0] > 0.5).astype("int64")
    weights = np.linspace(0, 2, len(X))
    both(
        lambda: network(
            units=1, activation="sigmoid", loss="binary_crossentropy", weighted_metrics=["accuracy"]
        ),
        X,
        labels,
        sample_weight=weights,
        class_weight={0: 1.0, 1: 5.0},
        validation_data=(X[:50], labels[:50], weights[:50]),
    )


def test_pictures_are_turned_and_64_bit_numbers_taken_as_they_are_by_keras():
    pictures = np.random.default_rng(0).integers(0, 255, (40, 8, 8, 1), "uint8")
    labels = np.arange(40) % 3

    def make():
        keras.utils.set_random_seed(0)
        layers = [
            L.Rescaling(1 / 255),
            L.RandomTranslation(0.1, 0.1),
            L.RandomFlip(),
            L.Flatten(),
            L.Dense(3, "softmax"),
        ]
        model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    both(make, pictures, labels)
    both(network, X.astype("float64"), Y.astype("float64"))


def test_callbacks_of_epochs_stop_slow_down_and_give_the_best_weights_back():
    callbacks = lambda: [  # noqa: E731
        keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True, start_from_epoch=3),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1),
    ]
    history, _ = both(
        lambda: network(optimizer=keras.optimizers.Adam(0.2)),
        epochs=40,
        validation_data=(X[:60], Y[:60]),
        callbacks=callbacks,
    )
    assert len(history["loss"]) < 40
    assert "learning_rate" in history


def test_a_callback_of_validation_is_told_before_and_after():
    class Order(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.told = []

        def on_test_begin(self, logs=None):
            self.told.append(("begin", float(self.model.layers[0].kernel.numpy().sum())))

        def on_test_end(self, logs=None):
            self.told.append(("end", logs["loss"]))

        def on_epoch_end(self, epoch, logs=None):
            self.told.append(("epoch", logs["val_loss"]))

    _, said = both(network, validation_data=(X[:50], Y[:50]), callbacks=Order)
    assert said[True].told == said[False].told
    assert [word for word, _ in said[True].told[:3]] == ["begin", "end", "epoch"]


def test_a_cycle_of_rates_is_walked_step_by_step():
    _, said = both(network, callbacks=lambda: zoo.OneCycle(0.05))
    assert said[True].learning_rates == said[False].learning_rates
    assert len(said[True].learning_rates) == 4 * 7


def test_a_loss_that_is_no_number_stops_at_the_very_batch(capsys):
    def callback():
        return zoo.default_callbacks(monitor="loss", factor=None)[-1]

    explained = []
    for compiled in (True, False):
        y = Y.copy()
        model, watcher = network(optimizer=keras.optimizers.SGD(0.01)), callback()
        y[137] = np.inf
        zoo.fit(
            model,
            X,
            y,
            epochs=3,
            batch_size=8,
            seed=0,
            verbose=0,
            checks="off",
            callbacks=watcher,
            compiled=compiled,
        )
        explained.append((watcher.explanation, int(model.optimizer.iterations.numpy())))
    assert explained[0] == explained[1]
    assert "The loss is " in explained[0][0]
    assert "after a loss of" in explained[0][0]


def test_epochs_that_nobody_looks_between_are_taken_together_and_are_the_same(monkeypatch):
    monkeypatch.setattr(compiled_epoch, "_CALL", 10.0)
    calls = []
    take = compiled_epoch.CompiledEpochs._take

    def counted(self, leaves, call):
        calls.append(len(call.orders))
        return take(self, leaves, call)

    monkeypatch.setattr(compiled_epoch.CompiledEpochs, "_take", counted)
    history, _ = both(network, epochs=30, validation_data=(X[:50], Y[:50]))
    assert len(history["val_loss"]) == 30
    assert max(calls) > 10


def test_rows_beyond_the_budget_come_in_parts_and_train_the_same():
    whole, parts = network(), network()
    common = {"epochs": 3, "batch_size": 32, "seed": 1, "verbose": 0, "validation_data": (X[:90], Y[:90])}
    first = zoo.fit(whole, X, Y, **common).history
    for budget in (6000, 1500):  # the rows take 5,040 bytes, those to validate by 2,160
        parts = network()
        second = zoo.fit(parts, X, Y, **common, memory_budget=budget).history
        for name, values in first.items():
            np.testing.assert_allclose(values, second[name], rtol=1e-6)
        for mine, theirs in zip(whole.get_weights(), parts.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_a_budget_is_a_number_of_bytes():
    assert memory_budget() > 0
    assert size_of((np.ones((2, 3)), {"a": np.ones(2, "uint8")})) == 26
    with pytest.raises(zoo.InputError, match="memory_budget must be a whole number of bytes above 0; got 0"):
        zoo.fit(network(), X, Y, memory_budget=0)


def test_what_is_compiled_serves_the_next_model_of_the_architecture():
    def trained(rate, seed):
        model = zoo.create_model("mlp", input_shape=(4,), num_outputs=2, hidden=(8,), dropout=0.2, seed=seed)
        model.compile(keras.optimizers.Adam(rate), "mse")
        zoo.fit(model, X, Y, epochs=2, seed=seed, verbose=0)
        return model

    alone = trained(0.02, 3).get_weights()
    trained(0.01, 1)
    before = len(_epoch_functions._of_architectures)
    again = trained(0.02, 3)
    assert len(_epoch_functions._of_architectures) == before
    for mine, theirs in zip(alone, again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_models_that_differ_in_what_a_step_computes_share_nothing():
    def signature(layer, **options):
        return _epoch_functions.signature_of(network(lambda: layer, **options))

    adapted = L.Normalization()
    adapted.adapt(np.random.default_rng(0).random((9, 8)))
    known = [
        signature(L.Dropout(0.1)),
        signature(L.Dropout(0.2)),
        signature(L.Dropout(0.1), optimizer=keras.optimizers.Adam(weight_decay=0.1)),
        signature(L.Dropout(0.1), loss=keras.losses.Huber(0.1)),
    ]
    assert len(set(known)) == len(known)
    assert None not in known
    assert signature(adapted) is None
    assert signature(L.Activation(lambda x: x)) is None
    assert signature(L.Dropout(0.1), loss=lambda y, z: keras.ops.mean(y - z)) is None


def test_a_model_that_is_compiled_anew_is_traced_anew():
    model = network()
    zoo.fit(model, X, Y, epochs=1, seed=0, verbose=0)
    model.compile("sgd", "mae", metrics=["mse"])
    history = zoo.fit(model, X, Y, epochs=1, seed=0, verbose=0).history
    assert set(history) == {"loss", "mse"}
    assert int(model.optimizer.iterations.numpy()) == 7


def test_xla_computes_the_same():
    def make(xla):
        # No Adam: it makes whole steps of the rounding in gradients that should be 0, as of a bias before this layer.
        return network(L.BatchNormalization, optimizer="sgd", jit_compile=xla)

    models = [make(False), make(True)]
    common = {"epochs": 4, "batch_size": 32, "seed": 1, "verbose": 0, "validation_data": (X[:90], Y[:90])}
    one, other = (zoo.fit(model, X, Y, **common).history for model in models)
    for name, values in one.items():
        np.testing.assert_allclose(values, other[name], rtol=1e-5)
    for mine, theirs in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


LONG = """
import keras, numpy as np, zoo
from zoo.training import compiled_epoch
compiled_epoch._WHOLE = 0  # as for many rows: each epoch in calls of some steps
x = np.random.default_rng(0).random((4_250, 4), "float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)])
model.compile("sgd", "mse", jit_compile=True)
zoo.fit(model, x, x[:, :1], epochs=3, batch_size=20, verbose=0)
"""


@pytest.mark.slow
def test_xla_compiles_once_whatever_steps_a_call_takes_and_a_short_batch_at_the_end():
    words = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compiler=1"}
    done = subprocess.run(
        [sys.executable, "-c", LONG], env={**os.environ, **words}, capture_output=True, text=True, check=True
    )
    assert done.stderr.count("Compilation of XLA executable") == 1


def test_xla_is_chosen_by_what_was_measured_once(monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path))
    monkeypatch.setattr(_xla_choice, "_FEWEST", 1)
    monkeypatch.setattr(_xla_choice, "_WORTH", 0.0)
    monkeypatch.setattr(_xla_choice, "_SHORT_STEP", 1e9)
    measured = []
    time_of = _xla_choice._time
    monkeypatch.setattr(_xla_choice, "_time", lambda *a, **k: measured.append(1) or time_of(*a, **k))
    weights = []
    for _ in range(2):
        model = network()
        zoo.fit(model, X, Y, epochs=3, seed=0, verbose=0)
        weights.append(model.get_weights())
        _xla_choice._known.clear()  # as in a new process
    assert len(measured) == 3  # without, the first call with, and with: the second training asks the file
    for mine, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    (tmp_path / "compiled.json").write_text("{")  # broken: measured again, and mended
    zoo.fit(network(), X, Y, epochs=3, seed=0, verbose=0)
    assert len(measured) > 3


def test_xla_pays_only_for_what_it_saves():
    timing = Timing(graph=1e-3, xla=1e-4, compiling=0.9)
    assert not timing.pays(1000)
    assert timing.pays(1001)
    assert not Timing(1e-3).pays(10**9)
    assert Timing(1e-3).is_worth_trying(10**5)
    assert not Timing(1e-1).is_worth_trying(10**5)  # TensorFlow's own work is nothing beside such a step
    assert not timing.is_worth_trying(10**9)


class Batchwise(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class OwnStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        return {**super().train_step(data), "magic": 7.0}


def own_step():
    model = OwnStep()
    model.compile("sgd", "mse")
    return model


def eager():
    return network(run_eagerly=True)


@pytest.mark.parametrize(
    ("make", "arguments", "why"),
    [
        (network, {"callbacks": Batchwise()}, "Batchwise looks at every batch"),
        (
            network,
            {"callbacks": keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)},
            "LambdaCallback looks at every batch",
        ),
        (
            network,
            {"callbacks": keras.callbacks.ModelCheckpoint("a.keras", save_freq=9)},
            "ModelCheckpoint looks",
        ),
        (network, {"steps_per_epoch": 3}, "the steps of an epoch are given"),
        (eager, {}, "the model runs eagerly"),
        (own_step, {}, "its training step returns figures that are no metrics of the model"),
    ],
)
def test_what_cannot_go_by_epochs_goes_by_keras_and_says_why(
    make, arguments, why, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    history = zoo.fit(make(), X, Y, epochs=1, verbose=2, seed=0, **arguments)
    assert len(history.history["loss"]) == 1
    assert f"trained by model.fit, since {why}" in capsys.readouterr().out
    with pytest.raises(zoo.InputError, match=f"cannot be trained by compiled epochs, since {why}"):
        zoo.fit(make(), X, Y, epochs=1, verbose=0, compiled=True, **arguments)


def test_keras_own_callbacks_that_save_by_the_epoch_do_not_ask_for_batches(tmp_path):
    kept = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", "loss", save_best_only=True)
    zoo.fit(network(), X, Y, epochs=2, verbose=0, seed=0, callbacks=[kept], compiled=True)
    assert (tmp_path / "best.keras").is_file()


def test_ctrl_c_ends_a_compiled_training_between_two_calls():
    class Press(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                os.kill(os.getpid(), signal.SIGINT)

    history = zoo.fit(network(), X, Y, epochs=50, verbose=0, seed=0, callbacks=Press(), compiled=True)
    assert history.params["interrupted"]
    assert len(history.history["loss"]) in (2, 3)


def test_a_training_taken_up_again_goes_on_with_the_later_orders():
    whole, parted = network(), network()
    zoo.fit(whole, X, Y, epochs=4, seed=2, verbose=0)
    zoo.fit(parted, X, Y, epochs=2, seed=2, verbose=0)
    zoo.fit(parted, X, Y, epochs=4, initial_epoch=2, seed=2, verbose=0)
    for mine, theirs in zip(whole.get_weights(), parted.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
