"""The figures of finished weights: measured once by `zoo pretrain`, and in the same way again by `zoo verify`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from zoo.datasets import Dataset, load_dataset
from zoo.errors import InputError
from zoo.runs.measure import of_test_rows
from zoo.training.environments import make_environments, play_episodes
from zoo.training.evaluate import mean_interval

GAMES = {"actor_critic.cartpole": "CartPole-v1"}
_EPISODES = 100
_PAINTINGS, _PICTURES = 20, 1000  # how often the painter is judged, and by how many pictures each time

Figures = dict[str, float]


def measure(
    name: str, model: keras.Model, *, dataset: str | None, dataset_arguments: Mapping[str, Any], seed: int
) -> tuple[Figures, Dataset | None]:
    """Measure finished weights on their test split.

    A classifier has its loss and accuracy; what learns otherwise has a way of its own, named in ``_OWN_WAYS``.

    Args:
        name: ``architecture.tag``.
        model: the model.
        dataset: the name of its dataset; ``None`` of a game.
        dataset_arguments: what `load_dataset` takes besides.
        seed: of what is drawn.

    Returns:
        The figures, each with ``_low`` and ``_high`` where it has a 95 % interval, and the dataset.

    Raises:
        MissingFileError: the data is not here.
        MissingPackageError: the game is not.
        InputError: there is neither a dataset nor a game.
    """
    if dataset is None:
        if name not in GAMES:
            raise InputError(
                f"{name} has no dataset, and no game is known for it. There is {', '.join(GAMES)}."
            )
        return _of_play(model, GAMES[name], seed), None
    data = load_dataset(dataset, **dataset_arguments)
    own = _OWN_WAYS.get(name.partition(".")[0])
    return own(model, data, seed) if own else _of_answers(model, data, seed), data


def _of_answers(model: keras.Model, data: Dataset, seed: int) -> Figures:
    """Compile as the targets tell, each output for itself, and evaluate."""
    y = data.test.y
    several = isinstance(y, Mapping)
    targets = y if several else {"": y}
    outputs = model.output if several else {"": model.outputs[0]}
    losses = {key: _loss(values, outputs[key].shape[-1]) for key, values in targets.items()}
    metrics = {key: ["mae"] if loss == "mse" else ["accuracy"] for key, loss in losses.items()}
    model.compile(loss=losses if several else losses[""], metrics=metrics if several else metrics[""])
    return of_test_rows(model, data.test, seed=seed)


def _loss(targets: np.ndarray, width: int) -> str:
    if not np.issubdtype(targets.dtype, np.integer):
        return "mse"
    return "binary_crossentropy" if width == 1 else "sparse_categorical_crossentropy"


def _of_play(model: keras.Model, game: str, seed: int) -> Figures:
    """Play games that nothing was chosen by."""
    returns = play_episodes(model, make_environments(game, _EPISODES), seed=seed + 1000)
    return _with_interval("test_mean_return", returns, seed)


def _of_cleaning(model: keras.Model, data: Dataset, seed: int) -> Figures:
    """Spoil the test pictures as in training, and compare what comes back with what they were."""
    noise, whole = model.get_layer("encoder").get_layer("noise").stddev, data.test.x
    spoilt = whole + np.random.default_rng(seed).normal(0, noise, whole.shape).astype("float32")
    errors = {
        "test_mse": np.square(model.predict(spoilt, batch_size=256, verbose=0) - whole),
        "test_spoilt_mse": np.square(spoilt - whole),
    }
    found: Figures = {}
    for name, squares in errors.items():
        found |= _with_interval(name, squares.reshape(len(whole), -1).mean(axis=1), seed)
    return {**found, "test_noise_removed": 1 - found["test_mse"] / found["test_spoilt_mse"]}


def _of_painting(model: keras.Model, data: Dataset, seed: int) -> Figures:
    """Show painted digits to a network that reads digits: is it sure, are all ten there, does it see the same?"""
    from zoo.registry import create_model

    reader = create_model("cnn.digits", pretrained=True)
    eye = keras.Model(reader.inputs, [layer.output for layer in reader.layers[-2:]])
    painter, random = model.get_layer("generator"), np.random.default_rng(seed)
    real, _ = eye.predict(data.train.x, batch_size=256, verbose=0)
    judged: dict[str, list[float]] = {"test_frechet_error": [], "test_sure": [], "test_evenness": []}
    for _ in range(_PAINTINGS):
        numbers = random.normal(size=(_PICTURES, painter.input_shape[-1])).astype("float32")
        features, answers = eye.predict(painter.predict(numbers, verbose=0), batch_size=256, verbose=0)
        share = np.bincount(answers.argmax(axis=1), minlength=10) / _PICTURES
        judged["test_frechet_error"].append(_frechet(real, features))
        judged["test_sure"].append(float(np.mean(answers.max(axis=1) > 0.9)))
        judged["test_evenness"].append(float(-np.sum(share * np.log(share + 1e-12)) / np.log(10)))
    found: Figures = {}
    for name, values in judged.items():
        low, high = np.percentile(values, [2.5, 97.5])
        found |= {name: float(np.mean(values)), f"{name}_low": float(low), f"{name}_high": float(high)}
    return found


def _frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Return Fréchet's distance between two clouds of features, as if each were normal."""
    spread, theirs = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    both = np.sqrt(np.linalg.eigvals(spread @ theirs).real.clip(0)).sum()
    apart = np.square(one.mean(axis=0) - other.mean(axis=0)).sum()
    return float(apart + np.trace(spread) + np.trace(theirs) - 2 * both)


def _with_interval(name: str, values: np.ndarray, seed: int) -> Figures:
    low, high = mean_interval(values, seed)
    return {name: float(np.mean(values)), f"{name}_low": low, f"{name}_high": high}


_OWN_WAYS: dict[str, Callable[[keras.Model, Dataset, int], Figures]] = {
    "denoising_autoencoder": _of_cleaning,
    "gan": _of_painting,
}
