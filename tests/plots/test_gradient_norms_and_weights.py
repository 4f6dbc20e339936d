import numpy as np
import pytest

import zoo


@pytest.fixture(scope="module")
def trained():
    """A network after two epochs, and what was recorded of it."""
    data = zoo.load_dataset("two_blobs", n=100)
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(8, 8), l1=0.01, seed=0)
    model.compile("adam", "binary_crossentropy")
    recorder = zoo.GradientNorms(data.train)
    zoo.fit(model, data, epochs=2, callbacks=recorder, verbose=0)
    return model, recorder


def test_each_layer_has_a_line_on_a_logarithmic_scale(trained):
    _, recorder = trained
    axes = zoo.plots.gradient_norms(recorder).axes[0]
    assert axes.get_yscale() == "log"
    assert {text.get_text() for text in axes.texts} == set(recorder.layers)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [norms[0] for norms in recorder.norms])
    assert axes.lines[0].get_xdata().tolist() == [0, 1, 2]


def test_several_recorders_share_one_scale(trained):
    _, recorder = trained
    left, right = zoo.plots.gradient_norms({"sigmoid": recorder, "ReLU": recorder}).axes
    assert (left.get_title(loc="left"), right.get_title(loc="left")) == ("sigmoid", "ReLU")
    assert left.get_ylim() == right.get_ylim()


def test_a_recorder_that_recorded_nothing_is_refused(trained):
    data = zoo.load_dataset("two_blobs", n=100)
    for nothing in (zoo.GradientNorms(data.train), {}):
        with pytest.raises(zoo.InputError, match="recorded nothing"):
            zoo.plots.gradient_norms(nothing)


def test_the_histogram_counts_all_kernels_and_those_near_zero(trained):
    model, _ = trained
    weights = np.concatenate([w.ravel() for w in model.get_weights() if w.ndim == 2])
    axes = zoo.plots.weight_histograms(model, near=0.1).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == len(weights) == 16 + 64 + 8
    share = 100 * (np.abs(weights) <= 0.1).mean()
    assert axes.get_title(loc="left") == f"88 weights, {share:.1f} % within 0.1 of zero"


def test_several_models_share_their_scales(trained):
    model, _ = trained
    other = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
    upper, lower = zoo.plots.weight_histograms({"deep": model, "flat": other}).axes
    assert upper.get_xlim() == lower.get_xlim()
    assert lower.get_title(loc="left").startswith("flat: 2 weights")


def test_no_weight_is_an_error():
    with pytest.raises(zoo.InputError, match="no weight to draw"):
        zoo.plots.weight_histograms({})
