"""Files of Keras 2 open, and compute what they did: held against NumPy on the file's own arrays."""

import keras
import numpy as np
import pytest
from old_files import (
    DRAW,
    Numbers,
    answers,
    batch_norm,
    close,
    conv2d,
    conv2d_transpose,
    depthwise2d,
    functional,
    gru,
    hard_sigmoid,
    layer,
    lstm,
    rows,
    sequential,
    sigmoid,
    simple_rnn,
    softmax,
    write_h5,
)

import zoo

GATES = {"hard_sigmoid": hard_sigmoid, "sigmoid": sigmoid}


def test_convolutions_and_normalization(tmp_path):
    draw = Numbers()
    common = {"data_format": "channels_last", "padding": "valid", "groups": 1, "activation": "linear"}
    model = sequential(
        layer(
            "Conv2D",
            "c",
            filters=3,
            kernel_size=[2, 2],
            strides=[1, 1],
            batch_input_shape=[None, 7, 7, 2],
            **common,
        ),
        layer("BatchNormalization", "bn", axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=True),
        layer("LeakyReLU", "lr", alpha=0.10000000149011612),
        layer("DepthwiseConv2D", "dw", kernel_size=[3, 3], depth_multiplier=2, use_bias=False, **common),
        layer(
            "SeparableConv2D", "s", filters=2, kernel_size=[2, 2], depth_multiplier=1, use_bias=True, **common
        ),
        layer("Conv2DTranspose", "t", filters=2, kernel_size=[2, 2], output_padding=None, **common),
        layer("GlobalAveragePooling2D", "p", data_format="channels_last"),
    )
    k, b, dw, dk, pk, sb = (
        draw(2, 2, 2, 3),
        draw(3),
        draw(3, 3, 3, 2),
        draw(2, 2, 6, 1),
        draw(1, 1, 6, 2),
        draw(2),
    )
    t, tb = draw(2, 2, 2, 2), draw(2)
    statistics = [draw(3), draw(3), draw(3), np.abs(draw(3)) + 0.1]
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = {
        "c": [("c/kernel:0", k), ("c/bias:0", b)],
        "bn": [(f"bn/{name}:0", array) for name, array in zip(names, statistics, strict=True)],
        "lr": [],
        "dw": [("dw/depthwise_kernel:0", dw)],
        "s": [("s/depthwise_kernel:0", dk), ("s/pointwise_kernel:0", pk), ("s/bias:0", sb)],
        "t": [("t/kernel:0", t), ("t/bias:0", tb)],
        "p": [],
    }
    x = rows(7, 7, 2)
    y = batch_norm(conv2d(x, k, b), *statistics)
    y = depthwise2d(np.where(y > 0, y, 0.1 * y), dw)
    y = conv2d_transpose(conv2d(depthwise2d(y, dk), pk, sb), t, tb)
    for version in ("2.4.0", "2.2.4-tf", "2.11.0"):
        loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version=version))
        close(loaded, x, y.mean(axis=(1, 2)))


@pytest.mark.parametrize("gate", ["hard_sigmoid", "sigmoid"])
def test_an_lstm_has_the_gates_that_it_had(tmp_path, gate):
    arrays = Numbers().named("l/lstm_cell", kernel=(3, 16), recurrent_kernel=(4, 16), bias=(16,))
    config = {"units": 4, "activation": "tanh", "recurrent_activation": gate, "time_major": False}
    config |= {"implementation": 1, "return_sequences": False, "batch_input_shape": [None, 5, 3]}
    model = sequential(layer("LSTM", "l", **config))
    x = rows(5, 3)
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, {"l": arrays}, version="2.3.0-tf"))
    close(loaded, x, lstm(x, *(array for _, array in arrays), GATES[gate])[:, -1])
    zoo.save_model(loaded, tmp_path / "new.keras")
    np.testing.assert_array_equal(answers(zoo.load_model(tmp_path / "new.keras"), x), answers(loaded, x))


@pytest.mark.parametrize("after", [True, False, None])
def test_a_gru_resets_where_it_did(tmp_path, after):
    draw = Numbers()
    arrays = [draw(3, 12), draw(4, 12), draw(2, 12) if after else draw(12)]
    config = {"units": 4, "recurrent_activation": "hard_sigmoid", "batch_input_shape": [None, 5, 3]}
    config |= {} if after is None else {"reset_after": after}
    weights = {"g": list(zip(("g/kernel:0", "g/recurrent_kernel:0", "g/bias:0"), arrays, strict=True))}
    x = rows(5, 3)
    path = write_h5(tmp_path / "old.h5", sequential(layer("GRU", "g", **config)), weights)
    close(zoo.load_model(path), x, gru(x, *arrays, hard_sigmoid, reset_after=bool(after))[:, -1])


