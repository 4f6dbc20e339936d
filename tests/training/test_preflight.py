"""Each mistake of the issue, and that right data raises nothing."""

import warnings

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo

# Here a word too many is a failure.
pytestmark = pytest.mark.filterwarnings("error::zoo.PreflightWarning")

SPARSE = "sparse_categorical_crossentropy"
BINARY = "binary_crossentropy"
Dense = keras.layers.Dense
Y3 = np.arange(64) % 3


def net(units: int, activation: str | None = None, loss=None) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(units, activation, name="out")])
    if loss:
        model.compile("adam", loss, metrics=["accuracy"])
    return model


def image_net(*first) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            *first,
            keras.layers.Conv2D(2, 3),
            keras.layers.Flatten(),
            Dense(10, "softmax"),
        ]
    )
    model.compile("adam", SPARSE, metrics=["accuracy"])
    return model


def logits(loss):
    return loss(from_logits=True)


MISTAKES = [
    ("labels from 1", net(3, "softmax", SPARSE), Y3 + 1, ["goes from 1 to 3", "from 0 to 2", "use y - 1"]),
    ("a negative label", net(3, "softmax", SPARSE), Y3 - 1, ["goes from -1 to 1", "np.unique"]),
    (
        "a label too many",
        net(3, "softmax", SPARSE),
        np.arange(64) % 4,
        ["goes from 0 to 3", "last layer 4 units"],
    ),
    ("labels with halves", net(3, "softmax", SPARSE), Y3 + 0.5, ["holds 0.5", "whole numbers"]),
    (
        "one column, three outputs",
        net(3, None, "mse"),
        np.ones((64, 1)) / 3,
        ["(64, 1)", "(rows, 3)", "broadcast"],
    ),
    (
        "three columns, one output",
        net(1, None, "mse"),
        np.ones((64, 3)) / 3,
        ["(64, 3)", "(rows, 1)", "3 unit(s)"],
    ),
    (
        "labels into mse",
        net(10, None, "mse"),
        np.arange(64) % 10,
        ["integer labels", "all 10 outputs", SPARSE],
    ),
    (
        "labels (n, 1) into mse",
        net(10, None, "mse"),
        (np.arange(64) % 10)[:, None],
        ["integer labels", SPARSE],
    ),
    ("one-hot, sparse loss", net(3, "softmax", SPARSE), np.eye(3)[Y3], ["one-hot", "argmax"]),
    ("integers, categorical", net(3, "softmax", "categorical_crossentropy"), Y3, [SPARSE, "to_categorical"]),
    ("softmax, logits", net(3, "softmax", logits(keras.losses.SparseCategoricalCrossentropy)), Y3, ["again"]),
    ("sigmoid, logits", net(1, "sigmoid", logits(keras.losses.BinaryCrossentropy)), Y3 % 2, ["again"]),
    (
        "no softmax",
        net(3, None, SPARSE),
        Y3,
        ["raw numbers", "SparseCategoricalCrossentropy(from_logits=True)"],
    ),
    ("no sigmoid", net(1, None, BINARY), Y3 % 2, ["raw numbers", "End the model in sigmoid"]),
    ("softmax over one unit", net(1, "softmax", BINARY), Y3 % 2, ["always 1"]),
    ("ten classes, one sigmoid", net(1, "sigmoid", BINARY), np.arange(64) % 10, ["from 0 to 9", "10 units"]),
    ("labels 1 and 2", net(1, "sigmoid", BINARY), Y3 % 2 + 1, ["from 1 to 2", "y - 1"]),
    ("labels -1 and +1", net(1, "sigmoid", BINARY), Y3 % 2 * 2 - 1, ["from -1 to 1", "(y > 0)"]),
    ("one class", net(3, "softmax", SPARSE), np.zeros(64, int), ["one class only, 0"]),
    ("one class of two", net(1, "sigmoid", BINARY), np.ones(64, int), ["one class only, 1"]),
    (
        "text",
        net(3, "softmax", SPARSE),
        np.array(["cat", "dog", "cow", "dog"] * 16),
        ["'cat', 'dog', 'cow'"],
    ),
    ("objects", net(3, "softmax", SPARSE), np.array(["a", "b"] * 32, object), ["text", "'a', 'b'"]),
    ("NaN in y", net(1, None, "mse"), np.where(np.arange(64) == 5, np.nan, 1), ["row 5", "nan"]),
    ("no compile", net(3, "softmax"), Y3, ["not compiled", "model.compile("]),
]


