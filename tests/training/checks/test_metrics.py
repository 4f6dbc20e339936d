"""Metrics that do not fit are found, and those that do are not."""

import keras
import numpy as np
import pytest

from zoo.training._compiled import settle
from zoo.training._task import training_task
from zoo.training.checks.metrics import metrics_are_telling, metrics_fit_targets, metrics_know_logits

CHECKS = (metrics_know_logits, metrics_fit_targets, metrics_are_telling)
M = keras.metrics
SPARSE, CATEGORICAL, BINARY = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
)
LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)
X = np.random.default_rng(0).random((60, 4)).astype("float32")
YES = np.arange(60) % 2
Y3 = np.arange(60) % 3
ONE_HOT = np.eye(3, dtype="float32")[Y3]
TAGS = (X[:, :3] > 0.5).astype("float32")


def net(units, activation, loss, metrics) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation, name="out")])
    model.compile("sgd", loss, metrics=metrics)
    return model


def look(model, y, checks=CHECKS):
    situation = training_task(model, X, y).situations()[0]
    return [finding for check in checks for finding in check(situation)]


@pytest.mark.parametrize(
    ("head", "metric", "y", "level", "message", "mend"),
    [
        (
            (1, None, LOGITS),
            M.BinaryAccuracy(),
            YES,
            "error",
            "a half is at 0.*cuts at 0.5",
            "BinaryAccuracy(threshold=0)",
        ),
        ((1, None, LOGITS), M.Precision(), YES, "error", "precision cuts at 0.5", "Precision(thresholds=0)"),
        (
            (1, None, LOGITS),
            M.Recall(thresholds=0.5),
            YES,
            "error",
            "recall cuts at 0.5",
            "Recall(thresholds=0)",
        ),
        ((1, None, LOGITS), M.TruePositives(), YES, "error", "cuts at 0.5", "TruePositives(thresholds=0)"),
        ((1, None, LOGITS), M.BinaryIoU(), YES, "error", "cuts at 0.5", "BinaryIoU(threshold=0)"),
        (
            (1, None, LOGITS),
            M.AUC(),
            YES,
            "error",
            "auc takes them for probabilities",
            "AUC(from_logits=True)",
        ),
        (
            (1, None, LOGITS),
            M.F1Score(threshold=0.5),
            YES[:, None],
            "error",
            "takes probabilities",
            "sigmoid",
        ),
        ((1, None, LOGITS), M.PrecisionAtRecall(0.5), YES, "error", "takes probabilities", "sigmoid"),
        (
            (1, None, LOGITS),
            M.BinaryCrossentropy(),
            YES,
            "error",
            "from_logits=True, and its metric",
            "from_logits=True",
        ),
        ((1, "tanh", "hinge"), M.BinaryAccuracy(), YES, "error", "cuts at 0.5", "threshold=0"),
        (
            (3, "softmax", CATEGORICAL),
            SPARSE[:-12] + "accuracy",
            ONE_HOT,
            "error",
            "takes integer labels",
            '"categorical_accuracy"',
        ),
        (
            (3, "softmax", CATEGORICAL),
            M.SparseCategoricalAccuracy(),
            ONE_HOT,
            "error",
            "one column a class",
            '"accuracy"',
        ),
        (
            (3, "softmax", SPARSE),
            "categorical_accuracy",
            Y3,
            "error",
            "unit by unit.*integer labels",
            '"sparse_categorical_accuracy"',
        ),
        (
            (3, "softmax", SPARSE),
            M.CategoricalAccuracy(),
            Y3[:, None],
            "error",
            "unit by unit",
            "sparse_categorical_accuracy",
        ),
        ((3, "softmax", SPARSE), "binary_accuracy", Y3, "error", "unit by unit", "to_categorical(y, 3)"),
        ((3, "softmax", SPARSE), M.Recall(class_id=1), Y3, "error", "unit by unit", "to_categorical"),
        (
            (3, "softmax", SPARSE),
            "mae",
            Y3[:, None],
            "error",
            "subtract each label of y from all 3",
            "accuracy",
        ),
        ((3, "softmax", SPARSE), M.MeanIoU(3), Y3, "error", "MeanIoU takes classes", "sparse_y_pred=False"),
        ((1, "sigmoid", BINARY), M.Accuracy(), YES, "error", "to the last digit", '"accuracy"'),
        (
            (1, "sigmoid", BINARY),
            M.F1Score(),
            YES[:, None],
            "error",
            "always a yes",
            "F1Score(threshold=0.5)",
        ),
        (
            (3, "sigmoid", BINARY),
            M.F1Score(),
            TAGS,
            "warning",
            "largest unit alone",
            "F1Score(threshold=0.5)",
        ),
        (
            (3, "sigmoid", BINARY),
            "categorical_accuracy",
            TAGS,
            "warning",
            "several 1, or none",
            '"binary_accuracy"',
        ),
        (
            (3, "softmax", CATEGORICAL),
            "binary_accuracy",
            ONE_HOT,
            "warning",
            "no always is right in 67%",
            '"accuracy"',
        ),
        (
            (3, "softmax", CATEGORICAL),
            "top_k_categorical_accuracy",
            ONE_HOT,
            "warning",
            "5 largest of the 3.*always 1",
            "k=1",
        ),
        (
            (1, None, "mse"),
            "accuracy",
            X[:, 0],
            "warning",
            "share of right classes, and y holds numbers",
            '"mae"',
        ),
        ((1, "tanh", "mse"), "accuracy", YES * 2 - 1, "warning", "y has -1, which is never right", "(y > 0)"),
        (
            (3, "softmax", keras.losses.SparseCategoricalCrossentropy(ignore_class=2)),
            "accuracy",
            Y3,
            "warning",
            "leaves the label 2 out",
            "weighted_metrics=['accuracy']",
        ),
    ],
)
def test_a_metric_that_does_not_fit_is_found(head, metric, y, level, message, mend):
    (found,) = look(net(*head, [metric]), y)
    assert found.level == level
    assert mend in found.mend
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(found.message)


