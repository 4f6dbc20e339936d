import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.by_hand import chain_rule, derivative, gradient, jacobian, limit, product_rule, sum_rule
from zoo.errors import InputError

law = settings(max_examples=50)
points = st.floats(-2, 2)


@st.composite
def smooth_functions(draw):
    """A random combination of a cubic, a wave and a growth: bounded slopes near the origin."""
    a, b, c, d, e = (draw(st.floats(-2, 2)) for _ in range(5))
    return lambda x: a + b * x + c * x**3 / 6 + d * math.sin(2 * x) + e * math.exp(x / 2)


@law
@given(smooth_functions(), smooth_functions(), points)
def test_sum_product_and_chain_rule_hold_for_random_functions(f, g, x):
    for rule in (sum_rule, product_rule):
        left, right = rule(f, g, x)
        assert left == pytest.approx(right, rel=1e-6, abs=1e-6)
    squashed = lambda x: math.tanh(g(x))  # noqa: E731  keeps f where it is tame
    left, right = chain_rule(f, squashed, x)
    assert left == pytest.approx(right, rel=1e-6, abs=1e-6)


def test_chain_rule_of_the_decks_two_rates():
    assert chain_rule(lambda a: 3 * a, lambda x: 2 * x, 1.0) == pytest.approx((6, 6))


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x**5, lambda x: 5 * x**4),
        (math.exp, math.exp),
        (math.sin, math.cos),
        (lambda x: 7.0, lambda x: 0.0),
    ],
)
def test_derivatives_of_common_functions(f, slope):
    for x in (-1.5, 0.0, 0.3, 20.0):
        assert derivative(f, x) == pytest.approx(slope(x), rel=1e-8, abs=1e-9)


@law
@given(st.integers(0, 2**32 - 1))
def test_gradient_of_a_parabola_and_jacobian_of_a_matrix(seed):
    rng = np.random.default_rng(seed)
    A, u, x = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3)
    np.testing.assert_allclose(gradient(lambda x: u @ x, x), u, atol=1e-8)
    np.testing.assert_allclose(gradient(lambda x: x @ x, x), 2 * x, atol=1e-8)
    np.testing.assert_allclose(jacobian(lambda x: A @ x, x), A, atol=1e-8)
    np.testing.assert_allclose(jacobian(lambda x: A @ x, x, layout="denominator"), A.T, atol=1e-8)


def test_gradient_keeps_the_shape_of_a_table():
    table = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(gradient(lambda x: (x**2).sum(), table), 2 * table, atol=1e-8)


def test_jacobian_obeys_the_chain_rule():
    g = lambda x: np.array([x[0] * x[1], np.sin(x[1]), x[0]])  # noqa: E731
    f = lambda u: np.array([u[0] + u[1] ** 2, u[2] * u[0]])  # noqa: E731
    x = np.array([0.7, -1.2])
    np.testing.assert_allclose(jacobian(lambda x: f(g(x)), x), jacobian(f, g(x)) @ jacobian(g, x), atol=1e-8)


def test_layout_must_be_known():
    with pytest.raises(InputError, match="layout must be one of 'numerator', 'denominator'"):
        jacobian(lambda x: x, [1.0], layout="deck")


@pytest.mark.parametrize(
    ("f", "at", "value"),
    [
        (lambda x: (x**2 - 4) / (x - 2), 2, 4),
        (lambda x: x**2 + x + 1, 2, 7),
        (math.exp, 3, math.exp(3)),
        (lambda x: math.sin(x) / x, 0, 1),
        (lambda x: (1 - math.cos(x)) / x**2, 0, 0.5),
        (lambda x: x * math.sin(1 / x), 0, 0),
        (lambda x: abs(x), 0, 0),
        (lambda x: 1 / x**2, 0, math.inf),
        (lambda x: -1 / (x - 5) ** 2, 5, -math.inf),
        (lambda x: x, math.inf, math.inf),
        (lambda x: x**3, -math.inf, -math.inf),
        (lambda x: 1 / x, math.inf, 0),
        (lambda x: (1 + 1 / x) ** x, math.inf, math.e),
        (lambda x: 7.0, 1, 7),
        (math.exp, math.inf, math.inf),
        (math.exp, -math.inf, 0),
        (lambda x: math.exp(1 / x**2), 0, math.inf),
        (lambda x: (x**2 - 1e6) / (x - 1000), 1000, 2000),
    ],
)
def test_limits_that_exist(f, at, value):
    assert limit(f, at) == pytest.approx(value, rel=1e-5, abs=2e-5)


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (lambda x: 1 if x > 0 else -1, -1, 1),
        (lambda x: 1 / x, -math.inf, math.inf),
        (lambda x: math.exp(-1 / x) if x > 0 else 2.0, 2, 0),
    ],
)
def test_two_sides_that_do_not_meet(f, left, right):
    assert limit(f, 0, side="left") == pytest.approx(left, abs=1e-5)
    assert limit(f, 0, side="right") == pytest.approx(right, abs=1e-5)
    with pytest.raises(InputError, match="no limit at 0: from the left"):
        limit(f, 0)


def test_limits_from_one_side():
    assert limit(math.log, 0, side="right") == -math.inf
    assert limit(math.sqrt, 0, side="right") == pytest.approx(0, abs=1e-5)
    with pytest.raises(InputError, match="f is not defined near it"):
        limit(math.sqrt, 0)


def test_a_function_that_is_nan_nearby_has_no_limit():
    with pytest.raises(InputError, match=r"it is NaN at -0\.45"):
        limit(lambda x: x if x > 0 else math.nan, 0)
    with pytest.raises(InputError, match="too large near it"):
        limit(lambda x: math.inf, 0)


def test_a_function_that_never_settles_has_no_limit():
    with pytest.raises(InputError, match="does not settle"):
        limit(lambda x: math.sin(1 / x), 0)


@law
@given(smooth_functions(), smooth_functions(), points)
def test_limits_of_sums_and_products_are_sums_and_products_of_limits(f, g, a):
    assert limit(lambda x: f(x) + g(x), a) == pytest.approx(f(a) + g(a), rel=1e-5, abs=1e-4)
    assert limit(lambda x: f(x) * g(x), a) == pytest.approx(f(a) * g(a), rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (lambda x: x * math.log(x), 0, 0),
        (lambda x: x**x, 0, 1),
        (lambda x: x**0.1, 0, 0),
        (lambda x: math.log(x) / x, math.inf, 0),
    ],
)
def test_limits_that_are_approached_slowly(f, at, expected):
    assert limit(f, at, side="right") == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("waves", [1, 2, 3])
def test_a_wave_met_at_the_same_height_each_time_has_no_limit_still(waves):
    with pytest.raises(InputError, match="does not settle"):
        limit(lambda x: math.sin(2 * math.pi * waves * math.log2(x)), 0, side="right")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derivative(math.sin, 1.0, step=0), "step must be a positive number; got 0"),
        (lambda: jacobian(lambda x: x, [1.0], step=-1), "step must be a positive number; got -1"),
        (lambda: jacobian(lambda x: x, 3.0), r"x must be a vector.*got the shape \(\)"),
        (lambda: gradient(lambda x: 0.0, []), r"x must be a vector.*got the shape \(0,\)"),
    ],
)
def test_what_cannot_be_a_step_or_a_point_is_an_input_error(call, message):
    with pytest.raises(InputError, match=message):
        call()
