from time import sleep

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.by_hand import SGD, Adagrad, Adam, Momentum, RMSprop, batches, descend, gradient_check
from zoo.by_hand import trace as trace_module
from zoo.errors import InputError

law = settings(max_examples=25)
OPTIMIZERS = [SGD(0.1), Momentum(0.02), Adagrad(0.5), RMSprop(0.01), Adam(0.1)]


def bowl(theta):
    return float(theta @ theta), 2 * theta


def bumpy(theta):
    x = float(theta[0])
    return x**2 / 20 + np.cos(2 * x), np.array([x / 10 - 2 * np.sin(2 * x)])


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_every_optimizer_finds_the_bottom_of_a_bowl(optimizer):
    path = descend(bowl, [3.0, -4.0], optimizer, max_iter=1000)
    assert path.loss[-1] < 1e-3
    np.testing.assert_array_equal(path.parameters[0], [3, -4])


@law
@given(st.floats(0.01, 0.4), st.integers(1, 20))
def test_descent_on_a_bowl_shrinks_by_one_factor(rate, updates):
    path = descend(bowl, [1.0], SGD(rate), max_iter=updates)
    np.testing.assert_allclose(path.parameters[:, 0], (1 - 2 * rate) ** np.arange(updates + 1))


def test_different_starts_end_in_different_minima_and_momentum_leaves_a_shallow_one():
    ends = {round(float(descend(bumpy, [x], SGD(0.1)).parameters[-1, 0]), 3) for x in (-6.0, -2.0, 2.0, 6.0)}
    assert len(ends) == 4
    plain = descend(bumpy, [7.0], SGD(0.02), max_iter=3000).loss[-1]
    rolling = descend(bumpy, [7.0], Momentum(0.02, momentum=0.95), max_iter=3000).loss[-1]
    assert rolling < plain


def test_optimizers_do_not_touch_what_they_are_given():
    theta, slope = np.array([1.0, 2.0]), np.array([0.5, -0.5])
    for optimizer in OPTIMIZERS:
        optimizer.update(theta, slope)
        np.testing.assert_array_equal(theta, [1, 2])
        np.testing.assert_array_equal(slope, [0.5, -0.5])


def test_a_used_optimizer_starts_afresh():
    optimizer = Adam(0.1)
    first = descend(bowl, [1.0], optimizer, max_iter=5)
    optimizer.update(np.zeros(1), np.ones(1))
    np.testing.assert_array_equal(descend(bowl, [1.0], optimizer, max_iter=5).parameters, first.parameters)


def test_tolerance_stops_early_and_zero_never_does():
    assert len(descend(bowl, [1.0], SGD(0.25), max_iter=500, tol=1e-3)) < 20
    assert len(descend(bowl, [0.0], SGD(0.25), max_iter=50)) == 51


def test_an_exploding_descent_ends_with_finite_numbers():
    path = descend(bowl, [1.0], SGD(1e10), max_iter=100)
    assert path.exploded
    assert np.isfinite(path.parameters).all()
    assert path.loss.max() < 1e100


def test_a_start_without_a_finite_loss_is_an_input_error():
    with pytest.raises(InputError, match="loss must be finite where the descent starts; got nan"):
        descend(lambda theta: (float("nan"), theta), [1.0])


def test_a_long_path_is_thinned_evenly_and_keeps_both_ends(monkeypatch):
    monkeypatch.setattr(trace_module, "MAX_ROWS", 100)
    path = descend(bowl, [1.0], SGD(0.001), max_iter=1234)
    assert len(path) <= 101
    assert path.update[0] == 0
    assert path.update[-1] == 1234
    assert set(np.diff(path.update[:-1])) == {16}
    np.testing.assert_allclose(path.parameters[:, 0], 0.998**path.update)


@law
@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_every_pass_of_the_batches_meets_every_row_once(n_rows, batch_size, seed):
    X = np.arange(n_rows)[:, None].astype(float)
    draws = batches(X, X[:, 0], batch_size, np.random.RandomState(seed))
    for _ in range(3):
        met = []
        while len(met) < n_rows:
            rows, targets = next(draws)
            np.testing.assert_array_equal(rows[:, 0], targets)
            met.extend(targets)
        assert sorted(met) == list(range(n_rows))


def test_gradient_check_finds_the_one_wrong_component():
    def wrong(theta):
        loss, slope = bowl(theta)
        return loss, slope + np.array([0, 0, 0.1])

    theta = np.array([1.0, -2.0, 0.5])
    assert gradient_check(bowl, theta).error < 1e-9
    check = gradient_check(wrong, theta)
    assert check.worst == 2
    assert check.error == pytest.approx(0.1 / 4)
    np.testing.assert_allclose(check.numerical, 2 * theta)


def test_gradient_check_needs_the_parameters_shape():
    with pytest.raises(InputError, match=r"shape \(3,\); got \(1,\)"):
        gradient_check(lambda theta: (0.0, np.zeros(1)), np.zeros(3))


def test_a_trace_knows_how_long_its_updates_took():
    def slow(theta):
        sleep(0.002)
        return bowl(theta)

    assert 0.02 < descend(slow, [1.0], SGD(0.1), max_iter=10).seconds < 2


def test_a_gradient_that_is_no_number_ends_the_descent_before_the_parameters_are_none():
    def cliff(theta):
        return 1.0, theta / abs(theta) if theta[0] > 0.25 else theta * np.nan

    path = descend(cliff, [1.0], SGD(0.3), max_iter=10)
    assert path.exploded
    np.testing.assert_allclose(path.parameters[:, 0], [1.0, 0.7, 0.4])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descend(bowl, 3.0), r"start must be a row of parameters; got the shape \(\)"),
        (lambda: descend(bowl, np.ones((2, 2))), r"start must be a row.*\(2, 2\)"),
        (
            lambda: descend(lambda w: (1.0, w[:1]), [1.0, 2.0]),
            r"gradient must have the shape \(2,\); got \(1,\)",
        ),
        (lambda: descend(lambda w: (1.0, w * np.nan), [1.0]), "must be finite where the descent starts"),
        (lambda: SGD(-1), "learning_rate must be a positive number; got -1"),
        (lambda: Momentum(momentum=1), "momentum must be a number from 0 to below 1; got 1"),
        (lambda: Adam(beta_2=1.5), "beta_2 must be a number from 0 to below 1; got 1.5"),
        (lambda: Adagrad(epsilon=-1), "epsilon must be zero or a positive number; got -1"),
    ],
)
def test_what_cannot_be_followed_is_an_input_error(call, message):
    with pytest.raises(InputError, match=message):
        call()
