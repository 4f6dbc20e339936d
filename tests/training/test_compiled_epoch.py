"""A compiled epoch gives what a loop over the batches gives, for every builder and every way of training."""

import keras
import numpy as np
import pytest

import zoo
from zoo._feed import feed
from zoo.training._data import order_of_rows

L = keras.layers
SPARSE = "sparse_categorical_crossentropy"


def inputs_struct(model):
    return getattr(model, "_inputs_struct", model.inputs[0])


def outputs_struct(model):
    return getattr(model, "_outputs_struct", model.outputs[0])


def rows_for(model, rows=22, seed=0):
    """Random rows of the shapes that a model takes, and targets for its outputs."""
    random = np.random.default_rng(seed)
    if hasattr(model, "training_shape"):
        return random.random((rows, *model.training_shape), dtype="float32"), None

    def numbers(tensor):
        if tensor.dtype == "string":
            return np.array(["park", "sea"])[random.integers(0, 2, (rows, *tensor.shape[1:]))]
        *places, last = tensor.shape[1:]
        return random.random((rows, *(size or 12 for size in places), last or 1), dtype="float32")

    x = keras.tree.map_structure(numbers, inputs_struct(model))
    y = keras.tree.map_structure(numbers, outputs_struct(model))
    return x, y


def built(name, seed=0):
    model = zoo.create_model(name, **{**zoo.model_info(name).example, "seed": seed})
    if getattr(model, "needs_targets", True):
        form = outputs_struct(model)
        several = isinstance(form, dict | list | tuple)
        losses = keras.tree.map_structure(lambda _: "mse", form)
        metrics = keras.tree.map_structure(lambda _: "mae", form) if several else ["mae"]
        # No Adam: it makes whole steps of the rounding in gradients that should be 0, as of a bias before batch
        # normalisation. tests/training/test_compiled_training.py has it, and others.
        model.compile(keras.optimizers.SGD(0.01, momentum=0.9), losses, metrics=metrics)
    else:
        model.compile()
    return model


def in_a_loop(model, x, y, *, epochs, batch_size, seed):
    """What compiled epochs must give: `train_on_batch`, its metrics gathered over each epoch."""
    rows = len(keras.tree.flatten(x)[0])
    keras.utils.set_random_seed(seed)
    reset, history = model.reset_metrics, {}
    model.reset_metrics = lambda: None  # train_on_batch would begin anew with every batch
    for epoch in range(epochs):
        order = order_of_rows(seed, epoch, rows)
        reset()
        for first in range(0, rows, batch_size):
            chosen = order[first : first + batch_size]
            parts = (x,) if y is None else (x, y)
            batch = [keras.tree.map_structure(lambda leaf, c=chosen: feed(leaf[c]), part) for part in parts]
            model.train_on_batch(*batch)
        for name, value in model.get_metrics_result().items():
            history.setdefault(name, []).append(float(value))
    return history


def assert_same_weights(one, other, tolerance=1e-6):
    mine, theirs = (
        np.concatenate([array.ravel() for array in model.get_weights()]) for model in (one, other)
    )
    assert np.linalg.norm(mine - theirs) <= tolerance * np.linalg.norm(theirs)


@pytest.mark.parametrize("name", zoo.list_models())
def test_every_builder_learns_as_in_a_loop_over_its_batches(name):
    ours, theirs = built(name), built(name)
    x, y = rows_for(ours)
    epochs = 50 if ours.count_params() < 20_000 else 3
    history = zoo.fit(ours, x, y, epochs=epochs, batch_size=8, seed=5, verbose=0, checks="off", compiled=True)
    expected = in_a_loop(theirs, x, y, epochs=epochs, batch_size=8, seed=5)
    assert set(history.history) == set(expected)
    for metric, values in expected.items():
        # Keras weighs the loss of each output by the rows of a batch where their number is written into the graph, as
        # in train_on_batch, and not in fit, where any number may come.
        if not metric.endswith("_loss") or y is None:
            np.testing.assert_allclose(history.history[metric], values, rtol=1e-6, err_msg=metric)
    assert_same_weights(ours, theirs)