@pytest.mark.parametrize(
    ("head", "metrics", "y"),
    [
        ((1, None, LOGITS), ["accuracy", "binary_accuracy", "auc", "AUC", "precision", "Recall"], YES),
        (
            (1, None, LOGITS),
            [M.BinaryAccuracy(threshold=0), M.AUC(from_logits=True), M.Precision(thresholds=0)],
            YES,
        ),
        ((1, None, LOGITS), [M.BinaryAccuracy(threshold=1.2), M.Recall(thresholds=[0.0, 0.5])], YES),
        (
            (1, "sigmoid", BINARY),
            ["accuracy", M.BinaryAccuracy(), M.AUC(), M.Precision(), M.F1Score(threshold=0.5)],
            YES[:, None],
        ),
        ((1, "tanh", "hinge"), ["accuracy"], YES * 2 - 1),
        (
            (3, "softmax", SPARSE),
            ["accuracy", "sparse_categorical_accuracy", M.SparseTopKCategoricalAccuracy(k=2)],
            Y3,
        ),
        ((3, "softmax", SPARSE), [M.MeanIoU(3, sparse_y_pred=False), "sparse_categorical_crossentropy"], Y3),
        (
            (3, "softmax", CATEGORICAL),
            ["accuracy", M.CategoricalAccuracy(), M.F1Score(), M.AUC(), M.Recall()],
            ONE_HOT,
        ),
        ((3, "softmax", CATEGORICAL), ["mse", "mae"], ONE_HOT),
        ((3, None, keras.losses.CategoricalCrossentropy(from_logits=True)), ["accuracy"], ONE_HOT),
        (
            (3, None, keras.losses.CategoricalCrossentropy(from_logits=True)),
            [M.CategoricalCrossentropy(from_logits=True)],
            ONE_HOT,
        ),
        (
            (3, "sigmoid", BINARY),
            ["accuracy", M.BinaryAccuracy(), M.AUC(multi_label=True), M.F1Score(threshold=0.5)],
            TAGS,
        ),
        ((3, "sigmoid", BINARY), ["accuracy"], ONE_HOT),
        ((3, "softmax", "mse"), ["accuracy"], ONE_HOT),
        ((1, None, "mse"), ["mae", "mse", M.R2Score(), M.RootMeanSquaredError()], X[:, :1]),
        ((1, "sigmoid", "mse"), ["accuracy"], YES),
        ((1, None, "mse"), [lambda y, p: keras.ops.mean(p)], X[:, :1]),
    ],
)
def test_metrics_that_fit_are_left_alone_before_and_after_they_are_settled(head, metrics, y):
    model = net(*head, metrics)
    assert look(model, y) == []
    settle(model, training_task(model, X, y).situations()[0].rows)
    assert look(model, y) == []


@pytest.mark.parametrize("metric", [M.Precision, M.Recall, M.TruePositives, M.BinaryIoU, M.AUC])
def test_the_mend_for_logits_gives_the_figure_of_the_probabilities(metric):
    z = np.random.default_rng(1).normal(0, 2, (60, 1)).astype("float32")
    plain, mended = (
        metric(),
        metric(
            **(
                {"from_logits": True}
                if metric is M.AUC
                else {"threshold" if metric is M.BinaryIoU else "thresholds": 0}
            )
        ),
    )
    plain.update_state(YES[:, None], 1 / (1 + np.exp(-z)))
    mended.update_state(YES[:, None], z)
    assert float(mended.result()) == pytest.approx(float(plain.result()), abs=1e-5)


def test_the_output_of_several_is_named():
    x = keras.Input((4,))
    model = keras.Model(x, [keras.layers.Dense(1, name="far")(x), keras.layers.Dense(1, name="near")(x)])
    model.compile("sgd", {"far": "mse", "near": LOGITS}, metrics={"near": [M.AUC()], "far": ["mae"]})
    (found,) = look(model, [X[:, :1], YES])
    assert "'near'" in found.message
