import numpy as np
import pytest

import zoo


def polar(x):
    return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1])])


def apart(axes) -> float:
    """How far the two grids are from each other, beside how large they are."""
    by_label = {label: [] for label in ("the function's", "the Jacobian's")}
    for line in axes.lines:
        if line.get_label() in by_label:
            by_label[line.get_label()].append(line.get_xydata())
    function, matrix = map(np.array, by_label.values())
    return np.abs(function - matrix).max() / np.ptp(matrix[..., 0])


def test_the_two_grids_agree_the_better_the_smaller_the_square():
    at = [1.5, 1.0]
    figure = zoo.plots.plane_map(polar, at, zoo.by_hand.jacobian(polar, at), sizes=(1, 0.1, 0.01))
    far, nearer, nearest = map(apart, figure.axes)
    assert far > 5 * nearer > 25 * nearest
    transposed = zoo.by_hand.jacobian(polar, at, layout="denominator")
    wrong = zoo.plots.plane_map(polar, at, transposed, sizes=(0.01,))
    assert apart(wrong.axes[0]) > 0.1


def test_other_shapes_are_refused():
    for at, matrix in (([1.0], np.eye(2)), ([1.0, 2.0], np.eye(3))):
        with pytest.raises(zoo.InputError, match="a point of 2 numbers and a 2 by 2 Jacobian"):
            zoo.plots.plane_map(polar, at, matrix)
