"""Where a game is played: copies of gymnasium's environments, and whole episodes in them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo.errors import InputError, MissingPackageError
from zoo.training._arguments import at_least
from zoo.training._layout import layout_of


def make_environments(name: str, count: int, **arguments: Any) -> Any:
    """Make copies of a game that step together, by gymnasium's name for it.

    Args:
        name: such as ``"CartPole-v1"``.
        count: how many copies.
        **arguments: the game's own.

    Returns:
        A `gymnasium.vector.VectorEnv`: the game's own fast one where it has one, otherwise one that steps
        its copies in turn.

    Raises:
        MissingPackageError: gymnasium is not installed.
        InputError: gymnasium knows no such game.

    Examples:
        >>> environments = make_environments("CartPole-v1", 3)
        >>> observations, _ = environments.reset(seed=0)
        >>> observations.shape
        (3, 4)

    Source: the deck, "Game Robot".
    """
    try:
        import gymnasium
    except ImportError as error:
        raise MissingPackageError(
            "Games need gymnasium, which is not installed: pip install 'keras-model-zoo[games]'"
        ) from error
    at_least("count", count)
    try:
        return gymnasium.make_vec(name, num_envs=count, **arguments)
    except (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv) as error:
        raise InputError(f"gymnasium has no game {name!r}: {error}") from error


def play_episodes(
    model: keras.Model, environments: Any, *, seed: int | None = None, most: int = 10_000
) -> np.ndarray:
    """Play one whole episode in each environment with the likeliest move each time.

    Args:
        model: an actor and critic, such as ``create_model("actor_critic", ...)``.
        environments: copies of a game, such as `make_environments` gives.
        seed: of the beginnings. ``None`` goes on with the environments' own.
        most: steps after which an episode that has not ended is left.

    Returns:
        The sum of rewards of each episode, ``(environments,)`` float64.

    Raises:
        InputError: model and environments do not fit one another.

    Examples:
        >>> import zoo
        >>> model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2)
        >>> returns = play_episodes(model, make_environments("CartPole-v1", 5), seed=0)
        >>> returns.shape, bool((returns < 20).all())  # always to the left, and the pole has fallen
        ((5,), True)
    """
    check_player(model, environments)
    observations, _ = environments.reset(seed=seed)
    returns, playing = np.zeros(len(observations)), np.ones(len(observations), dtype=bool)
    for _ in range(most):
        policy = model.predict_on_batch(observations)["policy"]
        observations, rewards, failed, cut, _ = environments.step(policy.argmax(axis=1))
        returns += rewards * playing
        playing &= ~(failed | cut)
        if not playing.any():
            break
    return returns


def check_player(model: keras.Model, environments: Any) -> None:
    """Refuse a model and environments that do not fit one another, before the first move.

    Raises:
        InputError: says what does not fit, and what would.
    """
    layout = layout_of(model)
    outputs = dict(zip(layout.order, model.outputs, strict=True)) if layout else {}
    if sorted(outputs) != ["policy", "value"]:
        raise InputError(
            f"A player needs the outputs 'policy' and 'value'; this model has {', '.join(outputs)}. "
            'zoo.create_model("actor_critic", ...) makes one.'
        )
    moves = getattr(getattr(environments, "single_action_space", None), "n", None)
    if moves is None:
        raise InputError(
            "environments must be copies of a game with a fixed number of moves, as "
            f"zoo.make_environments(name, count) gives; got {environments!r}."
        )
    if getattr(environments.metadata.get("autoreset_mode"), "value", None) != "NextStep":
        raise InputError(
            "environments must begin anew in the step after an episode's end (AutoresetMode.NEXT_STEP, "
            f"gymnasium's default); these have {environments.metadata.get('autoreset_mode')}."
        )
    seen, units = environments.single_observation_space.shape, outputs["policy"].shape[-1]
    if model.input_shape[1:] != seen or units != moves:
        raise InputError(
            f"The game shows {seen} and has {moves} moves; the model takes {model.input_shape[1:]} and has "
            f"{units}. Build it with input_shape={seen} and num_actions={moves}."
        )
