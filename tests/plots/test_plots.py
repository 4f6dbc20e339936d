import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

import zoo


class Rows:
    """Rows of one's own: anything with x and y will do."""

    def __init__(self, x, y):
        self.x, self.y = x, y


@pytest.fixture(scope="module")
def cnn():
    return zoo.create_model("cnn.digits", pretrained=True)


def texts(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_curves_have_a_panel_a_metric_with_the_best_epoch_marked():
    history = {
        "loss": [3, 2, 1.0],
        "accuracy": [0.1, 0.5, 0.9],
        "val_loss": [3, 1, 2.0],
        "val_accuracy": [0, 1, 0.5],
    }
    figure = zoo.plots.curves(history)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]
    loss = figure.axes[0]
    labels = [text.get_text() for text in loss.get_legend().get_texts()]
    assert labels == ["training", "validation", "best epoch, 2"]
    np.testing.assert_array_equal(loss.lines[1].get_ydata(), [3, 1, 2])
    assert loss.lines[1].get_xdata().tolist() == [1, 2, 3]


def test_curves_of_several_outputs_and_of_one_epoch():
    history = keras.callbacks.History()
    history.history = {f"{name}_mae": [1.0] for name in "abcd"} | {"loss": [1.0], "learning_rate": [0.1]}
    figure = zoo.plots.curves(history)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "loss",
        "a_mae",
        "b_mae",
        "c_mae",
        "d_mae",
    ]
    several = {"loss": [1.0], "digit_a_loss": [1.0], "digit_a_top_k": [1.0], "val_digit_a_top_k": [1.0]}
    titles = [axes.get_title(loc="left") for axes in zoo.plots.curves(several).axes]
    assert titles == ["loss", "digit_a_loss", "digit_a_top_k"]
    with pytest.raises(zoo.InputError, match="no epoch"):
        zoo.plots.curves({})


def test_each_output_of_several_has_a_column_of_curves():
    names = ["left_accuracy", "left_loss", "left_eye_accuracy", "left_eye_loss", "loss"]
    figure = zoo.plots.curves({name: [1.0, 0.5] for name in names})
    columns = {}
    for axes in figure.axes:
        columns.setdefault(axes.get_subplotspec().colspan.start, []).append(axes.get_title(loc="left"))
    assert list(columns.values()) == [
        ["loss"],
        ["left_loss", "left_accuracy"],
        ["left_eye_loss", "left_eye_accuracy"],
    ]
    assert figure.axes[0].get_legend()
    assert not any(axes.get_legend() for axes in figure.axes[1:])


def test_the_confusion_matrix_counts_what_scikit_learn_counts(cnn, digits):
    from sklearn.metrics import confusion_matrix

    figure = zoo.plots.confusion(cnn, digits.test, class_names=digits.class_names)
    guess = cnn.predict(digits.test.x, verbose=0).argmax(axis=1)
    counts = confusion_matrix(digits.test.y, guess)
    assert sorted(texts(figure)) == sorted(str(n) for n in counts[counts > 0])
    assert f"{np.trace(counts) / 360:.1%} of 360 right" in figure.axes[0].get_title(loc="left")


def test_samples_show_each_class_in_turn(digits):
    figure = zoo.plots.samples(digits.train, rows=2, columns=10)
    assert texts(figure) == [str(n) for n in range(10)] * 2
    named = zoo.plots.samples(digits.train, rows=1, columns=3, class_names=tuple("abcdefghij"))
    assert texts(named) == ["a", "b", "c"]
    for other in (
        Rows(np.random.default_rng(0).random((6, 8, 8, 3)), np.arange(6)),
        Rows(np.zeros((6, 8, 8), "uint8"), np.arange(6)),
    ):
        assert len(zoo.plots.samples(other, rows=1, columns=6).axes[0].images) == 6
    with pytest.raises(zoo.InputError, match="needs images"):
        zoo.plots.samples(zoo.load_dataset("iris").train)


def test_an_estimator_of_pixels_is_shown_as_a_network_is(digits):
    by_hand = zoo.by_hand.SoftmaxRegression(max_iter=20)
    by_hand.fit(digits.train.x.reshape(len(digits.train), -1), digits.train.y)
    right = by_hand.score(digits.test.x.reshape(360, -1), digits.test.y)
    title = zoo.plots.confusion(by_hand, digits.test).axes[0].get_title(loc="left")
    assert title == f"{right:.1%} of 360 right"
    assert (
        f"{360 - round(360 * right)} wrong of 360" in zoo.plots.mistakes(by_hand, digits.test).get_suptitle()
    )


def test_mistakes_are_the_models_mistakes_the_surest_first(cnn, digits):
    probabilities = cnn.predict(digits.test.x, verbose=0)
    wrong = probabilities.argmax(axis=1) != digits.test.y
    figure = zoo.plots.mistakes(cnn, digits.test)
    assert figure.get_suptitle().startswith(f"{wrong.sum()} wrong of 360")
    assert len(figure.axes) == 2 * min(wrong.sum(), 12)
    surest = probabilities[wrong].max()
    assert f"{surest:.2f}" in [t.get_text() for t in figure.axes[1].texts]
    marked = [tick.get_text() for tick in figure.axes[1].get_yticklabels()]
    assert sum("✓" in word for word in marked) == 1


def test_without_mistakes_the_least_sure_answers_are_shown(cnn, digits):
    right = cnn.predict(digits.test.x, verbose=0).argmax(axis=1) == digits.test.y
    figure = zoo.plots.mistakes(cnn, Rows(digits.test.x[right], digits.test.y[right]), most=4)
    assert figure.get_suptitle().startswith("0 wrong")
    assert "least sure" in figure.get_suptitle()


def test_one_sigmoid_unit_and_logits_are_probabilities_too(digits):
    zeros = Rows(digits.test.x, (digits.test.y == 0).astype(int))
    for activation in ("sigmoid", None):
        model = keras.Sequential(
            [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1, activation)]
        )
        assert "of 360 right" in zoo.plots.confusion(model, zeros).axes[0].get_title(loc="left")
    logits = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    one_hot = Rows(digits.test.x, np.eye(10)[digits.test.y])
    assert "of 360 right" in zoo.plots.confusion(logits, one_hot).axes[0].get_title(loc="left")
    with pytest.raises(zoo.InputError, match="several"):
        zoo.plots.confusion(logits, Rows(digits.test.x, {"a": digits.test.y}))


def test_predictions_have_a_panel_an_output():
    data = zoo.load_dataset("two_in_two_out", n=100)
    model = zoo.create_model("two_in_two_out", output_names=("total", "product"))
    figure = zoo.plots.predictions(model, data.test)
    assert [axes.get_title(loc="left").split("\n")[0] for axes in figure.axes] == ["total", "product"]
    assert "R²" in figure.axes[0].get_title(loc="left")


def test_a_figure_shows_itself_in_a_notebook_and_is_the_same_file_twice(tmp_path):
    for name in ("a.svg", "b.svg"):
        figure = zoo.plots.curves({"loss": [1.0, 0.5]})
        assert isinstance(figure, Figure)
        figure.savefig(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert figure._repr_png_()[:4] == b"\x89PNG"


def test_drawing_leaves_the_users_style_and_figures_alone():
    import matplotlib
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    zoo.plots.curves({"loss": [1.0, 0.5]})._repr_png_()
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []
