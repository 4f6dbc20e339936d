"""The networks with a name: LeNet-5, the deck's CNN, residual, shared, wide and deep."""

import keras
import numpy as np
import pytest

import zoo


@pytest.mark.parametrize(
    ("name", "arguments", "count"),
    [
        # As the deck's summary counts it.
        ("cnn_deck", {}, 1_152_394),
        # 6 (25 + 1) + 16 (150 + 1) + 120 (400 + 1) + 84 (120 + 1) + 10 (84 + 1)
        ("lenet5", {"input_shape": (28, 28, 1)}, 61_706),
        ("lenet5", {"input_shape": (32, 32, 1)}, 61_706),
        # tower: 36 + 16 + 288 + 32 + 32 x 8 + 32; heads: 2 x 90; sum: 16 x 16 + 64 + 19 (16 + 1)
        ("digit_sum", {"filters": (4, 8), "features": 8, "hidden": (16,)}, 660 + 180 + 320 + 323),
    ],
)
def test_parameter_counts(name, arguments, count):
    assert zoo.create_model(name, **arguments).count_params() == count


def test_cnn_deck_is_cnn_without_pooling():
    deck = zoo.create_model("cnn_deck", input_shape=(8, 8, 1), seed=0)
    shape = {
        "input_shape": (8, 8, 1),
        "num_classes": 10,
        "filters": (128, 128),
        "hidden": (),
        "pooling": None,
    }
    cnn = zoo.create_model("cnn", **shape)
    cnn.set_weights(deck.get_weights())
    x = np.random.default_rng(0).random((3, 8, 8, 1), dtype="float32")
    np.testing.assert_allclose(cnn.predict(x, verbose=0), deck.predict(x, verbose=0), atol=1e-6)


@pytest.mark.parametrize("side", [1, 8, 11, 12, 28, 32, 40])
def test_lenet5_takes_images_of_any_size(side):
    model = zoo.create_model("lenet5", input_shape=(side, side, 1))
    assert model.output_shape == (None, 10)


@pytest.mark.parametrize("side", [28, 32])
def test_lenet5_sees_what_the_paper_sees(side):
    model = zoo.create_model("lenet5", input_shape=(side, side, 1))
    sizes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert [sizes[name] for name in ("conv_1", "pool_1", "conv_2", "pool_2")] == [
        (28, 28, 6),
        (14, 14, 6),
        (10, 10, 16),
        (5, 5, 16),
    ]


def test_the_residual_network_of_depth_3_has_the_20_layers_of_the_paper():
    model = zoo.create_model("resnet_small", input_shape=(32, 32, 3), depth=3)
    weighted = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense) and "shortcut" not in layer.name
    ]
    assert len(weighted) == 20
    assert [layer.name for layer in model.layers if layer.name.endswith("_shortcut")] == [
        "block_2_1_shortcut",
        "block_3_1_shortcut",
    ]


def test_without_shortcuts_the_same_convolutions_stand_in_a_plain_row():
    arguments = {"input_shape": (8, 8, 1), "filters": (4, 8), "depth": 2}
    residual, plain = (
        zoo.create_model("resnet_small", **arguments, shortcuts=shortcuts) for shortcuts in (True, False)
    )
    names = [layer.name for layer in plain.layers]
    assert not [name for name in names if "add" in name or "shortcut" in name]
    assert set(names) < {layer.name for layer in residual.layers}
    for layer in plain.layers:
        assert [w.shape for w in layer.weights] == [w.shape for w in residual.get_layer(layer.name).weights]


def test_a_residual_block_whose_last_norm_is_zero_passes_its_input_on():
    model = zoo.create_model("resnet_small", input_shape=(8, 8, 1), filters=(4,), depth=1)
    model.get_layer("block_1_1_conv_2_norm").gamma.assign(np.zeros(4))
    before, after = model.get_layer("stem_activation").output, model.get_layer("block_1_1_activation").output
    x = np.random.default_rng(0).random((2, 8, 8, 1), dtype="float32")
    came, went = keras.Model(model.input, [before, after]).predict(x, verbose=0)
    np.testing.assert_array_equal(came, went)