def test_the_layers_of_cudnn_are_those_without(tmp_path):
    draw = Numbers()
    # As CuDNN has them: each gate's kernel the other way around, and a bias for the input and one for the state.
    k, r, b = draw(3, 16), draw(4, 16), draw(32)
    gk, gr, gb = draw(4, 6), draw(2, 6), draw(12)

    def plain(kernel, recurrent, gates):
        turned = np.hstack([part.T.reshape(part.shape, order="F") for part in np.hsplit(kernel, gates)])
        return turned, np.hstack([part.T for part in np.hsplit(recurrent, gates)])

    model = sequential(
        layer("CuDNNLSTM", "l", units=4, return_sequences=True, batch_input_shape=[None, 5, 3]),
        layer("CuDNNGRU", "g", units=2, return_sequences=False),
    )
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = {
        "l": [(f"l/{name}", array) for name, array in zip(names, (k, r, b), strict=True)],
        "g": [(f"g/{name}", array) for name, array in zip(names, (gk, gr, gb), strict=True)],
    }
    x = rows(5, 3)
    y = lstm(x, *plain(k, r, 4), b.reshape(2, -1).sum(0))
    expected = gru(y, *plain(gk, gr, 3), gb.reshape(2, -1), reset_after=True)[:, -1]
    close(zoo.load_model(write_h5(tmp_path / "old.h5", model, weights)), x, expected)


def test_wrappers_and_an_embedding(tmp_path):
    draw = Numbers()
    table = draw(9, 3)
    forward, backward = ([draw(3, 4), draw(4, 4), draw(4)] for _ in range(2))
    w, b = draw(8, 2), draw(2)
    inner = layer(
        "SimpleRNN", "simple_rnn_1", units=4, activation="tanh", return_sequences=True, implementation=2
    )
    model = sequential(
        layer(
            "Embedding",
            "e",
            input_dim=9,
            output_dim=3,
            input_length=6,
            batch_input_shape=[None, 6],
            dtype="float32",
        ),
        layer("Bidirectional", "bi", layer=inner, merge_mode="concat"),
        layer("TimeDistributed", "td", layer=layer("Dense", "dense_1", units=2, activation="softmax")),
    )
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = {
        "e": [("e/embeddings:0", table)],
        "bi": [
            (f"bi/{way}_simple_rnn_1/{name}", array)
            for way, arrays in (("forward", forward), ("backward", backward))
            for name, array in zip(names, arrays, strict=True)
        ],
        "td": [("td/kernel:0", w), ("td/bias:0", b)],
    }
    words = DRAW.integers(0, 9, (3, 6))
    x = table[words]
    y = np.concatenate([simple_rnn(x, *forward), simple_rnn(x[:, ::-1], *backward)[:, ::-1]], axis=-1)
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="2.1.6"))
    np.testing.assert_allclose(answers(loaded, words), softmax(y @ w + b), rtol=1e-4, atol=1e-5)


