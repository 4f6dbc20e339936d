import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from PIL import Image

import zoo
from zoo.by_hand import Scalar
from zoo.plots import save_scalar_graph, scalar_graph


def neuron():
    x, w, b = Scalar(2.0, "x"), Scalar(-3.0, "w"), Scalar(6.5, "b")
    return ((x * w + b).tanh() - 1) ** 2


def written(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def boxes(figure):
    """Return what each box says, from top to bottom and from left to right."""
    patches = [p for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch) and p.get_height() > 0.2]
    says = {}
    for patch in sorted(patches, key=lambda p: (p.get_y(), p.get_x())):
        inside = [
            text
            for text in figure.axes[0].texts
            if 0 < text.get_position()[0] - patch.get_x() < patch.get_width()
            and 0 < text.get_position()[1] - patch.get_y() < patch.get_height()
        ]
        says[patch] = [text.get_text() for text in sorted(inside, key=lambda text: text.get_position()[1])]
    return says


def test_boxes_say_name_value_and_gradient():
    x, y = Scalar(2.0, "x"), Scalar(3.0, "y")
    z = x * y + x**2
    z.backward()
    says = [tuple(box) for box in boxes(scalar_graph(z)).values()]
    assert set(says) == {
        ("x", "value 2", "gradient 7"),
        ("y", "value 3", "gradient 2"),
        ("\N{MULTIPLICATION SIGN}", "value 6", "gradient 1"),
        ("^2", "value 4", "gradient 1"),
        ("+", "value 10", "gradient 1"),
    }
    assert says[-1] == ("+", "value 10", "gradient 1")


def test_each_arrow_says_its_local_slope():
    x, y = Scalar(2.0, "x"), Scalar(0.03125, "y")
    texts = written(scalar_graph(x * y))
    assert "0.0312" in texts
    assert "2" in texts


def test_what_is_used_twice_by_one_operation_has_both_slopes_on_one_arrow():
    x = Scalar(3.0, "x")
    assert "3 + 3" in written(scalar_graph(x * x))


def test_before_backward_there_is_no_gradient_to_show():
    result = neuron()
    assert not [text for text in written(scalar_graph(result)) if "gradient" in text]
    result.backward()
    count = sum("gradient" in text for text in written(scalar_graph(result)))
    assert count == len(result.graph()[0]) - 2  # the constants 1 and -1 say themselves only


def test_constants_inputs_and_operations_have_their_own_words_in_the_legend():
    assert {"input", "constant", "arithmetic", "function", "result"} <= {*written(scalar_graph(neuron()))}


def test_no_text_lies_over_another_and_none_leaves_its_box():
    result = neuron()
    result.backward()
    figure = scalar_graph(result)
    renderer = FigureCanvasAgg(figure).get_renderer()
    extents = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    for one, other in combinations(extents, 2):
        assert not one.overlaps(other)
    for patch, lines in boxes(figure).items():
        box = patch.get_window_extent(renderer)
        for text in figure.axes[0].texts:
            if text.get_text() in lines and box.contains(*text.get_window_extent(renderer).p0):
                assert box.contains(*text.get_window_extent(renderer).p1)


def test_a_number_alone_is_one_box():
    assert [*boxes(scalar_graph(Scalar(2.5, "x"))).values()] == [["x", "value 2.5"]]
    assert [*boxes(scalar_graph(Scalar(2.5))).values()] == [["value 2.5"]]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_it_is_written_without_graphviz_and_twice_the_same(suffix, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    files = [save_scalar_graph(neuron(), tmp_path / f"{name}{suffix}") for name in "ab"]
    first, second = (file.read_bytes() for file in files)
    assert first == second
    if suffix == ".svg":
        texts = [element.text for element in ET.fromstring(first).iter("{http://www.w3.org/2000/svg}text")]
        assert {"x", "w", "b", "tanh", "value 0.5"} <= {text.strip() for text in texts}
    if suffix == ".png":
        with Image.open(files[0]) as image:
            assert image.width > 300


def test_what_cannot_be_drawn_is_named(tmp_path):
    with pytest.raises(zoo.InputError, match=r"suffix is '.dot'. Use one of .svg, .png, .pdf"):
        save_scalar_graph(neuron(), tmp_path / "x.dot")
    total = Scalar(0.0, "start")
    for number in range(150):
        total = total + number
    with pytest.raises(zoo.InputError, match="up to 200 numbers; this one was computed from 301"):
        scalar_graph(total)
