import keras
import numpy as np
import pytest

import zoo
from zoo.training import _last_good

ROWS = np.random.default_rng(0).normal(size=(100, 4)).astype("float32")
TARGETS = ROWS.sum(axis=1)


def mlp(optimizer="sgd", loss="mse", jit_compile="auto"):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(8, "relu", name="first"), keras.layers.Dense(1, name="last")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(optimizer, loss, jit_compile=jit_compile)
    return model


def fit(model, x=ROWS, y=TARGETS, **arguments):
    given = {"epochs": 6, "verbose": 0, "seed": 0, "batch_size": 20, **arguments}
    with pytest.warns(zoo.PreflightWarning, match="and training has stopped") as told:
        history = zoo.fit(model, x, y, **given)
    said = [str(one.message) for one in told if "and training has stopped" in str(one.message)]
    assert len(said) == 1
    assert history.params["stopped_by"] == "nan"
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
    return history, said[0]


class Weights(keras.callbacks.Callback):
    """Keeps the weights after each batch, which makes `model.fit` of it."""

    def __init__(self):
        super().__init__()
        self.after = []

    def on_train_batch_end(self, batch, logs=None):
        self.after.append(self.model.get_weights())


def explode(epoch, rate):
    return 0.01 if epoch < 3 else 1e6


@pytest.mark.parametrize(("compiled", "xla"), [(True, False), (True, True), (False, False)])
def test_training_stops_at_the_step_and_keeps_the_weights_from_before(compiled, xla):
    seen = Weights()
    rate = keras.callbacks.LearningRateScheduler(explode)
    fit(mlp(), callbacks=[rate, seen])
    model = mlp(jit_compile=xla)
    history, said = fit(model, compiled=compiled, callbacks=keras.callbacks.LearningRateScheduler(explode))
    assert len(history.epoch) == 4
    assert np.isfinite(history.history["loss"][:3]).all()
    assert not np.isfinite(history.history["loss"][3])
    step = int(said.partition("in epoch 4, step ")[2].split()[0])
    assert f"epoch 4, step {step} of 5" in said
    before = seen.after[3 * 5 + step - 2]
    for mine, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4)


@pytest.mark.parametrize("compiled", [True, False])
def test_the_layer_is_named_whose_output_is_not_finite(compiled):
    logs = keras.layers.Lambda(keras.ops.log, name="logs")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), logs, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    _, said = fit(model, compiled=compiled)
    assert "in epoch 1, step 1 of 5" in said
    assert "The first that was not finite is the output of the layer 'logs'." in said


@pytest.mark.parametrize("compiled", [True, False])
def test_a_gradient_is_named_though_the_loss_shows_it_a_step_later(compiled):
    def root(truth, guess):
        return keras.ops.sqrt(keras.ops.mean(keras.ops.square(keras.ops.relu(guess - 100))))

    model = mlp(loss=root)
    begun = model.get_weights()
    _, said = fit(model, compiled=compiled)
    assert "the gradient at " in said
    assert "last/bias" in said
    assert "epoch 1, step 1 of 5" in said
    assert all(map(np.array_equal, model.get_weights(), begun))


def test_a_loss_of_its_own_is_named():
    def logarithm(truth, guess):
        return -keras.ops.log(keras.ops.relu(guess) - keras.ops.relu(guess))

    _, said = fit(mlp(loss=logarithm))
    assert "The first that was not finite is the loss itself" in said


def test_rows_that_hold_nan_are_named():
    x = ROWS.copy()
    x[77, 2] = np.nan
    _, said = fit(mlp(), x, checks="warn")
    assert "The first that was not finite is x, which holds NaN or infinity" in said


def test_an_optimizers_step_is_named():
    class Overflowing(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate)
            variable.assign(variable * 3e38 * 10)

    _, said = fit(mlp(Overflowing()))
    assert "by the step that the optimizer took" in said


def test_best_weights_that_a_callback_kept_have_the_last_word():
    stopping = zoo.early_stopping(20, monitor="loss")
    rate = keras.callbacks.LearningRateScheduler(explode)
    model = mlp()
    _, said = fit(model, callbacks=[rate, stopping])
    assert "The model has the weights that EarlyStopping kept as the best." in said
    assert all(map(np.array_equal, model.get_weights(), stopping.best_weights))


def test_of_a_stream_the_step_is_named():
    def batches():
        while True:
            yield ROWS[:20], TARGETS[:20]

    _, said = fit(mlp(keras.optimizers.SGD(100.0)), batches(), None, steps_per_epoch=5, batch_size=None)
    assert "in epoch 1, step" in said
    assert "The model has the weights from a moment before." in said


def test_rows_in_parts_are_taken_again():
    model = mlp(keras.optimizers.SGD(100.0))
    _, whole = fit(mlp(keras.optimizers.SGD(100.0)))
    _, parts = fit(model, memory_budget=1500)
    assert parts == whole


def test_it_is_an_error_where_warnings_are():
    with pytest.raises(zoo.InputError, match="and training has stopped"):
        zoo.fit(mlp(keras.optimizers.SGD(1e20)), ROWS, TARGETS, epochs=3, verbose=0, checks="error")


def test_without_checks_nothing_stops(recwarn):
    history = zoo.fit(mlp(keras.optimizers.SGD(1e20)), ROWS, TARGETS, epochs=3, verbose=0, checks="off")
    assert len(history.epoch) == 3
    assert "stopped_by" not in history.params


def test_a_checkpoint_is_not_replaced_by_spoiled_numbers(tmp_path):
    def train():
        rate = keras.callbacks.LearningRateScheduler(explode)
        model = mlp()
        history, said = fit(model, callbacks=rate, checkpoint=tmp_path)
        return said, model.get_weights(), history.epoch

    first, again = train(), train()
    assert first[0] == again[0]
    assert all(map(np.array_equal, first[1], again[1]))
    assert first[2] == again[2]


@pytest.mark.parametrize("compiled", [True, False])
def test_spoiled_weights_are_found_though_the_loss_is_finite(compiled, monkeypatch):
    class Spoiling(keras.optimizers.SGD):
        """Spoils what a loss of its own does not look at."""

        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient, variable, learning_rate)
            spoiled = keras.ops.where(self.iterations < 7, 1.0, np.nan)
            variable.assign(variable * spoiled)

    def blind(truth, guess):
        return keras.ops.mean(keras.ops.square(keras.ops.where(keras.ops.isfinite(guess), guess, 0.0)))

    monkeypatch.setattr(_last_good, "_LEAST", 0.0)
    monkeypatch.setattr(_last_good, "_SHARE", 0)
    model = mlp(Spoiling(), blind)
    _, said = fit(model, compiled=compiled)
    # Found once the steps of a call are done; the step that did it is told all the same.
    assert said.startswith("The weights are not finite any more after epoch ")
    assert "by the step that the optimizer took" in said
    assert "epoch 2, step 3 of 5" in said
    assert int(model.optimizer.iterations) == 7
