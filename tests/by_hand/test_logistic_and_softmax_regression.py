import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from zoo.by_hand import LogisticRegression, SoftmaxRegression
from zoo.by_hand.logistic_regression import sigmoid
from zoo.errors import InputError

law = settings(max_examples=25)


def two_blobs(seed=0, n=1000):
    """The deck's two overlapping clouds: means (-2, 2) and (2, -2), covariance 5."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, size=n)
    return np.where(y[:, None] == 0, [-2, 2], [2, -2]) + np.sqrt(5) * rng.normal(size=(n, 2)), y


def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X[:, :3]), y


def iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def wine():
    X, y = load_wine(return_X_y=True)
    return StandardScaler().fit_transform(X[:, :4]), y


def unregularised(X, y):
    return linear_model.LogisticRegression(C=np.inf, max_iter=10_000, tol=1e-10).fit(X, y)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (LogisticRegression(learning_rate=0.3), two_blobs),
        (LogisticRegression("newton"), two_blobs),
        (LogisticRegression("newton"), cancer),
        (SoftmaxRegression(learning_rate=0.3), two_blobs),
        (SoftmaxRegression(learning_rate=1.0, max_iter=5000), wine),
        (SoftmaxRegression("newton"), cancer),
        (SoftmaxRegression("newton"), iris),
        (SoftmaxRegression("newton"), wine),
    ],
)
def test_reaches_scikit_learns_unregularised_loss(model, data):
    X, y = data()
    theirs = log_loss(y, unregularised(X, y).predict_proba(X))
    ours = model.fit(X, y)
    assert ours.trace_.loss[-1] == pytest.approx(theirs, abs=1e-3 if model.solver != "newton" else 1e-5)
    assert log_loss(y, ours.predict_proba(X)) == pytest.approx(ours.trace_.loss[-1], abs=1e-9)


def test_newton_arrives_in_fifteen_updates_and_never_goes_uphill():
    for model, data in ((LogisticRegression("newton"), cancer), (SoftmaxRegression("newton"), iris)):
        model.fit(*data())
        assert model.n_iter_ <= 15
        assert (np.diff(model.trace_.loss) <= 0).all()


@pytest.mark.parametrize("kind", [LogisticRegression, SoftmaxRegression])
def test_separable_classes_bring_the_loss_to_nothing(kind):
    model = kind("newton").fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    assert model.trace_.loss[-1] < 1e-5
    assert np.isfinite(model.coef_).all()


def test_two_classes_logistic_and_softmax_are_one_model():
    X, y = two_blobs()
    logistic = LogisticRegression(learning_rate=0.2, max_iter=300, tol=0).fit(X, y)
    softmax = SoftmaxRegression(learning_rate=0.1, max_iter=300, tol=0).fit(X, y)
    np.testing.assert_allclose(softmax.predict_proba(X), logistic.predict_proba(X), atol=1e-12)


def test_first_update_is_the_decks_formula():
    X, y = two_blobs(n=30)
    w, b, rate = np.array([0.1, 0.1]), 1.0, 0.01
    residual = 1 / (1 + np.exp(-(X @ w + b))) - y
    expected = [*(w - rate / 30 * (residual @ X)), b - rate / 30 * residual.sum()]
    model = LogisticRegression(learning_rate=rate, start=(*w, b), max_iter=1).fit(X, y)
    np.testing.assert_allclose(model.trace_.parameters[1], expected, rtol=1e-12)


def test_the_decks_accuracy_on_its_two_blobs():
    X, y = two_blobs()
    assert LogisticRegression(learning_rate=0.01, start=(0.1, 0.1, 1)).fit(X, y).score(X, y) > 0.88


@law
@given(st.floats(-1e4, 1e4))
def test_sigmoid_is_stable_and_symmetric(z):
    value = sigmoid(np.array([z, -z]))
    assert np.isfinite(value).all()
    assert value.sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", [LogisticRegression, SoftmaxRegression])
def test_huge_features_give_finite_losses(kind):
    X, y = two_blobs(n=50)
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model = kind(max_iter=50, learning_rate=10).fit(1e6 * X, y)
    assert np.isfinite(model.trace_.loss).all()
    assert np.isfinite(model.predict_proba(1e6 * X)).all()
    assert model.diverged_


@law
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_probabilities_sum_to_one_and_ignore_row_order(seed, n_classes):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 3)), rng.permutation(np.arange(40) % n_classes)
    order = rng.permutation(40)
    model = SoftmaxRegression(max_iter=50)
    there = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(there.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(model.fit(X[order], y[order]).predict_proba(X), there, atol=1e-12)
    assert (np.diff(model.trace_.loss) <= 1e-12).all()


def test_three_classes_are_too_many_for_logistic_regression():
    with pytest.raises(InputError, match="For more than two, use SoftmaxRegression"):
        LogisticRegression().fit(*iris())
