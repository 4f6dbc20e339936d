"""Streams that end, begin anew, or never end: whole epochs in the history, and each batch seen once."""

import itertools
import math
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.training._streams import Supply, plainly
from zoo.training._whole_epochs import WholeEpochs

X = np.random.default_rng(0).random((64, 4), dtype="float32")
Y = np.arange(64) % 3


class Rows(keras.utils.PyDataset):
    """Eight rows a batch."""

    def __init__(self, batches=8):
        super().__init__()
        self.batches, self.asked, self.ends = batches, [], 0

    def __len__(self):
        return self.batches

    def __getitem__(self, k):
        self.asked.append(k)
        return X[8 * k : 8 * k + 8], Y[8 * k : 8 * k + 8]

    def on_epoch_end(self):
        self.ends += 1


class Seen(keras.callbacks.Callback):
    """Counts the batches of each epoch, and the epochs that ended."""

    def __init__(self):
        super().__init__()
        self.batches, self.ended = [], 0

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.batches[-1] += 1

    def on_epoch_end(self, epoch, logs=None):
        self.ended += 1


def batches(count):
    for k in range(count):
        k %= 8
        yield X[8 * k : 8 * k + 8], Y[8 * k : 8 * k + 8]


def pipeline():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)


def unknown():
    """A pipeline that does not say how long it is."""
    signature = (tf.TensorSpec((None, 4)), tf.TensorSpec((None,), tf.int64))
    return tf.data.Dataset.from_generator(lambda: batches(8), output_signature=signature)


def net(eager=True):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eager)
    return model


def fit(
    stream,
    epochs,
    steps=None,
    validation=None,
    validation_steps=None,
    initial_epoch=0,
    eager=True,
    **arguments,
):
    """Fit as `zoo.fit` does; return the history, the findings and what a callback saw."""
    supply = Supply(stream, steps=steps, **arguments)
    theirs = None
    if validation is not None:
        theirs = Supply(validation, steps=validation_steps, part="validation data", keep=True)
    model, seen = net(eager), Seen()
    told = WholeEpochs(
        [seen],
        supply=supply,
        validation=theirs,
        model=model,
        epochs=epochs,
        steps=supply.steps,
        add_history=True,
    )
    with plainly(supply, theirs):
        model.fit(
            supply.feed,
            epochs=epochs,
            initial_epoch=initial_epoch,
            steps_per_epoch=supply.steps,
            validation_data=theirs.feed if theirs else None,
            validation_steps=theirs.steps if theirs else None,
            callbacks=told,
            shuffle=False,
            verbose=0,
        )
    return model.history.history, list(told.findings()), seen


@pytest.mark.parametrize(
    ("held", "epochs", "steps", "seen", "whole", "parts"),
    [
        (5, 5, 5, [5], 1, ["5 batch(es) found, 25 needed (5 epoch(s) x 5)", "after epoch 1", "epochs=1"]),
        (7, 5, 5, [5, 2], 1, ["7 batch(es) found, 25 needed", "2 batch(es) of the next were learned from"]),
        (10, 3, 5, [5, 5], 2, ["10 batch(es) found, 15 needed", "after epoch 2"]),
        (3, 2, 5, [3], 0, ["3 batch(es) found, 10 needed", "Not one epoch is whole", "steps_per_epoch=3"]),
        (10, 2, 5, [5, 5], 2, []),
        (12, 2, 5, [5, 5], 2, []),
        (5, 1, None, [5], 1, []),
        (5, 3, None, [5], 1, ["5 batch(es) found, 15 needed (3 epoch(s) x 5)"]),
    ],
)
def test_a_generator_that_runs_dry_leaves_whole_epochs(held, epochs, steps, seen, whole, parts):
    history, findings, callback = fit(batches(held), epochs, steps, eager=held == 5)
    assert callback.batches == seen
    assert callback.ended == len(history.get("loss", [])) == whole
    assert 0.0 not in history.get("loss", [])
    assert [finding.level for finding in findings] == (["warning" if whole else "error"] if parts else [])
    for part in parts:
        assert part in str(findings[0])


def test_epochs_are_counted_from_the_first_of_all():
    history, (found,), _ = fit(batches(5), 13, 5, initial_epoch=10)
    assert len(history["loss"]) == 1
    assert "15 needed (3 epoch(s) x 5). Training stopped after epoch 11." in str(found)


def test_a_callback_that_stops_is_not_taken_for_a_dry_stream():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    supply, model = Supply(batches(2), steps=5), net()
    told = WholeEpochs([Stop()], supply=supply, model=model, epochs=3, add_history=True)
    with plainly(supply):
        model.fit(supply.feed, epochs=3, steps_per_epoch=5, callbacks=told, shuffle=False, verbose=0)
    assert len(model.history.history["loss"]) == 1
    assert list(told.findings()) == []


@pytest.mark.parametrize("make", [pipeline, unknown, Rows], ids=["pipeline", "unknown length", "PyDataset"])
@pytest.mark.parametrize(
    ("steps", "seen"), [(None, [8, 8, 8]), (4, [4, 4, 4]), (5, [5, 5, 5]), (3, [3, 3, 3])]
)
def test_a_stream_begins_anew_where_it_ends(make, steps, seen):
    history, findings, callback = fit(make(), 3, steps)
    assert callback.batches == seen
    assert len(history["loss"]) == 3
    assert findings == []


