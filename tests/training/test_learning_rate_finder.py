import keras
import numpy as np
import pytest

import zoo

SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture(scope="module")
def digits():
    train = zoo.load_dataset("digits").train
    return train.x[:800], train.y[:800]


def network(optimizer="adam", **options) -> keras.Model:
    model = zoo.create_model(
        "mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(16,), dropout=0.2, seed=0, **options
    )
    model.compile(optimizer, SPARSE, metrics=["accuracy"])
    return model


def variables(model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(v).copy() for v in [*model.variables, *model.optimizer.variables]]


def test_the_rate_rises_by_one_factor_from_the_lowest(digits):
    finder = zoo.LearningRateFinder(lowest=1e-5, highest=1e-1, steps=40)
    zoo.fit(network(), *digits, epochs=2, callbacks=finder, verbose=0)
    rates = np.array(finder.learning_rates)
    assert len(rates) == len(finder.losses) == 40
    assert rates[[0, -1]] == pytest.approx([1e-5, 1e-1])
    np.testing.assert_allclose(rates[1:] / rates[:-1], rates[1] / rates[0])


def test_everything_is_put_back_and_the_real_training_is_the_same_as_without(digits):
    plain, tried = network(), network()
    for model in (plain, tried):  # so that the optimizer has something to lose
        zoo.fit(model, *digits, epochs=1, verbose=0, seed=1)
    before = variables(tried)
    zoo.fit(tried, *digits, epochs=2, callbacks=zoo.LearningRateFinder(steps=40), verbose=0, seed=2)
    for old, new in zip(before[:-2], variables(tried)[:-2], strict=True):
        np.testing.assert_array_equal(old, new)
    losses = [
        zoo.fit(model, *digits, epochs=2, verbose=0, seed=3).history["loss"] for model in (plain, tried)
    ]
    assert losses[0] == losses[1]


def test_each_loss_is_that_of_its_own_batch(digits):
    x, y = digits[0][:20], digits[1][:20]
    model = zoo.create_model("softmax_regression", input_shape=(8, 8, 1), num_classes=10, seed=0)
    model.compile("sgd", SPARSE)
    finder = zoo.LearningRateFinder(lowest=1e-12, highest=1e-10, steps=20)
    zoo.fit(model, x, y, epochs=1, batch_size=1, callbacks=finder, verbose=0, checks="off")
    own = [model.evaluate(x[i : i + 1], y[i : i + 1], verbose=0) for i in range(20)]
    np.testing.assert_allclose(sorted(finder.losses), sorted(own), rtol=1e-4)


def test_the_suggestion_learns(digits):
    finder = zoo.LearningRateFinder(steps=100)
    zoo.fit(network("sgd"), *digits, epochs=4, callbacks=finder, verbose=0, seed=0)
    model = network(keras.optimizers.SGD(finder.suggestion))
    history = zoo.fit(model, *digits, epochs=15, verbose=0, seed=0)
    assert history.history["accuracy"][-1] > 0.75


def test_a_loss_without_bounds_ends_it_early(digits):
    model = zoo.create_model("linear", input_shape=(8, 8, 1), seed=0)
    model.compile("sgd", "mse")
    finder = zoo.LearningRateFinder(highest=1e6, steps=200)
    before = model.get_weights()
    zoo.fit(model, *digits, epochs=10, callbacks=finder, verbose=0)
    assert 20 <= len(finder.losses) < 200
    assert finder.suggestion < 1
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_plain_keras_takes_it_too(digits):
    finder = zoo.LearningRateFinder(steps=30)
    network().fit(*digits, epochs=2, callbacks=[finder], verbose=0)
    assert len(finder.losses) == 30


def test_what_cannot_be_meant_is_named(digits):
    with pytest.raises(zoo.InputError, match="lowest must be below highest"):
        zoo.LearningRateFinder(lowest=1, highest=0.1)
    with pytest.raises(zoo.InputError, match="steps must be a whole number of 20 or more"):
        zoo.LearningRateFinder(steps=5)
    with pytest.raises(zoo.InputError, match="Nothing was tried yet"):
        _ = zoo.LearningRateFinder().suggestion
    few = digits[0][:64], digits[1][:64]
    with pytest.raises(zoo.InputError, match="this training has 2. Give it more epochs"):
        zoo.fit(network(), *few, callbacks=zoo.LearningRateFinder(), verbose=0)
    falling = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    with pytest.raises(zoo.InputError, match="compiled with a schedule"):
        zoo.fit(network(falling), *digits, callbacks=zoo.LearningRateFinder(), verbose=0)


def test_a_loss_that_never_fell_is_said_so(digits):
    finder = zoo.LearningRateFinder(lowest=5e3, highest=1e4, steps=40)
    zoo.fit(network("sgd"), *digits, epochs=2, callbacks=finder, verbose=0, seed=0)
    finder.losses = sorted(finder.losses)
    with pytest.raises(zoo.InputError, match="The loss never fell between the rates 5e"):
        _ = finder.suggestion
    assert zoo.plots.learning_rates(finder).axes[0].get_title(loc="left") == "The loss never fell"


def test_a_model_without_a_single_loss_is_refused():
    gan = zoo.create_model("gan", input_shape=(8, 8, 1), hidden=(8, 16), seed=0)
    gan.compile(2e-4)
    images = np.random.default_rng(0).random((640, 8, 8, 1), dtype="float32")
    with pytest.raises(zoo.InputError, match="reports only discriminator"):
        zoo.fit(gan, images, epochs=3, callbacks=zoo.LearningRateFinder(), verbose=0)
