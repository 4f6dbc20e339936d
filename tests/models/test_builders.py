import keras
import numpy as np
import pytest

import zoo


@pytest.mark.parametrize(
    ("name", "arguments", "count"),
    [
        ("linear", {"input_shape": (9,)}, 10),
        ("logistic_regression", {"input_shape": (2,)}, 3),
        ("softmax_regression", {"input_shape": (28, 28, 1), "num_classes": 10}, 7850),
        # As the deck counts its network for the rings.
        ("mlp", {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25), "activation": "sigmoid"}, 751),
        ("mlp", {"input_shape": (4,), "num_outputs": 1, "hidden": (100,)}, 601),
        ("cnn", {"input_shape": (8, 8, 1), "num_classes": 10, "filters": (4,), "hidden": ()}, 690),
        # As the deck's last network: two convolutions of 128 filters, no pooling, one Dense layer.
        (
            "cnn",
            {
                "input_shape": (28, 28, 1),
                "num_classes": 10,
                "filters": (128, 128),
                "hidden": (),
                "pooling": None,
            },
            1_152_394,
        ),
        ("two_in_two_out", {}, 28_670),
    ],
)
def test_parameter_counts(name, arguments, count):
    assert zoo.create_model(name, **arguments).count_params() == count


@pytest.mark.parametrize("name", ["mlp", "cnn"])
@pytest.mark.parametrize("extra", [{}, {"dropout": 0.3, "l2": 0.01, "batch_normalization": True}])
def test_sequential_and_functional_are_the_same_network(name, extra):
    arguments = {"input_shape": (8, 8, 1), "num_classes": 10, "hidden": (16,), **extra}
    one = zoo.create_model(name, api="sequential", seed=1, **arguments)
    other = zoo.create_model(name, api="functional", seed=1, **arguments)
    assert isinstance(one, keras.Sequential)
    assert not isinstance(other, keras.Sequential)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    x = np.random.default_rng(0).random((3, 8, 8, 1), dtype="float32")
    np.testing.assert_array_equal(one.predict(x, verbose=0), other.predict(x, verbose=0))


@pytest.mark.parametrize(("classes", "activation"), [(1, "sigmoid"), (2, "softmax"), (10, "softmax")])
def test_the_head_follows_the_number_of_classes(classes, activation):
    last = zoo.create_model("mlp", input_shape=(4,), num_classes=classes).layers[-1]
    assert (last.units, last.activation.__name__) == (classes, activation)


def test_a_regression_head_is_linear():
    last = zoo.create_model("mlp", input_shape=(4,), num_outputs=3).layers[-1]
    assert (last.units, last.activation.__name__) == (3, "linear")


@pytest.mark.parametrize("name", ["mlp", "cnn"])
@pytest.mark.parametrize("heads", [{}, {"num_classes": 2, "num_outputs": 1}])
def test_one_head_must_be_chosen(name, heads):
    with pytest.raises(zoo.InputError, match="num_classes for classification or num_outputs for regression"):
        zoo.create_model(name, input_shape=(8, 8, 1), **heads)


def test_penalties_are_added_to_the_loss():
    model = zoo.create_model("mlp", input_shape=(2,), num_outputs=1, hidden=(3,), l1=0.5, l2=0.25)
    kernels = [w for w in model.get_weights() if w.ndim == 2]
    expected = sum(0.5 * np.abs(w).sum() + 0.25 * (w**2).sum() for w in kernels)
    assert sum(map(float, model.losses)) == pytest.approx(expected, rel=1e-5)


def test_dropout_is_off_at_inference():
    model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, dropout=0.9)
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(model(x, training=False), model(x, training=False))
    assert not np.array_equal(model(x, training=True), model(x, training=True))


def test_a_small_image_never_shrinks_to_nothing():
    assert zoo.create_model("cnn", input_shape=(3, 3, 1), num_classes=2, filters=(2,) * 5).output_shape == (
        None,
        2,
    )


def test_a_first_convolution_that_moves_by_two_takes_its_poolings_place():
    arguments = {"input_shape": (28, 28, 1), "num_classes": 10, "filters": (4, 8)}
    one = zoo.create_model("cnn", **arguments)
    two = zoo.create_model("cnn", **arguments, first_kernel_size=5, first_strides=2)
    assert two.get_layer("conv_1").output.shape == one.get_layer("pool_1").output.shape == (None, 14, 14, 4)
    assert "pool_1" not in {layer.name for layer in two.layers}
    assert [two.get_layer(f"conv_{n}").kernel_size for n in (1, 2)] == [(5, 5), (3, 3)]
    assert two.output_shape == one.output_shape


def test_two_in_two_out_is_the_decks_network():
    model = zoo.create_model("two_in_two_out", output_names=("price", "days"))
    units = {layer.name: layer.units for layer in model.layers if hasattr(layer, "units")}
    assert [units[f"input1_hidden_{n}"] for n in (1, 2, 3)] == [128, 128, 32]
    assert [units[f"input2_hidden_{n}"] for n in (1, 2, 3)] == [32, 32, 32]
    assert (units["joined_hidden_1"], units["price_hidden_1"], units["days_hidden_1"]) == (28, 64, 16)
    assert set(model.output_names) == {"price", "days"}
    with pytest.raises(zoo.InputError, match="output_names must be two different layer names"):
        zoo.create_model("two_in_two_out", output_names=("price", "price"))


def test_a_column_that_is_also_a_target_is_named():
    with pytest.raises(zoo.InputError, match="'rent' is named twice"):
        zoo.create_model("wide_and_deep", numeric={"rent": (1, 1)}, categorical={}, targets=("rent",))
