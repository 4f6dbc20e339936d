import os
import re
import signal
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pandas as pd
import pytest

import zoo
from zoo.training._data import Batches, as_rows
from zoo.training._task import split


def softmax(data, *, learning_rate=0.1, seed=0) -> keras.Model:
    model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=seed)
    model.compile(
        keras.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


@pytest.fixture(scope="module")
def iris():
    return zoo.load_dataset("iris", validation_split=0.2)


def test_a_dataset_trains_and_its_validation_rows_are_used(iris):
    history = zoo.fit(softmax(iris, learning_rate=1.0), iris, epochs=20, verbose=0)
    assert isinstance(history, keras.callbacks.History)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.history["val_accuracy"][-1] > 0.8
    assert history.params["interrupted"] is False
    assert history.params["seconds"] > 0


def test_every_form_of_data_gives_the_same_training(iris):
    x, y = iris.train.x, iris.train.y
    losses = []
    for arguments in [(iris.train,), ((x, y),), (x, y), ((x, y, np.ones(len(y))),)]:
        losses.append(zoo.fit(softmax(iris), *arguments, epochs=2, seed=1, verbose=0).history["loss"])
    for other in losses[1:]:
        np.testing.assert_allclose(losses[0], other, rtol=1e-6)


def test_the_same_seed_gives_the_same_weights_bit_for_bit(digits):
    def weights(seed):
        model = zoo.create_model(
            "cnn",
            input_shape=(8, 8, 1),
            num_classes=10,
            filters=(4, 8),
            dropout=0.5,
            batch_normalization=True,
            seed=seed,
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        zoo.fit(model, digits, epochs=2, batch_size=64, seed=seed, verbose=0)
        return model.get_weights()

    one, same, other = weights(1), weights(1), weights(2)
    assert all(map(np.array_equal, one, same))
    assert not np.array_equal(one[0], other[0])


def test_without_a_seed_kerass_own_seed_repeats_a_run(iris):
    def losses():
        keras.utils.set_random_seed(7)
        model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3)
        model.compile("sgd", "sparse_categorical_crossentropy")
        return zoo.fit(model, iris, epochs=2, verbose=0).history["loss"]

    assert losses() == losses()


def test_each_epoch_has_its_own_order_and_every_row_once():
    rows = as_rows(np.arange(10.0)[:, None], np.arange(10))
    batches = Batches(rows, batch_size=4, seed=3)

    def order_of(epoch):
        batches.set_epoch(epoch)
        return [int(v) for i in range(len(batches)) for v in batches[i][1]]

    first, second = order_of(0), order_of(1)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert order_of(0) == first


def test_going_on_where_an_earlier_call_ended_gives_the_same_weights(iris):
    whole, parts = softmax(iris), softmax(iris)
    zoo.fit(whole, iris.train, epochs=4, seed=5, verbose=0)
    zoo.fit(parts, iris.train, epochs=2, seed=5, verbose=0)
    zoo.fit(parts, iris.train, epochs=4, initial_epoch=2, seed=5, verbose=0)
    assert all(map(np.array_equal, whole.get_weights(), parts.get_weights()))


def test_the_losses_are_those_of_train_on_batch(iris):
    """Keras' semantics: the same batches in the same order give the same weights."""
    ours, theirs = softmax(iris), softmax(iris)
    zoo.fit(ours, iris.train, epochs=3, batch_size=32, seed=5, verbose=0)
    batches = Batches(as_rows(iris.train), batch_size=32, seed=5)
    for epoch in range(3):
        batches.set_epoch(epoch)
        for i in range(len(batches)):
            theirs.train_on_batch(*batches[i])
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_validation_split_shuffles_and_stratifies():
    random = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 50)  # sorted by class: Keras would validate on class 3 alone
    x = np.c_[y, y] + random.normal(0, 0.3, (200, 2))
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=4, hidden=(32,), seed=0)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = zoo.fit(model, x, y, validation_split=0.25, epochs=30, seed=0, verbose=0).history
    assert history["val_accuracy"][-1] > 0.85


