import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import preprocessing
from sklearn.pipeline import make_pipeline

from zoo.by_hand import (
    LogisticRegression,
    PolynomialFeatures,
    PolynomialRegression,
    ProductFeatures,
    RadiusFeatures,
)
from zoo.errors import InputError

law = settings(max_examples=25)
tables = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=st.floats(-10, 10))


@law
@given(tables, st.floats(0, 2 * np.pi))
def test_radius_does_not_change_when_the_plane_is_turned(X, angle):
    plane = np.column_stack([X[:, 0], X[:, -1]])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    radius = RadiusFeatures()
    np.testing.assert_allclose(radius.fit_transform(plane @ turn), radius.fit_transform(plane), atol=1e-9)


@law
@given(tables)
def test_product_does_not_depend_on_the_order_of_the_features(X):
    product = ProductFeatures()
    np.testing.assert_allclose(
        product.fit_transform(X[:, ::-1]), product.fit_transform(X), rtol=1e-9, atol=1e-300
    )


@law
@given(tables, st.integers(1, 4))
def test_polynomials_agree_with_scikit_learn(X, degree):
    ours = PolynomialFeatures(degree).fit(X)
    theirs = preprocessing.PolynomialFeatures(degree, include_bias=False).fit(X)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-9, atol=1e-300)
    np.testing.assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())


def test_names_of_the_new_columns():
    X = np.ones((3, 2))
    assert ProductFeatures().fit(X).get_feature_names_out(["a", "b"]).tolist() == ["a*b"]
    assert RadiusFeatures().fit(X).get_feature_names_out().tolist() == ["radius"]
    with pytest.raises(InputError, match="length equal to number of features"):
        RadiusFeatures().fit(X).get_feature_names_out(["a"])


def test_degree_must_be_positive():
    with pytest.raises(InputError, match="degree must be a whole number, 1 or more; got 0"):
        PolynomialFeatures(0).fit_transform([[1.0]])


@pytest.mark.parametrize(
    ("transform", "truth"),
    [
        (RadiusFeatures(), lambda a, b: np.hypot(a, b) > 3),
        (ProductFeatures(), lambda a, b: a * b > 0),
    ],
)
def test_a_line_suffices_after_the_transform_and_not_before(transform, truth):
    points = np.random.default_rng(0).uniform(-5, 5, size=(500, 2))
    labels = truth(*points.T)
    plain = LogisticRegression(max_iter=2000).fit(points, labels)
    transformed = make_pipeline(transform, LogisticRegression(learning_rate=0.2, max_iter=5000)).fit(
        points, labels
    )
    assert plain.score(points, labels) < 0.8
    assert transformed.score(points, labels) > 0.95


def test_polynomial_regression_finds_the_polynomial():
    x = np.random.default_rng(0).uniform(size=(100, 1))
    y = x[:, 0] + 2 * x[:, 0] ** 2 + 3 * x[:, 0] ** 3 + 4 * x[:, 0] ** 4  # the deck's target
    exact = PolynomialRegression(degree=4).fit(x, y)
    np.testing.assert_allclose([exact.intercept_, *exact.coef_], [0, 1, 2, 3, 4], atol=1e-9)
    descent = PolynomialRegression(degree=4, solver="gradient_descent", learning_rate=1).fit(x, y)
    assert descent.trace_.loss[-1] < 1e-3
    assert not descent.diverged_


@law
@given(st.integers(0, 2**32 - 1))
def test_polynomial_of_degree_one_is_a_line(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    line, polynomial = PolynomialRegression(1).fit(X, y), PolynomialRegression(2).fit(X, y)
    assert polynomial.trace_.loss[-1] <= line.trace_.loss[-1] + 1e-12
    assert line.coef_.shape == (2,)
