"""Limits: where the values of a function go, found by going nearer and nearer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from zoo.by_hand._arguments import one_of
from zoo.by_hand._estimators import FloatArray
from zoo.errors import InputError

# From 0.45 down to 0.00001: any nearer, rounding takes over.
STEPS: FloatArray = 0.9 / np.exp2(np.arange(1, 17, dtype=np.float64))
TOLERANCE = 1e-5
OTHER = 0.83  # a second row of points, in between


def limit(f: Callable[[float], float], at: float, *, side: str = "both") -> float:
    """Return lim f(x) for x → ``at``; f need not be defined there.

    Args:
        f: a function of one number.
        at: where x goes; ``math.inf`` and ``-math.inf`` are allowed.
        side: "both" (default), "left" (x < at) or "right" (x > at).

    Returns:
        The limit, to 5 digits and usually more; ±inf if f grows without bound.

    Raises:
        InputError: there is none: f is not defined near ``at``, does not settle, or not to the same from
            both sides.

    Examples:
        >>> round(limit(lambda x: (x**2 - 4) / (x - 2), 2), 6)
        4.0
        >>> limit(lambda x: 1 / (1 - x), 1)
        Traceback (most recent call last):
        zoo.errors.InputError: no limit at 1: from the left inf, from the right -inf.

    Source: the deck, "Limits".
    """
    one_of("side", side, ("both", "left", "right"))
    if math.isinf(at):
        return _agreed(f, math.copysign(1, at) / STEPS, math.copysign(1, at) / (OTHER * STEPS), at)
    steps = STEPS * max(1.0, abs(at))
    ways = {"left": -steps, "right": steps}
    ends = [
        _agreed(f, at + way, at + OTHER * way, at) for name, way in ways.items() if side in (name, "both")
    ]
    if not math.isclose(ends[0], ends[-1], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        raise InputError(f"no limit at {at:g}: from the left {ends[0]:.6g}, from the right {ends[1]:.6g}.")
    return sum(ends) / len(ends)


def _agreed(f: Callable[[float], float], points: FloatArray, others: FloatArray, at: float) -> float:
    """Return where f goes along ``points``, if along ``others`` it goes there too.

    One row of points, each twice as near as the last, may meet the same place of every wave of f.
    """
    one = _settled(f, points, at)
    try:
        other = _settled(f, others, at)
    except InputError:  # they tell less than the first row did, but they must be near what it told
        other = [math.inf, *_values(f, others, at)][-1]
    if not math.isclose(one, other, rel_tol=10 * TOLERANCE, abs_tol=10 * TOLERANCE):
        raise InputError(f"no limit at {at:g}: f does not settle, it comes to {one:.6g} and to {other:.6g}.")
    return one


def _settled(f: Callable[[float], float], points: FloatArray, at: float) -> float:
    """Return where f goes along ``points``: to ±inf if its changes never shrink, else to where it settles.

    Each point is twice as near as the last, so that the changes of f soon shrink by a constant factor ρ
    (½ where f has a slope). What is still to come is then a geometric series, Δ(ρ + ρ² + ...) = Δρ/(1 − ρ):
    adding it to the last value is Aitken's rule. Where a logarithm is in play, as in x ln x, ρ creeps, and the
    rule is applied to its own results. Of the values improved once the calmest is taken if it is calm enough,
    else of those improved twice or three times, else of the plain ones.
    """
    values = np.array(list(_values(f, points, at)))
    if len(values) < 4:
        raise InputError(f"no limit at {at:g}: f is too large near it to be computed.")
    change = np.diff(values)
    one_way = change[0] != 0 and (np.sign(change) == np.sign(change[0])).all()
    if one_way and (np.abs(change[1:]) >= 0.99 * np.abs(change[:-1])).all():
        return math.copysign(math.inf, change[0])
    improved = [values]
    while len(improved) < 4 and len(improved[-1]) >= 4:
        improved.append(_aitken(improved[-1]))
    for candidates in (*improved[1:], values):
        jumps = np.abs(np.diff(candidates))
        best = int(jumps.argmin())
        if jumps[best] <= TOLERANCE / 10 * max(1.0, abs(candidates[best])):
            return float(candidates[best + 1])
    raise InputError(f"no limit at {at:g}: f does not settle, its last values are {values[-3:]}.")


def _aitken(values: FloatArray) -> FloatArray:
    """Return the values with the rest of the geometric series added, where there is one."""
    change = np.diff(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = change[1:] / change[:-1]
        rest = change[1:] * ratio / (1 - ratio)
    improved: FloatArray = values[2:] + np.where(np.abs(ratio) < 0.97, rest, 0)
    return improved


def _values(f: Callable[[float], float], points: FloatArray, at: float) -> Iterator[float]:
    """Yield f at ``points`` as far as its values are finite."""
    for x in points:
        try:
            value = float(f(float(x)))
        except OverflowError:
            value = math.inf
        except (ArithmeticError, ValueError) as error:
            raise InputError(f"no limit at {at:g}: f is not defined near it ({error}).") from error
        if math.isnan(value):
            raise InputError(f"no limit at {at:g}: f is not defined near it (it is NaN at {x:g}).")
        if math.isinf(value):
            return
        yield value
