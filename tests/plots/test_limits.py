import math

import numpy as np
import pytest

import zoo


def test_a_ring_stands_at_the_limit_and_a_dotted_line_where_there_is_none():
    figure = zoo.plots.limits(
        {
            "a hole": (lambda x: (x**2 - 4) / (x - 2), 2, 4.0),
            "a jump": (lambda x: math.copysign(1, x), 0, None),
        }
    )
    hole, jump = figure.axes
    (ring,) = [line for line in hole.lines if line.get_label() == "limit"]
    assert ring.get_xydata().tolist() == [[2, 4]]
    assert [line.get_linestyle() for line in jump.lines if len(line.get_xdata()) == 2][-1] == ":"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "from the left",
        "from the right",
        "limit",
    ]


def test_points_come_nearer_by_halves_from_both_sides():
    (axes,) = zoo.plots.limits({"square": (lambda x: x * x, 3, 9.0)}, width=2, steps=5).axes
    points = {line.get_label(): line.get_xdata() for line in axes.lines}
    np.testing.assert_allclose(3 - points["from the left"], [2, 1, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(points["from the right"] - 3, [2, 1, 0.5, 0.25, 0.125])


def test_a_function_that_runs_away_does_not_flatten_the_picture():
    (axes,) = zoo.plots.limits({"no end": (lambda x: 1 / (1 - x), 1, None)}).axes
    low, high = axes.get_ylim()
    assert -60 < low < -5
    assert 5 < high < 60


def test_no_function_is_refused():
    with pytest.raises(zoo.InputError, match="no function to draw"):
        zoo.plots.limits({})


def test_secants_go_through_both_points_and_say_their_slope():
    figure = zoo.plots.secants(math.exp, 0.0, [1, 0.5, 0.001])
    labels = [line.get_label() for line in figure.axes[0].lines if "slope" in str(line.get_label())]
    slopes = [float(label.partition("slope ")[2]) for label in labels]
    np.testing.assert_allclose(slopes, [math.e - 1, 2 * (math.exp(0.5) - 1), 1.0005], rtol=1e-3)


def test_the_moving_secant_ends_as_the_tangent():
    moving = zoo.plots.secant_animation(lambda x: x**3, 1.0, np.geomspace(1, 1e-3, 7))
    assert moving.labels[0] == "δ = 1: slope 7"
    assert moving.labels[-1] == "δ = 0.001: slope 3.003"
    first, last = (np.asarray(moving.frames[i].convert("RGB"), int) for i in (0, -1))
    assert np.abs(first - last).mean() > 0.1


@pytest.mark.parametrize("steps", [[], [1, 0], [-1]])
def test_steps_that_are_none_are_refused(steps):
    for draw in (zoo.plots.secants, zoo.plots.secant_animation):
        with pytest.raises(zoo.InputError, match="steps must be positive"):
            draw(math.sin, 0.0, steps)


def test_pieces_of_tangents_touch_the_curve_and_are_as_steep_as_told():
    x = np.array([-1.0, 0.5, 2.0])
    axes = zoo.plots.tangents(math.exp, x, np.exp(x), ends=[0.0, 1.0]).axes[0]
    for at, piece in zip(x, axes.lines[1:4], strict=True):
        (left, low), (right, high) = piece.get_xydata()
        assert (left + right) / 2 == pytest.approx(at)
        assert (low + high) / 2 == pytest.approx(math.exp(at))
        assert (high - low) / (right - left) == pytest.approx(math.exp(at))
    np.testing.assert_allclose(axes.lines[4].get_xydata(), [[0, 1], [1, math.e]])
    with pytest.raises(zoo.InputError, match="a slope for each"):
        zoo.plots.tangents(math.exp, x, x[:2])
