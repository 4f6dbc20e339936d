"""What a fit that has ended shows, and that a sound one shows nothing."""

import keras
import numpy as np
import pytest

import zoo
from zoo.training._whole_epochs import WholeEpochs
from zoo.training.checks.afterwards import afterwards, note

L = keras.layers
SPARSE = "sparse_categorical_crossentropy"
X = np.random.default_rng(0).random((64, 4), dtype="float32")


def fit(model, x, y, epochs=1, callbacks=(), **arguments):
    before = note(model)
    told = WholeEpochs(list(callbacks), model=model, epochs=epochs, add_history=True)
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=told, **arguments)
    found = list(afterwards(model, before, model.history.history, told.steps))
    assert all(one.level == "warning" and one.mend for one in found)
    return [str(one) for one in found]


@pytest.fixture
def far():
    """Rows far from 0, of which a line can be learned."""
    x = np.random.default_rng(0).normal(100, 20, (64, 4)).astype("float32")
    return x, (x[:, 0] > 100).astype(int)


def normalized(momentum=0.99, inside=False):
    layer = L.BatchNormalization(momentum=momentum, name="norm")
    first = keras.Sequential([keras.Input((4,)), layer]) if inside else layer
    model = keras.Sequential([keras.Input((4,)), first, L.Dense(16, "relu"), L.Dense(2, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("inside", [False, True], ids=["flat", "nested"])
def test_statistics_that_have_not_settled_are_named(far, inside):
    x, y = far
    model = normalized(inside=inside)
    (told,) = fit(model, x, y, epochs=10, batch_size=64)
    for part in ("'norm' has had 10 update(s) at momentum 0.99: 90%", "momentum=0.7", "at least 299 steps"):
        assert part in told
    trained = model.history.history["accuracy"][-1]
    assert model.evaluate(x, y, verbose=0)[1] < trained - 0.2


def test_the_mend_settles_them(far):
    x, y = far
    model = normalized(momentum=0.7)
    assert fit(model, x, y, epochs=10, batch_size=64) == []
    assert model.evaluate(x, y, verbose=0)[1] == pytest.approx(model.history.history["accuracy"][-1], abs=0.1)


def test_updates_are_counted_over_several_fits(far):
    x, y = far
    model = normalized(momentum=0.95)
    assert "has had 4 update(s)" in fit(model, x, y, epochs=4, batch_size=64)[0]
    assert "has had 14 update(s)" in fit(model, x, y, epochs=10, batch_size=64)[0]
    assert fit(model, x, y, epochs=80, batch_size=64) == []


def test_rows_near_the_beginning_need_no_settling(far):
    x, y = far
    assert fit(normalized(), (x - 100) / 20, y, epochs=3) == []


def test_frozen_and_loaded_statistics_are_left_alone(far):
    x, y = far
    frozen = normalized()
    frozen.layers[0].trainable = False
    frozen.compile("adam", SPARSE)
    assert fit(frozen, x, y, epochs=3) == []
    loaded = normalized()
    loaded.layers[0].set_weights([np.ones(4), np.zeros(4), np.full(4, 50.0), np.full(4, 9.0)])
    assert fit(loaded, x, y, epochs=3) == []


def test_dead_channels_do_not_count():
    x = np.hstack([X[:, :2] - X[:, :2].mean(0), np.zeros((64, 2), "float32")]) * 3
    assert fit(normalized(), x, (X[:, 0] > 0.5).astype(int), epochs=2) == []


@pytest.fixture
def half_precision():
    keras.mixed_precision.set_global_policy("mixed_float16")
    yield
    keras.mixed_precision.set_global_policy("float32")


@pytest.mark.parametrize(("scale", "skipped"), [(100, True), (1, False)])
def test_steps_that_mixed_precision_skips_are_counted(half_precision, scale, skipped):
    model = keras.Sequential([keras.Input((4,)), L.Dense(16, "relu"), L.Dense(1, dtype="float32")])
    model.compile(keras.optimizers.SGD(1e-5), "mse")
    told = fit(model, X, X.sum(1) * scale, epochs=4 if not skipped else 2)
    if skipped:
        assert "skipped 4 of 4 steps" in told[0]
        assert "32768 to 2048" in told[0]
    else:
        assert told == []


def dead():
    always_off = L.Dense(8, "relu", bias_initializer=keras.initializers.Constant(-1e6))
    return keras.Sequential([keras.Input((4,)), always_off, L.Dense(1, use_bias=False)])


def alive(**settings):
    return keras.Sequential([keras.Input((4,)), L.Dense(1, **settings)])


def without_bias():
    return alive(use_bias=False)


class Rate(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.model.optimizer.learning_rate = 0.0


@pytest.mark.parametrize(
    ("make", "rate", "weights", "callbacks", "parts"),
    [
        (dead, 0.01, None, (), ["No weight has moved", "ReLU units dead"]),
        (alive, 0.01, np.zeros(64), (), ["No weight has moved", "sample weight 0"]),
        (without_bias, 1e-30, None, (), ["No weight has moved", "learning rate is 1e-30"]),
        (alive, 0.01, None, (Rate(),), ["the learning rate has become 0"]),
        (alive, 0.01, None, (), []),
    ],
    ids=["dead", "no weight", "tiny rate", "rate set to 0", "sound"],
)
def test_a_fit_in_which_no_weight_moved_says_so(make, rate, weights, callbacks, parts):
    model = make()
    model.compile(keras.optimizers.SGD(rate), "mse")
    told = fit(model, X, X[:, 0] + 1, sample_weight=weights, callbacks=callbacks)
    assert len(told) == bool(parts)
    for part in parts:
        assert part in told[0]


def test_weights_that_became_nan_are_named_once():
    model = alive()
    model.compile(keras.optimizers.SGD(1e30), "mse")
    (told,) = fit(model, X, X[:, 0], epochs=3)
    assert "NaN or infinity in the weights" in told
    assert "kernel" in told
    assert "from epoch" in told


def test_nan_that_the_rows_brought_is_seen_though_relu_may_hide_it():
    model = keras.Sequential([keras.Input((4,)), L.Dense(8, "relu"), L.Dense(3, "softmax")])
    model.compile("adam", SPARSE)
    x = X.copy()
    x[3, 1] = np.nan
    (told,) = fit(model, x, np.arange(64) % 3, epochs=2)
    assert "NaN or infinity in the weights" in told
    assert "of 32 in" in told


@pytest.mark.parametrize("name", ["mlp", "cnn", "softmax_regression"])
def test_a_model_of_the_registry_on_the_digits_shows_nothing(name, digits):
    shape = (64,) if name in ("mlp", "softmax_regression") else digits.input_shape
    x = digits.train.x.reshape(-1, *shape)[:256]
    model = zoo.create_model(name, input_shape=shape, num_classes=10)
    model.compile("adam", SPARSE)
    told = fit(model, x, digits.train.y[:256], epochs=1)
    assert told == []
