import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from zoo.by_hand import MLP, Adam, MLPClassifier, MLPRegressor, SoftmaxRegression, gradient_check
from zoo.errors import InputError

law = settings(max_examples=30)
seeds = st.integers(0, 2**32 - 1)
ACTIVATIONS = ["sigmoid", "tanh", "relu"]


def targets(rng, head, rows, outputs):
    return (
        np.eye(outputs)[rng.integers(0, outputs, size=rows)]
        if head == "softmax"
        else rng.normal(size=(rows, outputs))
    )


@law
@given(
    seeds,
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.sampled_from(ACTIVATIONS),
    st.sampled_from(["softmax", "linear"]),
)
def test_backpropagation_agrees_with_central_differences(seed, sizes, activation, head):
    rng = np.random.default_rng(seed)
    network = MLP(tuple(sizes), activation, head)
    theta = 0.7 * rng.normal(size=network.n_parameters)
    X, Y = rng.normal(size=(5, sizes[0])), targets(rng, head, 5, sizes[-1])
    check = gradient_check(lambda theta: network.loss_and_gradient(theta, X, Y), theta, step=1e-6)
    assert check.error < 1e-6


@law
@given(seeds, st.sampled_from(ACTIVATIONS))
def test_probabilities_sum_to_one_even_far_away(seed, activation):
    rng = np.random.default_rng(seed)
    network = MLP((3, 5, 4), activation)
    P = network.forward(10 * rng.normal(size=network.n_parameters), 1e3 * rng.normal(size=(20, 3)))[-1]
    assert np.isfinite(P).all()
    np.testing.assert_allclose(P.sum(axis=1), 1)


@law
@given(seeds, st.sampled_from(["softmax", "linear"]))
def test_loss_and_gradient_ignore_the_order_of_the_rows(seed, head):
    rng = np.random.default_rng(seed)
    network = MLP((3, 5, 2), "tanh", head)
    theta, X, Y = rng.normal(size=network.n_parameters), rng.normal(size=(20, 3)), targets(rng, head, 20, 2)
    order = rng.permutation(20)
    there, again = (
        network.loss_and_gradient(theta, X, Y),
        network.loss_and_gradient(theta, X[order], Y[order]),
    )
    assert again[0] == pytest.approx(there[0])
    np.testing.assert_allclose(again[1], there[1], atol=1e-12)


def test_layers_are_views_so_that_one_vector_holds_every_weight():
    network = MLP((2, 3, 1))
    theta = np.arange(13.0)
    (W1, b1), (W2, b2) = network.unpack(theta)
    np.testing.assert_array_equal(np.concatenate([W1.ravel(), b1, W2.ravel(), b2]), theta)
    b1[:] = -1
    assert (theta[6:9] == -1).all()


def test_forward_is_the_decks_chain_of_matrices():
    network = MLP((2, 3, 1), "sigmoid", "linear")
    theta = network.initial_parameters(0)
    (W1, b1), (W2, b2) = network.unpack(theta)
    X = np.random.default_rng(0).normal(size=(4, 2))
    expected = 1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2
    np.testing.assert_allclose(network.forward(theta, X)[-1], expected)


