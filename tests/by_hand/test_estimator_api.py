"""Every estimator keeps scikit-learn's rules: its own checks, about fifty for each."""

import pytest
from sklearn.utils.estimator_checks import check_estimator

from zoo import by_hand
from zoo.by_hand.linear_regression import SOLVERS

ESTIMATORS = [
    *(by_hand.LinearRegression(solver, step=0.01, max_iter=1000) for solver in SOLVERS),
    by_hand.PolynomialRegression(),
    by_hand.PolynomialRegression(solver="gradient_descent", max_iter=300),
    by_hand.GaussianClassifier(),
    by_hand.GaussianClassifier("separate"),
    by_hand.LogisticRegression(max_iter=300),
    by_hand.LogisticRegression("newton"),
    by_hand.SoftmaxRegression(max_iter=300),
    by_hand.SoftmaxRegression("newton"),
    by_hand.MLPClassifier((8,), max_iter=150),
    by_hand.MLPRegressor((8,), max_iter=200, batch_size=50),
    by_hand.RadiusFeatures(),
    by_hand.ProductFeatures(),
    by_hand.PolynomialFeatures(),
]


# Some checks fit unscaled tables on which the default learning rate is too large: a warning is right there.
@pytest.mark.filterwarnings("ignore:.*(diverged|still going):sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_estimator_keeps_scikit_learns_rules(estimator):
    check_estimator(estimator, on_skip=None)
