"""Cases that people met in Keras: a wrong figure and no word. Each with the right figure, or the word."""

import warnings

import keras
import numpy as np
import pytest

import zoo

L = keras.layers
SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture
def x():
    """The rows of the cases: 64 of 4 numbers, drawn from the seed that the suite sets."""
    keras.utils.set_random_seed(0)
    return np.random.rand(64, 4).astype("float32")  # noqa: NPY002 - the cases' own figures come from it


def net(units, activation=None):
    return keras.Sequential([keras.Input((4,)), L.Dense(8, "relu"), L.Dense(units, activation)])


def two_heads(order=("zeta", "alpha")):
    """Two outputs that begin at 0."""
    inputs = keras.Input((4,))
    heads = [L.Dense(1, name=name, kernel_initializer="zeros")(inputs) for name in order]
    return keras.Model(inputs, heads)


def refused(*words):
    """Expect an InputError, which is a ValueError, with all of these words."""
    pattern = "".join(rf"(?=.*{word})" for word in words)
    return pytest.raises(ValueError, match=f"(?s){pattern}")


# A1: labels 1..3 for a 3-way softmax
def test_labels_that_begin_at_one_are_refused_before_the_first_step(x):
    model = net(3, "softmax")
    model.compile("adam", SPARSE, metrics=["accuracy"])
    y = np.arange(64) % 3
    with refused("y of the training data goes from 1 to 3", "from 0 to 2", "3 units", "use y - 1"):
        zoo.fit(model, x, y + 1, verbose=0)
    with refused("validation data", "goes from -1 to 1"):
        zoo.fit(model, x, y, validation_data=(x, y - 1), verbose=0)
    with refused("goes from 1 to 3"):
        zoo.evaluate(model, x, y + 1)
    assert model.optimizer.iterations.numpy() == 0


# A2: "accuracy" on a multi-label sigmoid model
def test_accuracy_of_several_labels_is_counted_label_by_label(x):
    y = (np.random.rand(64, 5) > 0.8).astype("float32")  # noqa: NPY002
    model = net(5, "sigmoid")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    assert zoo.evaluate(model, x, y)["accuracy"] == pytest.approx(0.634375)
    right = ((model.predict(x, verbose=0) > 0.5) == y).mean()
    assert right == pytest.approx(0.634375)
    model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy", metrics=["accuracy"])
    with pytest.warns(zoo.PreflightWarning):  # a rate of 0 moves nothing
        assert zoo.fit(model, x, y, verbose=0).history["accuracy"] == [pytest.approx(0.634375)]


# A3: three outputs, one column of targets
def test_one_column_of_targets_does_not_fit_three_outputs(x):
    model = net(3)
    model.compile("adam", "mse", metrics=["mae"])
    with refused(r"\(64, 1\)", r"\(rows, 3\)"):
        zoo.fit(model, x, x.sum(1, keepdims=True), verbose=0)
    model = net(1)
    model.compile("adam", "mse")
    with refused(r"\(64, 3\)", r"\(rows, 1\)"):
        zoo.fit(model, x, x[:, :3], verbose=0)


# A4: one NaN cell
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_empty_cell_is_named_before_it_ruins_a_weight(x, value):
    model = net(3, "softmax")
    model.compile("adam", SPARSE, metrics=["accuracy"])
    x[3, 1] = value
    with refused("x of the training data holds 1 value", "row 3, column 1"):
        zoo.fit(model, x, np.arange(64) % 3, callbacks=[keras.callbacks.TerminateOnNaN()], verbose=0)
    assert np.isfinite(model.get_weights()[0]).all()