@pytest.mark.parametrize(("model", "y", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_refused_before_the_first_step(table, model, y, words):
    before = model.get_weights()
    with pytest.raises(zoo.InputError) as error:
        zoo.fit(model, table[0], y, verbose=0)
    for word in words:
        assert word in str(error.value)
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_by_row_and_column(table, value):
    x, y = table
    x[3, 1] = value
    with pytest.raises(zoo.InputError, match=r"x of the training data holds 1 value.*row 3, column 1"):
        zoo.fit(net(3, "softmax", SPARSE), x, y, verbose=0)
    frame = pd.DataFrame(x, columns=["age", "bmi", "bp", "s1"])
    with pytest.raises(zoo.InputError, match="row 3, column 'bmi'"):
        zoo.fit(net(3, "softmax", SPARSE), frame, y, verbose=0)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((20, 1, 8, 8), "Channels come first here and last in the model: use np.moveaxis(x, 1, -1)"),
        ((20, 64), "x.reshape(-1, 8, 8, 1)"),
        ((20, 9, 9, 1), "expects (rows, 8, 8, 1)"),
    ],
)
def test_a_wrong_image_shape_gets_the_same_sentence_whatever_was_called_before(shape, words):
    model, y = image_net(), np.arange(20) % 10
    for warm_up in (False, True):
        if warm_up:  # two batch sizes relax the shapes that Keras checks
            for rows in (2, 1):
                model.predict(np.zeros((rows, 8, 8, 1)), verbose=0)
        with pytest.raises(zoo.InputError) as error:
            zoo.fit(model, np.zeros(shape, "float32"), y, verbose=0)
        assert str(shape) in str(error.value)
        assert words in str(error.value)


def test_a_missing_batch_axis_is_named():
    with pytest.raises(zoo.InputError, match="y is a single number"):
        zoo.fit(image_net(), np.zeros((8, 8, 1)), np.array(3), verbose=0)


def test_images_of_bytes_are_refused_unless_the_model_scales_them():
    x, y = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype="uint8"), np.arange(20) % 10
    with pytest.raises(zoo.InputError, match=r"images from 0 to 255.*Divide by 255"):
        zoo.fit(image_net(), x, y, verbose=0)
    zoo.fit(image_net(keras.layers.Rescaling(1 / 255)), x, y, verbose=0)


@pytest.mark.parametrize(
    ("monitor", "validation", "words"),
    [
        (
            "val_acc",
            True,
            ["'val_acc'", "val_accuracy, loss, accuracy, val_loss", "Did you mean 'val_accuracy'"],
        ),
        ("val_loss", False, ["'val_loss'", "no validation data", "validation_data="]),
        ("accurracy", False, ["Did you mean 'accuracy'"]),
    ],
)
@pytest.mark.parametrize("kind", [keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau])
def test_a_callback_that_watches_nothing_is_refused(table, kind, monitor, validation, words):
    callback = kind(monitor=monitor, mode="max", patience=1)
    with pytest.raises(zoo.InputError) as error:
        zoo.fit(
            net(3, "softmax", SPARSE),
            *table,
            validation_data=table if validation else None,
            callbacks=callback,
            verbose=0,
        )
    for word in [kind.__name__, *words]:
        assert word in str(error.value)


def test_a_class_that_only_the_validation_rows_have_is_named(table):
    x, _ = table
    y = np.arange(64) % 3
    model = net(3, "softmax", "categorical_crossentropy")
    with pytest.warns(zoo.PreflightWarning) as told:
        zoo.fit(model, x[y < 2], np.eye(3)[y[y < 2]], validation_data=(x, np.eye(3)[y]), verbose=0)

    words = [str(one.message) for one in told]
    assert any("lacks class 2" in word for word in words)
    assert any("Class 2 is in the validation data and not in the training data" in word for word in words)


def test_the_validation_rows_are_checked_too(table):
    x, y = table
    with pytest.raises(zoo.InputError, match="y of the validation data goes from 1 to 3"):
        zoo.fit(net(3, "softmax", SPARSE), x, y, validation_data=(x, y + 1), verbose=0)


