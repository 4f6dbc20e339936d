"""Logistic regression: one neuron with a sigmoid."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.multiclass import type_of_target

from zoo.by_hand._arguments import not_negative, one_of, positive, whole
from zoo.by_hand._estimators import Classifier, FloatArray, check_table, with_ones
from zoo.by_hand.descent import descend, has_risen, settle, start_point
from zoo.by_hand.newton import back_from_axes, newton, unit_axes
from zoo.by_hand.optimizers import SGD
from zoo.errors import InputError


def sigmoid(z: FloatArray) -> FloatArray:
    """Return σ(z) = 1 / (1 + e⁻ᶻ), exact to the last digits for any z.

    Examples:
        >>> sigmoid(np.array([0.0, 1000.0, -1000.0]))
        array([0.5, 1. , 0. ])
    """
    return np.exp(-np.logaddexp(0, -z))


class LogisticRegression(Classifier):
    """Two classes, told apart by P(1 | x) = σ(w·x + b) with the smallest cross entropy.

    ::

        L(w, b) = −1/n Σᵢ (yᵢ ln pᵢ + (1 − yᵢ) ln(1 − pᵢ)),   pᵢ = σ(zᵢ),   zᵢ = w·xᵢ + b
                = 1/n Σᵢ ln(1 + e^−sᵢzᵢ),   sᵢ = 2yᵢ − 1        the same, but no logarithm of zero
        ∂L/∂w = 1/n Σᵢ (pᵢ − yᵢ) xᵢ,   ∂L/∂b = 1/n Σᵢ (pᵢ − yᵢ)
        w ← w − η ∂L/∂w,   b ← b − η ∂L/∂b, both at once

    Nothing holds w back: if a line separates the classes it grows for as long as it is let.

    Args:
        solver: "gradient_descent" (default), or "newton", which also uses the second derivatives
            1/n Σᵢ pᵢ(1 − pᵢ) xᵢxᵢᵀ and arrives in about ten updates.
        learning_rate: η > 0, default 0.1.
        start: where the path begins, (w_1, ..., w_d, b); default all zeros.
        max_iter: the number of updates at most, default 1,000.
        tol: stop once the gradient is shorter than this, default 1e-6; "newton" measures it after turning the
            features into columns of mean square one.

    Attributes:
        classes_: the two classes; the second is the 1 of the formulas.
        coef_: w, shape (1, n_features).
        intercept_: b, shape (1,).
        trace_: the path, a ``Trace`` of (w_1, ..., w_d, b) and of L.
        n_iter_: the number of updates made.
        diverged_: True if the loss ended far above its start; then a ConvergenceWarning says so, and the
            best parameters of the path are kept.

    Raises:
        InputError: an argument cannot be meant, or there are not two classes.

    Examples:
        >>> coin = LogisticRegression().fit([[0], [1], [2], [3]], ["no", "no", "yes", "yes"])
        >>> coin.predict([[-1], [4]]), coin.trace_.loss[[0, -1]].round(3)
        (array(['no', 'yes'], dtype='<U3'), array([0.693, 0.091]))

    Source: the deck, "Logistic Regression".
    """

    def __init__(
        self,
        solver: str = "gradient_descent",
        *,
        learning_rate: float = 0.1,
        start: ArrayLike | None = None,
        max_iter: int = 1000,
        tol: float = 1e-6,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.start = start
        self.max_iter = max_iter
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn w and b from X, shape (n_samples, n_features), and y, shape (n_samples,), two classes."""
        one_of("solver", self.solver, ("gradient_descent", "newton"))
        positive(learning_rate=self.learning_rate)
        whole(max_iter=self.max_iter)
        not_negative(tol=self.tol)
        X, index = self._check_fit(X, y)
        if len(self.classes_) != 2:
            raise InputError(
                f"Only binary classification is supported. The type of the target is {type_of_target(y)},"
                f" with {len(self.classes_)} class(es). For more than two, use SoftmaxRegression."
            )
        A = with_ones(X)
        side = 2 * index.astype(np.float64) - 1
        B, axes = unit_axes(A) if self.solver == "newton" else (A, np.eye(A.shape[1]))

        def loss_and_gradient(theta: FloatArray) -> tuple[float, FloatArray]:
            surprise = np.logaddexp(0, -side * (B @ theta))  # −ln P(the truth)
            return float(surprise.mean()), (side * np.expm1(-surprise)) @ B / len(B)  # p − y

        def hessian(theta: FloatArray) -> FloatArray:
            p = sigmoid(B @ theta)
            return np.asarray(B.T * (p * (1 - p)) @ B / len(B))

        start = start_point(self.start, A.shape[1])
        if self.solver == "newton":
            begin = B.T @ (A @ start) / len(A)
            trace = newton(loss_and_gradient, hessian, begin, max_iter=self.max_iter, tol=self.tol)
            trace = back_from_axes(trace, axes, start)
        else:
            optimizer = SGD(self.learning_rate)
            trace = descend(loss_and_gradient, start, optimizer, max_iter=self.max_iter, tol=self.tol)
        limit = 8 * len(A) / np.linalg.norm(A, 2) ** 2  # the curvature of L is at most a quarter of AᵀA/n
        remedy = f"learning_rate below {limit:.3g} (it is {self.learning_rate:.3g}), or scale the features"
        theta = settle(self, trace, diverged=has_risen(trace.loss[0], trace.loss[-1]), remedy=remedy)
        self.coef_, self.intercept_ = theta[None, :-1], theta[-1:]
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Return z = w·x + b, shape (n_samples,): positive for the second class."""
        z: FloatArray = check_table(self, X) @ self.coef_[0] + self.intercept_
        return z

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return P(class | x), shape (n_samples, 2); every row sums to one."""
        z = self.decision_function(X)
        return np.column_stack([sigmoid(-z), sigmoid(z)])