# A5: class_weight with keys that match no class
@pytest.mark.parametrize(
    ("class_weight", "loss"),
    [
        (None, 1.1703271865844727),
        ({0: 1.0, 1: 50.0, 2: 1.0}, 20.85869789123535),
        ({"0": 1.0, "1": 50.0, "2": 1.0}, 20.85869789123535),
        ({np.int64(0): 1.0, np.int64(1): 50.0, np.int64(2): 1.0}, 20.85869789123535),
    ],
)
@pytest.mark.filterwarnings("ignore::zoo.PreflightWarning")  # a rate of 0 moves nothing
def test_class_weights_weigh_their_own_class(x, class_weight, loss):
    keras.utils.set_random_seed(0)
    model = net(3, "softmax")
    model.compile(keras.optimizers.SGD(0.0), SPARSE)
    history = zoo.fit(model, x, np.arange(64) % 3, class_weight=class_weight, verbose=0).history
    assert history["loss"] == [pytest.approx(loss, rel=1e-5)]


def test_a_class_weight_of_no_class_is_refused(x):
    model = net(3, "softmax")
    model.compile("sgd", SPARSE)
    with refused("3", "0, 1, 2"):
        zoo.fit(model, x, np.arange(64) % 3, class_weight={1: 1.0, 2: 50.0, 3: 1.0}, verbose=0)


# A6: loss_weights by name
def test_loss_weights_reach_the_output_of_their_name(x):
    y = [np.full((64, 1), 1.0), np.full((64, 1), 2.0)]
    for weights in ([100.0, 1.0], {"zeta": 100.0, "alpha": 1.0}, {"alpha": 1.0, "zeta": 100.0}):
        model = two_heads()
        model.compile("sgd", loss=["mse", "mse"], loss_weights=weights)
        assert zoo.evaluate(model, x, y)["loss"] == pytest.approx(104.0)
    model = two_heads()
    model.compile("sgd", loss=["mse", "mse"], loss_weights={"zetta": 100.0, "alpha": 1.0})
    with refused("zetta", "zeta, alpha"):
        zoo.evaluate(model, x, y)


# A7: callbacks that watch what will not exist
@pytest.mark.parametrize("kind", ["EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"])
def test_a_callback_that_watches_val_acc_is_refused(x, kind, tmp_path):
    model = net(3, "softmax")
    model.compile("adam", SPARSE, metrics=["accuracy"])
    options = {"monitor": "val_acc", "mode": "max"}
    if kind == "ModelCheckpoint":
        options |= {"filepath": tmp_path / "best.keras", "save_best_only": True}
    callback = getattr(keras.callbacks, kind)(**options)
    with refused(kind, "'val_acc'", "There will be val_accuracy, loss, accuracy, val_loss"):
        zoo.fit(model, x, np.arange(64) % 3, validation_split=0.25, callbacks=[callback], verbose=0)


# A12: a generator that holds one epoch only
def test_a_generator_that_runs_dry_ends_training_with_the_whole_epochs(x):
    def batches():
        for k in range(5):
            yield x[8 * k : 8 * k + 8], np.arange(8) % 3

    model = net(3, "softmax")
    model.compile("adam", SPARSE, metrics=["accuracy"])
    with pytest.warns(zoo.PreflightWarning, match=r"5 batch\(es\) found, 25 needed \(5 epoch"):
        history = zoo.fit(model, batches(), steps_per_epoch=5, epochs=5, verbose=0)
    assert len(history.history["loss"]) == 1
    assert history.history["loss"][0] > 0.5


# A13: validation_split on rows sorted by class
def test_validation_split_of_sorted_rows_has_every_class_on_both_sides():
    y = np.repeat([0, 1, 2, 3], 50)
    x = np.c_[y, y] + np.random.default_rng(0).normal(0, 0.3, (200, 2))
    model = keras.Sequential([keras.Input((2,)), L.Dense(32, "relu"), L.Dense(4, "softmax")])
    model.compile(keras.optimizers.Adam(0.02), SPARSE, metrics=["accuracy"])
    history = zoo.fit(model, x, y, validation_split=0.25, epochs=30, seed=0, verbose=0).history
    assert history["val_accuracy"][-1] > 0.9
    with pytest.warns(zoo.PreflightWarning) as told:
        zoo.fit(model, x[:150], y[:150], validation_data=(x[150:], y[150:]), verbose=0)
    assert any("Class 3 is in the validation data" in str(one.message) for one in told)


