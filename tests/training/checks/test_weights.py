"""Weights that cannot be meant are found before anything is converted."""

import keras
import numpy as np
import pytest

from zoo.training._task import training_task
from zoo.training.checks.weights import class_weights_are_of_classes, sample_weights_are_weights

Dense = keras.layers.Dense
SPARSE = "sparse_categorical_crossentropy"
X = np.random.default_rng(0).random((60, 4)).astype("float32")
Y = np.arange(60) % 3


def net(loss=SPARSE, units=3, activation="softmax") -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), Dense(units, activation, name="out")])
    model.compile("sgd", loss)
    return model


def two_heads() -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(x, [Dense(3, "softmax", name="kind")(x), Dense(1, name="size")(x)])
    model.compile("sgd", [SPARSE, "mse"])
    return model


def look(model, y, **weights):
    situation = training_task(model, X, y, **weights).situations()[0]
    checks = (class_weights_are_of_classes, sample_weights_are_weights)
    return [finding for check in checks for finding in check(situation)]


@pytest.mark.parametrize(
    ("model", "y", "weights", "level", "message"),
    [
        (net(), Y, {"class_weight": {1: 1.0, 2: 50.0, 3: 1.0}}, "error", "the key 3, which is no class of y"),
        (
            net(),
            Y,
            {"class_weight": {1: 50.0}},
            "warning",
            "no weight for the class 0, 2 of y, which counts 1",
        ),
        (net(), Y, {"class_weight": {0: -1.0}}, "error", "a number of 0 or more; got -1.0"),
        (net("mse", 1, None), X[:, 0], {"class_weight": {0: 1.0}}, "error", "needs classes; y holds 0."),
        (
            net("binary_crossentropy", 3, "sigmoid"),
            np.ones((60, 3)),
            {"class_weight": {0: 1.0}},
            "error",
            "one class a row",
        ),
        (
            two_heads(),
            [Y, X[:, :1]],
            {"class_weight": {0: 1.0, 1: 2.0}},
            "error",
            "class_weight={'kind': {0: 1.0, 1: 2.0}}",
        ),
        (
            two_heads(),
            [Y, X[:, :1]],
            {"class_weight": {"kind": {0: 2.0}}},
            "warning",
            "class 1, 2 of y['kind']",
        ),
        (net(), Y, {"sample_weight": np.zeros(60)}, "error", "0 in every row"),
        (net(), Y, {"sample_weight": np.full(60, np.nan)}, "error", "row 0 has nan"),
        (net(), Y, {"sample_weight": np.ones((60, 2))}, "error", "has the shape (60, 2)"),
        (
            two_heads(),
            [Y, X[:, :1]],
            {"sample_weight": {"sise": np.ones(60)}},
            "error",
            "Did you mean 'size'",
        ),
        (
            two_heads(),
            [Y, X[:, :1]],
            {"sample_weight": [np.ones(60), np.zeros(60)]},
            "warning",
            "'size' is not trained",
        ),
    ],
)
def test_weights_that_cannot_be_meant_are_found(model, y, weights, level, message):
    (found,) = look(model, y, **weights)
    assert found.level == level
    assert message in str(found)


@pytest.mark.parametrize(
    ("model", "y", "weights"),
    [
        (net(), Y, {}),
        (net(), Y, {"class_weight": {"0": 1.0, "1": 2.0, "2": 3.0}, "sample_weight": np.ones(60)}),
        (net(), Y, {"class_weight": "balanced"}),
        (net(), np.minimum(Y, 1), {"class_weight": {0: 1.0, 1: 2.0, 2: 3.0}}),
        (net("mse", 1, None), X[:, 0], {"sample_weight": np.ones((60, 1))}),
        (
            two_heads(),
            [Y, X[:, :1]],
            {"class_weight": {"kind": "balanced"}, "sample_weight": {"size": np.ones(60)}},
        ),
    ],
)
def test_weights_that_can_be_meant_are_left_alone(model, y, weights):
    assert look(model, y, **weights) == []
