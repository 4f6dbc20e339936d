"""Descent: the loop under the iterative algorithms here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from zoo.by_hand._arguments import numbers
from zoo.by_hand._estimators import FloatArray
from zoo.by_hand._optimizer import Optimizer
from zoo.by_hand.optimizers import SGD, fresh_optimizer
from zoo.by_hand.trace import HUGE, Trace, TraceRecorder
from zoo.errors import InputError

LossAndGradient = Callable[[FloatArray], tuple[float, FloatArray]]


def descend(
    loss_and_gradient: LossAndGradient,
    start: ArrayLike,
    optimizer: Optimizer | None = None,
    *,
    max_iter: int = 1000,
    tol: float = 0.0,
) -> Trace:
    """Walk downhill from ``start``: θ ← θ − η ∇L(θ), every parameter at once.

    Args:
        loss_and_gradient: θ -> (L(θ), ∇L(θ)), with ∇L of θ's shape; it may look at a new batch each time.
        start: θ before the first update, shape (n_parameters,).
        optimizer: turns the gradient into a step; default ``SGD(learning_rate=0.01)``. It is copied.
        max_iter: the number of updates at most, default 1000.
        tol: stop once the gradient is shorter than this; default 0, never.

    Returns:
        The path. It ends early, before anything is infinite or NaN, if the loss passes 1e100
        or the gradient cannot be computed.

    Raises:
        InputError: loss or gradient at ``start`` are not finite, or not of θ's shape.

    Examples:
        >>> bowl = lambda w: (float(w @ w), 2 * w)
        >>> descend(bowl, [3.0, -4.0], SGD(learning_rate=0.25), max_iter=3).loss.tolist()
        [25.0, 6.25, 1.5625, 0.390625]

    Source: the deck, "Gradient Descent".
    """
    optimizer = fresh_optimizer(optimizer or SGD(), learning_rate=0.01)
    theta = np.array(start, dtype=np.float64)
    if theta.ndim != 1 or not theta.size:
        raise InputError(f"start must be a row of parameters; got the shape {theta.shape}.")
    recorder = TraceRecorder(theta.size)
    with np.errstate(over="ignore", invalid="ignore"):
        loss, gradient = loss_and_gradient(theta)
        recorder.add(0, theta, loss)
        if not abs(loss) < HUGE or not np.isfinite(gradient).all():
            found = f"{loss} and the gradient {gradient} at {theta}"
            raise InputError(f"the loss must be finite where the descent starts; got {found}.")
        if np.shape(gradient) != theta.shape:
            raise InputError(f"the gradient must have the shape {theta.shape}; got {np.shape(gradient)}.")
        for update in range(1, max_iter + 1):
            theta = optimizer.update(theta, gradient)
            loss, gradient = loss_and_gradient(theta)
            steepness = gradient.dot(gradient)
            if not steepness < np.inf:  # what cannot be followed leads out of the finite numbers
                loss = np.inf
            recorder.add(update, theta, loss)
            if not abs(loss) < HUGE or steepness < tol * tol:
                break
    return recorder.trace()


def batches(
    X: FloatArray, y: FloatArray, batch_size: int, random_state: np.random.RandomState
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield ``batch_size`` rows at a time, forever: each pass meets every row once, in a new order.

    Args:
        X: shape (n_samples, n_features).
        y: shape (n_samples,) or (n_samples, n_outputs).
        batch_size: rows at a time; the last batch of a pass has what is left.
        random_state: where the orders are drawn from.

    Examples:
        >>> draws = batches(np.zeros((5, 1)), np.arange(5), 2, np.random.RandomState(0))
        >>> [next(draws)[1].tolist() for _ in range(4)]
        [[2, 0], [1, 3], [4], [0, 2]]

    Source: the deck, "mini-batch SGD".
    """
    while True:
        order = random_state.permutation(len(X))
        X_shuffled, y_shuffled = X[order], y[order]
        for first in range(0, len(X), batch_size):
            yield X_shuffled[first : first + batch_size], y_shuffled[first : first + batch_size]


def has_risen(first_loss: float, last_loss: float, scale: float = 1.0) -> bool:
    """Say whether a descent went uphill: it ended at more than twice its first loss, rounding apart."""
    return bool(last_loss > 2 * first_loss + 1e-12 * scale)


def settle(estimator: BaseEstimator, trace: Trace, *, diverged: bool, remedy: str) -> FloatArray:
    """Store ``trace_``, ``n_iter_`` and ``diverged_`` and return the parameters to keep.

    They are the last, or of a path that diverged the best; then a ConvergenceWarning says so.
    """
    estimator.trace_, estimator.diverged_ = trace, bool(diverged or trace.exploded)
    estimator.n_iter_ = max(1, int(trace.update[-1]))
    kept: FloatArray = trace.parameters[trace.loss.argmin() if estimator.diverged_ else -1]
    if estimator.diverged_:
        message = (
            f"{type(estimator).__name__} diverged: its loss went from {trace.loss[0]:.4g} to"
            f" {trace.loss[-1]:.4g} in {trace.update[-1]} updates. The best parameters of its path are kept;"
            f" try a {remedy}."
        )
        warnings.warn(message, ConvergenceWarning, stacklevel=3)
    return kept


def start_point(start: ArrayLike | None, n_parameters: int) -> FloatArray:
    """Return where a path begins: zeros, or (w_1, ..., w_d, b) as given."""
    point = np.zeros(n_parameters) if start is None else numbers("start", start)
    if point.shape != (n_parameters,) or not np.isfinite(point).all():
        raise InputError(f"start must be (w_1, ..., w_d, b), {n_parameters} finite numbers; got {start!r}.")
    return point
