"""Polynomial regression: linear regression on powers."""

from __future__ import annotations

from numpy.typing import ArrayLike

from zoo.by_hand._estimators import FloatArray, RandomState, not_huge
from zoo.by_hand.feature_transforms import PolynomialFeatures
from zoo.by_hand.linear_regression import LinearRegression


class PolynomialRegression(LinearRegression):
    """The polynomial f(x) = a₀ + a₁x + ... + aₙxⁿ with the smallest L = 1/n Σᵢ (f(xᵢ) − yᵢ)².

    It is linear in its coefficients, so that it is ``LinearRegression`` on the columns x, x², ..., xⁿ; of
    several features, on all their products of up to ``degree`` factors (see ``PolynomialFeatures``).

    Args:
        degree: n, the highest power, default 2.
        solver: one of "closed_form" (default), "neighbour_search", "gradient_descent", "sgd", "minibatch".
        learning_rate: η > 0, default 0.01; the deck's is 1, for x between 0 and 1.
        batch_size: rows for an update of "minibatch", default 50.
        start: where the path begins, (a₁, ..., aₙ, a₀); default all zeros.
        step: Δ > 0 of "neighbour_search", default 0.001.
        max_iter: the number of updates at most, default 10,000.
        tol: "gradient_descent" stops once the gradient is shorter than this, default 1e-9.
        random_state: seed of the order in which "sgd" and "minibatch" meet the rows, default None.

    Attributes:
        coef_: (a₁, ..., aₙ), shape (n_products,).
        intercept_: a₀.
        trace_: the path, a ``Trace`` of (a₁, ..., aₙ, a₀) and of L over all rows.
        n_iter_: the number of updates made.
        diverged_: True if the learning rate is too large; see ``LinearRegression``.

    Raises:
        InputError: an argument cannot be meant.

    Examples:
        >>> parabola = PolynomialRegression(degree=2).fit([[0], [1], [2], [3]], [1, 2, 5, 10])
        >>> parabola.coef_.round(6) + 0, round(parabola.intercept_, 6), parabola.predict([[4]]).round(6)
        (array([0., 1.]), 1.0, array([17.]))

    Source: the deck, "多項式回歸" (polynomial regression).
    """

    def __init__(
        self,
        degree: int = 2,
        *,
        solver: str = "closed_form",
        learning_rate: float = 0.01,
        batch_size: int = 50,
        start: ArrayLike | None = None,
        step: float = 0.001,
        max_iter: int = 10_000,
        tol: float = 1e-9,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(
            solver,
            learning_rate=learning_rate,
            batch_size=batch_size,
            start=start,
            step=step,
            max_iter=max_iter,
            tol=tol,
            random_state=random_state,
        )
        self.degree = degree

    def _features(self, X: FloatArray) -> FloatArray:
        """Return the powers x, x², ..., xⁿ as columns."""
        return not_huge("the powers of X", PolynomialFeatures(self.degree).fit_transform(X))