def two_outputs() -> keras.Model:
    inputs = keras.Input((4,))
    outputs = {"kind": Dense(3, "softmax", name="kind")(inputs), "size": Dense(1, name="size")(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile("adam", {"kind": SPARSE, "size": "mse"}, metrics={"kind": ["accuracy"]})
    return model


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ({"kindd": Y3, "size": np.ones(64)}, r"y\['kindd'\] is no output.*kind, size.*Did you mean 'kind'"),
        ({"kind": Y3 + 1, "size": np.ones(64)}, r"y\['kind'\] of the training data goes from 1 to 3"),
        ({"kind": Y3}, "output 'size' has a loss and no targets: y of the training data"),
        ({"kind": Y3, "size": np.ones((64, 2)) / 3}, r"y\['size'\] has the shape \(64, 2\)"),
    ],
)
def test_each_output_is_checked_by_its_name(table, y, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.fit(two_outputs(), table[0], y, verbose=0)


def keyed(**options) -> keras.Model:
    """Two outputs in a dictionary, whose layers bear other names."""
    inputs = keras.Input((4,))
    outputs = {"size": Dense(1, name="layer_b")(inputs), "kind": Dense(3, "softmax", name="layer_a")(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile("adam", {"kind": SPARSE, "size": "mse"}, metrics={"kind": ["accuracy"]}, **options)
    return model


def test_outputs_are_called_by_the_keys_of_their_dictionary(table):
    y = {"kind": Y3, "size": np.ones(64)}
    history = zoo.fit(keyed(), table[0], y, verbose=0)
    assert set(history.history) == {"loss", "kind_loss", "kind_accuracy", "size_loss"}
    with pytest.raises(zoo.InputError, match=r"y\['kind'\] of the training data goes from 1 to 3"):
        zoo.fit(keyed(), table[0], {**y, "kind": Y3 + 1}, verbose=0)


@pytest.mark.parametrize("model", [two_outputs, keyed])
@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        ("val_kind_acc", "There will be .*Did you mean 'val_kind_accuracy'"),
        ("val_accuracy", "Did you mean 'val_kind_accuracy'"),
        ("val_layer_a_accuracy", "will not exist"),
    ],
)
def test_a_metric_of_one_output_is_called_by_its_full_name(table, model, monitor, words):
    y = {"kind": Y3, "size": np.ones(64)}
    callbacks = zoo.default_callbacks(monitor=monitor, mode="max")
    with pytest.raises(zoo.InputError, match=words):
        zoo.fit(model(), table[0], y, validation_data=(table[0], y), callbacks=callbacks, verbose=0)


@pytest.mark.parametrize("monitor", ["val_kind_accuracy", "val_size_loss"])
def test_a_metric_of_one_output_can_be_watched(table, monitor, tmp_path):
    y = {"kind": Y3, "size": np.ones(64)}
    arguments = {"validation_data": (table[0], y), "epochs": 2, "verbose": 0}
    zoo.fit(keyed(), table[0], y, callbacks=zoo.default_callbacks(monitor=monitor), **arguments)
    for callback in (
        keras.callbacks.EarlyStopping(monitor),
        keras.callbacks.ReduceLROnPlateau(monitor),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor, save_best_only=True),
    ):
        words = rf"{type(callback).__name__} watches.*cannot know.*Pass mode=\"{'min' if 'loss' in monitor else 'max'}"
        with pytest.raises(zoo.InputError, match=words):
            zoo.fit(keyed(), table[0], y, callbacks=callback, **arguments)


def streams(x, y):
    import tensorflow as tf

    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, batch):
            return x[16 * batch : 16 * (batch + 1)], y[16 * batch : 16 * (batch + 1)]

    return [Rows(), tf.data.Dataset.from_tensor_slices((x, y)).batch(16)]


@pytest.mark.parametrize("kind", [0, 1], ids=["PyDataset", "tf.data"])
def test_what_callbacks_watch_is_checked_for_streams_too(table, kind):
    data = streams(*table)[kind]
    with pytest.raises(zoo.InputError, match="'accurracy'.*Did you mean 'accuracy'"):
        zoo.fit(net(3, "softmax", SPARSE), data, callbacks=zoo.early_stopping(monitor="accurracy"), verbose=0)
    with pytest.raises(zoo.InputError, match="There is no validation data"):
        zoo.fit(net(3, "softmax", SPARSE), data, callbacks=zoo.default_callbacks(), verbose=0)
    callbacks = [zoo.OneCycle(0.1), zoo.early_stopping(monitor="accuracy")]
    zoo.fit(net(3, "softmax", SPARSE), data, epochs=2, callbacks=callbacks, verbose=0)
    assert len(callbacks[0].learning_rates) == 8