# A14: resuming overwrites the best checkpoint
def test_a_worse_epoch_of_a_later_fit_leaves_the_best_file_as_it_is(x, tmp_path):
    class Val(keras.callbacks.Callback):
        def __init__(self, values):
            super().__init__()
            self.values = values

        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = self.values[epoch]

    def best():
        return keras.callbacks.ModelCheckpoint(path, save_best_only=True)

    path = tmp_path / "best.keras"
    model = net(1)
    model.compile("adam", "mse")
    zoo.fit(model, x, x[:, 0], epochs=2, verbose=0, callbacks=[Val([0.5, 0.2]), best()])
    kept = keras.models.load_model(path).get_weights()[0]
    model = keras.models.load_model(path)
    zoo.fit(model, x, x[:, 0], verbose=0, callbacks=[Val([0.9]), best()])
    assert np.array_equal(keras.models.load_model(path).get_weights()[0], kept)
    zoo.fit(model, x, x[:, 0], verbose=0, callbacks=[Val([0.1]), best()])
    assert not np.array_equal(keras.models.load_model(path).get_weights()[0], kept)


# A15: "accuracy" on logits
def test_accuracy_of_logits_is_cut_at_zero(x):
    y = (x[:, 0] > 0.3).astype("float32")
    model = net(1)
    model.compile(
        keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    zoo.fit(model, x, y, epochs=3, verbose=0, seed=0)
    logits = model.predict(x, verbose=0)[:, 0]
    assert zoo.evaluate(model, x, y)["accuracy"] == pytest.approx(((logits > 0) == y).mean())
    assert ((logits > 0) == y).mean() != ((logits > 0.5) == y).mean()


# A16: text labels
@pytest.mark.parametrize("dtype", [str, object])
def test_labels_of_text_are_named_with_the_line_that_encodes_them(x, dtype):
    model = net(3, "softmax")
    model.compile("adam", SPARSE)
    y = np.array(["cat", "dog", "cow", "cat"] * 16, dtype=dtype)
    with refused("y of the training data holds text", "'cat', 'dog', 'cow'", "np.unique"):
        zoo.fit(model, x, y, verbose=0)


# A17: class_weight for one head of a model with several outputs
@pytest.mark.filterwarnings("ignore::zoo.PreflightWarning")  # a rate of 0 moves nothing
def test_class_weight_of_one_output_weighs_that_output_alone(x):
    def fitted(**weights):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((4,))
        kind, size = L.Dense(3, "softmax", name="kind")(inputs), L.Dense(1, name="size")(inputs)
        model = keras.Model(inputs, [kind, size])
        model.compile(keras.optimizers.SGD(0.0), [SPARSE, "mse"])
        return zoo.fit(model, x, [np.arange(64) % 3, x[:, :1]], verbose=0, seed=0, **weights).history

    weighed = fitted(class_weight={"kind": {0: 1.0, 1: 2.0, 2: 3.0}})
    by_row = fitted(sample_weight=[np.array([1.0, 2.0, 3.0])[np.arange(64) % 3], np.ones(64)])
    plain = fitted()
    assert weighed["kind_loss"] == pytest.approx(by_row["kind_loss"])
    assert weighed["kind_loss"][0] > plain["kind_loss"][0] * 1.2
    assert weighed["size_loss"] == pytest.approx(plain["size_loss"])


# A18: which number is which
def test_evaluate_names_each_number_by_its_output(x):
    y = [np.full((64, 1), 1.0), np.full((64, 1), 3.0)]
    model = two_heads()
    model.compile("sgd", ["mse", "mse"], metrics=[["mae"], ["mae"]])
    found = zoo.evaluate(model, x, y)
    assert found == pytest.approx(
        {"loss": 10.0, "zeta_loss": 1.0, "alpha_loss": 9.0, "zeta_mae": 1.0, "alpha_mae": 3.0}
    )
    history = zoo.fit(model, x, y, validation_data=(x, y), verbose=0).history
    assert set(history) == {prefix + name for name in found for prefix in ("", "val_")}
    assert all(type(value) is float for values in history.values() for value in values)


# A19: Ctrl-C during training
def test_ctrl_c_leaves_the_best_weights_and_the_history_so_far():
    class CtrlC(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 4:
                raise KeyboardInterrupt

    x = y = np.ones((8, 1))
    model = keras.Sequential([keras.Input((1,)), L.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(1.05), "mse")  # diverges on purpose
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=50, restore_best_weights=True)
    history = zoo.fit(model, x, y, epochs=9, validation_data=(x, y), callbacks=[stopping, CtrlC()], verbose=0)
    assert len(history.history["loss"]) == 4
    assert zoo.evaluate(model, x, y)["loss"] == pytest.approx(1.21, abs=1e-4)


# A22: BatchNormalization's statistics are not yet settled
def test_statistics_that_have_not_settled_are_told(x):
    rows = np.random.default_rng(0).normal(100, 20, (64, 4)).astype("float32")
    labels = (rows[:, 0] > 100).astype(int)

    def learned(momentum):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                L.BatchNormalization(momentum=momentum),
                L.Dense(16, "relu"),
                L.Dense(2, "softmax"),
            ]
        )
        model.compile(keras.optimizers.Adam(0.01), SPARSE, metrics=["accuracy"])
        return lambda: zoo.fit(model, rows, labels, epochs=10, batch_size=64, verbose=0)

    with pytest.warns(zoo.PreflightWarning, match=r"BatchNormalization|batch_normalization"):
        learned(0.99)()
    with warnings.catch_warnings():
        warnings.simplefilter("error", zoo.PreflightWarning)
        learned(0.5)()