def test_a_model_inside_a_model_half_of_it_frozen(tmp_path):
    """Its arrays: first what could be trained, layer by layer, then the rest; and its calls are counted from 1."""
    draw = Numbers()
    inner = functional(
        [
            (
                layer(
                    "InputLayer",
                    "i",
                    batch_input_shape=[None, 4],
                    dtype="float32",
                    sparse=False,
                    ragged=False,
                ),
                [],
            ),
            ({**layer("Dense", "d1", units=4)}, [[["i", 0, 0, {}]]]),
            (layer("BatchNormalization", "n", axis=[1]), [[["d1", 0, 0, {}]]]),
            (layer("Dense", "d2", units=4), [[["n", 0, 0, {}]]]),
        ],
        ["i"],
        ["d2"],
        name="inner",
        class_name="Functional",
    )
    inner["config"]["layers"][1]["config"]["trainable"] = False
    outer = functional(
        [
            (layer("InputLayer", "x", batch_input_shape=[None, 4], dtype="float32"), []),
            (inner, [[["x", 0, 0, {"training": False}]]]),
            (layer("Dense", "o", units=1), [[["inner", 1, 0, {}]]]),
        ],
        ["x"],
        ["o"],
    )
    outer["config"]["layers"][1]["config"]["name"] = "inner"
    w1, b1, w2, b2, w3, b3 = draw(4, 4), draw(4), draw(4, 4), draw(4), draw(4, 1), draw(1)
    gamma, beta, mean, variance = draw(4), draw(4), draw(4), np.abs(draw(4)) + 0.1
    frozen = [("dense/kernel:0", w1), ("dense/bias:0", b1)]  # called otherwise than the layer
    normal = [("bn/gamma:0", gamma), ("bn/beta:0", beta)]
    statistics = [("bn/moving_mean:0", mean), ("bn/moving_variance:0", variance)]
    weights = {
        "x": [],
        "inner": [*normal, ("dense_1/kernel:0", w2), ("dense_1/bias:0", b2), *frozen, *statistics],
        "o": [("o/kernel:0", w3), ("o/bias:0", b3)],
    }
    x = rows(4)
    y = batch_norm(x @ w1 + b1, gamma, beta, mean, variance) @ w2 + b2
    close(zoo.load_model(write_h5(tmp_path / "old.h5", outer, weights, version="2.4.0")), x, y @ w3 + b3)


def test_layers_stand_in_the_order_of_the_file(tmp_path):
    """Two layers of equal shape on two branches: Keras 3 may list them the other way around."""
    draw = Numbers()
    layers = [
        (layer("InputLayer", "b", batch_input_shape=[None, 3]), []),
        (layer("InputLayer", "a", batch_input_shape=[None, 3]), []),
        (layer("Dense", "of_b", units=3), [[["b", 0, 0, {}]]]),
        (layer("Dense", "of_a", units=3), [[["a", 0, 0, {}]]]),
        (layer("Subtract", "s"), [[["of_a", 0, 0, {}], ["of_b", 0, 0, {}]]]),
    ]
    model = functional(layers, ["a", "b"], ["s"])
    wa, ba, wb, bb = draw(3, 3), draw(3), draw(3, 3), draw(3)
    weights = {
        "b": [],
        "a": [],
        "of_b": [("of_b/kernel:0", wb), ("of_b/bias:0", bb)],
        "of_a": [("of_a/kernel:0", wa), ("of_a/bias:0", ba)],
        "s": [],
    }
    a, b = rows(3), rows(3)
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="2.3.1"))
    np.testing.assert_allclose(answers(loaded, a, b), (a @ wa + ba) - (b @ wb + bb), rtol=1e-4, atol=1e-5)


def test_functions_of_tensorflow_that_stood_in_a_model(tmp_path):
    def function(name, of):
        return {"class_name": "TFOpLambda", "config": {"name": name, "trainable": True, "function": of}}

    slices = [{"start": None, "stop": None, "step": None}, {"start": 1, "stop": None, "step": None}]
    slicing = {
        "class_name": "SlicingOpLambda",
        "config": {"name": "get", "function": "__operators__.getitem"},
    }
    node = {"name": "mul", "op": "Mul", "input": ["cat", "mul/y"], "attr": {"T": {"type": "DT_FLOAT"}}}
    graph = {
        "class_name": "TensorFlowOpLayer",
        "config": {"name": "mul", "node_def": node, "constants": {"1": 3.0}},
    }
    layers = [
        (layer("InputLayer", "x", batch_input_shape=[None, 4]), []),
        (function("div", "math.truediv"), [["x", 0, 0, {"y": 127.5, "name": None}]]),
        (
            function("sub", "math.subtract"),
            [["_CONSTANT_VALUE", -1, 1.0, {"y": ["div", 0, 0], "name": None}]],
        ),
        (slicing, [["sub", 0, 0, {"slice_spec": slices}]]),
        (function("mean", "math.reduce_mean"), [["get", 0, 0, {"axis": [1], "keepdims": True}]]),
        (function("cat", "concat"), [[["get", 0, 0, {"axis": -1}], ["mean", 0, 0, {"axis": -1}]]]),
        (graph, [[["cat", 0, 0, {}]]]),
        (function("add", "__operators__.add"), [["mul", 0, 0, {"y": [1.0, 2.0, 3.0, 4.0], "name": None}]]),
    ]
    model = functional(layers, ["x"], ["add"], class_name="Functional")
    x = rows(4)
    y = (1 - x / 127.5)[:, 1:]
    y = 3 * np.concatenate([y, y.mean(1, keepdims=True)], 1) + np.array([1, 2, 3, 4])
    loaded = zoo.load_model(
        write_h5(
            tmp_path / "old.h5", model, {one["config"]["name"]: [] for one, _ in layers}, version="2.6.0"
        )
    )
    close(loaded, x, y)