def test_without_hidden_layers_it_is_softmax_regression():
    X, y = load_iris(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    network = MLPClassifier((), optimizer="sgd", learning_rate=0.5, max_iter=3000, random_state=0).fit(X, y)
    softmax = SoftmaxRegression(learning_rate=0.5, max_iter=3000, tol=0).fit(X, y)
    np.testing.assert_allclose(network.predict_proba(X), softmax.predict_proba(X), atol=0.01)


@pytest.mark.parametrize("optimizer", ["momentum", "adagrad", "rmsprop", "adam"])
def test_handwritten_digits_are_learned(optimizer):
    X, y = load_digits(return_X_y=True)
    rate = {"momentum": 0.3, "adagrad": 0.1, "rmsprop": 0.003, "adam": 0.01}[optimizer]
    model = MLPClassifier(
        (32,),
        activation="relu",
        optimizer=optimizer,
        learning_rate=rate,
        batch_size=100,
        max_iter=300,
        random_state=0,
    ).fit(X[:1400] / 16, y[:1400])
    assert model.score(X[1400:] / 16, y[1400:]) > 0.9


def test_one_hidden_layer_fits_a_wiggly_function():
    x = np.linspace(-1, 1, 200)[:, None]
    y = np.sin(6 * x[:, 0]) + x[:, 0] ** 2
    model = MLPRegressor((50,), activation="tanh", max_iter=2000, random_state=0).fit(x, y)
    assert model.score(x, y) > 0.99


def test_same_seed_same_path_and_a_given_optimizer_stays_fresh():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier((5,), optimizer=Adam(0.02), batch_size=16, max_iter=40, random_state=3)
    paths = [clone(model).fit(X, y).trace_.parameters, model.fit(X, y).trace_.parameters]
    paths += [model.fit(X, y).trace_.parameters]
    np.testing.assert_array_equal(paths[0], paths[1])
    np.testing.assert_array_equal(paths[0], paths[2])
    assert model.optimizer.updates == 0
    other = model.set_params(random_state=4).fit(X, y).trace_.parameters
    assert not np.array_equal(paths[0], other)


def test_trace_begins_at_the_first_weights_and_ends_at_the_last():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier((5,), max_iter=40, random_state=0).fit(X, y)
    assert len(model.trace_) == 41
    np.testing.assert_array_equal(model.trace_.parameters[0], model.network_.initial_parameters(0))
    np.testing.assert_array_equal(model.trace_.parameters[-1], model.parameters_)
    loss = model.network_.loss_and_gradient(model.parameters_, X, np.eye(3)[y])[0]
    assert model.trace_.loss[-1] == pytest.approx(loss)


@pytest.mark.parametrize("rate", [1e3, 1e200])
def test_divergence_is_reported_and_never_nan(rate):
    x = np.linspace(-1, 1, 50)[:, None]
    model = MLPRegressor((5,), activation="relu", optimizer="sgd", learning_rate=rate, random_state=0)
    with pytest.warns(
        ConvergenceWarning, match=f"MLPRegressor diverged.*learning_rate below {rate:.3g}".replace("+", r"\+")
    ):
        model.fit(x, x[:, 0])
    assert model.diverged_
    assert np.isfinite(model.predict(x)).all()
    assert np.isfinite(model.trace_.loss).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "rellu"}, "Did you mean 'relu'"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"hidden_layer_sizes": (0,)}, r"layer_sizes must be two or more positive sizes; got \(4, 0, 3\)"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"max_iter": 2.5}, "max_iter must be a whole number, 1 or more; got 2.5"),
        ({"learning_rate": -1}, "learning_rate must be a positive number"),
    ],
)
def test_what_cannot_be_meant_is_an_input_error(arguments, message):
    with pytest.raises(InputError, match=message):
        MLPClassifier(**arguments).fit(*load_iris(return_X_y=True))


def test_a_head_must_be_known():
    with pytest.raises(InputError, match="head must be one of 'softmax', 'linear'; got 'sofmax'"):
        MLP((1, 2), head="sofmax")


def test_whole_numbers_as_weights_have_slopes_too():
    network = MLP((2, 3, 2), "tanh")
    ones, X, Y = np.ones(network.n_parameters), np.array([[1.0, 2.0]]), np.array([[1, 0]])
    expected = network.loss_and_gradient(ones, X, Y)[1]
    np.testing.assert_array_equal(network.loss_and_gradient(ones.astype(int), X, Y)[1], expected)
    assert np.abs(expected).max() > 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net, theta: net.forward(theta[:-1], [[1, 2]]), r"17 parameters in a row; got \(16,\)"),
        (
            lambda net, theta: net.forward(theta, [[1, 2, 3]]),
            r"X must have 2 columns; got the shape \(1, 3\)",
        ),
        (
            lambda net, theta: net.loss_and_gradient(theta, [[1, 2]] * 2, np.array([0, 1])),
            "classes as one-hot",
        ),
        (lambda net, theta: MLP((2, 2.5, 1)), "two or more positive sizes"),
    ],
)
def test_shapes_that_do_not_fit_are_an_input_error(call, message):
    network = MLP((2, 3, 2))
    with pytest.raises(InputError, match=message):
        call(network, network.initial_parameters(0))