# A23: mixed_float16 never takes a step
def test_a_fit_that_never_took_a_step_says_so(x):
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((4,)), L.Dense(16, "relu"), L.Dense(1, dtype="float32")])
        model.compile(keras.optimizers.SGD(1e-5), "mse")
        with pytest.warns(zoo.PreflightWarning, match=r"4 of 4"):
            zoo.fit(model, x, x.sum(1) * 100, epochs=2, verbose=0)
    finally:
        keras.mixed_precision.set_dtype_policy(before)


# A24: one seed
def test_one_seed_repeats_history_and_weights_bit_for_bit(x):
    def run():
        model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(8,), dropout=0.5, seed=7)
        model.compile("adam", SPARSE)
        history = zoo.fit(model, x, np.arange(64) % 3, epochs=2, validation_split=0.25, seed=7, verbose=0)
        return history.history, model.get_weights()

    (first, weights), (second, others) = run(), run()
    assert first == second
    assert all(map(np.array_equal, weights, others))


# A26: a wrong picture layout, after some good calls
def test_a_wrong_layout_gets_the_same_sentence_after_good_calls():
    model = keras.Sequential([keras.Input((28, 28, 1)), L.Conv2D(4, 3), L.Flatten(), L.Dense(10)])
    for warm_up in (False, True):
        for shape in ((2, 28, 28, 1), (1, 28, 28, 1)) * warm_up:
            assert zoo.predict(model, np.zeros(shape)).shape == (shape[0], 10)
        with refused(r"\(2, 1, 28, 28\)", r"\(rows, 28, 28, 1\)", "Channels come first", "np.moveaxis"):
            zoo.predict(model, np.zeros((2, 1, 28, 28)))
        with refused(r"\(2, 784\)", r"\(rows, 28, 28, 1\)"):
            zoo.predict(model, np.zeros((2, 784)))
