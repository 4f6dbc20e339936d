"""Softmax regression: logistic regression for any number of classes."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._arguments import not_negative, one_of, positive, whole
from zoo.by_hand._estimators import Classifier, FloatArray, check_table, with_ones
from zoo.by_hand.descent import descend, has_risen, settle
from zoo.by_hand.newton import back_from_axes, newton, unit_axes
from zoo.by_hand.optimizers import SGD


def log_softmax(z: FloatArray) -> FloatArray:
    """Return ln(e^zₖ / Σⱼ e^zⱼ) of each row, shape (n, K); the largest z is taken off first.

    Examples:
        >>> np.exp(log_softmax(np.array([[1000.0, 1000.0, -1000.0]])))
        array([[0.5, 0.5, 0. ]])
    """
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))


class SoftmaxRegression(Classifier):
    """Any number K of classes, told apart by P(k | x) = e^zₖ / Σⱼ e^zⱼ, zₖ = wₖ·x + bₖ.

    With one-hot truth Y (yᵢₖ = 1 for the class k of row i) and P of the same shape (n, K)::

        L(W, b) = −1/n Σᵢ Σₖ yᵢₖ ln pᵢₖ
        ∂L/∂W = 1/n (P − Y)ᵀ X,   ∂L/∂b = 1/n Σᵢ (P − Y)ᵢ
        W ← W − η ∂L/∂W,   b ← b − η ∂L/∂b, both at once

    Args:
        solver: "gradient_descent" (default), or "newton", which also uses the second derivatives
            1/n Σᵢ pᵢₖ(δₖₗ − pᵢₗ) xᵢxᵢᵀ and arrives in about ten updates.
        learning_rate: η > 0, default 0.1. The path starts at W = 0, b = 0: every class equally likely.
        max_iter: the number of updates at most, default 1,000.
        tol: stop once the gradient is shorter than this, default 1e-6; "newton" measures it after turning the
            features into columns of mean square one.

    Attributes:
        classes_: the classes, shape (n_classes,).
        coef_: W, shape (n_classes, n_features).
        intercept_: b, shape (n_classes,).
        trace_: the path, a ``Trace``; a row of its parameters, reshaped to (n_classes, n_features + 1), is
            [W b].
        n_iter_: the number of updates made.
        diverged_: True if the loss ended far above its start; then a ConvergenceWarning says so, and the
            best parameters of the path are kept.

    Raises:
        InputError: an argument cannot be meant.

    Examples:
        >>> model = SoftmaxRegression().fit([[0], [1], [4], [5], [8], [9]], [0, 0, 1, 1, 2, 2])
        >>> model.predict([[-1], [4.5], [10]])
        array([0, 1, 2])

    Source: the deck, "multi-class classification".
    """

    def __init__(
        self,
        solver: str = "gradient_descent",
        *,
        learning_rate: float = 0.1,
        max_iter: int = 1000,
        tol: float = 1e-6,
    ) -> None:
        self.solver = solver
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn W and b from X, shape (n_samples, n_features), and y, shape (n_samples,)."""
        one_of("solver", self.solver, ("gradient_descent", "newton"))
        positive(learning_rate=self.learning_rate)
        whole(max_iter=self.max_iter)
        not_negative(tol=self.tol)
        X, index = self._check_fit(X, y)
        A, Y = with_ones(X), np.eye(len(self.classes_))[index]
        B, axes = unit_axes(A) if self.solver == "newton" else (A, np.eye(A.shape[1]))
        shape = (Y.shape[1], B.shape[1])

        def loss_and_gradient(theta: FloatArray) -> tuple[float, FloatArray]:
            log_p = log_softmax(B @ theta.reshape(shape).T)
            loss = -(Y * log_p).sum() / len(Y)
            return float(loss), ((np.exp(log_p) - Y).T @ B / len(B)).ravel()

        def hessian(theta: FloatArray) -> FloatArray:
            P = np.exp(log_softmax(B @ theta.reshape(shape).T))
            curvature = P[:, :, None] * (np.eye(shape[0]) - P[:, None, :])
            blocks = np.einsum("nkl,ni,nj->kilj", curvature, B, B, optimize=True) / len(B)
            return np.asarray(blocks.reshape(theta.size, theta.size))

        start = np.zeros(Y.shape[1] * B.shape[1])
        if self.solver == "newton":
            trace = newton(loss_and_gradient, hessian, start, max_iter=self.max_iter, tol=self.tol)
            of_all_classes = np.kron(np.eye(Y.shape[1]), axes).astype(np.float64)
            trace = back_from_axes(trace, of_all_classes, np.zeros(Y.shape[1] * A.shape[1]))
        else:
            optimizer = SGD(self.learning_rate)
            trace = descend(loss_and_gradient, start, optimizer, max_iter=self.max_iter, tol=self.tol)
        limit = 4 * len(A) / np.linalg.norm(A, 2) ** 2  # the curvature of L is at most half of AᵀA/n
        remedy = f"learning_rate below {limit:.3g} (it is {self.learning_rate:.3g}), or scale the features"
        theta = settle(self, trace, diverged=has_risen(trace.loss[0], trace.loss[-1]), remedy=remedy)
        weights = theta.reshape(len(Y.T), -1)
        self.coef_, self.intercept_ = weights[:, :-1], weights[:, -1]
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return P(class | x), shape (n_samples, n_classes); every row sums to one."""
        return np.exp(log_softmax(check_table(self, X) @ self.coef_.T + self.intercept_))
