import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo._multiply_adds import multiply_adds

L = keras.layers


def counted(shape, *layers):
    return multiply_adds(keras.Sequential([keras.Input(shape), *layers]))


@pytest.mark.parametrize(
    ("shape", "layers", "expected"),
    [
        ((4,), [L.Dense(3)], 12),
        ((5, 4), [L.Dense(3)], 5 * 12),  # a Dense layer on a sequence works at every place
        ((8, 8, 2), [L.Conv2D(3, 3)], 6 * 6 * 9 * 2 * 3),
        ((8, 8, 4), [L.Conv2D(6, 3, strides=2, padding="same", groups=2)], 4 * 4 * 9 * 2 * 6),
        ((8, 8, 2), [L.DepthwiseConv2D(3, depth_multiplier=2)], 6 * 6 * 9 * 2 * 2),
        ((8, 8, 2), [L.SeparableConv2D(5, 3)], 6 * 6 * (9 * 2 + 2 * 5)),
        ((4, 4, 2), [L.Conv2DTranspose(3, 2, strides=2)], 4 * 4 * 4 * 2 * 3),
        ((7, 3), [L.LSTM(5)], 7 * 4 * (3 * 5 + 5 * 5)),
        ((7, 3), [L.Bidirectional(L.SimpleRNN(5))], 7 * 2 * (3 * 5 + 5 * 5)),
        ((6,), [L.Embedding(10, 4), L.Flatten(), L.Dense(2)], 24 * 2),  # it looks up
        ((8, 8, 1), [L.BatchNormalization(), L.MaxPooling2D(), L.Flatten(), L.Dropout(0.5)], 0),
    ],
)
def test_each_kind_of_layer_is_counted(shape, layers, expected):
    assert counted(shape, *layers) == expected


@given(widths=st.lists(st.integers(1, 9), min_size=2, max_size=5))
@settings(max_examples=10, deadline=None)
def test_a_row_of_dense_layers_multiplies_each_weight_once(widths):
    model = keras.Sequential(
        [keras.Input(widths[:1]), *(L.Dense(width, use_bias=False) for width in widths[1:])]
    )
    assert multiply_adds(model) == model.count_params()


def test_a_shared_model_counts_as_often_as_it_is_called():
    model = zoo.create_model("digit_sum")
    tower = multiply_adds(model.get_layer("tower"))
    rest = 2 * 64 * 10 + 128 * 256 + 256 * 19
    assert multiply_adds(model) == 2 * tower + rest


def test_what_cannot_be_counted_is_said_and_not_guessed():
    query = keras.Input((4, 8))
    attention = keras.Model(query, L.MultiHeadAttention(2, 4, name="looks")(query, query))
    with pytest.raises(zoo.InputError, match="looks, a MultiHeadAttention, is not among"):
        multiply_adds(attention)
    with pytest.raises(zoo.InputError, match="has no fixed size"):
        counted((None, None, 1), L.Conv2D(2, 3))

    class Own(keras.Model):
        def call(self, x):
            return x

    model = Own(name="own")
    model(np.ones((1, 2)))
    with pytest.raises(zoo.InputError, match="own is no model whose layers Keras has linked"):
        multiply_adds(model)
