import keras
import matplotlib
import numpy as np
import pytest

import zoo

HISTORIES = {
    "Adam": {"loss": [3, 1, 0.5], "val_loss": [3, 2, 2.5], "accuracy": [0, 0.5, 1]},
    "SGD": {"loss": [3, 2.0], "val_loss": [3, 2.5], "accuracy": [0, 0.1]},
}


def test_each_metric_has_a_panel_and_each_training_a_line_named_at_its_end():
    figure = zoo.plots.compare(HISTORIES, ("loss", "accuracy"))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]
    for axes in figure.axes:
        assert {text.get_text() for text in axes.texts} == {"Adam", "SGD"}
        colours = {line.get_color() for line in axes.lines}
        assert colours == {text.get_color() for text in axes.texts}
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_ydata(), [3, 2])
    assert figure.axes[0].lines[1].get_xdata().tolist() == [1, 2]


def test_keras_histories_are_taken_as_they_are():
    history = keras.callbacks.History()
    history.history = {"loss": [2.0, 1.0]}
    assert len(zoo.plots.compare({"one": history}, "loss").axes[0].lines) == 1


def test_training_and_validation_share_their_scale():
    loss, validation, accuracy = zoo.plots.compare(HISTORIES, ("loss", "val_loss", "accuracy")).axes
    assert validation.get_title(loc="left") == "validation loss"
    assert loss.get_ylim() == validation.get_ylim() != accuracy.get_ylim()


def test_names_do_not_lie_over_one_another():
    ends = [0.97, 0.971, 0.972, 0.1, 0.9705]
    histories = {f"run {k}": {"accuracy": [0.0, end]} for k, end in enumerate(ends)}
    axes = zoo.plots.compare(histories, "accuracy").axes[0]
    heights = {text.get_text(): text.xy[1] for text in axes.texts}
    apart = np.diff(sorted(heights.values()))
    assert apart.min() > 0.05
    assert min(heights.values()) >= 0
    assert max(heights.values()) <= 1
    assert sorted(heights, key=heights.get) == ["run 3", "run 0", "run 4", "run 1", "run 2"]


def test_a_loss_that_is_no_number_any_more_is_still_named():
    figure = zoo.plots.compare(
        {"fine": {"loss": [1, 0.5]}, "too fast": {"loss": [np.nan, np.nan]}}, "loss", log=True
    )
    assert {text.get_text() for text in figure.axes[0].texts} == {"fine", "too fast"}


def test_many_trainings_are_shaded_in_their_order():
    figure = zoo.plots.compare({str(k): {"loss": [k, k + 1]} for k in range(12)}, "loss")
    assert len({tuple(line.get_color()) for line in figure.axes[0].lines}) == 12


def test_a_metric_that_is_not_there_gets_the_nearest_name():
    with pytest.raises(
        zoo.UnknownNameError, match="history of 'Adam' has no 'accurcy'. Did you mean 'accuracy'"
    ):
        zoo.plots.compare(HISTORIES, "accurcy")
    for nothing in ({}, {"empty": {"loss": []}}, {"empty": {}}):
        with pytest.raises(zoo.InputError, match="nothing"):
            zoo.plots.compare(nothing, "loss")


def test_a_drawing_of_ones_own_has_the_zoos_style_and_leaves_no_trace(tmp_path):
    before = dict(matplotlib.rcParams)
    with zoo.plots.drawing(3, 2) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1])
    assert dict(matplotlib.rcParams) == before
    assert not axes.spines["top"].get_visible()
    assert axes.lines[0].get_linewidth() == 1.8
    figure.savefig(tmp_path / "own.png")
    assert (tmp_path / "own.png").stat().st_size > 1000
    assert figure._repr_png_().startswith(b"\x89PNG")
