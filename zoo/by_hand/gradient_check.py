"""Is a gradient right? Compare it with slopes measured by tiny steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._estimators import FloatArray
from zoo.by_hand.calculus import gradient
from zoo.by_hand.descent import LossAndGradient
from zoo.errors import InputError


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """What ``gradient_check`` found.

    Attributes:
        error: max |analytic − numerical| / max(1, max |analytic|, max |numerical|).
        worst: the index of the parameter with the largest difference.
        analytic: the gradient under test, shape (n_parameters,).
        numerical: the central differences, shape (n_parameters,).
    """

    error: float
    worst: int
    analytic: FloatArray
    numerical: FloatArray


def gradient_check(
    loss_and_gradient: LossAndGradient, parameters: ArrayLike, *, step: float = 1e-5
) -> GradientCheck:
    """Compare a gradient with central differences, ∂L/∂θᵢ ≈ (L(θ + h eᵢ) − L(θ − h eᵢ)) / 2h.

    A right one agrees to 1e-7 or so in float64; a wrong one is usually off by 1e-2 or more. Two losses are
    computed for every parameter, so check small networks. Where the loss has a corner (ReLU at 0) within h
    of θ, the two may differ although both are right.

    Args:
        loss_and_gradient: θ -> (L(θ), ∇L(θ)), with ∇L of θ's shape.
        parameters: θ, shape (n_parameters,).
        step: h > 0, for θ of the order of one; default 1e-5.

    Returns:
        The largest relative difference and both gradients.

    Raises:
        InputError: the gradient has another shape than θ.

    Examples:
        >>> gradient_check(lambda w: (float(w @ w), 2 * w), [3.0, -4.0]).error < 1e-8
        True
        >>> gradient_check(lambda w: (float(w @ w), w), [3.0, -4.0]).error
        0.5...

    Source: the deck, "Derivatives"; Karpathy, CS231n notes, "Gradient checks".
    """
    theta = np.array(parameters, dtype=np.float64)
    analytic = np.asarray(loss_and_gradient(theta)[1])
    if analytic.shape != theta.shape:
        raise InputError(f"the gradient must have the parameters' shape {theta.shape}; got {analytic.shape}.")
    numerical = gradient(lambda point: loss_and_gradient(point)[0], theta, step=step)
    difference = np.abs(analytic - numerical)
    scale = max(1.0, np.abs(analytic).max(), np.abs(numerical).max())
    return GradientCheck(float(difference.max() / scale), int(difference.argmax()), analytic, numerical)
