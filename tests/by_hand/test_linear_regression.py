import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning

from zoo.by_hand import LinearRegression
from zoo.by_hand import trace as trace_module
from zoo.by_hand.linear_regression import SOLVERS
from zoo.errors import InputError

law = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)


def deck_like(n=1000, seed=0, noise=0.5):
    """A line with noise whose largest curvature is 1.23, so that 2/λ = 1.626 lies between 1.6 and 1.65."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    x = 0.2 + np.sqrt(1.0161) * (x - x.mean()) / x.std()
    return x[:, None], 1.02 * x - 0.009 + noise * rng.normal(size=n)


def random_problem(seed, n=60, d=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=n)


def parameters(model):
    return np.append(model.coef_, model.intercept_)


def test_closed_form_is_the_decks_formula():
    X, y = deck_like()
    x = X[:, 0]
    w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    np.testing.assert_allclose(
        parameters(LinearRegression().fit(X, y)), [w, y.mean() - w * x.mean()], rtol=1e-12
    )


def test_closed_form_agrees_with_scikit_learn():
    X, y = load_diabetes(return_X_y=True)
    ours, theirs = LinearRegression().fit(X, y), linear_model.LinearRegression().fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-9)


def test_collinear_features_get_the_shortest_weights():
    X, y = random_problem(0)
    twice = LinearRegression().fit(np.column_stack([X, X]), y)
    np.testing.assert_allclose(twice.coef_, np.tile(LinearRegression().fit(X, y).coef_ / 2, 2), atol=1e-12)


def test_neighbour_search_ends_within_one_step_of_the_closed_form():
    X, y = deck_like()
    exact = parameters(LinearRegression().fit(X, y))
    search = LinearRegression("neighbour_search", start=(-4, 4), step=0.001).fit(X, y)
    assert np.abs(parameters(search) - exact).max() <= 0.001
    assert search.n_iter_ == round((exact[0] + 4) / 0.001)  # w has the longer way, one step an update


def test_neighbour_search_takes_one_of_eight_steps_and_always_the_best():
    X, y = deck_like(n=50)
    search = LinearRegression("neighbour_search", start=(-4, 4), step=0.5).fit(X, y)
    path = search.trace_.parameters
    for here, there in itertools.pairwise(path):
        around = here + 0.5 * np.array([[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)])
        losses = np.mean((X * around[:, 0] + around[:, 1] - y[:, None]) ** 2, axis=0)
        np.testing.assert_allclose(there, around[losses.argmin()])


def test_neighbour_search_in_many_dimensions_moves_along_the_axes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 8))
    y = X @ np.arange(8) / 8 + 0.5
    search = LinearRegression("neighbour_search", step=0.01).fit(X, y)
    assert np.abs(search.coef_ - np.arange(8) / 8).max() <= 0.02
    assert (np.count_nonzero(np.diff(search.trace_.parameters, axis=0), axis=1) == 1).all()


def test_neighbour_search_says_when_it_was_cut_short():
    with pytest.warns(ConvergenceWarning, match="still going after 10 updates"):
        LinearRegression("neighbour_search", start=(-4, 4), max_iter=10).fit(*deck_like())


def test_first_update_moves_w_and_b_at_once_from_the_same_point():
    X, y = deck_like(n=20)
    w, b, rate = -4.0, 4.0, 0.5
    residual = w * X[:, 0] + b - y
    expected = [w - rate * np.mean(residual * X[:, 0]), b - rate * np.mean(residual)]
    model = LinearRegression("gradient_descent", learning_rate=rate, start=(w, b), max_iter=1).fit(X, y)
    np.testing.assert_allclose(model.trace_.parameters, [[w, b], expected], rtol=1e-12)


@pytest.mark.parametrize("learning_rate", [1.6, 1.5, 1, 0.1, 0.01])
def test_the_decks_learning_rates_converge(learning_rate):
    X, y = deck_like()
    exact = parameters(LinearRegression().fit(X, y))
    model = LinearRegression("gradient_descent", learning_rate=learning_rate, start=(-4, 4)).fit(X, y)
    np.testing.assert_allclose(parameters(model), exact, atol=1e-8)
    assert not model.diverged_


def test_the_decks_learning_rate_of_1_65_is_reported_as_diverging():
    X, y = deck_like()
    with pytest.warns(ConvergenceWarning, match=r"try a learning_rate below 1\.63 \(it is 1\.65\)"):
        model = LinearRegression("gradient_descent", learning_rate=1.65, start=(-4, 4), max_iter=100).fit(
            X, y
        )
    assert model.diverged_
    assert model.trace_.loss[-1] > model.trace_.loss[50]
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("solver", ["gradient_descent", "sgd", "minibatch"])
@pytest.mark.parametrize("learning_rate", [10.0, 1e6, 1e300])
def test_divergence_never_gives_nan(solver, learning_rate):
    X, y = deck_like(n=100)
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model = LinearRegression(solver, learning_rate=learning_rate, random_state=0).fit(X, y)
    assert model.diverged_
    assert np.isfinite(model.trace_.parameters).all()
    assert np.isfinite(model.trace_.loss).all()
    best = np.mean((model.predict(X) - y) ** 2)
    assert best == pytest.approx(model.trace_.loss.min())
    assert best <= model.trace_.loss[0] * (1 + 1e-12)


def test_nine_features_reach_the_closed_form():
    rng = np.random.default_rng(1)
    X = rng.uniform(size=(40, 9))
    y = X @ np.arange(1, 10) + 3
    model = LinearRegression("gradient_descent", learning_rate=0.5, max_iter=20_000).fit(X, y)
    np.testing.assert_allclose(model.coef_, np.arange(1, 10), atol=1e-3)


@pytest.mark.parametrize(("solver", "rows"), [("sgd", 1), ("minibatch", 50)])
def test_stochastic_paths_wander_around_the_closed_form(solver, rows):
    X, y = deck_like()
    exact = parameters(LinearRegression().fit(X, y))
    model = LinearRegression(solver, start=(-4, 4), batch_size=rows, random_state=0).fit(X, y)
    assert np.abs(model.trace_.parameters[-5000:].mean(axis=0) - exact).max() < 0.02
    assert np.abs(parameters(model) - exact).max() < 0.2


def test_one_batch_of_all_rows_is_gradient_descent():
    X, y = deck_like(n=50)
    full = LinearRegression("gradient_descent", max_iter=30).fit(X, y)
    batch = LinearRegression("minibatch", batch_size=50, max_iter=30, random_state=0).fit(X, y)
    np.testing.assert_allclose(batch.trace_.parameters, full.trace_.parameters, atol=1e-12)


def test_trace_holds_the_loss_over_all_rows():
    X, y = random_problem(3)
    for solver in SOLVERS:
        model = LinearRegression(solver, max_iter=5000, random_state=0).fit(X, y)
        path = model.trace_.parameters
        losses = np.mean((X @ path[:, :-1].T + path[:, -1] - y[:, None]) ** 2, axis=0)
        np.testing.assert_allclose(model.trace_.loss, losses, rtol=1e-9)
        assert model.trace_.update[-1] == model.n_iter_
        np.testing.assert_array_equal(path[-1], parameters(model))


@pytest.mark.parametrize("most", [2, 50, 64, 100])
@pytest.mark.parametrize("updates", [1, 63, 64, 65, 1234])
def test_a_long_path_is_thinned_and_tells_the_same(monkeypatch, most, updates):
    X, y = random_problem(4)
    model = LinearRegression("gradient_descent", max_iter=updates, tol=0)
    whole = model.fit(X, y).trace_
    np.testing.assert_array_equal(whole.update, np.arange(updates + 1))
    monkeypatch.setattr(trace_module, "MAX_ROWS", most)
    few = model.fit(X, y).trace_
    assert len(few) <= most + 1
    assert (few.update[0], few.update[-1]) == (0, updates)
    assert len(set(np.diff(few.update[:-1]))) <= 1
    np.testing.assert_array_equal(few.parameters, whole.parameters[few.update])
    np.testing.assert_allclose(few.loss, whole.loss[few.update], rtol=1e-12)


def test_more_features_than_rows_still_fit():
    X, y = random_problem(0, n=5, d=20)
    model = LinearRegression("gradient_descent", learning_rate=0.05).fit(X, y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-6)


@settings(max_examples=10)
@given(seeds)
def test_solvers_agree(seed):
    X, y = random_problem(seed)
    exact = parameters(LinearRegression().fit(X, y))
    descent = LinearRegression("gradient_descent", learning_rate=0.3).fit(X, y)
    search = LinearRegression("neighbour_search", step=0.005).fit(X, y)
    batches = LinearRegression(
        "minibatch", learning_rate=0.05, batch_size=30, max_iter=2000, random_state=0
    ).fit(X, y)
    np.testing.assert_allclose(parameters(descent), exact, atol=1e-7)
    np.testing.assert_allclose(parameters(search), exact, atol=0.02)
    np.testing.assert_allclose(parameters(batches), exact, atol=0.3)


@law
@given(seeds, st.floats(-3, 3), st.floats(-3, 3))
def test_fit_is_linear_in_the_target(seed, a, b):
    X, y = random_problem(seed)
    z = np.random.default_rng(seed + 1).normal(size=len(y))
    for solver in ("closed_form", "gradient_descent"):
        fit = lambda target: parameters(LinearRegression(solver, max_iter=100).fit(X, target))  # noqa: B023, E731
        np.testing.assert_allclose(fit(a * y + b * z), a * fit(y) + b * fit(z), atol=1e-10)


@law
@given(seeds)
def test_the_order_of_the_rows_does_not_matter(seed):
    X, y = random_problem(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    for solver in ("closed_form", "gradient_descent", "neighbour_search"):
        model = LinearRegression(solver, step=0.05, max_iter=200)
        there = parameters(model.fit(X, y))
        np.testing.assert_allclose(parameters(model.fit(X[order], y[order])), there, atol=1e-10)


@law
@given(seeds, st.floats(0.01, 1))
def test_below_its_limit_descent_never_goes_uphill(seed, part):
    X, y = random_problem(seed)
    curvature = np.linalg.eigvalsh(np.cov(X.T, bias=True) + np.outer(X.mean(0), X.mean(0))).max()
    model = LinearRegression("gradient_descent", learning_rate=part / (curvature + 1), max_iter=50).fit(X, y)
    assert (np.diff(model.trace_.loss) <= 1e-12).all()
    assert not model.diverged_


@pytest.mark.parametrize("solver", ["sgd", "minibatch"])
def test_same_seed_same_path(solver):
    X, y = deck_like()
    paths = [
        LinearRegression(solver, max_iter=50, random_state=seed).fit(X, y).trace_.parameters
        for seed in (7, 7, 8)
    ]
    np.testing.assert_array_equal(paths[0], paths[1])
    assert not np.array_equal(paths[0], paths[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"solver": "gradient_decent"}, "Did you mean 'gradient_descent'"),
        ({"learning_rate": 0}, "learning_rate must be a positive number; got 0"),
        ({"step": float("nan")}, "step must be a positive number"),
        ({"tol": -1e-3}, "tol must be zero or a positive number"),
        ({"learning_rate": "fast"}, "learning_rate must be a positive number; got 'fast'"),
        ({"batch_size": -1}, "batch_size must be"),
        ({"start": (1, 2, 3)}, r"start must be \(w_1, ..., w_d, b\), 2 finite numbers; got \(1, 2, 3\)"),
    ],
)
def test_what_cannot_be_meant_is_an_input_error(arguments, message):
    with pytest.raises(InputError, match=message):
        LinearRegression(**arguments).fit(*deck_like(n=10))
