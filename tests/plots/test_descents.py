import numpy as np
import pytest

import zoo
from zoo.by_hand import SGD, descend

LOSSES = {"slow": [4.0, 3.0, 2.0], "fast": [4.0, 1.0]}


def test_each_descent_is_a_named_line_over_its_updates():
    (axes,) = zoo.plots.descents(LOSSES).axes
    assert {text.get_text(): text.get_color() for text in axes.texts} == {
        name: line.get_color() for name, line in zip(LOSSES, axes.lines, strict=True)
    }
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 4], [1, 3], [2, 2]])
    assert axes.get_yscale() == "log"
    assert zoo.plots.descents(LOSSES, log=False).axes[0].get_yscale() == "linear"


def test_a_trace_brings_its_updates():
    trace = descend(lambda w: (float(w @ w), 2 * w), [1.0], SGD(0.1), max_iter=5)
    line = zoo.plots.descents({"sgd": trace}).axes[0].lines[0]
    np.testing.assert_allclose(line.get_xydata(), np.column_stack([trace.update, trace.loss]))


def test_time_is_a_panel_of_its_own_and_is_shared_by_the_updates():
    updates, seconds = zoo.plots.descents(
        LOSSES, seconds={"slow": 0.5, "fast": [0, 3.0]}, log_seconds=False, lowest=1e-3
    ).axes
    assert (updates.get_xlabel(), seconds.get_xlabel()) == ("updates", "seconds")
    assert updates.get_ylim() == seconds.get_ylim()
    np.testing.assert_allclose(seconds.lines[0].get_xdata(), [0, 0.25, 0.5])
    np.testing.assert_allclose(seconds.lines[1].get_xdata(), [0, 3])
    assert seconds.lines[2].get_ydata()[0] == 1e-3


def test_on_a_logarithmic_scale_the_start_at_no_time_is_left_out():
    seconds = zoo.plots.descents(LOSSES, seconds={"slow": 0.5, "fast": 1}).axes[1]
    assert seconds.get_xscale() == "log"
    assert np.isnan(seconds.lines[0].get_xdata()[0])


@pytest.mark.parametrize(
    ("losses", "seconds", "words"),
    [
        ({}, None, "1 to 7 descents; got 0"),
        ({"a": []}, None, r"'a' has the shape \(0,\)"),
        (LOSSES, {"slow": 1, "fats": 1}, "no 'fast'. Did you mean 'fats'"),
        (LOSSES, {"slow": 1, "fast": [1, 2, 3]}, r"seconds\['fast'\] must be one number, or 2"),
    ],
)
def test_what_cannot_be_drawn_is_named(losses, seconds, words):
    with pytest.raises(zoo.ZooError, match=words):
        zoo.plots.descents(losses, seconds=seconds)
