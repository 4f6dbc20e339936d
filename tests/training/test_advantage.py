import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.training.advantage import estimate_advantages

gymnasium = pytest.importorskip("gymnasium")
LOSSES = {"policy": "sparse_categorical_crossentropy", "value": "mse"}


@pytest.fixture(scope="module")
def games():
    return zoo.make_environments("CartPole-v1", 16)


def player(seed: int = 0) -> keras.Model:
    model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2, hidden=(16,), seed=seed)
    model.compile(keras.optimizers.Adam(0.01), LOSSES)
    return model


def learn(model: keras.Model, games, **options) -> keras.callbacks.History:
    return zoo.fit_actor_critic(
        model, games, **{"epochs": 1, "updates": 2, "steps": 4, "seed": 0, "verbose": 0} | options
    )


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(games):
    weights = []
    for seed in (3, 3, 4):
        model = player()
        learn(model, games, seed=seed)
        weights.append(np.concatenate([array.ravel() for array in model.get_weights()]))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_a_short_training_plays_better_than_none(games):
    model = player()
    before = zoo.play_episodes(model, games, seed=1).mean()
    history = learn(model, games, epochs=3, updates=40, steps=16)
    assert zoo.play_episodes(model, games, seed=1).mean() > 3 * before
    assert history.history["return"][-1] > history.history["return"][0]


def test_the_best_weights_come_back(games):
    model = player()
    seen = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()))
    judged = learn(model, games, epochs=4, updates=20, callbacks=keep).history["val_return"]
    best = max(range(4), key=lambda epoch: (judged[epoch], epoch))
    for now, then in zip(model.get_weights(), seen[best], strict=True):
        np.testing.assert_array_equal(now, then)


def test_it_ends_when_the_target_is_reached(games):
    assert len(learn(player(), games, epochs=5, target=1).history["loss"]) == 1


def test_a_stop_in_the_middle_leaves_weights_that_can_play(games):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = player()
    history = learn(model, games, epochs=9, updates=50, callbacks=Stop())
    assert len(history.history["loss"]) == 1
    assert all(np.isfinite(array).all() for array in model.get_weights())
    assert zoo.play_episodes(model, games, seed=0).shape == (16,)


@given(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(
            st.lists(st.floats(-1, 1), min_size=n, max_size=n),
            st.lists(st.floats(-1, 1), min_size=n + 1, max_size=n + 1),
            st.floats(0, 0.99),
        )
    )
)
def test_with_a_whole_trace_the_advantage_is_the_discounted_return_less_the_value(case):
    rewards, values, discount = case
    never = np.zeros((len(rewards), 1), dtype=bool)
    found = estimate_advantages(
        np.array(rewards)[:, None], np.array(values)[:, None], never, never, discount=discount, trace=1.0
    )
    for step in range(len(rewards)):
        rest = rewards[step:]
        total = (
            sum(discount**k * reward for k, reward in enumerate(rest)) + discount ** len(rest) * values[-1]
        )
        np.testing.assert_allclose(found[step, 0], total - values[step], atol=1e-9)


def test_a_failure_is_worth_nothing_more_and_the_clock_is_no_failure():
    rewards, values = np.ones((1, 2)), np.array([[0.0, 0.0], [10.0, 10.0]])
    failed, over = np.array([[True, False]]), np.array([[True, True]])
    found = estimate_advantages(rewards, values, failed, over, discount=0.5, trace=1.0)
    np.testing.assert_allclose(found, [[1.0, 6.0]])


def test_nothing_flows_back_over_an_episodes_end():
    rewards, values = np.array([[0.0], [0.0], [7.0]]), np.zeros((4, 1))
    over = np.array([[True], [False], [False]])
    found = estimate_advantages(rewards, values, over, over, discount=1.0, trace=1.0)
    np.testing.assert_allclose(found.ravel(), [0, 7, 7])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 0}, "epochs must be a whole number of 1 or more; got 0"),
        ({"steps": 1.5}, "steps must be"),
        ({"discount": 1.0}, "discount must be at least 0 and below 1"),
        ({"trace": 2}, "trace must be from 0 to 1"),
    ],
)
def test_wrong_numbers_are_named(games, options, words):
    with pytest.raises(zoo.InputError, match=words):
        learn(player(), games, **options)


def test_a_model_that_is_not_compiled_is_refused(games):
    model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2)
    with pytest.raises(zoo.InputError, match=r"not compiled. Call model.compile"):
        learn(model, games)
