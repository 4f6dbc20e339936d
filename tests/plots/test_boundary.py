import time
import warnings
from itertools import pairwise
from types import SimpleNamespace as Rows

import keras
import numpy as np
import pytest
from matplotlib.collections import PathCollection

import zoo
from zoo._plane import plane_around


@pytest.fixture(scope="module")
def blobs():
    return zoo.load_dataset("two_blobs", n=400)


def line_at_zero(units: int = 1) -> keras.Model:
    """A classifier whose boundary is the vertical line x = 0, and for more units three sectors."""
    activation = "sigmoid" if units == 1 else "softmax"
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation)])
    kernel = [[3.0], [0.0]] if units == 1 else [[3, -3, 0, 0][:units], [0, 0, 3, -3][:units]]
    model.set_weights([np.array(kernel, "float32"), np.zeros(units, "float32")])
    return model


def background(figure) -> np.ndarray:
    return figure.axes[0].images[0].get_array()


def lines(figure) -> list[np.ndarray]:
    sets = [c for c in figure.axes[0].collections if not isinstance(c, PathCollection)]
    return [path.vertices for one in sets for path in one.get_paths()]


def test_the_line_is_where_the_model_cannot_decide(blobs):
    figure = zoo.plots.boundary(line_at_zero(), blobs.test, feature_names=blobs.feature_names)
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")
    (line,) = lines(figure)
    np.testing.assert_allclose(line[:, 0], 0, atol=0.05)
    right = np.mean((blobs.test.x[:, 0] > 0) == blobs.test.y)
    assert axes.get_title(loc="left") == f"{right:.1%} of 80 right"


def test_the_background_is_the_probability(blobs):
    colours = background(zoo.plots.boundary(line_at_zero(), blobs.test, resolution=51)).astype(int)
    left, right = colours[25, 0], colours[25, -1]
    assert left[2] > left[0] + 50  # blue for class 0
    assert right[0] > right[2] + 50  # vermilion for class 1
    middle = np.abs(colours[25].sum(axis=-1)).argmax()
    assert colours[25, middle].min() > 235  # white in between
    np.testing.assert_array_equal(colours[0], colours[-1])  # x2 does not count


def test_points_have_a_shape_and_a_colour_a_class_and_many_are_thinned_out(blobs):
    figure = zoo.plots.boundary(line_at_zero(), blobs.train, class_names=blobs.class_names, most=100)
    points = [c for c in figure.axes[0].collections if isinstance(c, PathCollection)]
    assert sum(len(c.get_offsets()) for c in points) == 100
    assert len({tuple(c.get_facecolor()[0]) for c in points}) == 2
    assert len({c.get_paths()[0].vertices.shape for c in points}) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cloud 0", "cloud 1"]
    assert figure.axes[1].get_ylabel() == "probability of cloud 1"


def test_softmax_of_two_and_of_four_classes(blobs):
    (line,) = lines(zoo.plots.boundary(line_at_zero(2), blobs.test))
    np.testing.assert_allclose(line[:, 0], 0, atol=0.05)
    x = np.random.default_rng(0).normal(size=(60, 2))
    four = zoo.plots.boundary(line_at_zero(4), Rows(x=x, y=np.arange(60) % 4))
    ends = np.concatenate(lines(four))
    np.testing.assert_allclose(np.abs(ends[:, 0]), np.abs(ends[:, 1]), atol=0.15)  # the two diagonals
    assert len(four.axes) == 1
    one_hot = zoo.plots.boundary(line_at_zero(4), Rows(x=x, y=np.eye(4)[np.arange(60) % 4]))
    np.testing.assert_array_equal(background(four), background(one_hot))