def test_both_pictures_of_digit_sum_go_through_one_tower():
    model = zoo.create_model("digit_sum", filters=(4, 8), hidden=(16,))
    assert [layer.name for layer in model.layers].count("tower") == 1
    x = np.random.default_rng(0).random((3, 8, 8, 1), dtype="float32")
    y = np.random.default_rng(1).random((3, 8, 8, 1), dtype="float32")
    model.get_layer("right_digit").set_weights(model.get_layer("left_digit").get_weights())
    there, back = (model.predict({"left": a, "right": b}, verbose=0) for a, b in ((x, y), (y, x)))
    np.testing.assert_allclose(there["left_digit"], back["right_digit"], atol=1e-6)
    assert {name: array.shape[1] for name, array in there.items()} == {
        "left_digit": 10,
        "right_digit": 10,
        "sum": 19,
    }


COLUMNS = {
    "numeric": {"area": (70.0, 20.0)},
    "categorical": {"kind": ("flat", "loft"), "town": ("A", "B", "C")},
    "targets": ("rent", "weeks"),
}


def rows(**columns):
    return {name: keras.ops.convert_to_tensor(np.array(values)[:, None]) for name, values in columns.items()}


def test_wide_and_deep_scales_its_numbers():
    model = zoo.create_model("wide_and_deep", **COLUMNS)
    scaled = keras.Model(model.input, model.get_layer("numbers_scaled").output)
    x = rows(area=np.float32([70, 90]), kind=["flat", "loft"], town=["A", "A"])
    np.testing.assert_allclose(scaled.predict(x, verbose=0), [[0], [1]], atol=1e-6)


def test_the_wide_path_has_a_column_for_each_pair_of_words():
    model = zoo.create_model("wide_and_deep", **COLUMNS, cross=("kind", "town"), paths="wide")
    pairs = keras.Model(model.input, model.get_layer("pairs").output)
    x = rows(area=np.float32([70, 70, 70]), kind=["flat", "flat", "loft"], town=["A", "C", "C"])
    found = pairs.predict(x, verbose=0)
    assert found.shape == (3, 3 * 4)  # each vocabulary and "unknown"
    assert found.sum(axis=1).tolist() == [1, 1, 1]
    assert found.argmax(axis=1).tolist() == [1 * 4 + 1, 1 * 4 + 3, 2 * 4 + 3]


def test_a_word_that_training_never_saw_is_unknown_and_no_error():
    model = zoo.create_model("wide_and_deep", **COLUMNS)
    one, other = (
        model.predict(rows(area=np.float32([70]), kind=[word], town=["A"]), verbose=0)["rent"]
        for word in ("igloo", "tent")
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("paths", "absent"), [("wide", "hidden_1"), ("deep", "kind_one_hot")])
def test_each_path_can_stand_alone(paths, absent):
    names = [layer.name for layer in zoo.create_model("wide_and_deep", **COLUMNS, paths=paths).layers]
    assert absent not in names


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cross": ("kind", "twon")}, "'twon' is no categorical column.*Did you mean 'town'"),
        ({"numeric": {}, "categorical": {}}, "at least one column"),
        ({"numeric": {"area": (70.0, 0.0)}}, "a standard deviation above 0"),
        ({"categorical": {"kind": ("flat", "flat")}}, "different words by column name"),
        ({"targets": "rent"}, "different layer names"),
        ({"targets": ()}, "different layer names"),
    ],
)
def test_columns_that_cannot_be_meant_are_refused(change, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.create_model("wide_and_deep", **{**COLUMNS, **change})


@pytest.mark.parametrize("columns", [{"numeric": {}}, {"categorical": {}}])
def test_a_table_may_have_numbers_or_words_alone(columns):
    model = zoo.create_model("wide_and_deep", **{**COLUMNS, **columns})
    assert len(model.input) == (2 if "numeric" in columns else 1)
