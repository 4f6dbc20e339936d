import numpy as np
import pytest

import zoo
from zoo.by_hand import SGD, descend

PATHS = {"straight": [[2, 1], [1, 0.5], [0, 0]], "round": [[2, 1], [2, 0]]}


def valley(x, y):
    return x**2 + 5 * y**2


def drawn(picture, **options):
    return picture(valley, PATHS, **{"extent": (-3, 3, -2, 2), **options})


def test_each_path_is_a_named_line_from_its_start_to_its_end():
    figure = drawn(zoo.plots.path_on_contours, axis_names=("a", "b"), minimum=(0, 0))
    axes = figure.axes[0]
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_array_equal(lines["straight"], PATHS["straight"])
    np.testing.assert_array_equal(lines["round"], PATHS["round"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["straight", "round"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")
    assert axes.get_xlim() + axes.get_ylim() == (-3, 3, -2, 2)


def test_neighbouring_contour_lines_enclose_equal_areas():
    figure = drawn(zoo.plots.path_on_contours, lines=3)
    x, y = np.meshgrid(np.linspace(-3, 3, 200), np.linspace(-2, 2, 200))
    expected = np.quantile(valley(x, y), [0.25, 0.5, 0.75])
    np.testing.assert_allclose(figure.axes[0].collections[1].levels, expected)


def test_a_flat_landscape_is_drawn_too():
    assert zoo.plots.path_on_contours(lambda x, y: 0 * x, PATHS, extent=(-3, 3, -2, 2)).axes


def test_paths_grow_together_and_the_shorter_one_waits():
    animation = drawn(zoo.plots.path_animation)
    assert animation.labels == ("step 0", "step 1", "step 2")
    first, last = (np.asarray(animation.frames[k].convert("RGB"), int) for k in (0, 2))
    assert np.abs(first - last).sum() > 0


def test_long_paths_are_shown_in_so_many_frames():
    path = {"long": np.random.default_rng(0).normal(size=(1001, 2))}
    animation = zoo.plots.path_animation(valley, path, extent=(-3, 3, -2, 2), most_frames=11)
    assert len(animation) == 11
    assert animation.labels[-1] == "step 1,000"


@pytest.mark.parametrize(
    ("height", "paths", "words"),
    [
        (valley, {}, "1 to 7 paths; got 0"),
        (valley, {"a": [1, 2, 3]}, r"'a' has the shape \(3,\)"),
        (lambda x, y: 0.0, PATHS, r"one number a point, shape \(200, 200\); got \(\)"),
    ],
)
def test_what_cannot_be_drawn_is_named(height, paths, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.plots.path_on_contours(height, paths, extent=(-1, 1, -1, 1))


def test_a_trace_is_a_path_and_its_first_steps_can_be_shown_closer():
    trace = descend(lambda w: (float(w @ w), 2 * w), [2.0, -1.0], SGD(0.01), max_iter=1000)
    animation = zoo.plots.path_animation(
        valley, {"down": trace}, extent=(-3, 3, -2, 2), most_frames=5, spacing="geometric"
    )
    assert animation.labels == ("step 0", "step 1", "step 10", "step 100", "step 1,000")
    line = zoo.plots.path_on_contours(valley, {"down": trace}, extent=(-3, 3, -2, 2)).axes[0].lines[0]
    np.testing.assert_array_equal(line.get_xydata(), trace.parameters)


def test_side_by_side_each_path_has_a_panel_with_its_name():
    figure = drawn(zoo.plots.path_on_contours, side_by_side=True)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["straight", "round"]
    for axes, path in zip(figure.axes, PATHS.values(), strict=True):
        np.testing.assert_array_equal(axes.lines[0].get_xydata(), path)
    assert not figure.legends
    four = dict.fromkeys("abcd", PATHS["round"])
    animation = zoo.plots.path_animation(valley, four, extent=(-3, 3, -2, 2), side_by_side=True)
    assert len(animation._figure.axes) == 4
    assert len(animation.frames) == 2