def test_weights_that_are_not_there_are_told(tmp_path):
    model = sequential(
        layer("Dense", "d", units=2, batch_input_shape=[None, 3]), layer("Dense", "e", units=2)
    )
    arrays = Numbers().named("d", kernel=(3, 2), bias=(2,))
    with pytest.raises(zoo.BrokenModelError, match=r"weights for 1 layers.*without: 'e'"):
        zoo.load_model(write_h5(tmp_path / "old.h5", model, {"d": arrays, "e": []}))
    wrong = Numbers().named("d", kernel=(2, 3), bias=(2,))
    path = write_h5(tmp_path / "old.h5", sequential(model["config"]["layers"][0]), {"d": wrong})
    with pytest.raises(zoo.BrokenModelError, match=r"'d' needs weights of the shapes \[\(3, 2\), \(2,\)\]"):
        zoo.load_model(path)


# -- what it was compiled with ------------------------------------------------------------------------------

DENSE = sequential(layer("Dense", "d", units=2, batch_input_shape=[None, 3]))


def training(optimizer, **settings):
    return {"optimizer_config": optimizer, "loss": "mse", "metrics": [], "loss_weights": None, **settings}


def test_an_old_optimizer_with_its_decay_and_its_memory(tmp_path):
    draw = Numbers()
    adam = {"lr": 0.25, "beta_1": 0.8, "beta_2": 0.99, "decay": 0.5, "epsilon": 1e-7, "amsgrad": False}
    memory = [draw(3, 2), draw(2), np.abs(draw(3, 2)), np.abs(draw(2))]
    names = ["Adam/iterations:0", *(f"training/Adam/Variable_{number}:0" for number in range(4))]
    path = write_h5(
        tmp_path / "old.h5",
        DENSE,
        {"d": draw.named("d", kernel=(3, 2), bias=(2,))},
        training=training({"class_name": "Adam", "config": adam}, metrics=["acc"]),
        optimizer=list(zip(names, [np.int64(7), *memory], strict=True)),
    )
    model = zoo.load_model(path)
    assert int(model.optimizer.iterations) == 7
    assert float(model.optimizer.learning_rate) == pytest.approx(0.25 / (1 + 0.5 * 7))
    found = [keras.ops.convert_to_numpy(one) for one in model.optimizer.variables[-4:]]
    for one, place in zip(found, (0, 2, 1, 3), strict=True):
        np.testing.assert_array_equal(one, memory[place])


def test_what_tensorflow_wrapped(tmp_path):
    adam = {
        "name": "Adam",
        "learning_rate": 0.01,
        "jit_compile": False,
        "is_legacy_optimizer": False,
        "clipnorm": None,
    }
    loss = {"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "mse"}}
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "mae", "fn": "mean_absolute_error"}}
    path = write_h5(
        tmp_path / "old.h5",
        DENSE,
        {"d": Numbers().named("d", kernel=(3, 2), bias=(2,))},
        version="2.12.0",
        training=training({"class_name": "Custom>Adam", "config": adam}, loss=loss, metrics=[[metric]]),
    )
    model = zoo.load_model(path)
    x, y = rows(3), rows(2)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    error = answers(model, x) - y
    assert found["loss"] == pytest.approx(np.mean(error**2), rel=1e-4)
    assert found["mae"] == pytest.approx(np.mean(np.abs(error)), rel=1e-4)


def test_without_its_optimizer_it_opens_uncompiled_and_says_so_once(tmp_path):
    path = write_h5(
        tmp_path / "old.h5",
        DENSE,
        {"d": Numbers().named("d", kernel=(3, 2), bias=(2,))},
        training=training({"class_name": "TFOptimizer", "config": {}}),
    )
    with pytest.warns(UserWarning, match=r"old.h5: the weights were read.*'TFOptimizer'") as told:
        model = zoo.load_model(path)
    assert not model.compiled
    assert [warning.category for warning in told].count(
        UserWarning
    ) == 1  # and what TensorFlow says of itself


