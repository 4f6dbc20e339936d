from types import SimpleNamespace as Rows

import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def tribes():
    random = np.random.default_rng(0)
    heights = np.concatenate([random.normal(150, 6, 300), random.normal(170, 6, 300)])
    return Rows(x=heights[:, None], y=np.repeat([0, 1], 300))


def test_a_bell_has_the_area_of_its_histogram(tribes):
    classifier = zoo.by_hand.GaussianClassifier("separate").fit(tribes.x, tribes.y)
    above, _ = zoo.plots.bells(classifier, tribes, class_names=("x", "y"), bins=30).axes
    width = above.patches[0].get_width()
    for line in above.lines[:2]:
        x, y = line.get_data()
        area = ((y[1:] + y[:-1]) / 2 * np.diff(x)).sum()
        assert area == pytest.approx(300 * width, rel=0.03)  # the tails are cut off
    assert [text.get_text() for text in above.get_legend().get_texts()] == ["x", "y"]


def test_the_dashed_line_stands_where_both_are_as_likely(tribes):
    classifier = zoo.by_hand.GaussianClassifier().fit(tribes.x, tribes.y)
    for axes in zoo.plots.bells(classifier, tribes).axes:
        (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
        place = dashed.get_xdata()[0]
        assert place == pytest.approx(classifier.means_.mean(), abs=0.2)
        assert classifier.predict_proba([[place]])[0, 0] == pytest.approx(0.5, abs=0.02)


def test_two_features_are_sent_to_the_plane(tribes):
    plane = zoo.by_hand.GaussianClassifier().fit(np.random.default_rng(0).normal(size=(600, 2)), tribes.y)
    with pytest.raises(zoo.InputError, match=r"over one feature.*zoo\.plots\.boundary"):
        zoo.plots.bells(plane, tribes)
