"""Streams that cannot be meant are named before the first step, and sound ones are not."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.training._streams import Supply
from zoo.training.checks.streams import (
    batches_are_pairs,
    nothing_beside_a_stream,
    rows_are_batched,
    stream_ends,
    stream_is_long_enough,
    streams_differ,
)

X, Y = np.ones((64, 4), "float32"), np.arange(64) % 3


class Endless(keras.utils.PyDataset):
    @property
    def num_batches(self):
        return None

    def __getitem__(self, k):
        return X[:8], Y[:8]


class Empty(Endless):
    @property
    def num_batches(self):
        return 0


def pipeline(*parts):
    return tf.data.Dataset.from_tensor_slices(parts or (X, Y))


def model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


def told(stream, steps=None, part="training data"):
    supply = Supply(stream, steps=steps, part=part)
    checks = [stream_ends(supply), stream_is_long_enough(supply), batches_are_pairs(supply)]
    found = list(itertools.chain(*checks, rows_are_batched(supply, model())))
    assert all(one.level == "error" and one.mend for one in found)
    return [str(one) for one in found]


WRONG = [
    (
        "a generator without an end",
        itertools.repeat((X, Y)),
        None,
        ["large, or never ends", "Pass steps_per_epoch"],
    ),
    ("a pipeline that repeats", pipeline().batch(8).repeat(), None, ["never ends", "steps_per_epoch=100"]),
    ("a PyDataset without an end", Endless(), None, ["never ends", "steps_per_epoch"]),
    ("an empty generator", iter([]), 5, ["holds no batch"]),
    ("an empty pipeline", pipeline().batch(8).take(0), None, ["holds no batch"]),
    (
        "a filter too strict",
        pipeline().batch(8).filter(lambda x, y: tf.shape(y)[0] > 8),
        None,
        ["holds no batch"],
    ),
    ("an empty PyDataset", Empty(), None, ["holds no batch"]),
    (
        "more steps than batches",
        pipeline().batch(8),
        9,
        ["holds 8 batches", "steps_per_epoch=9", ".repeat()"],
    ),
    (
        "arrays alone",
        (X[k : k + 8] for k in range(0, 64, 8)),
        8,
        ["no targets: ndarray of shape (8, 4)", "(x, y)"],
    ),
    ("x alone", ((X,) for _ in range(4)), 4, ["holds x and no targets"]),
    ("a pipeline of x", pipeline(X).batch(8), None, ["holds x and no targets"]),
    ("four parts", ((X, X, Y, Y) for _ in range(4)), 4, ["has 4 parts", "((x1, x2), y)"]),
    ("x and y of other lengths", ((X[:8], Y[:6]) for _ in range(4)), 4, ["x has 8 and y has 6"]),
    ("two inputs of other lengths", (((X[:8], X[:4]), Y[:8]) for _ in range(4)), 4, ["another of x has 4"]),
    ("single rows", pipeline(), None, ["single rows, of the shape (4,)", "dataset.batch(32)"]),
]


@pytest.mark.parametrize(("stream", "steps", "parts"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_cannot_be_meant_is_named(stream, steps, parts):
    sentences = " ".join(told(stream, steps))
    for part in parts:
        assert part in sentences


def test_the_argument_is_called_as_it_is_there():
    assert "Pass validation_steps" in told(Endless(), part="validation data")[0]
    assert "Pass steps," in told(Endless(), part="data")[0]


RIGHT = {
    "a generator": lambda: (((X, Y) for _ in range(4)), 4),
    "a generator that ends": lambda: (((X, Y) for _ in range(4)), None),
    "an endless one with steps": lambda: (itertools.repeat((X, Y)), 10),
    "with weights": lambda: (((X, Y, np.ones(64)) for _ in range(4)), 4),
    "a pipeline": lambda: (pipeline().batch(8), None),
    "a pipeline and fewer steps": lambda: (pipeline().batch(8), 3),
    "a pipeline that repeats, with steps": lambda: (pipeline().batch(8).repeat(), 30),
    "a PyDataset without an end, with steps": lambda: (Endless(), 4),
}


@pytest.mark.parametrize("make", RIGHT.values(), ids=RIGHT)
def test_what_is_sound_is_not_named(make):
    assert told(*make()) == []


@pytest.mark.parametrize(
    ("given", "level"), [({"y": Y}, "error"), ({"sample_weight": Y}, "error"), ({"batch_size": 8}, "warning")]
)
def test_what_comes_beside_a_stream_is_named(given, level):
    (found,) = nothing_beside_a_stream("training data", **given)
    assert found.level == level
    assert next(iter(given)) in str(found)
    assert list(nothing_beside_a_stream("training data")) == []


def test_one_generator_for_both_is_named():
    both = iter([(X, Y)] * 9)
    training, validation = Supply(both, steps=2), Supply(both, steps=2, part="validation data", keep=True)
    assert "one and the same generator" in str(next(streams_differ(training, validation)))
    assert list(streams_differ(training, Supply(iter([(X, Y)] * 3), keep=True))) == []