@pytest.mark.parametrize("width", [4, 6])
def test_a_backward_layer_of_its_own(tmp_path, width):
    draw = Numbers()
    forward, backward = ([draw(3, n), draw(n, n), draw(n)] for n in (4, width))
    inner = layer("SimpleRNN", "f", units=4, activation="tanh", return_sequences=True)
    other = layer("SimpleRNN", "b", units=width, activation="tanh", return_sequences=True, go_backwards=True)
    model = sequential(
        layer("InputLayer", "i", batch_input_shape=[None, 5, 3], dtype="float32"),
        layer("Bidirectional", "bi", layer=inner, backward_layer=other, merge_mode="concat"),
    )
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    weights = {
        "bi": [
            (f"bi/{way}/{name}", array)
            for way, arrays in (("forward_f", forward), ("backward_b", backward))
            for name, array in zip(names, arrays, strict=True)
        ]
    }
    x = rows(5, 3)
    expected = np.concatenate([simple_rnn(x, *forward), simple_rnn(x[:, ::-1], *backward)[:, ::-1]], axis=-1)
    close(zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version="2.4.0")), x, expected)


@pytest.mark.parametrize(("version", "stride"), [("2.2.4", 1), ("2.4.0", 2), ("1.2.2", 2)])
def test_layers_with_filters_of_their_own_at_each_place(tmp_path, version, stride):
    draw = Numbers()
    high, wide = (6 - 3) // stride + 1, (5 - 2) // stride + 1
    kernel, bias = draw(high * wide, 3 * 2 * 2, 4), draw(high, wide, 4)
    long = (high * wide - 2) // stride + 1
    kernel_1, bias_1 = draw(long, 2 * 4, 3), draw(long, 3)
    if version.startswith("1"):
        first = {
            "nb_filter": 4,
            "nb_row": 3,
            "nb_col": 2,
            "subsample": [stride, stride],
            "dim_ordering": "tf",
        }
        second = {"nb_filter": 3, "filter_length": 2, "subsample_length": stride}
        first |= {"border_mode": "valid", "bias": True, "init": "glorot_uniform", "W_regularizer": None}
    else:
        first = {"filters": 4, "kernel_size": [3, 2], "strides": [stride, stride], "implementation": 1}
        second = {"filters": 3, "kernel_size": [2], "strides": [stride], "data_format": "channels_last"}
        first |= {
            "padding": "valid",
            "data_format": "channels_last",
            "kernel_constraint": None,
            "use_bias": True,
        }
    model = sequential(
        layer("LocallyConnected2D", "a", batch_input_shape=[None, 6, 5, 2], activation="relu", **first),
        layer("Reshape", "r", target_shape=[high * wide, 4]),
        layer("LocallyConnected1D", "b", activation="linear", **second),
    )
    weights = {
        "a": [("a/kernel:0", kernel), ("a/bias:0", bias)],
        "r": [],
        "b": [("b/kernel:0", kernel_1), ("b/bias:0", bias_1)],
    }
    x = rows(6, 5, 2)
    y = np.zeros((3, high, wide, 4))
    for i in range(high):
        for j in range(wide):
            field = x[:, i * stride : i * stride + 3, j * stride : j * stride + 2].reshape(3, -1)
            y[:, i, j] = np.maximum(field @ kernel[i * wide + j] + bias[i, j], 0)
    y = y.reshape(3, -1, 4)
    z = [y[:, i * stride : i * stride + 2].reshape(3, -1) @ kernel_1[i] + bias_1[i] for i in range(long)]
    loaded = zoo.load_model(write_h5(tmp_path / "old.h5", model, weights, version=version))
    close(loaded, x, np.stack(z, axis=1))
    for suffix in (".keras", ".h5"):
        again = zoo.load_model(zoo.save_model(loaded, tmp_path / f"new{suffix}"))
        np.testing.assert_array_equal(answers(again, x), answers(loaded, x))


def test_what_keras_dropped_is_refused_with_the_reason(tmp_path):
    model = sequential(layer("MaxoutDense", "m", output_dim=2, nb_feature=2, input_dim=3))
    path = write_h5(tmp_path / "old.h5", model, {"m": []}, version="1.2.2")
    with pytest.raises(
        zoo.UnsafeModelError, match=r"'MaxoutDense', which neither Keras nor the zoo has \(Keras 2 dropped"
    ):
        zoo.load_model(path)
