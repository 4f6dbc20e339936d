"""Derivatives by tiny steps: the numerical derivative, the rules it obeys, gradient and Jacobian."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from zoo.by_hand._arguments import one_of, positive
from zoo.by_hand._estimators import FloatArray
from zoo.errors import InputError

Function = Callable[[float], float]


def derivative(f: Function, x: float, *, step: float = 1e-5) -> float:
    """Return f'(x) as the slope from x − h to x + h; its error shrinks with h², that of x to x + h with h.

    Args:
        f: a function of one number.
        x: where.
        step: h > 0, for x of the order of one; default 1e-5.

    Examples:
        >>> round(derivative(lambda x: x**3, 2.0), 6)
        12.0

    Source: the deck, "Derivatives".
    """
    positive(step=step)
    h = step * max(1.0, abs(x))
    return float((f(x + h) - f(x - h)) / (2 * h))


def sum_rule(f: Function, g: Function, x: float) -> tuple[float, float]:
    """Return both sides of [f + g]' = f' + g' at x.

    Examples:
        >>> left, right = sum_rule(np.sin, np.exp, 0.5)
        >>> abs(left - right) < 1e-8
        True

    Source: the deck, "Derivatives".
    """
    return derivative(lambda t: f(t) + g(t), x), derivative(f, x) + derivative(g, x)


def product_rule(f: Function, g: Function, x: float) -> tuple[float, float]:
    """Return both sides of [f g]' = f' g + f g' at x.

    Examples:
        >>> left, right = product_rule(np.sin, np.exp, 0.5)
        >>> abs(left - right) < 1e-8
        True

    Source: the deck, "Derivatives".
    """
    return derivative(lambda t: f(t) * g(t), x), float(derivative(f, x) * g(x) + f(x) * derivative(g, x))


def chain_rule(f: Function, g: Function, x: float) -> tuple[float, float]:
    """Return both sides of [f(g(x))]' = f'(g(x)) g'(x): the outer slope where g is, times the inner.

    Examples:
        >>> left, right = chain_rule(np.sin, np.exp, 0.5)
        >>> abs(left - right) < 1e-8
        True

    Source: the deck, "Derivatives".
    """
    return derivative(lambda t: f(g(t)), x), derivative(f, g(x)) * derivative(g, x)


def gradient(f: Callable[[FloatArray], float], x: ArrayLike, *, step: float = 1e-5) -> FloatArray:
    """Return ∇f(x) = (∂f/∂x₁, ..., ∂f/∂xₙ), each by a central difference; the shape is that of x.

    Examples:
        >>> gradient(lambda x: x[0] ** 2 * x[1], [3.0, 5.0]).round(6)
        array([30.,  9.])

    Source: the deck, "Basic Vector Calculus".
    """
    x = np.asarray(x, dtype=np.float64)
    flat = jacobian(lambda v: [f(v.reshape(x.shape))], x.ravel(), step=step)
    return flat.reshape(x.shape)


def jacobian(
    f: Callable[[FloatArray], ArrayLike], x: ArrayLike, *, layout: str = "numerator", step: float = 1e-5
) -> FloatArray:
    """Return the matrix of all ∂fᵢ/∂xⱼ for f: ℝⁿ → ℝᵐ.

    Args:
        f: takes a vector of shape (n,), returns one of shape (m,).
        x: where, shape (n,).
        layout: "numerator" (default), Jᵢⱼ = ∂fᵢ/∂xⱼ of shape (m, n), so that d(Ax)/dx = A; or "denominator",
            its transpose of shape (n, m), so that d(Ax)/dx = Aᵀ. The deck defines (∂u/∂v)ᵢⱼ = ∂uᵢ/∂vⱼ, the
            numerator layout, and two lines later gives d(Ax)/dx = Aᵀ, the denominator layout.
        step: h > 0, for x of the order of one; default 1e-5.

    Raises:
        InputError: the layout is neither, x is no vector, or the step is not positive.

    Examples:
        >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        >>> jacobian(lambda x: A @ x, np.zeros(3)).round(6)
        array([[1., 2., 3.],
               [4., 5., 6.]])

    Source: the deck, "Basic Vector Calculus".
    """
    one_of("layout", layout, ("numerator", "denominator"))
    positive(step=step)
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 1 or not x.size:
        raise InputError(f"x must be a vector, one number or more in a row; got the shape {x.shape}.")
    columns = []
    for j, h in enumerate(step * np.maximum(1.0, np.abs(x))):
        nudge = h * (np.arange(len(x)) == j)
        columns.append((np.asarray(f(x + nudge)) - np.asarray(f(x - nudge))) / (2 * h))
    return np.array(columns) if layout == "denominator" else np.array(columns).T