def test_a_dataset_that_begins_anew_shows_its_batches_in_order():
    rows = Rows(5)
    supply = Supply(rows, steps=3)
    assert [next(iter(supply.feed[k][1])) for k in range(7)] == [Y[8 * (k % 5)] for k in range(7)]
    rows.asked.clear()
    fit(rows, 2, 3)
    assert rows.asked[-6:] != []
    assert rows.ends >= 2


def test_a_pipeline_that_gives_nothing_invents_no_epoch():
    history, (found,), callback = fit(unknown().filter(lambda x, y: tf.shape(y)[0] > 8), 3, eager=False)
    assert history == {}
    assert callback.ended == 0
    assert "gave no batch in epoch 1" in str(found)


@pytest.mark.parametrize(
    ("held", "steps"), [(3, 3), (3, None), (6, 3), (8, 8)], ids=["as many", "unsaid", "more", "all"]
)
def test_a_generator_to_validate_by_shows_the_same_rows_each_epoch(held, steps):
    model = net()
    history, findings, _ = fit(batches(10), 2, 5, batches(held), steps)
    assert findings == []
    assert len(history["val_loss"]) == 2
    rows = 8 * (steps or held)
    # With a learning rate of 0 the same rows give the same figure, which is that of the arrays.
    model.optimizer.learning_rate = 0.0
    theirs = Supply(batches(held), steps=steps, part="validation data", keep=True)
    model.fit(
        X, Y, epochs=2, validation_data=theirs.feed, validation_steps=theirs.steps, verbose=0, shuffle=False
    )
    figures = model.history.history["val_loss"]
    assert figures[0] == figures[1]
    assert figures[0] == pytest.approx(model.evaluate(X[:rows], Y[:rows], verbose=0)[0], rel=1e-5)


def test_a_generator_too_large_to_keep_is_validated_batch_by_batch(monkeypatch):
    monkeypatch.setattr("zoo.training._streams._KEPT", {"batches": 1, "size": 1, "seconds": 9.0})
    history, (found,), _ = fit(batches(20), 4, 5, batches(7), 3)
    assert len(history["val_loss"]) == 2
    assert "The validation data has run dry: 7 batch(es) found, 12 needed" in str(found)


@pytest.mark.parametrize(
    "kind", [iter, lambda ds: ds.as_numpy_iterator()], ids=["iterator", "NumPy iterator"]
)
def test_any_iterator_will_do(kind):
    history, findings, _ = fit(kind(pipeline()), 2, 4)
    assert len(history["loss"]) == 2
    assert findings == []


def test_lists_are_taken_for_pairs():
    history, _, _ = fit(([x, y] for x, y in batches(4)), 1)
    assert len(history["loss"]) == 1


def test_what_a_generator_raises_arrives_as_it_was():
    def failing():
        yield from batches(2)
        raise ZeroDivisionError("the user's own")

    with pytest.raises(ZeroDivisionError, match="the user's own"):
        fit(failing(), 1, 5)


def test_rows_that_do_not_match_in_a_later_batch_are_named():
    def uneven():
        yield from batches(3)
        yield X[:5], Y[:4]
        yield from batches(3)

    with pytest.raises(zoo.InputError, match=r"Batch 4 of the training data has rows .*: x 5 and y 4"):
        fit(uneven(), 1, 6)


@pytest.mark.parametrize(
    ("stream", "length"),
    [
        (pipeline(), 8),
        (pipeline().repeat(), math.inf),
        (unknown(), None),
        (Rows(5), 5),
        (batches(4), 4),
        (itertools.cycle([(X, Y)]), None),
    ],
    ids=["pipeline", "repeated", "unknown", "PyDataset", "generator", "cycle"],
)
def test_the_length_is_known_where_it_can_be(stream, length):
    assert Supply(stream).length == length


def test_keras_own_word_on_the_end_is_kept_back():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        fit(unknown(), 2)
        fit(batches(7), 2, 5)


def test_an_epoch_that_never_ends_is_said(monkeypatch):
    monkeypatch.setattr("zoo.training._whole_epochs._MANY", 3)
    with pytest.warns(zoo.errors.PreflightWarning, match="has taken 3 batches, .* pass steps_per_epoch="):
        fit(unknown(), 1)


@settings(max_examples=60)
@given(st.integers(0, 12), st.integers(1, 4), st.integers(1, 5))
def test_each_batch_is_given_out_once_and_in_order(held, steps, ahead):
    supply = Supply(((np.array([k]), np.array([k])) for k in range(held)), steps=steps)
    seen = [int(x[0]) for x, _ in supply.feed]
    assert seen == list(range(held))
    assert (supply.found, supply.dry or held == 0) == (held, True)
    if held:
        assert supply.spent(ahead) == (held <= ahead * steps)
        assert supply.short(ahead) == (held < ahead * steps)
