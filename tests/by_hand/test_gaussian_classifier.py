import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.utils.fixes import parse_version

from zoo.by_hand import GaussianClassifier
from zoo.by_hand.softmax_regression import log_softmax
from zoo.errors import InputError

law = settings(max_examples=25)
ORACLES = [("shared", LinearDiscriminantAnalysis()), ("separate", QuadraticDiscriminantAnalysis())]
divides_by_n = parse_version(sklearn.__version__) >= parse_version("1.9")


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_agrees_with_the_maximum_likelihood_solver_of_every_scikit_learn(load):
    X, y = load(return_X_y=True)
    oracle = LinearDiscriminantAnalysis(solver="lsqr").fit(X, y)
    np.testing.assert_allclose(
        GaussianClassifier().fit(X, y).predict_proba(X), oracle.predict_proba(X), atol=1e-6
    )


@pytest.mark.skipif(not divides_by_n, reason="older scikit-learn divides by less than n")
@pytest.mark.parametrize("load", [load_iris, load_wine])
@pytest.mark.parametrize(("covariance", "oracle"), ORACLES)
@pytest.mark.parametrize("priors", [None, (0.2, 0.3, 0.5)])
def test_agrees_with_scikit_learns_discriminant_analysis(load, covariance, oracle, priors):
    X, y = load(return_X_y=True)
    oracle.set_params(priors=priors).fit(X, y)
    ours = GaussianClassifier(covariance, priors=priors).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), oracle.predict_proba(X), atol=1e-6)
    if covariance == "shared":
        np.testing.assert_allclose(ours.coef_, oracle.coef_, rtol=1e-6)
        np.testing.assert_allclose(ours.intercept_, oracle.intercept_, rtol=1e-6)


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_means_and_covariances_are_the_decks_formulas(load):
    X, y = load(return_X_y=True)
    model = GaussianClassifier("separate").fit(X, y)
    for k in range(3):
        rows = X[y == k]
        np.testing.assert_allclose(model.means_[k], rows.mean(axis=0))
        np.testing.assert_allclose(model.covariance_[k], np.cov(rows.T, bias=True), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.priors_, np.bincount(y) / len(y))


def test_density_times_population_is_the_decks_probability():
    X, y = load_iris(return_X_y=True)
    model = GaussianClassifier("separate").fit(X, y)
    weighted = np.empty((len(X), 3))
    for k, (mean, covariance) in enumerate(zip(model.means_, model.covariance_, strict=True)):
        away = X - mean
        exponent = -np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away) / 2
        density = np.exp(exponent) / np.sqrt((2 * np.pi) ** 4 * np.linalg.det(covariance))
        weighted[:, k] = np.sum(y == k) * density
    expected = weighted / weighted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-9)


@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_with_a_shared_covariance_it_is_a_linear_softmax(load):
    X, y = load(return_X_y=True)
    model = GaussianClassifier().fit(X, y)
    linear = np.exp(log_softmax(X @ model.coef_.T + model.intercept_))
    np.testing.assert_allclose(model.predict_proba(X), linear, atol=1e-9)


@law
@given(st.integers(0, 2**32 - 1), st.sampled_from(["shared", "separate"]))
def test_probabilities_sum_to_one_and_ignore_row_order_and_units(seed, covariance):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 3, size=60)
    X[y == 1] += 2
    there = GaussianClassifier(covariance).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(there.sum(axis=1), 1, atol=1e-12)
    assert (there >= 0).all()
    order, units = rng.permutation(60), np.array([1e-3, 1.0, 1e6])
    again = GaussianClassifier(covariance).fit(X[order] * units, y[order]).predict_proba(X * units)
    np.testing.assert_allclose(again, there, atol=1e-9)


def test_far_away_points_have_probabilities_too():
    X, y = load_iris(return_X_y=True)
    for covariance in ("shared", "separate"):
        far = GaussianClassifier(covariance).fit(X, y).predict_proba(X + 1e4)
        assert np.isfinite(far).all()
        np.testing.assert_allclose(far.sum(axis=1), 1)


def test_a_repeated_or_constant_feature_changes_nothing_when_shared():
    X, y = load_iris(return_X_y=True)
    there = GaussianClassifier().fit(X, y).predict_proba(X)
    more = np.column_stack([X, X[:, 0], np.ones(len(X))])
    np.testing.assert_allclose(GaussianClassifier().fit(more, y).predict_proba(more), there, atol=1e-6)


def test_a_class_too_small_for_its_own_covariance_says_so():
    with pytest.raises(
        InputError, match=r"class b has 2 sample\(s\), which do not spread in 1 of 2 directions"
    ):
        GaussianClassifier("separate").fit([[0, 1], [1, 0], [2, 2], [0, 0], [5, 6]], list("aaabb"))


@pytest.mark.parametrize("priors", [(0.5, 0.6), (1.0,), (1.0, 0.0)])
def test_priors_must_be_probabilities(priors):
    with pytest.raises(InputError, match="priors must be 2 positive numbers that sum to 1"):
        GaussianClassifier(priors=priors).fit([[0], [1], [2]], [0, 1, 1])


def test_misspelt_covariance_is_an_input_error():
    with pytest.raises(InputError, match="Did you mean 'shared'"):
        GaussianClassifier("sharde").fit([[0], [1], [2]], [0, 1, 1])
