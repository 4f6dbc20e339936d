"""Files of Keras 1 open, and compute what they did: held against NumPy on the file's own arrays."""

import numpy as np
import pytest
from old_files import (
    DRAW,
    Numbers,
    answers,
    close,
    conv2d,
    conv2d_transpose,
    gru,
    hard_sigmoid,
    layer,
    lstm,
    rows,
    sequential,
    write_h5,
)

import zoo


def test_a_bare_list_of_keras_1(tmp_path):
    draw = Numbers()
    first = {"output_dim": 4, "input_dim": 3, "batch_input_shape": [None, 3], "input_dtype": "float32"}
    first |= {"init": "glorot_uniform", "activation": "relu", "bias": True, "b_constraint": None}
    first |= {
        "W_regularizer": {"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.01},
        "activity_regularizer": None,
    }
    model = sequential(
        layer("Dense", "dense_1", **first),
        layer("Dropout", "dropout_1", p=0.5),
        layer(
            "Dense", "dense_2", output_dim=2, init="normal", activation="linear", input_dim=None, bias=True
        ),
        bare=True,
    )
    w1, b1, w2, b2 = draw(3, 4), draw(4), draw(4, 2), draw(2)
    weights = {
        "dense_1": [("dense_1_W", w1), ("dense_1_b", b1)],
        "dropout_1": [],
        "dense_2": [("dense_2_W", w2), ("dense_2_b", b2)],
    }
    x = rows(3)
    for version in ("1.2.2", None):
        loaded = zoo.load_model(write_h5(tmp_path / f"{version}.h5", model, weights, version=version))
        close(loaded, x, np.maximum(x @ w1 + b1, 0) @ w2 + b2)
    assert loaded.layers[1].rate == 0.5
    assert loaded.layers[0].kernel_regularizer.l2 == pytest.approx(0.01)


@pytest.mark.parametrize("backend", ["theano", "tensorflow"])
@pytest.mark.parametrize("ordering", ["th", "tf"])
def test_a_convolution_of_keras_1_in_either_order_of_channels(tmp_path, backend, ordering):
    draw, kernel, bias = Numbers(), Numbers(1)(3, 2, 2, 4), Numbers(2)(4)
    shape = [2, 6, 5] if ordering == "th" else [6, 5, 2]
    conv = {"nb_filter": 4, "nb_row": 3, "nb_col": 2, "border_mode": "valid", "subsample": [1, 1]}
    conv |= {"dim_ordering": ordering, "activation": "relu", "init": "uniform", "bias": True}
    model = sequential(
        layer("Convolution2D", "c", batch_input_shape=[None, *shape], **conv),
        layer("Flatten", "flatten_1"),
        layer("Dense", "dense_1", output_dim=2, activation="linear"),
        bare=True,
    )
    stored = kernel[::-1, ::-1] if backend == "theano" else kernel  # Theano turned it around when it computed
    w, b, end = draw(64, 2), draw(2), "" if backend == "theano" else ":0"
    weights = {
        "c": [
            (f"c_W{end}", stored.transpose(3, 2, 0, 1) if ordering == "th" else stored),
            (f"c_b{end}", bias),
        ],
        "flatten_1": [],
        "dense_1": [("dense_1_W", w), ("dense_1_b", b)],
    }
    path = write_h5(tmp_path / "old.h5", model, weights, version="1.2.2")
    x = rows(*shape)
    last = x.transpose(0, 2, 3, 1) if ordering == "th" else x
    found = np.maximum(conv2d(last, kernel, bias), 0)
    flat = (found.transpose(0, 3, 1, 2) if ordering == "th" else found).reshape(3, -1)
    close(zoo.load_model(path), x, flat @ w + b)


def test_an_embedding_and_a_transposed_convolution_of_keras_1(tmp_path):
    """The words' type was written as the layer's; the kernel had its inputs before its outputs."""
    draw = Numbers()
    table, kernel, bias = draw(9, 2), draw(2, 2, 3, 2), draw(3)
    conv = {
        "nb_filter": 3,
        "nb_row": 2,
        "nb_col": 2,
        "border_mode": "valid",
        "subsample": [1, 1],
        "bias": True,
    }
    model = sequential(
        layer(
            "Embedding", "e", input_dim=9, output_dim=2, init="uniform", input_dtype="int32", input_length=4
        ),
        layer("Reshape", "r", target_shape=[2, 2, 2]),
        layer(
            "Deconvolution2D",
            "d",
            dim_ordering="tf",
            output_shape=[None, 3, 3, 3],
            activation="linear",
            **conv,
        ),
        bare=True,
    )
    weights = {
        "e": [("e_W", table)],
        "r": [],
        "d": [("d_W:0", kernel.transpose(0, 1, 3, 2)), ("d_b:0", bias)],
    }
    words = DRAW.integers(0, 9, (3, 4))
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="1.2.2"))
    expected = conv2d_transpose(table[words].reshape(3, 2, 2, 2), kernel, bias)
    np.testing.assert_allclose(answers(loaded, words), expected, rtol=1e-4, atol=1e-5)


