"""Advantage actor-critic: play a little in many copies of a game, learn from it, play on."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import as_list, at_least
from zoo.training._interrupt import stop_on_interrupt
from zoo.training.environments import check_player, play_episodes
from zoo.training.progress import Verbose, progress_callback


def fit_actor_critic(
    model: keras.Model,
    environments: Any,
    *,
    epochs: int = 20,
    updates: int = 50,
    steps: int = 16,
    discount: float = 0.99,
    trace: float = 0.95,
    target: float | None = None,
    callbacks: keras.callbacks.Callback | Sequence[keras.callbacks.Callback] | None = None,
    verbose: Verbose = "auto",
    seed: int | None = None,
) -> keras.callbacks.History:
    """Teach a player a game by advantage actor-critic, in several environments at once.

    Each update plays ``steps`` moves in every environment, drawn from the policy, and then trains on them
    once. To the actor this is classification: the moves that were made are its labels, and a row weighs as
    much as its move was better than the critic expected (the advantage), less than nothing where it was
    worse. The critic learns what came of it. A3C's workers each do this with a copy of the network and do
    not wait for one another; here all of them make one update together, which is called A2C.

    After each epoch the likeliest moves are played, one episode in each environment; the weights that did
    best come back at the end, also after Ctrl-C, for a player may forget what it could.

    Args:
        model: a compiled model with the outputs ``policy``, probabilities, and ``value``, such as
            ``create_model("actor_critic", ...)`` with ``loss={"policy": "sparse_categorical_crossentropy",
            "value": "mse"}``.
        environments: copies of a game with a fixed number of moves, such as `make_environments` gives.
        epochs: how often to judge.
        updates: updates in an epoch.
        steps: moves in each environment before an update.
        discount: what a reward is worth one move later, 0 to below 1. Rewards are scaled by ``1 -
            discount``: a value is then a mean reward, and with a reward of 1 a move it is 1 at most.
        trace: how far an advantage looks beyond the critic's word for the next move, 0 to 1 (the lambda of
            generalised advantage estimation).
        target: ends training when the mean return of an epoch's judging reaches it.
        callbacks: Keras' own kind; they hear of each epoch, and of each update as a batch.
        verbose: ``"auto"`` shows a bar on a terminal and a line an epoch in a pipe; 0, 1 and 2 choose.
        seed: of the environments, of the moves drawn, and of Keras. The same seed gives the same weights.

    Returns:
        Keras' `History`: by epoch the losses, ``return`` (mean over the episodes that ended while learning)
        and ``val_return`` (of the judging). Its ``params`` also hold ``interrupted`` and ``seconds``.

    Raises:
        InputError: the model is not compiled, or it and the environments do not fit, or a number is off.

    Examples:
        >>> import zoo
        >>> model = zoo.create_model("actor_critic", input_shape=(4,), num_actions=2, seed=0)
        >>> model.compile("adam", {"policy": "sparse_categorical_crossentropy", "value": "mse"})
        >>> games = zoo.make_environments("CartPole-v1", 8)
        >>> history = fit_actor_critic(model, games, epochs=1, updates=3, seed=0, verbose=0)
        >>> sorted(history.history)
        ['loss', 'policy_loss', 'return', 'val_return', 'value_loss']

    Source: the deck, "A3C reinforcement learning"; Mnih and others (2016); Schulman and others (2016).
    """
    check_player(model, environments)
    _check(model, discount, trace, epochs=epochs, updates=updates, steps=steps)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    games = _Games(model, environments, steps, discount, trace, seed)
    shown = progress_callback(verbose)
    told = keras.callbacks.CallbackList(
        [*as_list(callbacks), *as_list(shown)], add_history=True, model=model, epochs=epochs, steps=updates
    )
    best, weights = -np.inf, model.get_weights()
    model.stop_training = False
    with stop_on_interrupt(model) as interruption, contextlib.ExitStack() as ending:
        told.on_train_begin()
        ending.callback(told.on_train_end)
        ending.callback(lambda: model.set_weights(weights))
        for epoch in range(epochs):
            told.on_epoch_begin(epoch)
            games.begin()
            for update in range(updates):
                told.on_train_batch_begin(update)
                losses = model.train_on_batch(**games.play(), return_dict=True)
                told.on_train_batch_end(update, losses)
                if model.stop_training:
                    break
            model.reset_metrics()
            judged = float(play_episodes(model, environments).mean())
            if judged >= best:
                best, weights = judged, model.get_weights()
            told.on_epoch_end(epoch, {**losses, "return": games.mean_return, "val_return": judged})
            if model.stop_training or (target is not None and judged >= target):
                break
    return interruption.note_in(model.history)


def estimate_advantages(
    rewards: np.ndarray,
    values: np.ndarray,
    failed: np.ndarray,
    over: np.ndarray,
    *,
    discount: float,
    trace: float,
) -> np.ndarray:
    """Return how much better each move turned out than the critic had expected.

    The surprise of a move is ``reward + discount * value of what follows - value``; nothing follows a
    failure. An episode that the clock cut short could have gone on, so there the critic's word for the rest
    stands. The advantage adds the surprises of later moves, each ``discount * trace`` times fainter.

    Args:
        rewards: of each move, ``(steps, environments)``.
        values: the critic's, of what was seen before each move and after the last, ``(steps + 1,
            environments)``.
        failed: whether the move ended the episode for good, ``(steps, environments)`` bool.
        over: whether it ended the episode, by failure or by the clock, likewise.
        discount: what a reward is worth one move later.
        trace: 0 trusts the critic after one move, 1 waits for what comes.

    Returns:
        ``(steps, environments)`` float.

    Examples:
        >>> won, never = np.ones((2, 1)), np.zeros((2, 1), dtype=bool)
        >>> estimate_advantages(won, np.zeros((3, 1)), never, never, discount=0.5, trace=1.0).ravel()
        array([1.5, 1. ])

    Source: Schulman, Moritz, Levine, Jordan and Abbeel (2016), equation 16.
    """
    surprises = rewards + discount * values[1:] * ~failed - values[:-1]
    advantages: np.ndarray = np.zeros_like(surprises)
    later = np.zeros(surprises.shape[1])
    for step in reversed(range(len(surprises))):
        later = surprises[step] + discount * trace * later * ~over[step]
        advantages[step] = later
    return advantages


class _Games:
    """The environments while they are learned from: what is seen now, and what became of the episodes."""

    def __init__(
        self,
        model: keras.Model,
        environments: Any,
        steps: int,
        discount: float,
        trace: float,
        seed: int | None,
    ) -> None:
        self._model, self._environments, self._steps = model, environments, steps
        self._discount, self._trace = discount, trace
        self._random = np.random.default_rng(seed)
        environments.reset(seed=seed)

    def begin(self) -> None:
        """Begin every episode anew, and the epoch's account."""
        self._seen, _ = self._environments.reset()
        self._over = np.zeros(len(self._seen), dtype=bool)
        self._running = np.zeros(len(self._seen))
        self._returns: list[float] = []

    @property
    def mean_return(self) -> float:
        """Mean over the episodes that ended in this epoch, or over those under way where none did."""
        return float(np.mean(self._returns or self._running))

    def play(self) -> dict[str, Any]:
        """Make some moves in every environment; return them as the rows of one training step."""
        made = []
        for _ in range(self._steps):
            seen, live = self._seen, ~self._over  # after an end, a step only begins anew, whatever the move
            move = _draw(self._model.predict_on_batch(seen)["policy"], self._random)
            self._seen, reward, failed, cut, _ = self._environments.step(move)
            self._over = failed | cut
            made.append((seen, move, reward, failed, self._over, live))
            self._running += reward
            self._returns += self._running[self._over].tolist()
            self._running[self._over] = 0
        seen, moves, rewards, failed, over, live = map(np.stack, zip(*made, strict=True))
        all_seen = np.concatenate([seen, self._seen[None]])
        rows = all_seen.reshape(-1, *all_seen.shape[2:])
        values = self._model.predict_on_batch(rows)["value"].reshape(all_seen.shape[:2])
        advantages = estimate_advantages(
            (1 - self._discount) * rewards, values, failed, over, discount=self._discount, trace=self._trace
        )
        known = advantages[live]
        weights = np.where(live, (advantages - known.mean()) / (known.std() + 1e-8), 0)
        return {
            "x": rows[: moves.size],
            "y": {"policy": moves.ravel(), "value": (values[:-1] + advantages).reshape(-1, 1)},
            "sample_weight": {"policy": weights.ravel(), "value": live.ravel().astype("float32")},
        }


def _draw(policy: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw a move for each row of probabilities."""
    passed = random.random((len(policy), 1)) > policy.cumsum(axis=1)[:, :-1]
    moves: np.ndarray = passed.sum(axis=1)
    return moves


def _check(model: keras.Model, discount: float, trace: float, **counts: int) -> None:
    if not model.compiled:
        raise InputError(
            "The model is not compiled. Call model.compile(keras.optimizers.Adam(3e-3), "
            'loss={"policy": "sparse_categorical_crossentropy", "value": "mse"}) first.'
        )
    for name, value in counts.items():
        at_least(name, value)
    if not 0 <= discount < 1:
        raise InputError(f"discount must be at least 0 and below 1; got {discount!r}.")
    if not 0 <= trace <= 1:
        raise InputError(f"trace must be from 0 to 1; got {trace!r}.")