def test_a_callback_that_watches_nothing_raises_nothing(table):
    callbacks = [zoo.ValidationReport(table), zoo.RichProgress(), keras.callbacks.TerminateOnNaN()]
    zoo.fit(net(3, "softmax", SPARSE), *table, callbacks=callbacks, verbose=0)


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.ReduceLROnPlateau("loss"),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.1),
        zoo.OneCycle(0.1),
    ],
)
def test_a_rate_that_follows_a_schedule_cannot_be_set(table, callback):
    model = net(3, "softmax")
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 9, 0.5)), SPARSE)
    with pytest.raises(zoo.InputError, match=rf"{type(callback).__name__} sets.*with a schedule"):
        zoo.fit(model, *table, callbacks=callback, verbose=0)


def test_two_callbacks_cannot_both_set_the_rate(table):
    callbacks = [zoo.OneCycle(0.1), *zoo.default_callbacks(monitor="loss")]
    with pytest.raises(zoo.InputError, match="OneCycle and ReduceLROnPlateau both set the learning rate"):
        zoo.fit(net(3, "softmax", SPARSE), *table, callbacks=callbacks, verbose=0)


def test_inputs_are_checked_by_name_too():
    data = zoo.load_dataset("two_in_two_out", n=60)
    model = zoo.create_model("two_in_two_out", output_names=("total", "product"))
    model.compile("adam", "mse")
    swapped = {"input1": data.train.x["input2"], "input2": data.train.x["input1"]}
    with pytest.raises(zoo.InputError, match=r"x\['input1'\] of the training data has the shape \(48, 8\)"):
        zoo.fit(model, swapped, data.train.y, verbose=0)
    with pytest.raises(zoo.InputError, match=r"Did you mean 'input1'"):
        zoo.fit(
            model,
            {"inptu1": data.train.x["input1"], "input2": data.train.x["input2"]},
            data.train.y,
            verbose=0,
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"epochs": 0}, "epochs must be a whole number of 1 or more; got 0"),
        ({"batch_size": "32"}, "batch_size must be"),
        ({"validation_split": 1.5}, "validation_split must be between 0 and 1"),
        ({"checks": "loud"}, "checks must be"),
        ({"verbose": "yes"}, "verbose must be"),
    ],
)
def test_arguments_of_fit_are_checked(table, arguments, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.fit(net(3, "softmax", SPARSE), *table, **{"verbose": 0, **arguments})


def test_rows_that_do_not_go_together_are_counted(table):
    with pytest.raises(zoo.InputError, match="x has 64, y has 63"):
        zoo.fit(net(3, "softmax", SPARSE), table[0], table[1][:-1], verbose=0)
    with pytest.raises(zoo.InputError, match="no targets"):
        zoo.fit(net(3, "softmax", SPARSE), table[0], verbose=0)
    with pytest.raises(zoo.InputError, match="no rows"):
        zoo.fit(net(3, "softmax", SPARSE), table[0][:0], table[1][:0], verbose=0)


def test_what_is_rarely_meant_is_warned_of_and_what_cannot_be_meant_is_refused(table):
    x, y = table
    rare, wrong = net(4, "softmax", SPARSE), net(1, "sigmoid", "mse")
    with pytest.warns(zoo.PreflightWarning, match="4 classes and the training data lacks class 3"):
        zoo.fit(rare, x, y, verbose=0)
    with pytest.raises(zoo.InputError, match="lacks class 3"):
        zoo.fit(rare, x, y, verbose=0, checks="error")
    with pytest.raises(zoo.InputError, match="cannot be reached"):
        zoo.fit(wrong, x, y * 100 + 5, verbose=0)
    with pytest.warns(zoo.PreflightWarning, match="cannot be reached"):
        zoo.fit(wrong, x, y * 100 + 5, verbose=0, checks="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        zoo.fit(rare, x, y, verbose=0, checks="off")
        zoo.fit(wrong, x, y * 100 + 5, verbose=0, checks="off")


def test_preflight_alone_lists_all_that_is_found_and_prints_a_table(table, capsys):
    x, y = table
    x = x.copy()
    x[3, 1] = np.nan
    found = zoo.preflight(net(3, "softmax", SPARSE), pd.DataFrame(x, columns=["a", "b", "c", "d"]), y)
    assert [(one.level, one.check) for one in found] == [("error", "finite")]
    assert "row 3, column 'b'" in found[0].message
    printed = capsys.readouterr().out
    assert "finite" in printed
    assert "row 3" in printed
    assert zoo.preflight(net(3, "softmax", SPARSE), *table) == []
    assert "nothing found" in capsys.readouterr().out


def test_two_mistakes_of_one_kind_are_told_together(table):
    x, _ = table
    y = {"kind": Y3 + 1, "size": np.ones((64, 2)) / 3}
    with pytest.raises(
        zoo.InputError, match=r"(?s)1\. y\['kind'\] is one-hot.*\n2\. y\['size'\] has the shape"
    ):
        zoo.fit(two_outputs(), x, {**y, "kind": np.eye(3)[Y3]}, verbose=0)


def test_preflight_takes_what_fit_evaluate_and_predict_take(table):
    x, y = table
    model = net(3, "softmax", SPARSE)
    assert zoo.preflight(model, x, verbose=False) == []
    assert zoo.preflight(model, (x, y), purpose="evaluate", verbose=False) == []
    (found,) = zoo.preflight(model, x[:, :3], verbose=False)
    assert found.check == "input_shapes"
    (found,) = zoo.preflight(model, x, y[:-1], verbose=False)
    assert (found.check, found.level) == ("data", "error")
    (found,) = zoo.preflight(model, x, y, epochs=3, initial_epoch=3, verbose=False)
    assert "pass epochs=6" in found.mend
    with pytest.raises(zoo.InputError, match="purpose must be"):
        zoo.preflight(model, x, y, purpose="train")


RIGHT = [
    ("sparse", net(3, "softmax", SPARSE), Y3),
    ("sparse, a column", net(3, "softmax", SPARSE), Y3[:, None]),
    ("sparse, floats", net(3, "softmax", SPARSE), Y3.astype("float32")),
    ("sparse, logits", net(3, None, logits(keras.losses.SparseCategoricalCrossentropy)), Y3),
    ("one-hot", net(3, "softmax", "categorical_crossentropy"), np.eye(3)[Y3]),
    ("binary", net(1, "sigmoid", BINARY), Y3 % 2),
    ("binary, soft", net(1, "sigmoid", BINARY), Y3 / 2),
    ("binary, booleans", net(1, "sigmoid", BINARY), Y3 > 1),
    ("several yes or no", net(4, "sigmoid", BINARY), np.eye(4)[Y3]),
    ("numbers", net(1, None, "mse"), Y3 * 100.0),
    ("three numbers", net(3, None, "mae"), np.eye(3)[Y3] * 7),
    ("whole numbers", net(1, None, "mse"), Y3 * 100),
    ("a loss of one's own", net(3, None, lambda y, p: keras.ops.mean(p, axis=-1)), Y3),
]


@pytest.mark.parametrize(("model", "y"), [r[1:] for r in RIGHT], ids=[r[0] for r in RIGHT])
def test_right_data_raises_nothing(table, model, y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = zoo.fit(model, table[0], y, verbose=0)
    assert len(history.history["loss"]) == 1


@settings(max_examples=12)
@given(classes=st.integers(2, 6), rows=st.integers(30, 60), seed=st.integers(0, 99))
def test_any_right_classification_raises_nothing(classes, rows, seed):
    random = np.random.default_rng(seed)
    x = random.normal(scale=10.0 ** random.integers(-2, 3), size=(rows, 4))
    y = random.permutation(np.arange(rows) % classes)
    model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=classes)
    model.compile("sgd", SPARSE, metrics=["accuracy"])
    zoo.fit(model, x, y, validation_split=0.4, callbacks=zoo.early_stopping(), verbose=0)


def test_a_label_that_the_loss_ignores_is_no_mistake(table):
    x, y = table
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    model = net(3, "softmax")
    model.compile("adam", loss)
    zoo.fit(model, x, np.where(np.arange(64) < 5, 255, y), verbose=0)
    with pytest.raises(zoo.InputError, match="goes from 1 to 3"):
        zoo.fit(net(3, "softmax", loss), x, np.where(np.arange(64) < 5, 255, y + 1), verbose=0)


def test_a_loss_that_compares_otherwise_is_left_alone(table):
    model = net(3, None, keras.losses.Circle())
    zoo.fit(model, *table, verbose=0)
