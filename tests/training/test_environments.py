import sys

import numpy as np
import pytest

import zoo

gymnasium = pytest.importorskip("gymnasium")


def test_without_gymnasium_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(zoo.MissingPackageError, match=r"pip install 'keras-model-zoo\[games\]'"):
        zoo.make_environments("CartPole-v1", 2)


def test_a_game_that_does_not_exist_is_named():
    with pytest.raises(zoo.InputError, match="no game 'CartPol-v1'"):
        zoo.make_environments("CartPol-v1", 2)
    with pytest.raises(zoo.InputError, match="count must be a whole number"):
        zoo.make_environments("CartPole-v1", 0)


def test_an_episodes_return_is_the_steps_that_the_pole_stood():
    model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2)
    games = zoo.make_environments("CartPole-v1", 6)
    returns = zoo.play_episodes(model, games, seed=0)
    np.testing.assert_array_equal(returns, zoo.play_episodes(model, games, seed=0))
    alone = gymnasium.make("CartPole-v1").unwrapped  # the same game, one at a time, always to the left
    games.reset(seed=0)
    for state, total in zip(games.unwrapped.state.T, returns, strict=True):
        alone.reset()
        alone.state, over, steps = np.array(state), False, 0
        while not over:
            _, _, over, _, _ = alone.step(0)
            steps += 1
        assert steps == total


@pytest.mark.parametrize(
    ("model", "arguments", "words"),
    [
        (
            "mlp",
            {"input_shape": (4,), "num_classes": 2},
            "needs the outputs 'policy' and 'value'; this model has",
        ),
        ("actor_critic", {"input_shape": (5,), "num_actions": 2}, r"Build it with input_shape=\(4,\)"),
        ("actor_critic", {"input_shape": (4,), "num_actions": 3}, "has 2 moves; the model takes"),
    ],
)
def test_a_model_for_another_game_is_refused(model, arguments, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.play_episodes(zoo.create_model(model, **arguments), zoo.make_environments("CartPole-v1", 2))


def test_games_without_a_fixed_number_of_moves_and_other_kinds_of_reset_are_refused():
    model = zoo.create_model("actor_critic", input_shape=(3,), num_actions=2)
    with pytest.raises(zoo.InputError, match="fixed number of moves"):
        zoo.play_episodes(model, zoo.make_environments("Pendulum-v1", 2))
    same = gymnasium.make_vec(
        "CartPole-v1",
        num_envs=2,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP},
    )
    with pytest.raises(zoo.InputError, match="begin anew in the step after"):
        zoo.play_episodes(zoo.create_model("actor_critic", input_shape=(4,), num_actions=2), same)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_game_whose_version_is_gone_is_told():
    with pytest.raises(zoo.InputError, match="LunarLander-v3"):
        zoo.make_environments("LunarLander-v2", 1)
