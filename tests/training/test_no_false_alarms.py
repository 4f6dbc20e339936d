"""What is right raises nothing and warns of nothing: real tables, every builder, and any valid combination."""

import warnings

import keras
import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo

L = keras.layers
SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
@pytest.mark.parametrize("as_frame", [True, False])
def test_sklearns_own_tables_of_classes_raise_nothing(name, as_frame):
    bunch = getattr(sklearn.datasets, f"load_{name}")(as_frame=as_frame)
    x, y = bunch.data, bunch.target
    model = zoo.create_model(
        "mlp", input_shape=x.shape[1:], num_classes=len(np.unique(y)), hidden=(8,), seed=0
    )
    model.compile("adam", SPARSE, metrics=["accuracy"])
    with warnings.catch_warnings():
        warnings.simplefilter("error", zoo.PreflightWarning)
        zoo.fit(
            model, x, y, epochs=2, validation_split=0.2, callbacks=zoo.default_callbacks(), verbose=0, seed=0
        )
        zoo.evaluate(model, x, y)
        assert zoo.predict(model, x).shape == (len(x), len(np.unique(y)))


@pytest.mark.parametrize("as_frame", [True, False])
def test_sklearns_own_tables_of_numbers_raise_nothing(as_frame):
    for bunch in (
        sklearn.datasets.load_diabetes(as_frame=as_frame, scaled=False),
        sklearn.datasets.load_linnerud(as_frame=as_frame),
    ):
        targets = bunch.target.shape[1] if bunch.target.ndim > 1 else 1
        model = keras.Sequential([keras.Input((bunch.data.shape[1],)), L.Dense(targets)])
        model.compile("adam", "mse", metrics=["mae"])
        assert zoo.preflight(model, bunch.data, bunch.target, validation_split=0.2, verbose=False) == []


TABLES = {  # a dataset of each builder's task, with what the builder needs besides its shape
    "actor_critic": None,  # learns from a game
    "application": None,  # its example is a network without weights
    "linear": "diabetes",
    "logistic_regression": "breast_cancer",
    "softmax_regression": "iris",
    "mlp": "wine",
    "spectrogram_cnn": None,
}


@pytest.mark.parametrize("name", zoo.list_models())
def test_every_builder_on_a_dataset_of_its_task_raises_nothing(name):
    info = zoo.model_info(name)
    if name in TABLES and TABLES[name] is None:
        pytest.skip(f"{name} has no small dataset built in")
    if info.task == "multi-output":
        data = zoo.load_dataset(
            {"digit_sum": "digit_sum", "wide_and_deep": "rents"}.get(name, "two_in_two_out"), n=300
        )
        model = zoo.create_model(name, **_for_several(name, data))
        losses = {
            key: SPARSE if np.asarray(y).dtype.kind in "iu" else "mse" for key, y in data.train.y.items()
        }
        model.compile("adam", losses)
        assert zoo.preflight(model, data, verbose=False) == []
        return
    data = zoo.load_dataset(TABLES.get(name, "digits"), validation_split=0.2)
    takes = {"input_shape": data.input_shape, "num_classes": data.num_classes}
    model = zoo.create_model(
        name, **{k: v for k, v in takes.items() if k in info.signature and v is not None}
    )
    if info.task == "classification":
        loss = "binary_crossentropy" if model.output_shape[-1] == 1 else SPARSE
        model.compile("adam", loss, metrics=["accuracy"])
    elif info.task == "regression":
        model.compile("adam", "mse", metrics=["mae"])
    elif getattr(model, "needs_targets", True):
        model.compile("adam", "mse")
        assert zoo.preflight(model, data.train.x, data.train.x, purpose="fit", verbose=False) == []
        return
    else:
        model.compile()
        assert zoo.preflight(model, data.train.x, purpose="fit", verbose=False) == []
        return
    assert zoo.preflight(model, data, verbose=False) == []
    assert zoo.preflight(model, data.test, purpose="evaluate", verbose=False) == []


def _for_several(name, data):
    if name == "wide_and_deep":
        numeric = {
            key: (float(x.mean()), float(x.std())) for key, x in data.train.x.items() if x.dtype.kind == "f"
        }
        words = {key: tuple(sorted(set(x.ravel()))) for key, x in data.train.x.items() if x.dtype.kind == "U"}
        return {"numeric": numeric, "categorical": words, "targets": tuple(data.train.y)}
    return {"output_names": tuple(data.train.y)} if name == "two_in_two_out" else {}


@st.composite
def combinations(draw):
    """Draw a model, its loss and metrics, and rows that fit them."""
    rows, features = draw(st.integers(24, 80)), draw(st.integers(1, 6))
    drawn = np.random.default_rng(draw(st.integers(0, 10**6)))
    x = drawn.normal(draw(st.sampled_from([0, 5, -100])), 10.0 ** draw(st.integers(-2, 3)), (rows, features))
    kind = draw(
        st.sampled_from(["sparse", "one-hot", "binary", "labels", "numbers", "several numbers", "logits"])
    )
    units = {"binary": 1, "numbers": 1}.get(kind, draw(st.integers(2, 6)))
    classes = drawn.permutation(np.arange(rows) % units)
    wholes = draw(st.sampled_from(["int64", "int32", "uint8", "float32"]))
    y, activation, loss, metrics = {
        "sparse": (classes.astype(wholes), "softmax", SPARSE, ["accuracy"]),
        "logits": (classes, None, "logits", ["accuracy"]),
        "one-hot": (np.eye(units)[classes], "softmax", "categorical_crossentropy", ["accuracy", "auc"]),
        "binary": ((np.arange(rows) % 2).astype(wholes), "sigmoid", "binary_crossentropy", ["accuracy"]),
        "labels": (drawn.random((rows, units)) > 0.6, "sigmoid", "binary_crossentropy", ["accuracy"]),
        "numbers": (
            drawn.normal(3, 40, rows),
            None,
            draw(st.sampled_from(["mse", "mae", "huber"])),
            ["mae"],
        ),
        "several numbers": (drawn.normal(0, 2, (rows, units)), None, "mse", ["mae", "mse"]),
    }[kind]
    if y.ndim == 1 and draw(st.booleans()):
        y = y[:, None]
    if y.dtype == bool and draw(st.booleans()):
        y = y.astype(wholes)
    optimizer = draw(st.sampled_from(["adam", "sgd", "rmsprop"]))
    arguments = {}
    if draw(st.booleans()):
        arguments["validation_split"] = draw(st.sampled_from([0.2, 0.4]))
    if draw(st.booleans()):
        arguments["sample_weight"] = drawn.random(rows) + 0.1
    compiled = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
    return (
        (units, activation),
        compiled,
        x.astype(draw(st.sampled_from(["float32", "float64"]))),
        y,
        arguments,
    )


@settings(max_examples=100)
@given(combinations())
def test_a_hundred_valid_combinations_raise_nothing(combination):
    last, compiled, x, y, arguments = combination
    if compiled["loss"] == "logits":
        compiled["loss"] = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = keras.Sequential([keras.Input(x.shape[1:]), L.Dense(4, "relu"), L.Dense(*last)])
    model.compile(**compiled)
    assert zoo.preflight(model, x, y, verbose=False, **arguments) == []
    assert zoo.preflight(model, x, y, purpose="evaluate", verbose=False) == []
    assert zoo.preflight(model, x, verbose=False) == []
