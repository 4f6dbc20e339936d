import numpy as np
import pytest

import zoo


def drawn(confidence, right):
    line = zoo.plots.calibration(confidence, right).axes[0].lines[1]
    return line.get_xdata(), line.get_ydata()


def test_a_network_that_is_as_often_right_as_it_says_lies_on_the_line():
    random = np.random.default_rng(0)
    sure = random.random(200_000)
    said, found = drawn(sure, random.random(200_000) < sure)
    np.testing.assert_allclose(said, found, atol=0.02)
    np.testing.assert_allclose(said, np.arange(0.05, 1, 0.1), atol=0.01)


def test_a_network_that_is_too_sure_lies_below_it():
    said, found = drawn([0.95] * 10, [True] * 6 + [False] * 4)
    assert (said, found) == (pytest.approx(0.95), pytest.approx(0.6))


@pytest.mark.parametrize(("confidence", "right"), [([], []), ([0.5], [True, False])])
def test_answers_without_a_confidence_are_refused(confidence, right):
    with pytest.raises(zoo.InputError, match="Each answer has a confidence"):
        zoo.plots.calibration(confidence, right)
