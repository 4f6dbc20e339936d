import numpy as np
import pytest

import zoo
from zoo.by_hand import SGD, descend

PATHS = {"straight": [[2, 1], [1, 0.5], [0, 0]], "round": [[2, 1], [2, 0]]}
EXTENT = (-3, 3, -2, 2)


def valley(x, y):
    return x**2 + 5 * y**2


def lines(figure):
    return {line.get_label(): np.array(line.get_data_3d()).T for line in figure.axes[0].lines}


def test_each_path_lies_on_the_ground_from_its_start_to_its_end():
    figure = zoo.plots.path_on_surface(valley, PATHS, extent=EXTENT, axis_names=("a", "b", "height"))
    straight = lines(figure)["straight"]
    np.testing.assert_allclose(straight[[0, -1], :2], [[2, 1], [0, 0]])
    np.testing.assert_allclose(
        straight[:, 2], np.maximum(valley(*straight[:, :2].T), valley(3 / 59, 2 / 59)), atol=1e-9
    )
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()) == ("a", "b", "height")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["straight", "round"]


def test_a_path_follows_the_ground_between_its_steps():
    figure = zoo.plots.path_on_surface(valley, {"across": [[-2, 0], [2, 0]]}, extent=EXTENT)
    height = lines(figure)["across"][:, 2]
    assert height.min() < 0.1 < 3.9 < height.max()


def test_the_logarithm_of_the_height_is_drawn_where_there_is_one():
    figure = zoo.plots.path_on_surface(valley, PATHS, extent=EXTENT, log=True)
    x, y, z = lines(figure)["straight"][0]
    assert z == pytest.approx(np.log10(valley(x, y)))
    assert all(np.isfinite(line).all() for line in lines(figure).values())
    figure.savefig("/dev/null", format="png")
    labels = {text.get_text() for text in figure.axes[0].get_zticklabels()}
    assert {"1", "10"} <= labels


def test_what_leads_out_of_the_picture_is_left_out():
    leaving = {"away": [[2, 1], [1e200, 1e200]]}
    figure = zoo.plots.path_on_surface(valley, leaving, extent=EXTENT)
    (line,) = (line for name, line in lines(figure).items() if name == "away")
    inside = line[np.isfinite(line).all(axis=1)]
    assert 1 <= len(inside) < len(line)
    assert np.abs(inside[:, :2]).max() <= 3


def test_a_trace_is_a_path_and_its_updates_are_the_steps():
    trace = descend(lambda w: (float(w @ w), 2 * w), [2.0, -1.0], SGD(0.1), max_iter=30)
    animation = zoo.plots.path_on_surface_animation(
        lambda x, y: x**2 + y**2, {"down": trace}, extent=EXTENT, most_frames=4, spacing="geometric"
    )
    assert animation.labels == ("step 0", "step 1", "step 5", "step 30")
    first, last = (np.asarray(animation.frames[k].convert("RGB"), int) for k in (0, 3))
    assert np.abs(first - last).sum() > 0


def test_what_stands_still_is_painted_once():
    animation = zoo.plots.path_on_surface_animation(valley, PATHS, extent=EXTENT)
    painted = [0]
    surface = animation._figure.axes[0].collections[0]
    draw = surface.draw
    surface.draw = lambda renderer: (painted.__setitem__(0, painted[0] + 1), draw(renderer))
    assert len(animation.frames) == 3
    assert painted == [1]


@pytest.mark.parametrize(
    ("height", "paths", "options", "words"),
    [
        (valley, {}, {}, "1 to 7 paths; got 0"),
        (valley, {"a": [[1, 2, 3]]}, {}, r"'a' has the shape \(1, 3\)"),
        (lambda x, y: 0.0, PATHS, {}, r"one number a point, shape \(60, 60\); got \(\)"),
        (lambda x, y: -(x**2) - 1, PATHS, {"log": True}, "heights above zero"),
    ],
)
def test_what_cannot_be_drawn_is_named(height, paths, options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.plots.path_on_surface(height, paths, extent=EXTENT, **options)
