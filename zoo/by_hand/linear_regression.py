"""Linear regression: one least-squares problem, five ways to its answer."""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_random_state

from zoo.by_hand import least_squares
from zoo.by_hand._arguments import not_negative, one_of, positive, whole
from zoo.by_hand._estimators import FloatArray, RandomState, Regressor, check_table, with_ones
from zoo.by_hand.descent import batches, has_risen, settle, start_point
from zoo.by_hand.trace import Trace

SOLVERS = ("closed_form", "neighbour_search", "gradient_descent", "sgd", "minibatch")


class LinearRegression(Regressor):
    """Least squares: the f(x) = w·x + b with the smallest L(w, b) = 1/n Σᵢ (w·xᵢ + b − yᵢ)².

    ::

        closed_form       w = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)²,  b = ȳ − w x̄  (or the same for many features)
        neighbour_search  to the best of the 8 neighbours (w, w ± Δ) × (b, b ± Δ), until none is better
        gradient_descent  w ← w − η/n Σᵢ (f(xᵢ) − yᵢ) xᵢ,  b ← b − η/n Σᵢ (f(xᵢ) − yᵢ), both at once
        sgd, minibatch    the same, with the mean over 1 row, or ``batch_size`` rows, drawn anew each time

    Args:
        solver: one of these five names, default "closed_form".
        learning_rate: η > 0, default 0.01. Keras' ``loss="mse"`` keeps the 2 of (·)², so there it is η/2.
        batch_size: rows for an update of "minibatch", default 50.
        start: where the path begins, (w_1, ..., w_d, b); default all zeros; the deck's is (-4, 4).
        step: Δ > 0 of "neighbour_search", default 0.001.
        max_iter: the number of updates at most, default 10,000.
        tol: "gradient_descent" stops once the gradient is shorter than this, default 1e-9.
        random_state: seed of the order in which "sgd" and "minibatch" meet the rows, default None.

    Attributes:
        coef_: w, shape (n_features,).
        intercept_: b.
        trace_: the path, a ``Trace`` of (w_1, ..., w_d, b) and of L over all rows.
        n_iter_: the number of updates made.
        diverged_: True if the learning rate is too large for the data. Then a ConvergenceWarning says how
            large it may be, and ``coef_`` and ``intercept_`` are the best of the path, never NaN.

    Raises:
        InputError: an argument cannot be meant.

    Examples:
        >>> line = LinearRegression("gradient_descent", start=(-4, 4)).fit([[0], [1], [2]], [1, 3, 5])
        >>> line.coef_.round(6), round(line.intercept_, 6), line.trace_.loss[0].round(6).item()
        (array([2.]), 1.0, 33.0)

    Source: the deck, "Linear Regression" and "Gradient Descent".
    """

    def __init__(
        self,
        solver: str = "closed_form",
        *,
        learning_rate: float = 0.01,
        batch_size: int = 50,
        start: ArrayLike | None = None,
        step: float = 0.001,
        max_iter: int = 10_000,
        tol: float = 1e-9,
        random_state: RandomState = None,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.start = start
        self.step = step
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn w and b from X, shape (n_samples, n_features), and y, shape (n_samples,)."""
        one_of("solver", self.solver, SOLVERS)
        positive(learning_rate=self.learning_rate, step=self.step)
        whole(batch_size=self.batch_size, max_iter=self.max_iter)
        not_negative(tol=self.tol)
        X, y = self._check_fit(X, y)
        X = self._features(X)
        error = least_squares.SquaredError(with_ones(X), y)
        trace = self._walk(error, X, y)
        limit = error.largest_learning_rate(single_rows=self.solver in ("sgd", "minibatch"))
        too_fast = self.solver == "gradient_descent" and self.learning_rate > limit
        diverged = too_fast or has_risen(trace.loss[0], trace.loss[-1], scale=float(np.mean(y**2)))
        remedy = f"learning_rate below {limit:.3g} (it is {self.learning_rate:.3g}), or scale the features"
        theta = settle(self, trace, diverged=diverged, remedy=remedy)
        self.coef_, self.intercept_ = theta[:-1], float(theta[-1])
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Return w·x + b for each row, shape (n_samples,)."""
        predicted: FloatArray = self._features(check_table(self, X)) @ self.coef_ + self.intercept_
        return predicted

    def _features(self, X: FloatArray) -> FloatArray:
        """Return what the model is linear in: here the columns themselves."""
        return X

    def _walk(self, error: least_squares.SquaredError, X: FloatArray, y: FloatArray) -> Trace:
        """Follow the solver from the start to its end."""
        start = start_point(self.start, X.shape[1] + 1)
        if self.solver == "closed_form":
            return least_squares.closed_form(error, X, y, start)
        if self.solver == "neighbour_search":
            trace = least_squares.neighbour_search(error, start, self.step, self.max_iter)
            if trace.update[-1] == self.max_iter:
                message = f"neighbour_search was still going after {self.max_iter} updates of {self.step:g}."
                warnings.warn(f"{message} Raise max_iter or step.", ConvergenceWarning, stacklevel=3)
            return trace
        if self.solver == "gradient_descent":
            return least_squares.gradient_descent(error, start, self.learning_rate, self.max_iter, self.tol)
        batch_size = 1 if self.solver == "sgd" else self.batch_size
        drawn = batches(with_ones(X), y, batch_size, check_random_state(self.random_state))
        return least_squares.stochastic_descent(error, drawn, start, self.learning_rate, self.max_iter)
