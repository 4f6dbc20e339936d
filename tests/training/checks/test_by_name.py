"""What is written for several outputs is held against their names."""

import keras
import numpy as np
import pytest

from zoo.training._task import training_task
from zoo.training.checks.by_name import (
    compiled_by_name,
    metrics_are_several,
    names_can_be_told_apart,
    targets_by_output,
)

Dense = keras.layers.Dense
X = np.random.default_rng(0).random((12, 4)).astype("float32")
Y = X[:, :1]


def heads(*names, **compiled) -> keras.Model:
    x = keras.Input((4,))
    model = keras.Model(x, [Dense(1, name=name)(x) for name in names])
    model.compile("sgd", **compiled)
    return model


def look(check, model, y):
    return list(check(training_task(model, X, y).situations()[0]))


@pytest.mark.parametrize(
    ("check", "model", "y", "level", "message"),
    [
        (
            compiled_by_name,
            lambda: heads("zeta", "alpha", loss=["mse", "mse"], loss_weights={"zetta": 100.0, "alpha": 1.0}),
            [Y, Y],
            "error",
            "loss_weights['zetta'] is no output of the model; its outputs are zeta, alpha. Did you mean 'zeta'?",
        ),
        (
            targets_by_output,
            lambda: heads("zeta", "alpha", loss={"zeta": "mse"}),
            {"zeta": Y, "alpha": Y},
            "warning",
            "loss has no 'alpha': it is not trained",
        ),
        (
            targets_by_output,
            lambda: heads("zeta", "alpha", loss="mse"),
            {"zeta": Y},
            "error",
            "The output 'alpha' has a loss and no targets: y of the training data has 'zeta'.",
        ),
        (
            targets_by_output,
            lambda: heads("zeta", "alpha", loss="mse"),
            {"zeta": Y, "alpho": Y},
            "error",
            "y['alpho'] is no output",
        ),
        (
            names_can_be_told_apart,
            lambda: heads("val", "size", loss="mse"),
            [Y, Y],
            "error",
            "An output is called 'val'",
        ),
        (
            metrics_are_several,
            lambda: heads("zeta", "alpha", loss="mse", metrics=[["mae", "mae"], []]),
            [Y, Y],
            "warning",
            "The output 'zeta' has 2 metrics called 'mae'",
        ),
    ],
)
def test_what_names_no_output_or_two_things_is_found(check, model, y, level, message):
    (found,) = look(check, model(), y)
    assert found.level == level
    assert message in str(found)


def test_one_metric_object_in_two_places_is_found():
    mae = keras.metrics.MeanAbsoluteError()
    model = heads("zeta", "alpha", loss="mse", metrics={"zeta": [mae], "alpha": [mae]})
    (found,) = look(metrics_are_several, model, [Y, Y])
    assert found.level == "error"
    assert "the same object as that of 'zeta'" in found.message


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (lambda: heads("zeta", loss="mse", metrics=["mae", "mse"]), Y),
        (lambda: heads("val", loss="mse"), Y),
        (lambda: heads("zeta", "alpha", loss=["mse", None], metrics={"zeta": "mae"}), [Y, Y]),
        (lambda: heads("zeta", "alpha", loss={"zeta": "mse", "alpha": None}), {"zeta": Y, "alpha": Y}),
        (lambda: heads("zeta", "alpha", loss={"zeta": "mse"}), {"zeta": Y}),
        (
            lambda: heads("zeta", "alpha", loss="mse", weighted_metrics=["mae"], metrics=["mae"]),
            {"alpha": Y, "zeta": Y},
        ),
    ],
)
def test_what_can_be_meant_is_left_alone(model, y):
    checks = (compiled_by_name, targets_by_output, names_can_be_told_apart, metrics_are_several)
    assert [finding for check in checks for finding in look(check, model(), y)] == []
