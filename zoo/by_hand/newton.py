"""Newton's descent: first and second derivatives, in axes along which the features are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from zoo.by_hand._estimators import FloatArray
from zoo.by_hand.descent import LossAndGradient
from zoo.by_hand.trace import Trace, TraceRecorder


def newton(
    loss_and_gradient: LossAndGradient,
    hessian: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    *,
    max_iter: int,
    tol: float,
) -> Trace:
    """Jump to the bottom of the parabola that fits where we stand: θ ← θ − s H⁻¹∇L, H the second derivatives.

    The step is whole, s = 1, unless that would go uphill; then it is halved until it does not.
    """
    theta, recorder = start, TraceRecorder(start.size)
    loss, gradient = loss_and_gradient(theta)
    recorder.add(0, theta, loss)
    for update in range(1, max_iter + 1):
        step = np.linalg.lstsq(hessian(theta), gradient, rcond=None)[0]
        for halvings in range(30):
            there = theta - step / 2**halvings
            loss_there, gradient = loss_and_gradient(there)
            if loss_there <= loss:
                break
        theta, loss = there, loss_there
        recorder.add(update, theta, loss)
        if gradient.dot(gradient) < tol * tol:
            break
    return recorder.trace()


def unit_axes(A: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return B and M with B = AM and 1/n BᵀB = 1, so that Aθ = Bφ for θ = Mφ.

    The second derivatives hold squares: of a column in millions beside one in millionths nothing would be left
    but rounding. Newton's steps do not depend on the axes, so they are taken where all columns are alike.
    Directions in which no row differs are left out; the columns of M are then fewer.

    Args:
        A: a table with its column of ones, shape (n_samples, n_parameters).
    """
    scale = np.abs(A).max(axis=0)
    scale = np.where(scale > 0, scale, 1)
    U, s, Vt = np.linalg.svd(A / scale, full_matrices=False)
    kept = s > s[0] * max(A.shape) * np.finfo(float).eps
    root = np.sqrt(len(A))
    return U[:, kept] * root, Vt[kept].T * root / s[kept] / scale[:, None]


def back_from_axes(trace: Trace, axes: FloatArray, start: FloatArray) -> Trace:
    """Return the path of θ = Mφ that begins at ``start``, from the path of φ; M = ``axes``."""
    return replace(trace, parameters=start + (trace.parameters - trace.parameters[0]) @ axes.T)
