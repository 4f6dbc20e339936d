"""A model that cannot learn, learns what it should not, or begins as twins; sound ones are not named."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

import zoo
from zoo.training.checks.model import (
    frozen_as_compiled,
    layers_begin_apart,
    learning_rate_is_not_zero,
    normalization_is_adapted,
    remember_step,
    something_can_learn,
    weights_are_finite,
)

L = keras.layers
X, Y = np.random.default_rng(0).random((64, 4), dtype="float32"), np.arange(64) % 3
SPARSE = "sparse_categorical_crossentropy"


def told(check, model, callbacks=(), purpose="fit"):
    return list(check(SimpleNamespace(model=model, callbacks=callbacks, purpose=purpose)))


def net(**settings):
    layers = [
        L.Dense(8, "relu", name="a"),
        L.Dense(8, "relu", name="b", **settings),
        L.Dense(3, "softmax", name="c"),
    ]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile("adam", SPARSE)
    return model


def fit(model):
    before = model.get_layer("a").get_weights()[0]
    model.fit(X, Y, verbose=0)
    remember_step(model)
    return not np.array_equal(before, model.get_layer("a").get_weights()[0])


def freeze(model, trainable=False):
    model.get_layer("a").trainable = trainable


def test_freezing_after_a_fit_is_named_and_would_have_been_ignored():
    model = net()
    fit(model)
    freeze(model)
    (found,) = told(frozen_as_compiled, model)
    assert found.level == "error"
    assert "a/bias (and 1 more) was frozen after the training step had been compiled" in str(found)
    assert fit(model)  # it moved all the same
    model.compile(keras.optimizers.Adam(), SPARSE)
    assert told(frozen_as_compiled, model) == []
    assert not fit(model)


def test_freeing_after_a_fit_is_named_and_would_have_been_ignored():
    model = net()
    freeze(model)
    model.compile("adam", SPARSE)
    fit(model)
    freeze(model, True)
    (found,) = told(frozen_as_compiled, model)
    assert "was set free" in str(found)
    assert not fit(model)  # it stayed all the same


def test_an_optimizer_used_before_is_named():
    model, optimizer = net(), keras.optimizers.Adam()
    freeze(model)
    model.compile(optimizer, SPARSE)
    fit(model)
    freeze(model, True)
    model.compile(optimizer, SPARSE)
    (found,) = told(frozen_as_compiled, model)
    assert "with a new optimizer" in str(found)
    with pytest.raises(ValueError, match="Unknown variable"):
        fit(model)


@pytest.mark.parametrize("built", [False, True], ids=["", "optimizer built"])
def test_freezing_before_the_first_fit_works_and_is_not_named(built):
    model = net()
    if built:
        model.optimizer.build(model.trainable_variables)
    freeze(model)
    for _ in range(2):  # nor in a second fit
        assert told(frozen_as_compiled, model) == []
        assert not fit(model)


def test_freeing_before_the_first_fit_works_and_is_not_named():
    model = net()
    freeze(model)
    model.compile("adam", SPARSE)
    freeze(model, True)
    for _ in range(2):
        assert told(frozen_as_compiled, model) == []
        assert fit(model)


def test_freezing_works_where_nothing_is_compiled():
    model = net()
    model.compile("adam", SPARSE, run_eagerly=True)
    fit(model)
    freeze(model)
    assert told(frozen_as_compiled, model) == []
    assert not fit(model)


def shared_object():
    start = keras.initializers.GlorotUniform()
    return [L.Dense(4, kernel_initializer=start, name=name) for name in "ab"]


def same_seed():
    return [L.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=3), name=name) for name in "ab"]


def recurrent():
    layers = [
        L.GRU(
            4, recurrent_initializer=keras.initializers.Orthogonal(seed=1), return_sequences=True, name=name
        )
        for name in "ab"
    ]
    return [L.Reshape((1, 4)), *layers, L.Flatten()]


def distinct():
    return [L.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=k)) for k in range(2)]


def by_name():
    return [L.Dense(4, kernel_initializer="he_normal") for _ in range(2)]


def other_shapes():
    start = keras.initializers.HeNormal(seed=3)
    return [L.Dense(6, kernel_initializer=start), L.Dense(4, kernel_initializer=start)]


def constants():
    return [L.Dense(4, kernel_initializer="zeros"), L.Dense(4, kernel_initializer="zeros")]


def used_twice():
    layer = L.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=3))
    return [layer, L.ReLU(), layer]


@pytest.mark.parametrize(
    ("make", "twins"),
    [(shared_object, "'a' and 'b'"), (same_seed, "'a' and 'b'"), (recurrent, "'a/gru_cell' and 'b/gru_cell'")]
    + [(make, None) for make in (distinct, by_name, other_shapes, constants, used_twice)],
)
def test_layers_that_begin_as_twins_are_named(make, twins):
    model = keras.Sequential([keras.Input((4,)), *make()])
    found = told(layers_begin_apart, model)
    assert len(found) == bool(twins)
    if twins:
        assert f"{twins} begin with the same random weights" in str(found[0])


def test_weights_that_were_copied_on_purpose_are_not_named():
    model = keras.Sequential([keras.Input((4,)), *distinct()])
    model.layers[1].set_weights(model.layers[0].get_weights())
    assert told(layers_begin_apart, model) == []


def test_a_model_that_has_learned_is_no_longer_compared():
    model = keras.Sequential([keras.Input((4,)), *same_seed()])
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    assert told(layers_begin_apart, model) == []


def test_a_wholly_frozen_model_and_one_without_weights_are_named():
    model = net()
    model.trainable = False
    assert "All 3 layers are frozen" in str(told(something_can_learn, model)[0])
    empty = keras.Sequential([keras.Input((4,)), L.Flatten()])
    assert "has no weights" in str(told(something_can_learn, empty)[0])
    assert told(something_can_learn, model, purpose="evaluate") == []
    assert told(something_can_learn, net()) == []


@pytest.mark.parametrize(
    ("rate", "callbacks", "count"),
    [
        (0.0, [], 1),
        (0.1, [], 0),
        (0.0, [keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)], 0),
        (0.0, [keras.callbacks.EarlyStopping("loss")], 1),
        (keras.optimizers.schedules.PolynomialDecay(0.0, 10, 0.1), [], 0),
    ],
)
def test_a_learning_rate_of_zero_is_named(rate, callbacks, count):
    model = net()
    model.compile(keras.optimizers.SGD(rate), SPARSE)
    found = told(learning_rate_is_not_zero, model, callbacks)
    assert [one.level for one in found] == ["warning"] * count
    assert all("keras.optimizers.SGD(1e-3)" in str(one) for one in found)


def test_a_normalization_that_has_seen_nothing_is_named():
    layer = L.Normalization(name="scale")
    model = keras.Sequential([keras.Input((4,)), layer, L.Dense(1)])
    assert "'scale' has never seen data" in str(told(normalization_is_adapted, model)[0])
    layer.adapt(X)
    assert told(normalization_is_adapted, model) == []
    given = keras.Sequential([keras.Input((4,)), L.Normalization(mean=0.0, variance=1.0), L.Dense(1)])
    assert told(normalization_is_adapted, given) == []


def test_weights_that_are_nan_before_training_are_named():
    model = net()
    assert told(weights_are_finite, model) == []
    kernel, bias = model.get_layer("b").get_weights()
    kernel[0, :3] = np.nan
    model.get_layer("b").set_weights([kernel, bias])
    assert "3 of the 64 weights in" in str(told(weights_are_finite, model)[0])


CHECKS = [
    weights_are_finite,
    something_can_learn,
    frozen_as_compiled,
    layers_begin_apart,
    learning_rate_is_not_zero,
    normalization_is_adapted,
]


@pytest.mark.parametrize("name", zoo.list_models())
def test_every_model_of_the_registry_is_sound(name):
    model = zoo.create_model(name, **zoo.model_info(name).example, seed=0)
    for check in CHECKS:
        assert told(check, model) == [], check.__name__
