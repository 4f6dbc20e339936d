"""Weights of classes are weights of rows, in whatever form the targets come."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.training._batch_weights import row_weights, weights_of
from zoo.training._outputs import output_names
from zoo.training._streams import Supply

KIND = {0: 1.0, 1: 2.0, 2: 30.0}
X = np.random.default_rng(0).random((64, 4), dtype="float32")
Y = np.arange(64) % 3
SIZE = X[:, :1]


@pytest.mark.parametrize(
    "form", [lambda y: y, lambda y: y[:, None], lambda y: np.eye(3)[y], lambda y: y * 1.0]
)
def test_labels_of_every_form_have_their_weight(form):
    assert row_weights(form(np.array([0, 1, 2])), KIND).tolist() == [1, 2, 30]


def test_weights_that_are_there_are_multiplied():
    assert weights_of(np.array([1, 2]), KIND, given=np.array([0.5, 2])).tolist() == [1, 60]


def test_a_list_of_targets_goes_by_the_names_of_the_outputs():
    kind, size = weights_of([np.array([1, 2]), np.ones(2)], {"kind": KIND}, ["kind", "size"])
    assert (kind.tolist(), size.tolist()) == ([2, 30], [1, 1])


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=40),
    st.dictionaries(st.integers(0, 9), st.floats(0, 100)),
)
def test_each_row_weighs_what_its_class_does(labels, weights):
    expected = np.float32([weights.get(label, 1.0) for label in labels])
    np.testing.assert_array_equal(row_weights(np.array(labels), weights), expected)


class Rows(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 8

    def __getitem__(self, k):
        rows = slice(8 * k, 8 * k + 8)
        return self.x[rows], keras.tree.map_structure(lambda y: y[rows], self.y)


STREAMS = {
    "generator": lambda x, y: (Rows(x, y)[k] for k in range(8)),
    "PyDataset": Rows,
    "pipeline": lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).batch(8),
}


def loss(model, x, y, weights=None):
    """Return what an epoch reports at a learning rate of 0."""
    model.optimizer.learning_rate = 0.0
    return model.fit(x, y, sample_weight=weights, batch_size=8, shuffle=False, verbose=0).history


def streamed(model, make, x, y, class_weight):
    model.optimizer.learning_rate = 0.0
    supply = Supply(make(x, y), class_weight=class_weight, names=output_names(model))
    return model.fit(supply.feed, steps_per_epoch=supply.steps, shuffle=False, verbose=0).history


@pytest.mark.parametrize("make", STREAMS.values(), ids=STREAMS)
def test_a_stream_with_class_weights_has_the_loss_of_the_sample_weights(make):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    expected = loss(model, X, Y, row_weights(Y, KIND))["loss"]
    assert streamed(model, make, X, Y, KIND)["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("named", [True, False], ids=["dictionary", "tuple"])
def test_one_output_of_several_is_weighted_and_the_other_is_not(make, named):
    inputs = keras.Input((4,))
    kind = keras.layers.Dense(3, "softmax", name="kind")(inputs)
    size = keras.layers.Dense(1, name="size")(inputs)
    model = keras.Model(inputs, {"kind": kind, "size": size} if named else [kind, size])
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("sgd", losses if named else list(losses.values()), run_eagerly=True)
    y = {"kind": Y, "size": SIZE} if named else (Y, SIZE)
    weights = {"kind": row_weights(Y, KIND), "size": np.ones(64)}
    expected = loss(model, X, y if named else list(y), weights if named else list(weights.values()))
    plain = loss(model, X, y if named else list(y))
    found = streamed(model, make, X, y, {"kind": KIND})
    for name in ("loss", "kind_loss", "size_loss"):
        assert found[name] == pytest.approx(expected[name], rel=1e-5)
    assert found["size_loss"] == pytest.approx(plain["size_loss"], rel=1e-5)
    assert found["kind_loss"] != pytest.approx(plain["kind_loss"], rel=1e-2)