def test_a_model_that_says_one_class_everywhere_has_no_line_and_no_warning(blobs):
    model = line_at_zero()
    model.set_weights([np.zeros((2, 1), "float32"), np.array([3.0], "float32")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert lines(zoo.plots.boundary(model, blobs.test)) == []


def test_what_is_no_plane_is_refused(blobs, digits):
    with pytest.raises(zoo.InputError, match=r"rows of two features.*got \(360, 8, 8, 1\)"):
        zoo.plots.boundary(line_at_zero(), digits.test)
    wide = zoo.create_model("logistic_regression", input_shape=(3,))
    with pytest.raises(zoo.InputError, match="a model of two features; this one takes"):
        zoo.plots.boundary(wide, blobs.test)
    with pytest.raises(zoo.InputError, match="hold the labels 0 to 5"):
        zoo.plots.boundary(line_at_zero(), Rows(x=blobs.test.x[:6], y=np.arange(6)))
    nine = zoo.create_model("softmax_regression", input_shape=(2,), num_classes=9)
    with pytest.raises(zoo.InputError, match="up to 8 classes; here are 9"):
        zoo.plots.boundary(nine, blobs.test)
    with pytest.raises(zoo.InputError, match="class_names must name"):
        zoo.plots.boundary(line_at_zero(), blobs.test, class_names=("a", "b", "c"))


def test_an_estimator_and_a_function_are_asked_as_a_network_is(blobs):
    def sigmoid(points):
        return 1 / (1 + np.exp(-3.0 * points[:, 0]))

    by_hand = zoo.by_hand.LogisticRegression(max_iter=1).fit(blobs.train.x, blobs.train.y)
    by_hand.coef_, by_hand.intercept_ = np.array([[3.0, 0.0]]), np.zeros(1)
    of_network = background(zoo.plots.boundary(line_at_zero(), blobs.test)).astype(int)
    for classifier in (by_hand, sigmoid, by_hand.predict_proba):
        figure = zoo.plots.boundary(classifier, blobs.test)
        assert np.abs(background(figure) - of_network).max() <= 1  # of 255, for rounding
    wide = zoo.by_hand.LogisticRegression().fit(np.eye(3), [0, 1, 0])
    with pytest.raises(zoo.InputError, match="a model of two features; this one takes"):
        zoo.plots.boundary(wide, blobs.test)
    with pytest.raises(zoo.InputError, match="asks a classifier.*got str"):
        zoo.plots.boundary("a line", blobs.test)


def recorded(blobs, epochs=4, every=2):
    model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
    model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
    recorder = zoo.BoundaryRecorder(blobs.train, every=every, resolution=20)
    zoo.fit(model, blobs, epochs=epochs, callbacks=recorder, verbose=0)
    return recorder


def test_a_recorded_boundary_moves(blobs):
    moving = zoo.plots.boundary_animation(recorded(blobs), blobs.train, class_names=blobs.class_names)
    assert moving.labels == ("epoch 0", "epoch 2", "epoch 4")
    pixels = [np.asarray(frame.convert("RGB"), int) for frame in moving.frames]
    assert all(np.abs(one - other).mean() > 0.1 for one, other in pairwise(pixels))


def test_several_recorders_move_side_by_side_and_the_shorter_one_waits(blobs):
    both = {"short": recorded(blobs, epochs=2), "long": recorded(blobs, epochs=4)}
    moving = zoo.plots.boundary_animation(both, blobs.train)
    assert moving.labels == ("epoch 0", "epoch 2", "epoch 4")
    assert len(moving.frames) == 3


def test_classifiers_move_step_by_step_in_the_order_of_their_steps(blobs):
    steps = {20: line_at_zero(), 3: lambda points: points[:, 1] > 0}
    moving = zoo.plots.boundary_animation(steps, blobs.train, unit="update")
    assert moving.labels == ("update 3", "update 20")
    both = zoo.plots.boundary_animation({"by hand": steps, "Keras": recorded(blobs)}, blobs.train)
    assert both.labels == ("epoch 0", "epoch 2", "epoch 3", "epoch 4", "epoch 20")


def test_a_recorder_that_saw_nothing_cannot_be_drawn(blobs):
    for nothing in (zoo.BoundaryRecorder(blobs.train), {}, {"empty": {}}):
        with pytest.raises(zoo.InputError, match="recorded nothing"):
            zoo.plots.boundary_animation(nothing, blobs.train)


def test_a_scatter_shows_every_row_with_its_class(blobs):
    figure = zoo.plots.scatter(blobs.train, class_names=blobs.class_names, feature_names=blobs.feature_names)
    points = [c.get_offsets() for c in figure.axes[0].collections]
    for label, shown in enumerate(points):
        np.testing.assert_allclose(shown, blobs.train.x[blobs.train.y == label])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cloud 0", "cloud 1"]
    with pytest.raises(zoo.InputError, match="two features"):
        zoo.plots.scatter(zoo.load_dataset("iris").train)


def test_a_hundred_frames_of_a_boundary_take_less_than_ten_seconds(tmp_path):
    random = np.random.default_rng(0)
    rows = Rows(x=random.normal(size=(800, 2)), y=np.arange(800) % 2)
    plane = plane_around(rows.x, resolution=80)
    waves = [0.5 + 0.5 * np.sin(plane.points @ [1, 2] + step / 9)[:, None] for step in range(100)]
    recorder = Rows(plane=plane, epochs=list(range(100)), outputs=waves)
    begin = time.process_time()  # not the clock's time: this machine may have other work
    zoo.plots.boundary_animation(recorder, rows).save(tmp_path / "a.gif")
    assert time.process_time() - begin < 10