def test_sample_and_class_weights_count():
    x, y = np.ones((8, 1), "float32"), np.array([0, 1] * 4)

    def loss(**arguments):
        model = zoo.create_model("logistic_regression", input_shape=(1,), seed=0)
        model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
        return zoo.fit(model, x, y, verbose=0, **arguments).history["loss"][0]

    weight = np.where(y == 1, 3.0, 1.0)
    assert loss(sample_weight=weight) == pytest.approx(loss(class_weight={0: 1.0, 1: 3.0}), rel=1e-5)
    assert loss(sample_weight=weight) != pytest.approx(loss())


def test_a_stream_is_passed_on_to_keras(iris):
    tf = pytest.importorskip("tensorflow")
    stream = tf.data.Dataset.from_tensor_slices((iris.train.x, iris.train.y)).batch(16)
    history = zoo.fit(softmax(iris), stream, epochs=2, validation_data=(iris.test.x, iris.test.y), verbose=0)
    assert len(history.history["val_loss"]) == 2
    batches = Batches(as_rows(iris.train), batch_size=16, seed=0)
    assert len(zoo.fit(softmax(iris), batches, epochs=2, verbose=0).history["loss"]) == 2


def test_several_inputs_and_outputs_have_readable_metrics():
    data = zoo.load_dataset("two_in_two_out", n=200, validation_split=0.2)
    model = zoo.create_model("two_in_two_out", output_names=("total", "product"), seed=0)
    model.compile("adam", {"total": "mse", "product": "mse"}, metrics={"total": ["mae"], "product": ["mae"]})
    history = zoo.fit(model, data, epochs=1, verbose=0).history
    assert {"total_loss", "total_mae", "val_product_mae"} <= set(history)
    assert set(zoo.evaluate(model, data.test)) == {
        "loss",
        "total_loss",
        "product_loss",
        "total_mae",
        "product_mae",
    }


# How training ends


class Diverge(keras.callbacks.Callback):
    """Makes the weights worse from epoch 2 on, and does something at epoch 4."""

    def __init__(self, at_four=lambda: None):
        super().__init__()
        self.at_four = at_four

    def on_epoch_begin(self, epoch, logs=None):
        if epoch >= 2:
            self.model.set_weights([w + np.arange(w.size).reshape(w.shape) for w in self.model.get_weights()])
        if epoch == 4:
            self.at_four()


def raise_(error):
    raise error


@pytest.mark.parametrize(
    ("how", "patience", "epochs"),
    [
        ("the last epoch", 50, 4),
        ("early stopping", 2, 9),
        ("an interrupt in a callback", 50, 9),
        ("Ctrl-C", 50, 9),
    ],
)
def test_the_best_weights_come_back_however_training_ends(iris, how, patience, epochs):
    actions = {
        "an interrupt in a callback": lambda: raise_(KeyboardInterrupt()),
        "Ctrl-C": lambda: os.kill(os.getpid(), signal.SIGINT),
    }
    model = softmax(iris)
    history = zoo.fit(
        model,
        iris,
        epochs=epochs,
        callbacks=[zoo.early_stopping(patience), Diverge(actions.get(how, lambda: None))],
        verbose=0,
    )
    best = min(history.history["val_loss"])
    assert history.history["val_loss"][-1] > best
    assert zoo.evaluate(model, iris.validation)["loss"] == pytest.approx(best, rel=1e-5)
    assert history.params["interrupted"] is (how in actions)
    assert len(history.history["loss"]) < 9


def test_an_error_passes_through_and_the_best_weights_come_back(iris):
    model, stopping = softmax(iris), zoo.early_stopping(50)
    with pytest.raises(OSError, match="disk full"):
        zoo.fit(
            model,
            iris,
            epochs=9,
            callbacks=[stopping, Diverge(lambda: raise_(OSError("disk full")))],
            verbose=0,
        )
    assert zoo.evaluate(model, iris.validation)["loss"] == pytest.approx(float(stopping.best), rel=1e-5)


