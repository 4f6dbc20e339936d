"""Huge, tiny and far-away numbers: the same answer as in sensible units, or a sentence that says what to do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris

from zoo import by_hand
from zoo.by_hand.linear_regression import SOLVERS
from zoo.errors import InputError

law = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)
powers_of_ten = st.lists(st.integers(-12, 12), min_size=3, max_size=3)

NEWTON = [by_hand.LogisticRegression("newton"), by_hand.SoftmaxRegression("newton")]
FITTED = [
    *(by_hand.LinearRegression(solver, max_iter=20, step=0.1) for solver in SOLVERS),
    by_hand.PolynomialRegression(),
    by_hand.GaussianClassifier(),
    by_hand.LogisticRegression(max_iter=20),
    by_hand.SoftmaxRegression(max_iter=20),
]
TRANSFORMS = [by_hand.RadiusFeatures(), by_hand.ProductFeatures(), by_hand.PolynomialFeatures()]


def overlapping(seed, n=80):
    """Two classes that no line separates, so that the best weights are finite."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ [1.0, -0.5, 0.2] + rng.logistic(size=n) > 0).astype(int)


@law
@given(seeds, powers_of_ten)
def test_the_formula_does_not_care_for_units(seed, powers):
    X, _ = overlapping(seed)
    y, units = X @ [1, 2, 3] + np.random.default_rng(seed).normal(size=len(X)), 10.0 ** np.array(powers)
    model = by_hand.LinearRegression().fit(X, y)
    scaled = by_hand.LinearRegression().fit(X * units, y)
    np.testing.assert_allclose(scaled.coef_ * units, model.coef_, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(scaled.predict(X * units), model.predict(X), atol=1e-7)


@pytest.mark.parametrize("model", NEWTON, ids=repr)
@law
@given(seed=seeds, powers=powers_of_ten)
def test_newton_does_not_care_for_units(model, seed, powers):
    X, y = overlapping(seed)
    units = 10.0 ** np.array(powers)
    there = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(model.fit(X * units, y).predict_proba(X * units), there, atol=1e-5)


@pytest.mark.parametrize("model", NEWTON, ids=repr)
@pytest.mark.parametrize("offset", [1e3, 1e6, 1e9])
def test_newton_does_not_care_where_zero_is(model, offset):
    X, y = overlapping(0)
    there = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(model.fit(X + offset, y).predict_proba(X + offset), there, atol=1e-5)


@pytest.mark.parametrize("model", NEWTON, ids=repr)
def test_newtons_path_begins_at_its_start_and_tells_its_losses(model):
    X, y = overlapping(1)
    X = np.column_stack([X, X[:, 0] + X[:, 1]])  # one direction more than there are features to tell apart
    if hasattr(model, "start"):
        model = by_hand.LogisticRegression("newton", start=(0.1, 0.2, 0.3, 0.4, 0.5))
    path = model.fit(X, y).trace_
    assert path.parameters[0].tolist() == (
        [0.1, 0.2, 0.3, 0.4, 0.5] if hasattr(model, "start") else [0.0] * 10
    )
    for theta, loss in zip(path.parameters, path.loss, strict=True):
        weights = theta.reshape(-1, 5)
        z = X @ weights[:, :-1].T + weights[:, -1]
        z = z if z.shape[1] == 2 else np.column_stack([np.zeros(len(z)), z])
        surprise = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y]
        assert loss == pytest.approx(surprise.mean(), rel=1e-9)


@law
@given(seeds)
def test_descent_and_newton_agree(seed):
    X, y = overlapping(seed)
    for kind, rate in ((by_hand.LogisticRegression, 1.0), (by_hand.SoftmaxRegression, 0.5)):
        newton = kind("newton", tol=1e-9).fit(X, y)
        descent = kind(learning_rate=rate, max_iter=20_000, tol=1e-7).fit(X, y)
        np.testing.assert_allclose(descent.predict_proba(X), newton.predict_proba(X), atol=1e-4)


@law
@given(seeds)
def test_logistic_probabilities_sum_to_one_and_ignore_row_order(seed):
    X, y = overlapping(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    for solver in ("gradient_descent", "newton"):
        model = by_hand.LogisticRegression(solver, max_iter=50)
        there = model.fit(X, y).predict_proba(X)
        np.testing.assert_allclose(there.sum(axis=1), 1, atol=1e-12)
        np.testing.assert_allclose(model.fit(X[order], y[order]).predict_proba(X), there, atol=1e-9)


@law
@given(seeds, st.integers(-30, 90))
def test_the_cross_entropy_is_never_negative(seed, power):
    X, y = overlapping(seed, n=30)
    start = 10.0**power * np.array([1.0, -0.5, 0.2, 0.0])
    path = by_hand.LogisticRegression("newton", start=start, max_iter=3).fit(X, y).trace_
    assert (path.loss >= 0).all()
    z = X @ start[:3]
    assert path.loss[0] == pytest.approx(np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z)).mean())


@pytest.mark.parametrize("estimator", [*FITTED, *TRANSFORMS], ids=repr)
@pytest.mark.parametrize("huge", [1e155, -1e300])
def test_numbers_whose_squares_are_none_are_refused(estimator, huge):
    X, y = load_iris(return_X_y=True)
    X, y = X[:100], y[:100]
    too_large = X.copy()
    too_large[3, 1] = huge
    with np.errstate(all="raise"), pytest.raises(InputError, match=r"X must hold numbers of at most 1e\+100"):
        estimator.fit(too_large, y).transform(too_large)
    estimator.fit(X, y)
    with pytest.raises(InputError, match="X must hold numbers"):
        (estimator.transform if hasattr(estimator, "transform") else estimator.predict)(too_large)


def test_huge_targets_and_starts_are_refused():
    X, _ = overlapping(0)
    with pytest.raises(InputError, match=r"y must hold numbers of at most 1e\+100"):
        by_hand.LinearRegression().fit(X, 1e160 * X[:, 0])
    for solver in SOLVERS[1:]:
        with pytest.raises(InputError, match=r"less than 1e\+100 where the descent starts; got .*e\+11"):
            by_hand.LinearRegression(solver, random_state=0).fit(X, 1e59 * X[:, 0])
    with pytest.raises(InputError, match="start must be numbers; got 'far'"):
        by_hand.LinearRegression("sgd", start="far").fit(X, X[:, 0])
    with pytest.raises(InputError, match=r"priors must be numbers; got \[\[1\], \[2, 3\]\]"):
        by_hand.GaussianClassifier(priors=[[1], [2, 3]]).fit(X, X[:, 0] > 0)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e90])
def test_a_radius_is_exact_at_any_size(size):
    radius = by_hand.RadiusFeatures().fit_transform([[3 * size, 4 * size], [0, 0]])
    np.testing.assert_allclose(radius, [[5 * size], [0]], rtol=1e-12)


def test_products_that_are_no_numbers_any_more_are_refused():
    with pytest.raises(InputError, match="a product of 4 features is larger than any"):
        by_hand.PolynomialFeatures(4).fit_transform([[1e90], [1.0]])
    with pytest.raises(InputError, match="a product of 4 features"):
        by_hand.PolynomialRegression(4).fit([[1e90], [1.0]], [1, 2])
    with pytest.raises(InputError, match="a product of 5 features"):
        by_hand.ProductFeatures().fit_transform([[1e90] * 5])
    with pytest.raises(InputError, match=r"the powers of X must hold numbers of at most 1e\+100"):
        by_hand.PolynomialRegression(3).fit([[1e40], [1.0]], [1, 2])
