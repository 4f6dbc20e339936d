"""The squared error of a linear model, and four ways to its least value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from zoo.by_hand._estimators import FloatArray
from zoo.by_hand.trace import HUGE, STRETCH, Trace, TraceRecorder

LOOK_EVERY = STRETCH  # updates between two looks at whether a descent has arrived or left the finite numbers
ALL_NEIGHBOURS_UP_TO = 6  # parameters; 3⁶ − 1 = 728 neighbours, but of 10 parameters there are 59,048


class SquaredError:
    """L(θ) = 1/n ‖Aθ − y‖², with its n rows boiled down to as many as there are parameters.

    With A/√n = QR (QᵀQ = 1) and q = Qᵀy/√n, L(θ) = ‖Rθ − q‖² + rest exactly, so that an update costs the
    same for ten rows and for ten million. The slope is half the gradient, ½∇L = Rᵀ(Rθ − q) = 1/n Aᵀ(Aθ − y):
    the deck's code leaves out the 2 as well, so that its learning rates mean here what they mean there.
    """

    def __init__(self, A: FloatArray, y: FloatArray) -> None:
        scale = np.sqrt(len(A))
        Q, self.R = np.linalg.qr(A / scale)
        self.q = Q.T @ y / scale
        self.rest = float(np.mean((y - scale * (Q @ self.q)) ** 2))

    def slope(self, theta: FloatArray) -> FloatArray:
        """Return ½∇L(θ)."""
        slope: FloatArray = (self.R @ theta - self.q) @ self.R
        return slope

    def losses(self, path: FloatArray) -> FloatArray:
        """Return L of each row of ``path``, or of the one θ that it is."""
        residuals = path @ self.R.T - self.q
        return np.asarray((residuals**2).sum(axis=-1) + self.rest)

    def largest_learning_rate(self, *, single_rows: bool) -> float:
        """Return 2/λ, beyond which every update overshoots by more than the last one did.

        Descent on all rows has λ = the largest eigenvalue of RᵀR; on single rows about its trace, the mean
        of their squared lengths.
        """
        return float(2 / np.linalg.norm(self.R, "fro" if single_rows else 2) ** 2)


def closed_form(error: SquaredError, X: FloatArray, y: FloatArray, start: FloatArray) -> Trace:
    """Go to the least squared error in one step.

    For one feature it is w = Σ(x − x̄)(y − ȳ) / Σ(x − x̄)² and b = ȳ − w x̄; for many, w solves
    (X − x̄)ᵀ(X − x̄) w = (X − x̄)ᵀ(y − ȳ). ``lstsq`` solves that without squaring X, and if several w are
    equally good (collinear features) it takes the shortest. All features have the same spread there, or one in
    millionths would be lost beside one in millions.
    """
    x_mean, y_mean, spread = X.mean(axis=0), y.mean(), np.abs(X - X.mean(axis=0)).max(axis=0)
    spread = np.where(spread > 0, spread, 1)
    w = np.linalg.lstsq((X - x_mean) / spread, y - y_mean, rcond=None)[0] / spread
    path = np.array([start, np.append(w, y_mean - w @ x_mean)])
    return Trace(path, error.losses(path), np.array([0, 1]))


def gradient_descent(
    error: SquaredError, theta: FloatArray, learning_rate: float, max_iter: int, tol: float
) -> Trace:
    """Step against the slope: θ ← θ − η Rᵀ(Rθ − q) = (1 − η RᵀR) θ + η Rᵀq.

    The matrix and the vector of the last form stay the same. Side by side, and with (θ, 1) in place of θ, they
    are one matrix, so that an update is one small product. With fewer rows than parameters the first form is
    the smaller one.
    """
    n = len(theta)
    path = np.ones((LOOK_EVERY + 1, n + 1))
    path[0, :n] = theta
    if wide := len(error.R) < n:
        shrink = learning_rate * error.R.T
    else:
        update = np.eye(n + 1)
        update[:n, :n] -= learning_rate * (error.R.T @ error.R)
        update[:n, n] = learning_rate * (error.q @ error.R)
    recorder = TraceRecorder(n)
    recorder.add(0, theta)
    with np.errstate(over="ignore", invalid="ignore"):
        for made in range(0, max_iter, LOOK_EVERY):
            stretch = min(LOOK_EVERY, max_iter - made)
            for i in range(stretch):
                if wide:
                    path[i + 1, :n] = path[i, :n] - shrink.dot(error.R.dot(path[i, :n]) - error.q)
                else:
                    update.dot(path[i], out=path[i + 1])
            recorder.extend(made + 1, path[1 : stretch + 1, :n])
            path[0] = path[stretch]
            if not tol <= np.linalg.norm(error.slope(path[0, :n])) < HUGE:
                break
    return recorder.trace(error.losses)


def stochastic_descent(
    error: SquaredError,
    drawn: Iterator[tuple[FloatArray, FloatArray]],
    theta: FloatArray,
    learning_rate: float,
    max_iter: int,
) -> Trace:
    """Step against the slope of the m rows drawn for it: θ ← θ − η/m Aₘᵀ(Aₘθ − yₘ).

    The draw is the same for every parameter, and the mean of the drawn slopes is the slope.
    """
    recorder = TraceRecorder(len(theta))
    recorder.add(0, theta)
    with np.errstate(over="ignore", invalid="ignore"):
        for update, (A, y) in zip(range(1, max_iter + 1), drawn, strict=False):
            theta = theta - learning_rate / len(y) * (A.dot(theta) - y).dot(A)
            recorder.add(update, theta)
            if update % LOOK_EVERY == 0 and not np.abs(theta).max() < HUGE:
                break
    return recorder.trace(error.losses)


def neighbour_search(error: SquaredError, start: FloatArray, step: float, max_iter: int) -> Trace:
    """Go to the best neighbour, until no neighbour is better.

    A neighbour moves each parameter by −Δ, 0 or Δ: of (w, b) there are 8. Beyond six parameters only the
    moves of one parameter at a time are tried, which may stop early in a narrow valley. A move m changes
    L by exactly 2 m·½∇L + ‖Rm‖², so that all neighbours are weighed with one product.
    """
    n = len(start)
    if n <= ALL_NEIGHBOURS_UP_TO:
        moves = np.array([move for move in product((-1, 0, 1), repeat=n) if any(move)])
    else:
        moves = np.concatenate([-np.eye(n, dtype=int), np.eye(n, dtype=int)])
    curvature = ((step * moves @ error.R.T) ** 2).sum(axis=1)
    rounding = 1e-9 * curvature.max()
    position, theta = np.zeros(n, dtype=int), start  # whole steps from the start: rounding cannot add up
    recorder = TraceRecorder(n)
    for update in range(max_iter + 1):
        recorder.add(update, theta)
        change = 2 * step * (moves @ error.slope(theta)) + curvature
        best = change.argmin()
        if change[best] > -rounding:
            break
        position = position + moves[best]
        theta = start + step * position
    return recorder.trace(error.losses)
