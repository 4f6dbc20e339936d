"""A layer of the caller's stands where the file had one, and nothing of the file runs."""

import keras
import numpy as np
import pytest

import zoo

L = keras.layers
X = np.random.default_rng(0).random((5, 4), dtype="float32")


def twice(x):
    return 2 * x


def in_a_row():
    return keras.Sequential(
        [
            keras.Input((4,)),
            L.Rescaling(3.0),
            L.Lambda(lambda x: 2 * x, name="lambda_1"),
            L.Dense(2),
            L.Dense(2, name="out"),
        ]
    )


def in_a_graph():
    inputs = keras.Input((4,))
    a = L.Lambda(lambda x: 2 * x, name="lambda_1")(L.Dense(4)(inputs))
    return keras.Model(inputs, [L.Add()([a, inputs]), L.Dense(1)(a)])


def in_a_model():
    inner = keras.Sequential(
        [keras.Input((4,)), L.Dense(3), L.Lambda(lambda x: 2 * x, name="lambda_1")], name="inner"
    )
    inputs = keras.Input((4,))
    return keras.Model(inputs, L.Dense(2)(inner(inputs)))


def in_a_wrapper():
    inside = L.TimeDistributed(L.Lambda(lambda x: 2 * x, name="lambda_1"))
    return keras.Sequential([keras.Input((4,)), L.Reshape((2, 2)), inside, L.Dense(2)])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("build", [in_a_row, in_a_graph, in_a_model, in_a_wrapper], ids=lambda b: b.__name__)
def test_the_callers_layer_stands_in_for_a_lambda(build, suffix, tmp_path):
    model = build()
    path = zoo.save_model(model, tmp_path / f"code{suffix}", check=False)
    with pytest.raises(zoo.UnsafeModelError, match=r"'lambda_1'.*replace=\{'lambda_1': a layer of yours\}"):
        zoo.load_model(path)
    own = L.Rescaling(2.0)
    loaded = zoo.load_model(path, replace={"lambda_1": own})
    for one, other in zip(
        keras.tree.flatten(model(X, training=False)),
        keras.tree.flatten(loaded(X, training=False)),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    assert own in loaded._flatten_layers()
    assert type(own) is L.Rescaling
    assert own.name == "lambda_1"
    assert zoo.save_model(loaded, tmp_path / f"clean{suffix}").is_file()
    assert zoo.inspect_model(tmp_path / f"clean{suffix}").verdict == "safe to open"


def test_a_layer_with_weights_takes_those_of_the_file_or_keeps_its_own(tmp_path):
    class Mine(L.Dense):
        pass

    model = keras.Sequential([keras.Input((4,)), L.Dense(4), Mine(4, name="mine"), L.Dense(4)])
    path = zoo.save_model(model, tmp_path / "m.keras", check=False)
    loaded = zoo.load_model(path, replace={"mine": L.Dense(4)})
    np.testing.assert_array_equal(loaded(X), model(X))
    model = in_a_row()
    path = zoo.save_model(model, tmp_path / "code.keras", check=False)
    own = L.Dense(4, kernel_initializer="identity")
    loaded = zoo.load_model(path, replace={"lambda_1": own})
    np.testing.assert_allclose(loaded.layers[1](X), X)
    for number in (2, 3):
        np.testing.assert_array_equal(loaded.layers[number].kernel, model.layers[number].kernel)


def test_what_cannot_be_meant_is_told(tmp_path):
    path = zoo.save_model(in_a_row(), tmp_path / "code.keras", check=False)
    with pytest.raises(zoo.InputError, match=r"code.keras has no layer 'lambda'. Did you mean 'lambda_1'"):
        zoo.load_model(path, replace={"lambda": L.ReLU()})
    with pytest.raises(zoo.InputError, match="takes a layer"):
        zoo.load_model(path, replace={"lambda_1": twice})
    own = L.ReLU()
    with pytest.raises(zoo.InputError, match="one layer is given for two places"):
        zoo.load_model(path, replace={"lambda_1": own, "out": own})
