import numpy as np
import pytest

import zoo


class Recorded:
    """What a recorder leaves: one filter that turns from against to for."""

    layer, epochs = "conv_1", [0, 1, 2]
    kernels = tuple(np.full((4, 3, 3, 1), value, "float32") for value in (-1, 0, 1))


def middle(frame) -> tuple[int, ...]:
    return tuple(np.asarray(frame.convert("RGB"))[60, 40].tolist())


def test_blue_is_against_white_is_nothing_and_orange_is_for():
    blue, white, orange = map(middle, zoo.plots.filters_animation(Recorded()).frames)
    assert blue[2] > 150 > blue[0]
    assert min(white) > 240
    assert orange[0] > 180 > orange[2]


def test_the_heading_says_what_is_seen():
    model = zoo.create_model("cnn", input_shape=(8, 8, 3), num_classes=10, filters=(5, 7), seed=0)
    headings = [zoo.plots.filters(model, layer).texts[0].get_text() for layer in (None, "conv_2")]
    assert headings[0] == "conv_1: 5 filters of 3 x 3, mean of 3 channels"
    assert headings[1] == "conv_2: 7 filters of 3 x 3, mean of 5 channels"


def test_the_units_of_classes_carry_their_names():
    model = zoo.create_model("softmax_regression", input_shape=(8, 8, 1), num_classes=10, seed=0)
    figure = zoo.plots.filters(model, class_names=[f"digit {k}" for k in range(10)])
    assert [text.get_text() for text in figure.axes[0].texts] == [f"digit {k}" for k in range(10)]
    with pytest.raises(zoo.InputError, match="class_names must name 10 filters, one each; got 2"):
        zoo.plots.filters(model, class_names=["a", "b"])


def test_an_empty_recorder_and_a_layer_without_images_are_refused():
    with pytest.raises(zoo.InputError, match="recorded nothing"):
        zoo.plots.filters_animation(zoo.FilterRecorder())
    table = zoo.create_model("mlp", input_shape=(4,), num_classes=3)
    with pytest.raises(zoo.InputError, match="No layer of this model"):
        zoo.plots.filters(table)
