import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.by_hand import MLP, Scalar, gradient

law = settings(max_examples=50)
numbers = st.floats(0.5, 2)


def expression(x, y, z):
    """One that uses every operation, and some scalars more than once."""
    a = x * y + z / x - 2
    b = (a**2 + 1).log() + (x - 3 * y).tanh() * (-z).exp()
    return (b + a).sigmoid() + (1 - b).relu() * y + 2 / z - a**0 + x**-1.5


@law
@given(numbers, numbers, numbers)
def test_slopes_agree_with_central_differences(x, y, z):
    inputs = [Scalar(value) for value in (x, y, z)]
    result = expression(*inputs)
    result.backward()
    numerical = gradient(lambda v: expression(*(Scalar(value) for value in v)).value, [x, y, z])
    if abs(1 - result.value) > 1e-3:
        np.testing.assert_allclose([scalar.grad for scalar in inputs], numerical, rtol=1e-5, atol=1e-5)


@law
@given(numbers, numbers)
def test_slopes_obey_the_sum_and_product_rules(x, y):
    def slope(build):
        scalar = Scalar(x)
        build(scalar).backward()
        return scalar.grad

    f, g = (lambda s: s.exp() * y), (lambda s: (s * s).tanh())
    value = lambda build: build(Scalar(x)).value  # noqa: E731
    assert slope(lambda s: f(s) + g(s)) == pytest.approx(slope(f) + slope(g))
    assert slope(lambda s: f(s) * g(s)) == pytest.approx(slope(f) * value(g) + value(f) * slope(g))


def test_a_scalar_used_twice_gets_both_slopes():
    x = Scalar(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_backward_twice_does_not_add_up():
    x = Scalar(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert x.grad == 6


def test_a_chain_of_ten_thousand_operations_needs_no_recursion():
    x = Scalar(1.0)
    y = x
    for _ in range(10_000):
        y = y + 1
    y.backward()
    assert x.grad == 1


def test_graph_lists_inputs_before_what_uses_them():
    x, y = Scalar(2.0, "x"), Scalar(3.0, "y")
    result = (x * y + 1).tanh()
    nodes, edges = result.graph()
    assert [node.name for node in nodes] == ["x", "y", "*", "1", "+", "tanh"]
    assert all(start < end for start, end, _ in edges)
    assert (0, 2, 3.0) in edges
    assert nodes[-1] is result


def test_a_neuron_agrees_with_backpropagation_by_matrices():
    network = MLP((2, 3, 1), "tanh", "linear")
    theta = network.initial_parameters(0)
    weights = [Scalar(value) for value in theta]
    W1, b1, W2, b2 = weights[:6], weights[6:9], weights[9:12], weights[12]
    hidden = [(W1[j] * 0.5 + W1[3 + j] * -1.0 + b1[j]).tanh() for j in range(3)]
    loss = (sum(h * w for h, w in zip(hidden, W2, strict=True)) + b2 - 0.3) ** 2
    loss.backward()
    value, expected = network.loss_and_gradient(theta, [[0.5, -1.0]], np.array([[0.3]]))
    assert loss.value == pytest.approx(value)
    np.testing.assert_allclose([weight.grad for weight in weights], expected, atol=1e-12)


def test_what_is_not_defined_raises_as_in_python():
    with pytest.raises(ZeroDivisionError):
        Scalar(1.0) / Scalar(0.0)
    with pytest.raises(ValueError, match=r"math domain|positive"):
        Scalar(-1.0).log()
    assert math.isclose(Scalar(-800.0).sigmoid().value, 0, abs_tol=1e-12)


@pytest.mark.parametrize("x", [-700.0, -40.0, 0.0, 40.0])
def test_sigmoid_is_exact_where_it_is_almost_zero(x):
    scalar = Scalar(x)
    result = scalar.sigmoid().log()
    result.backward()
    assert result.value == pytest.approx(-math.log1p(math.exp(-x)) if x > -40 else x)
    assert scalar.grad == pytest.approx(1 / (1 + math.exp(x)))


def test_a_negative_number_has_no_fractional_power():
    with pytest.raises(ValueError, match=r"-4 has no real power 0.5"):
        Scalar(-4.0) ** 0.5
    assert (Scalar(-2.0) ** 3).value == -8
