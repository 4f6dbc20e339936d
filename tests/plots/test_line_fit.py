import numpy as np
import pytest

import zoo
from zoo.by_hand import LinearRegression, PolynomialRegression

X = np.linspace(0, 1, 20)[:, None]
Y = 2 * X[:, 0] - 1


def drawn(figure):
    return {line.get_label(): line.get_xydata() for line in figure.axes[0].lines}


def test_parameters_traces_and_functions_give_the_same_line():
    model = LinearRegression().fit(X, Y)
    figure = zoo.plots.line_fit(
        X,
        Y,
        {"parameters": (2, -1), "trace": model.trace_, "path": [[0, 0], [2, -1]], "model": model.predict},
    )
    lines = drawn(figure)
    for line in lines.values():
        np.testing.assert_allclose(line[:, 1], 2 * line[:, 0] - 1, atol=1e-9)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(lines)
    np.testing.assert_allclose(figure.axes[0].collections[0].get_offsets(), np.column_stack([X, Y]))


def test_more_parameters_are_a_polynomial_in_the_order_of_by_hand():
    model = PolynomialRegression(degree=3).fit(X, X[:, 0] ** 3)
    line = drawn(zoo.plots.line_fit(X, Y, {"cubic": model.trace_}))["cubic"]
    np.testing.assert_allclose(line[:, 1], model.predict(line[:, :1]), atol=1e-9)


def test_a_curve_of_ones_own_takes_parameters_and_numbers():
    wave = zoo.plots.line_fit(X, Y, {"wave": (3.0,)}, curve=lambda p, x: np.sin(p[0] * x), axis_names="ab")
    line = drawn(wave)["wave"]
    np.testing.assert_allclose(line[:, 1], np.sin(3 * line[:, 0]))
    assert (wave.axes[0].get_xlabel(), wave.axes[0].get_ylabel()) == ("a", "b")


def test_a_line_far_away_does_not_squeeze_the_points():
    low, high = zoo.plots.line_fit(X, Y, {"far": (1e9, 1e9)}).axes[0].get_ylim()
    assert -1 - 2.5 < low < -1
    assert 1 < high < 1 + 2.5


def frame(animation, number):
    """Let the animation draw a frame; return the points of its lines, by panel."""
    animation._draw(number)
    return [[line.get_xydata() for line in axes.lines] for axes in animation._figure.axes]


def test_lines_move_and_the_loss_of_the_trace_grows_beside_them():
    trace = LinearRegression("gradient_descent", learning_rate=0.5, max_iter=8, tol=0).fit(X, Y).trace_
    animation = zoo.plots.line_fit_animation(X, Y, {"gd": trace})
    assert len(animation) == 9
    (line,), (_, trail, head) = frame(animation, 3)
    w, b = trace.parameters[3]
    np.testing.assert_allclose(line[:, 1], w * line[:, 0] + b)
    np.testing.assert_allclose(trail[:, 1], trace.loss[:4])
    np.testing.assert_allclose(head, [[3, trace.loss[3]]])
    assert animation._figure.axes[1].get_title(loc="left") == "loss"


def test_of_bare_paths_the_mean_squared_error_is_drawn():
    path = [[0.0, 0.0], [2.0, 0.0], [2.0, -0.5]]
    animation = zoo.plots.line_fit_animation(X, Y, {"mine": path, "still": [[1.0, 1.0]]})
    _, (_, trail, _, _, waiting, _) = frame(animation, 2)
    np.testing.assert_allclose(trail[:, 1], [np.mean((w * X[:, 0] + b - Y) ** 2) for w, b in path])
    assert len(waiting) == 1
    assert animation._figure.axes[1].get_title(loc="left") == "mean squared error"


def test_the_loss_can_be_left_out_and_long_paths_thinned():
    path = np.linspace([0, 0], [2, -1], 1001)
    animation = zoo.plots.line_fit_animation(X, Y, {"long": path}, loss=False, most_frames=5)
    assert len(animation._figure.axes) == 1
    assert animation.labels == ("step 0", "step 250", "step 500", "step 750", "step 1,000")
    assert len(animation.frames) == 5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: zoo.plots.line_fit(np.ones((5, 2)), np.ones(5), {"a": (1, 1)}),
            r"one feature.*got \(5, 2\)",
        ),
        (lambda: zoo.plots.line_fit([1, 2], [1], {"a": (1, 1)}), "as many rows; got 2 and 1"),
        (lambda: zoo.plots.line_fit(X, Y, {}), "1 to 7 fits; got 0"),
        (lambda: zoo.plots.line_fit(X, Y, {"a": lambda x: 1.0}), "'a' must give a number for each x"),
        (lambda: zoo.plots.line_fit_animation(X, Y, {"a": [1, 2]}), "a row of parameters a step"),
        (lambda: zoo.plots.line_fit_animation(X, Y, {"a": [[1, 2]]}, spacing="log"), "'even' or 'geometric'"),
        (lambda: zoo.plots.line_fit_animation(X, Y, {"a": [[1, 2]]}, most_frames=0), "most_frames"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, words):
    with pytest.raises(zoo.InputError, match=words):
        call()
