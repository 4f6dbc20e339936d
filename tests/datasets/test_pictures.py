"""The deck's generated data: the figures that the deck reports hold on it, with scikit-learn as the judge."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import zoo
from zoo.datasets import all_datasets

SEEDS = range(4)
PICTURES = ("logistic_regression1", "feature_extraction1", "feature_extraction2", "feature_extraction3")
LINES = ("linear_regression1", "linear_regression2")
MADE = (*PICTURES, *LINES, "two_blobs", "four_features")
TRANSFORMS = {
    "coordinates": lambda x: x,
    "radius": lambda x: np.hypot(x[:, 0], x[:, 1])[:, None],
    "product": lambda x: x[:, :1] * x[:, 1:],
}


def accuracies(name: str, transform: str, **arguments) -> np.ndarray:
    """Accuracy of logistic regression on all rows, as the deck measures it, for several seeds."""
    found = []
    for seed in SEEDS:
        samples = all_datasets()[name].loader(seed=seed, **arguments)
        features = TRANSFORMS[transform](samples.x)
        found.append(LogisticRegression().fit(features, samples.y).score(features, samples.y))
    return np.array(found)


def test_a_line_parts_logistic_regression1_with_97_percent_right():
    assert np.abs(accuracies("logistic_regression1", "coordinates", n=4000) - 0.9709).max() < 0.01
    assert accuracies("logistic_regression1", "coordinates").min() > 0.96


@pytest.mark.parametrize("name", ["feature_extraction1", "feature_extraction2"])
def test_a_line_is_no_better_than_a_coin_on_ring_and_quadrants(name):
    assert np.abs(accuracies(name, "coordinates", n=4000) - 0.5).max() < 0.05


@pytest.mark.parametrize(
    ("name", "transform", "floor"),
    [("feature_extraction1", "radius", 0.956), ("feature_extraction2", "product", 0.964)],
)
def test_the_right_transform_reaches_the_decks_figure(name, transform, floor):
    assert accuracies(name, transform).min() >= floor
    assert accuracies(name, transform, noise=0).min() > 0.98


@pytest.mark.parametrize("transform", ["radius", "product"])
def test_spirals_yield_to_neither_transform(transform):
    assert np.abs(accuracies("feature_extraction3", transform, n=4000) - 0.5).max() < 0.05
    assert accuracies("feature_extraction3", "coordinates").max() < 0.75


def test_the_blobs_are_the_decks_and_a_line_comes_to_their_bayes_limit():
    samples = all_datasets()["two_blobs"].loader(n=20_000)
    for label, centre in enumerate([(-2, 2), (2, -2)]):
        cloud = samples.x[samples.y == label]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.1)
        np.testing.assert_allclose(np.cov(cloud.T), [[5, 0], [0, 5]], atol=0.25)
    limit = 0.5 * (1 + math.erf(math.sqrt(8) / math.sqrt(5) / math.sqrt(2)))
    assert np.abs(accuracies("two_blobs", "coordinates", n=20_000) - limit).max() < 0.01


def test_the_targets_of_four_features_follow_the_formula_and_the_decks_tests_another():
    right = zoo.load_dataset("four_features", n=500)
    deck = zoo.load_dataset("four_features", n=500, test_formula="deck")
    assert (len(right.train), len(right.test)) == (500, 50)
    for name in ("train", "test"):
        np.testing.assert_array_equal(getattr(right, name).x, getattr(deck, name).x)
    factors = np.arange(4)
    for split in (right.train, right.test, deck.train):
        np.testing.assert_allclose(split.y, split.x @ factors, atol=1e-5)
    np.testing.assert_allclose(deck.test.y, deck.test.x**factors @ factors, atol=1e-5)
    assert np.abs(deck.test.y - right.test.y).mean() > 0.5
    with pytest.raises(zoo.InputError, match="test_formula must be 'train' or 'deck'; got 'dekc'"):
        zoo.load_dataset("four_features", test_formula="dekc")


@given(share=st.floats(0.01, 0.99), n=st.integers(100, 2000))
def test_the_second_cloud_has_its_share(share, n):
    labels = all_datasets()["two_blobs"].loader(n=n, share=share).y
    assert abs((labels == 1).sum() - share * n) <= 1
    assert set(labels) <= {0, 1}


def test_halves_take_turns():
    assert all_datasets()["two_blobs"].loader(n=5).y.tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("name", MADE)
def test_n_noise_and_seed_are_free(name):
    loader = all_datasets()[name].loader
    one, same, other, loud = (
        loader(n=51, seed=1),
        loader(n=51, seed=1),
        loader(n=51, seed=2),
        loader(n=51, noise=1),
    )
    assert len(one.x) == len(one.y) == 51
    np.testing.assert_array_equal(one.x, same.x)
    assert not np.array_equal(one.x, other.x)
    assert np.isfinite(loud.x).all()
    entry = all_datasets()[name]
    assert entry.summary.startswith("Synthetic")
    assert "synthetic" in entry.source
    if entry.task == "classification":
        assert abs(np.mean(one.y) - 0.5) < 0.02
    with pytest.raises(zoo.InputError, match="noise must be"):
        zoo.load_dataset(name, noise=-1)