def test_the_handler_of_ctrl_c_is_put_back(iris):
    before = signal.getsignal(signal.SIGINT)
    zoo.fit(softmax(iris), iris, verbose=0)
    assert signal.getsignal(signal.SIGINT) is before


# What is shown


def test_a_pipe_gets_a_line_an_epoch(iris, capsys):
    zoo.fit(softmax(iris), iris, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2  loss ")
    assert "val_accuracy" in lines[1]


def test_silence_is_silent(iris, capsys):
    zoo.fit(softmax(iris), iris, epochs=1, verbose=0)
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_one_bar(iris, capsys):
    zoo.fit(softmax(iris), iris, epochs=2, verbose=1)
    out = capsys.readouterr().out
    assert "epoch 2/2" in out
    assert "val_loss" in out


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_ctrl_c_on_a_real_process_ends_in_order(tmp_path):
    code = textwrap.dedent(
        """
        import zoo
        data = zoo.load_dataset("iris", validation_split=0.2)
        model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        model.compile("sgd", "sparse_categorical_crossentropy")
        history = zoo.fit(model, data, epochs=100000, callbacks=zoo.early_stopping(10**6))
        print("ENDED", history.params["interrupted"], len(history.history["loss"]) > 1, flush=True)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith("epoch 3/"):
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "ENDED True True" in out
    assert "Stopping after this batch" in err


def test_a_shared_tower_learns_from_both_sides_and_each_answer_has_its_name():
    data = zoo.load_dataset("digit_sum", n=400, validation_split=0.1)
    model = zoo.create_model("digit_sum", filters=(4, 8), hidden=(16,), seed=0)
    before = model.get_layer("tower").get_weights()[0]
    model.compile(
        "adam",
        loss=dict.fromkeys(data.train.y, "sparse_categorical_crossentropy"),
        metrics={name: ["accuracy"] for name in data.train.y},
    )
    history = zoo.fit(model, data, verbose=0, seed=0, checks="off").history
    answers = ("left_digit", "right_digit", "sum")
    each = {f"{name}_{figure}" for name in answers for figure in ("loss", "accuracy")}
    assert set(history) == {"loss", "val_loss", *each, *(f"val_{name}" for name in each)}
    assert set(zoo.evaluate(model, data.test)) == {"loss", *each}
    assert not np.array_equal(before, model.get_layer("tower").get_weights()[0])


def test_yes_and_no_as_booleans_are_split_in_proportion():
    x = np.linspace(0, 1, 50)[:, None]
    rows, validation = split(as_rows(x, x[:, 0] > 0.8), 0.2, 0)
    assert (len(rows), len(validation), validation.y.sum()) == (40, 10, 2)


def test_fewer_validation_rows_than_classes_are_drawn_without_proportion():
    _, validation = split(as_rows(np.zeros((100, 1)), np.arange(100) % 10), 0.03, 0)
    assert len(validation) == 3


def test_a_validation_split_that_leaves_nothing_to_learn_from_is_refused():
    with pytest.raises(zoo.InputError, match="leaves none to learn from"):
        split(as_rows(np.zeros((1, 1)), np.zeros(1)), 0.2, 0)


def test_what_a_callback_refuses_at_the_start_is_what_a_person_reads():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(zoo.InputError, match="LearningRateFinder needs 20 steps"):
        zoo.fit(model, np.zeros((8, 2)), np.zeros(8), callbacks=zoo.LearningRateFinder(), verbose=1)


def test_a_table_for_a_model_of_several_inputs_is_told_to_go_in_by_columns():
    table = pd.DataFrame({"area": [1.0, 2.0], "kind": ["flat", "loft"]})
    model = zoo.create_model(
        "wide_and_deep", numeric={"area": (1, 1)}, categorical={"kind": ("flat", "loft")}
    )
    model.compile("adam", "mse")
    with pytest.raises(zoo.InputError, match=re.escape("x = dict(table)")):
        zoo.fit(model, table, np.zeros(2), verbose=0)


def test_no_column_at_all_is_no_rows():
    with pytest.raises(zoo.InputError, match="There are no rows"):
        as_rows({}, [])
