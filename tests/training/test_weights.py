"""Weights of classes and of rows count where they are meant to."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_sample_weight

import zoo
from zoo.training._compiled import settle
from zoo.training._data import Rows
from zoo.training._stream_weights import batch_weigher
from zoo.training._weights import weigh

Dense = keras.layers.Dense
SPARSE, BINARY = "sparse_categorical_crossentropy", "binary_crossentropy"
X = np.random.default_rng(0).random((64, 4)).astype("float32")
Y = np.arange(64) % 3
ONE_HOT = np.eye(3, dtype="float32")[Y]


def net(units=3, activation="softmax", loss=SPARSE, **compiled) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(units, activation, name="out")])
    model.compile(keras.optimizers.SGD(0.0), loss, **compiled)
    return model


def two_heads(outputs=list) -> keras.Model:
    keras.utils.set_random_seed(0)
    x = keras.Input((4,))
    found = {"kind": Dense(3, "softmax", name="kind")(x), "size": Dense(1, name="size")(x)}
    model = keras.Model(x, found if outputs is dict else list(found.values()))
    losses = {"kind": SPARSE, "size": "mse"}
    model.compile(keras.optimizers.SGD(0.0), losses if outputs is dict else list(losses.values()))
    return model


def figures(model, y, class_weight=None, sample_weight=None) -> dict[str, float]:
    settle(model, Rows(X, y))
    rows = weigh(model, Rows(X, y, sample_weight), class_weight)
    return model.evaluate(rows.x, rows.y, sample_weight=rows.sample_weight, verbose=0, return_dict=True)


def loss(class_weight=None, y=Y, model=None, **more) -> float:
    return figures(model or net(), y, class_weight, **more)["loss"]


def test_the_case_of_keys_read_from_json():
    keras.utils.set_random_seed(0)
    x = np.random.rand(64, 4).astype("float32")  # noqa: NPY002 - the seed of the cases
    for weights in ({"0": 1.0, "1": 50.0, "2": 1.0}, {0: 1.0, 1: 50.0, 2: 1.0}, [1.0, 50.0, 1.0]):
        rows = weigh(net(), Rows(x, Y), weights)
        history = net().fit(rows.x, rows.y, sample_weight=rows.sample_weight, verbose=0).history
        assert history["loss"] == pytest.approx([20.8587], abs=1e-4)


@given(
    st.lists(st.floats(0, 50, width=32), min_size=3, max_size=3).filter(any),
    st.sampled_from([int, str, float, np.int64, np.str_, lambda k: f" {k}.0"]),
)
@settings(max_examples=15)
def test_one_output_is_weighed_as_keras_weighs_it(weights, key):
    mine = weigh(net(), Rows(X, Y), {key(k): w for k, w in enumerate(weights)})
    ours = net().fit(mine.x, mine.y, sample_weight=mine.sample_weight, verbose=0, shuffle=False).history
    theirs = net().fit(X, Y, class_weight=dict(enumerate(weights)), verbose=0, shuffle=False).history
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("y", "units", "activation", "kind"),
    [
        (Y, 3, "softmax", SPARSE),
        (Y[:, None], 3, "softmax", SPARSE),
        (ONE_HOT, 3, "softmax", "categorical_crossentropy"),
        (ONE_HOT, 3, "softmax", "mse"),
        (ONE_HOT, 3, "sigmoid", BINARY),
        (0.8 * ONE_HOT + 0.2 / 3, 3, "softmax", "categorical_crossentropy"),
        (Y.astype("float32"), 3, "softmax", SPARSE),
    ],
)
def test_labels_come_in_every_encoding(y, units, activation, kind):
    weights = {0: 1.0, 1: 2.0, 2: 5.0}
    expected = np.array([1.0, 2.0, 5.0])[Y]
    model = net(units, activation, kind)
    assert weigh(model, Rows(X, y), weights).sample_weight.tolist() == expected.tolist()
    assert loss(weights, y, net(units, activation, kind)) == pytest.approx(
        loss(None, y, net(units, activation, kind), sample_weight=expected), rel=1e-6
    )


@pytest.mark.parametrize(
    ("y", "kind", "activation", "weights"),
    [
        (Y % 2, BINARY, "sigmoid", {0: 1.0, 1: 9.0}),
        ((Y % 2).astype("float32")[:, None], BINARY, "sigmoid", {"0": 1.0, "1": 9.0}),
        ((Y % 2).astype(bool), BINARY, "sigmoid", {False: 1.0, True: 9.0}),
        (Y % 2 * 2 - 1, "hinge", "tanh", {-1: 1.0, 1: 9.0}),
        (Y % 2, "mse", "sigmoid", {0: 1.0, 1: 9.0}),
    ],
)
def test_one_unit_has_two_classes(y, kind, activation, weights):
    rows = weigh(net(1, activation, kind), Rows(X, y), weights)
    assert rows.sample_weight.tolist() == np.where(Y % 2, 9.0, 1.0).tolist()


def test_balanced_is_that_of_scikit_learn():
    y = np.repeat([0, 1, 2], [40, 20, 4])
    weights = weigh(net(), Rows(X, y), "balanced").sample_weight
    np.testing.assert_allclose(weights, compute_sample_weight("balanced", y), rtol=1e-6)


def test_class_and_row_weights_multiply():
    rows = np.linspace(0, 2, 64)
    both = weigh(net(), Rows(X, Y, rows), {1: 3.0}).sample_weight
    np.testing.assert_allclose(both, rows * np.where(Y == 1, 3.0, 1.0), rtol=1e-6)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ({1: 1.0, 2: 50.0, 3: 1.0}, "the key 3, which is no class of y; the classes are 0, 1, 2.*start at 1"),
        ({0: 1.0, -1: 2.0}, "the key -1, which is no class"),
        ({"cat": 1.0}, "the key 'cat', which is no class"),
        ({1.5: 1.0}, "the key 1.5, which is no class"),
        ({0: 1.0, "0": 2.0}, "two weights for the class 0"),
        ({0: -1.0}, r"class_weight\[0\] must be a number of 0 or more; got -1.0"),
        ({0: float("nan")}, "got nan"),
        ({0: "2"}, "got '2'"),
        ({0: True}, "got True"),
        ({0: None}, "got None"),
        ({0: 0, 1: 0, 2: 0}, "is 0 for every class"),
        ([1.0, 2.0], "each of the 3 classes 0, 1, 2"),
        ("balance", "\"balanced\"; got 'balance'"),
    ],
)
def test_what_is_no_weight_of_a_class_is_said(weights, told):
    with pytest.raises(zoo.InputError, match=told):
        weigh(net(), Rows(X, Y), weights)


@pytest.mark.parametrize(
    ("model", "y", "told"),
    [
        (net(1, None, "mse"), X[:, :1], r"needs classes; y holds 0\.\d+, a number"),
        (net(3, "sigmoid", BINARY), (X[:, :3] > 0.5).astype("float32"), "one class a row; row 1 of y is"),
    ],
)
def test_numbers_and_several_labels_a_row_have_no_classes(model, y, told):
    with pytest.raises(zoo.InputError, match=told):
        weigh(model, Rows(X, y), {0: 1.0, 1: 2.0})


@pytest.mark.parametrize("outputs", [list, dict])
@pytest.mark.parametrize("y", [[Y, X[:, :1]], {"size": X[:, :1], "kind": Y}])
def test_one_of_several_outputs_is_weighed_alone(outputs, y):
    plain = figures(two_heads(outputs), y)
    weighed = figures(two_heads(outputs), y, {"kind": {0: 1.0, 1: 2.0, 2: 3.0}})
    by_row = figures(two_heads(outputs), y, None, {"kind": np.array([1.0, 2.0, 3.0])[Y]})
    assert weighed == pytest.approx(by_row, rel=1e-6)
    assert weighed["size_loss"] == pytest.approx(plain["size_loss"], rel=1e-6)
    assert weighed["kind_loss"] > 1.5 * plain["kind_loss"]
    balanced = figures(two_heads(outputs), y, {"kind": "balanced"})
    assert balanced["kind_loss"] == pytest.approx(plain["kind_loss"], rel=0.05)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ({0: 1.0, 1: 50.0}, r"2 outputs, kind, size.*class_weight={'kind': {0: 1.0, 1: 50.0}}"),
        ("balanced", "class_weight={'kind': 'balanced'}"),
        ({"kin": {0: 1.0}}, r"class_weight\['kin'\] is no output.*Did you mean 'kind'"),
        ({"size": {0: 1.0}}, r"needs classes; y\['size'\] holds 0\.\d+"),
        ({"kind": {7: 1.0}}, r"class_weight\['kind'\] has the key 7"),
    ],
)
def test_class_weights_of_several_outputs_say_whose_they_are(weights, told):
    with pytest.raises(zoo.InputError, match=told):
        weigh(two_heads(), Rows(X, [Y, X[:, :1]]), weights)


FIRST = np.linspace(1, 2, 64).astype("float32")
SECOND = np.linspace(3, 0, 64).astype("float32")


@pytest.mark.parametrize("outputs", [list, dict])
@pytest.mark.parametrize(
    ("weights", "kind", "size"),
    [
        (FIRST, FIRST, FIRST),
        (FIRST[:, None], FIRST, FIRST),
        ([FIRST, SECOND], FIRST, SECOND),
        ({"size": SECOND, "kind": FIRST}, FIRST, SECOND),
        ({"size": SECOND}, None, SECOND),
        ({"kind": FIRST[:, None]}, FIRST, None),
        ({"kind": FIRST, "size": np.zeros(64)}, FIRST, np.zeros(64)),
    ],
)
def test_row_weights_of_several_outputs_go_by_name(outputs, weights, kind, size):
    found = figures(two_heads(outputs), [Y, X[:, :1]], None, weights)
    model = two_heads(outputs)
    said = model.predict(X, verbose=0)
    kinds, sizes = (said["kind"], said["size"]) if outputs is dict else said
    expected = -np.log(kinds[np.arange(64), Y]) * (1 if kind is None else kind)
    assert found["kind_loss"] == pytest.approx(expected.mean(), rel=1e-4)
    squares = (sizes[:, 0] - X[:, 0]) ** 2 * (1 if size is None else size)
    assert found["size_loss"] == pytest.approx(squares.mean(), rel=1e-4, abs=1e-6)
    assert found["loss"] == pytest.approx(found["kind_loss"] + found["size_loss"], rel=1e-5)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (np.zeros(64), "0 in every row"),
        (np.full(64, np.nan), "row 0 has nan"),
        (np.where(np.arange(64) == 5, -1.0, 1.0), "row 5 has -1.0"),
        (np.array(["a"] * 64), "must hold numbers"),
        (np.ones(63), r"64 of them; its shape is \(63,\)"),
        (np.ones((64, 3)), r"has the shape \(64, 3\); the output 'kind' takes a weight a row"),
        ({"kin": FIRST}, r"sample_weight\['kin'\] is no output.*Did you mean 'kind'"),
        ([FIRST], "sample_weight has 1 item"),
        ({}, "holds no weights"),
    ],
)
def test_what_is_no_weight_of_a_row_is_said(weights, told):
    with pytest.raises(zoo.InputError, match=told):
        weigh(two_heads(), Rows(X, [Y, X[:, :1]], weights))


def test_weights_of_rows_and_of_classes_reach_the_places_of_a_picture():
    """Keras lines weights of rows up with the last axis of the loss: an error, or a wrong sum."""
    rng = np.random.default_rng(0)
    x, y = rng.random((6, 6, 6, 1)).astype("float32"), rng.integers(0, 3, (6, 6, 6))
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(3, 1, activation="softmax")])
    model.compile("sgd", SPARSE)
    rows = np.arange(6, dtype="float32")
    p = model.predict(x, verbose=0)
    pixel = -np.log(np.take_along_axis(p, y[..., None], -1)[..., 0])

    weighed = weigh(model, Rows(x, y, rows))
    found = model.evaluate(weighed.x, weighed.y, sample_weight=weighed.sample_weight, verbose=0)
    assert found == pytest.approx((pixel * rows[:, None, None]).mean(), rel=1e-4)

    weighed = weigh(model, Rows(x, y, rows), {0: 1.0, 1: 2.0, 2: 4.0})
    found = model.evaluate(weighed.x, weighed.y, sample_weight=weighed.sample_weight, verbose=0)
    by_class = np.array([1.0, 2.0, 4.0])[y]
    assert found == pytest.approx((pixel * rows[:, None, None] * by_class).mean(), rel=1e-4)


def test_labels_of_a_hinge_count_as_no_and_the_loss_stays():
    y = (Y % 2 * 2 - 1).astype("float32")
    model = net(1, "tanh", "hinge", metrics=["accuracy"])
    found = figures(model, y)
    said = model.predict(X, verbose=0)[:, 0]
    assert found["accuracy"] == pytest.approx((np.sign(said) == y).mean())
    assert found["loss"] == pytest.approx(np.maximum(1 - y * said, 0).mean(), rel=1e-5)
    stream = tf.data.Dataset.from_tensor_slices((X, y)).batch(16).map(batch_weigher(model, None, Rows(X, y)))
    assert model.evaluate(stream, verbose=0, return_dict=True) == pytest.approx(found, rel=1e-5)


def test_a_cross_entropy_as_a_metric_takes_labels_without_an_axis():
    found = figures(net(1, "sigmoid", BINARY, metrics=["binary_crossentropy"]), Y % 2)
    assert found["binary_crossentropy"] == pytest.approx(found["loss"], rel=1e-5)


def test_nothing_is_weighed_where_no_weights_came():
    rows = weigh(net(), Rows(X, Y))
    assert rows.y is Y
    assert rows.sample_weight is None


def test_a_class_of_ones_own_takes_class_weights():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = Dense(3, "softmax")

        def call(self, x):
            return self.head(x)

    model = Own()
    model.compile("sgd", SPARSE)
    assert weigh(model, Rows(X, Y), {"1": 4.0}).sample_weight.tolist() == np.where(Y == 1, 4.0, 1.0).tolist()
    with pytest.raises(zoo.InputError, match="the key 3, which is no class of y; the classes are 0, 1, 2"):
        weigh(model, Rows(X, Y), {3: 4.0})


@pytest.mark.parametrize("outputs", [list, dict])
@pytest.mark.parametrize("given", [None, {"size": SECOND}])
def test_a_stream_is_weighed_as_arrays_are(outputs, given):
    y, weights = {"size": X[:, :1], "kind": Y}, {"kind": {"0": 1.0, "1": 2.0, "2": 3.0}}
    expected = figures(two_heads(outputs), y, weights, given)
    model = two_heads(outputs)
    batch = (X, y) if given is None else (X, y, given)
    stream = tf.data.Dataset.from_tensor_slices(batch).batch(16).map(batch_weigher(model, weights))
    assert model.evaluate(stream, verbose=0, return_dict=True) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("y", "kind"), [(Y, SPARSE), (Y[:, None], SPARSE), (ONE_HOT, "categorical_crossentropy")]
)
def test_a_stream_with_one_output_is_weighed_in_every_encoding(y, kind):
    model = net(3, "softmax", kind)
    weigher = batch_weigher(model, {2: 7.0})
    *_, weights = weigher(X, y)
    assert np.asarray(weights).tolist() == np.where(Y == 2, 7.0, 1.0).tolist()
    *_, weights = weigher(X, y, FIRST)
    np.testing.assert_allclose(np.asarray(weights), FIRST * np.where(Y == 2, 7.0, 1.0))


def test_a_stream_that_keras_takes_rightly_is_left_alone():
    assert batch_weigher(net()) is None
    with pytest.raises(zoo.InputError, match='"balanced" needs all rows'):
        batch_weigher(net(), "balanced")