def test_the_single_gates_of_keras_1(tmp_path):
    draw = Numbers()
    kernel, recurrent, bias = draw(3, 16), draw(4, 16), draw(16)
    gru_arrays = draw(4, 6), draw(2, 6), draw(6)
    plain = {
        "init": "glorot_uniform",
        "inner_init": "orthogonal",
        "activation": "tanh",
        "consume_less": "cpu",
    }
    plain |= {"inner_activation": "hard_sigmoid", "dropout_W": 0.1, "dropout_U": 0.0, "input_dim": 3}
    model = sequential(
        layer(
            "LSTM", "l", output_dim=4, return_sequences=True, forget_bias_init="one", input_length=5, **plain
        ),
        layer("GRU", "g", output_dim=2, **{**plain, "input_dim": 4}),
        bare=True,
    )

    def single(prefix, arrays, gates, order):
        units = arrays[1].shape[0]
        cut = {gate: slice(k * units, (k + 1) * units) for k, gate in enumerate(order)}
        return [
            (f"{prefix}_{kind}_{gate}", array[..., cut[gate]])
            for gate in gates
            for kind, array in zip("WUb", arrays, strict=True)
        ]

    weights = {
        "l": single("l", (kernel, recurrent, bias), "icfo", "ifco"),
        "g": single("g", gru_arrays, "zrh", "zrh"),
    }
    x = rows(5, 3)
    expected = gru(lstm(x, kernel, recurrent, bias, hard_sigmoid), *gru_arrays, hard_sigmoid)[:, -1]
    close(zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="1.2.0")), x, expected)


def test_a_sequential_of_keras_1_that_begins_with_a_merge(tmp_path):
    draw = Numbers()
    branches = [
        sequential(layer("Dense", "a", output_dim=2, batch_input_shape=[None, 3]), bare=True),
        sequential(layer("Dense", "b", output_dim=2, batch_input_shape=[None, 4]), bare=True),
    ]
    merge = layer("Merge", "m", mode="concat", concat_axis=-1, dot_axes=-1, layers=branches, mode_type="raw")
    model = sequential(merge, layer("Dense", "d", output_dim=1), bare=True)
    arrays = {"a": (draw(3, 2), draw(2)), "b": (draw(4, 2), draw(2)), "d": (draw(4, 1), draw(1))}
    weights = {name: [(f"{name}_W", w), (f"{name}_b", b)] for name, (w, b) in arrays.items()}
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="1.1.0"))
    one, two = rows(3), rows(4)
    inner = np.concatenate([one @ arrays["a"][0] + arrays["a"][1], two @ arrays["b"][0] + arrays["b"][1]], 1)
    np.testing.assert_allclose(answers(loaded, one, two), inner @ arrays["d"][0] + arrays["d"][1], rtol=1e-4)
