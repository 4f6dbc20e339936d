"""A look at a stream changes nothing of what training sees."""

import random
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from zoo.training._peek import as_numpy, kind_of, peek

Dataset = tf.data.Dataset


def numbers():
    return Dataset.from_tensor_slices(np.arange(40))


PIPELINES = {
    "plain": lambda: numbers().batch(8),
    "shuffled": lambda: numbers().shuffle(40).batch(8).prefetch(2),
    "shuffled, with a seed": lambda: numbers().shuffle(40, seed=3).batch(8),
    "shuffled before a map": lambda: numbers().shuffle(40).map(lambda v: v * 2).batch(8),
    "cached": lambda: numbers().map(lambda v: v + 1).cache().batch(8),
    "cached and shuffled": lambda: numbers().cache().shuffle(40).batch(8).repeat(2),
    "random": lambda: numbers().map(lambda v: v + tf.random.uniform((), 0, 9, tf.int64)).batch(8),
    "interleaved": lambda: (
        Dataset.range(4).interleave(lambda v: Dataset.range(v, v + 5)).shuffle(20).batch(4)
    ),
    "zipped": lambda: Dataset.zip((numbers(), numbers())).shuffle(40).map(lambda a, b: a + b).batch(8),
}


def epochs(dataset):
    return [[row for batch in dataset for row in batch.numpy().tolist()] for _ in range(2)]


@pytest.mark.parametrize("make", PIPELINES.values(), ids=PIPELINES)
def test_a_pipeline_gives_what_it_would_have_given(make):
    keras.utils.set_random_seed(0)
    expected = epochs(make())
    keras.utils.set_random_seed(0)
    dataset = make()
    batch, same = peek(dataset)
    assert same is dataset
    assert len(batch) in (4, 8)
    assert epochs(dataset) == expected


def test_a_large_shuffled_pipeline_is_looked_at_below_the_shuffle(monkeypatch):
    monkeypatch.setattr("zoo.training._peek._SMALL", 8)
    batch, dataset = peek(numbers().shuffle(40, seed=1).batch(8).prefetch(1))
    assert batch.tolist() == list(range(32))
    assert epochs(dataset) == epochs(numbers().shuffle(40, seed=1).batch(8).prefetch(1))
    assert peek(numbers().shuffle(40).map(lambda v: v * 2).batch(8))[0] is None


def test_a_folder_of_images_is_seen(tmp_path):
    for name, value in (("dark", 10), ("light", 200)):
        (tmp_path / name).mkdir()
        for k in range(3):
            image = np.full((4, 4, 3), value + k, "uint8")
            keras.utils.save_img(tmp_path / name / f"{k}.png", image, scale=False)

    def load():
        return keras.utils.image_dataset_from_directory(
            tmp_path, image_size=(4, 4), batch_size=2, seed=1, verbose=False
        )

    (x, y), dataset = peek(load())
    assert x.shape == (2, 4, 4, 3)
    assert y.tolist() == [0, 0]
    assert [b[1].numpy().tolist() for b in dataset] == [b[1].numpy().tolist() for b in load()]


def test_a_generator_loses_nothing():
    batch, stream = peek((np.array([k]), [k]) for k in range(3))
    assert batch[0].tolist() == [0]
    assert [int(x[0]) for x, _ in stream] == [0, 1, 2]


def test_random_numbers_stay_as_they_were():
    class Noisy(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, k):
            return np.random.rand(4, 1) + random.random(), np.zeros(4)  # noqa: NPY002

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    expected = random.random(), np.random.rand()  # noqa: NPY002
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    peek(Noisy())
    assert (random.random(), np.random.rand()) == expected  # noqa: NPY002


@pytest.mark.parametrize("stream", [iter([]), numbers().take(0).batch(2)], ids=["generator", "pipeline"])
def test_an_empty_stream_is_told_from_one_that_cannot_be_seen(stream):
    assert peek(stream)[0] == ()


def test_a_loader_of_pytorch_is_seen_without_its_sampler_or_its_workers():
    def refuse(self):
        raise AssertionError("the loader was iterated over")

    loader = type("DataLoader", (), {"__module__": "torch.utils.data.dataloader", "__iter__": refuse})()
    loader.dataset, loader.batch_size = [(np.ones(2) * k, k) for k in range(5)], 2
    loader.collate_fn = lambda rows: [np.stack([x for x, _ in rows]), np.array([y for _, y in rows])]
    assert kind_of(loader) == "DataLoader"
    x, y = peek(loader)[0]
    assert x.tolist() == [[0, 0], [1, 1]]
    assert y.tolist() == [0, 1]


@pytest.mark.parametrize(
    "data", [np.ones(3), [1, 2], {"x": 1}, (1, 2), None, "text", types.SimpleNamespace(x=1)]
)
def test_what_is_no_stream_is_none(data):
    assert kind_of(data) is None


def test_tensors_and_lists_become_arrays():
    x, y = as_numpy(({"a": tf.ones((2, 1))}, [0, 1]))
    assert isinstance(x["a"], np.ndarray)
    assert y.tolist() == [0, 1]
    assert [part.tolist() for part in as_numpy([tf.ones(1), tf.zeros(1)])] == [[1.0], [0.0]]
