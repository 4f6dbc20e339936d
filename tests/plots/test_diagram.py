from __future__ import annotations

import shutil
from itertools import combinations, pairwise
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from zoo.errors import InputError
from zoo.plots._ink import curve_through
from zoo.plots._layout import arrange
from zoo.plots._model_graph import Box, Graph, Link, model_graph
from zoo.plots._rows import Scene
from zoo.plots.diagram import diagram, save_diagram


def digits_cnn():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.MaxPooling2D(name="pool"),
            layers.Dropout(0.25, name="drop"),
            layers.Flatten(name="flat"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="digits_cnn",
    )


def two_in_two_out():
    first, second = keras.Input((10,), name="input1"), keras.Input((8,), name="input2")
    left = layers.Dense(32)(layers.Dense(128)(layers.Dense(128)(first)))
    right = layers.Dense(32)(layers.Dense(32)(layers.Dense(32)(second)))
    both = layers.Dense(28)(layers.Concatenate(name="both")([left, right]))
    output1 = layers.Dense(1, name="output1")(layers.Dense(64)(both))
    output2 = layers.Dense(1, name="output2")(layers.Dense(16)(both))
    return keras.Model([first, second], [output1, output2])


def residual():
    x = inputs = keras.Input((4,), name="x")
    for i in range(3):
        y = layers.Dense(4, name=f"inner{i}")(layers.Dense(4, name=f"outer{i}")(x))
        x = layers.Add(name=f"add{i}")([x, y])
    return keras.Model(inputs, layers.Dense(2)(x))


def tower(name="tower"):
    return keras.Sequential(
        [layers.Dense(8, name="a"), layers.ReLU(name="b"), layers.Dense(3, name="c")], name=name
    )


def shared_tower():
    left, right, shared = keras.Input((4,), name="left"), keras.Input((4,), name="right"), tower()
    joined = layers.Concatenate(name="joined")([shared(left), shared(right)])
    return keras.Model([left, right], [layers.Dense(1, name=f"out{i}")(joined) for i in range(3)])


def doubly_nested():
    inputs = keras.Input((3,), name="inside")
    x = layers.Add(name="sum")([inputs, tower("block")(inputs)])
    middle = keras.Model(inputs, [x, layers.Dense(3, name="side")(x)], name="middle")
    outer = keras.Input((3,), name="features")
    main, side = middle(layers.Dense(3, name="stem")(outer))
    branch = outer
    for i in range(4):
        branch = layers.Dense(3, name=f"branch{i}")(branch)
    joined = layers.Concatenate(name="joined")([main, branch])
    return keras.Model(outer, [layers.Dense(1, name="main")(joined), layers.Dense(1, name="aux")(side)])


def autoencoder():
    encoder = keras.Sequential([layers.Dense(6), layers.Dense(2)], name="encoder")
    decoder = keras.Sequential([layers.Dense(6), layers.Dense(9)], name="decoder")
    whole = keras.Sequential([keras.Input((9,)), encoder, decoder], name="whole")
    return keras.Sequential([keras.Input((3, 3)), layers.Flatten(), whole, layers.Reshape((3, 3))])


def called_again():
    x = keras.Input((4,), name="x")
    f, g, h = (layers.Dense(4, name=name) for name in "fgh")
    block = tower("block")
    return keras.Model(x, [h(h(f(g(f(x))))), block(layers.Dense(4, name="to4")(block(x)))])


def operations():
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    z = keras.ops.relu(x * 2.0) + y
    whole, state, cell = layers.LSTM(3, return_state=True, name="lstm")(layers.Reshape((4, 1))(z))
    return keras.Model([x, y], [layers.Dense(2, name="price in $ and $")(whole), state, cell])


def densely_connected():
    inputs = keras.Input((4,))
    seen = [layers.Dense(4)(inputs)]
    for _ in range(3):
        seen.append(layers.Dense(4)(layers.Concatenate()([inputs, *seen])))
    return keras.Model(inputs, layers.Concatenate()(seen))


def crossed_ports():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    inner = keras.Model(
        [a, b], [layers.Dense(2, name="of_b")(b), layers.Dense(2, name="of_a")(a)], name="inner"
    )
    p, q = keras.Input((2,), name="p"), keras.Input((2,), name="q")
    return keras.Model([p, q], [layers.Dense(1)(out) for out in inner([q, p])])


class Own(keras.Model):
    def __init__(self):
        super().__init__(name="own")
        self.hidden, self.tail = layers.Dense(3, name="hidden"), tower()

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.tail.build((None, 3))

    def call(self, inputs):
        return self.tail(self.hidden(inputs))


def subclassed():
    model = Own()
    model(np.zeros((2, 4), "float32"))
    return model


MODELS = [
    digits_cnn,
    two_in_two_out,
    residual,
    shared_tower,
    doubly_nested,
    autoencoder,
    called_again,
    operations,
    densely_connected,
    crossed_ports,
    subclassed,
]


def scene_of(model, expand_nested=True):
    graph = model_graph(model, expand_nested=expand_nested)
    return arrange(graph, lambda item: (0.4 + 0.1 * len(item.name), 0.3 + 0.1 * isinstance(item, Box)))


def layer_at(model, key, nested=False):
    """Return the layer that a box stands for."""
    if isinstance(model, keras.Sequential):
        inside = model.layers if nested else model._functional.operations
    else:
        inside = model.operations
    layer = inside[key[0]]
    return layer_at(layer, key[1:], nested=True) if key[1:] else layer


def overlap(a, b, tolerance=1e-6):
    return (
        min(a.x + a.width, b.x + b.width) - max(a.x, b.x) > tolerance
        and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > tolerance
    )


def inside(rect, x, y, tolerance=0.0):
    return (
        rect.x - tolerance < x < rect.x + rect.width + tolerance
        and rect.y - tolerance < y < rect.y + rect.height + tolerance
    )


def belongs(rect, key):
    frame = rect.item.key
    return key[: len(frame)] == frame


def check(scene: Scene):
    """The layout's whole promise, whatever the graph."""
    for a, b in combinations(scene.boxes, 2):
        assert not overlap(a, b), f"{a.item.name} covers {b.item.name}"
    for frame in scene.frames:
        for box in scene.boxes:
            assert overlap(frame, box) == belongs(frame, box.item.key)
    for a, b in combinations(scene.frames, 2):
        assert overlap(a, b) == (belongs(a, b.item.key) or belongs(b, a.item.key))
    for rect in (*scene.boxes, *scene.frames):
        assert inside(rect, rect.x + rect.width / 2, rect.y + rect.height / 2)
        assert -1e-6 <= rect.x <= scene.width - rect.width + 1e-6
        assert -1e-6 <= rect.y <= scene.height - rect.height + 1e-6
    boxes = {box.item.key: box for box in scene.boxes}
    assert len(boxes) == len(scene.boxes)
    for arrow in scene.arrows:
        assert_touches(boxes[arrow.source], *arrow.points[0], scene, arrow.source)
        assert_touches(boxes[arrow.target], *arrow.points[-1], scene, arrow.target)
        (route,) = curve_through([*pairwise(arrow.points)]).to_polygons(closed_only=False)
        for x, y in route:
            for rect in (*scene.boxes, *scene.frames):
                if inside(rect, x, y, -1e-3):
                    assert belongs(rect, arrow.source) or belongs(rect, arrow.target)


def assert_touches(box, x, y, scene, key):
    """An arrow touches its box, or (one that points up) the border of a frame around the box."""
    around = [box, *(frame for frame in scene.frames if belongs(frame, key))]
    assert any(inside(rect, x, y, 1e-3) and not inside(rect, x, y, -1e-3) for rect in around)


def dot_edges(dot):
    pairs = {(edge.get_source(), edge.get_destination()) for edge in dot.get_edges()}
    return pairs.union(*(dot_edges(part) for part in dot.get_subgraphs()))


@pytest.mark.parametrize("build", MODELS)
def test_nothing_overlaps(build):
    model = build()
    for expand_nested in (True, False):
        check(scene_of(model, expand_nested))


@pytest.mark.parametrize("build", [build for build in MODELS if build is not subclassed])
def test_every_layer_and_every_connection_appears_once(build):
    model = build()
    scene = scene_of(model)
    drawn = [layer_at(model, box.item.key) for box in scene.boxes]
    assert len({id(layer) for layer in drawn}) == len(drawn)
    assert [box.item.name for box in scene.boxes] == [layer.name for layer in drawn]
    arrows = {tuple(str(id(layer_at(model, key))) for key in (a.source, a.target)) for a in scene.arrows}
    assert len(arrows) == len(scene.arrows)
    # Keras' own drawing leaves out the input of a Sequential model.
    hidden = {str(id(drawn[0]))} if isinstance(model, keras.Sequential) else set()
    keras_says = dot_edges(keras.utils.model_to_dot(model, expand_nested=True))
    assert {pair for pair in arrows if not hidden & {*pair}} == keras_says


def label(layer):
    """What Keras itself knows about a layer that is called once and has one output."""
    lines = [layer.name, type(layer).__name__, str(layer.output.shape)]
    count = layer.count_params() if isinstance(layer, keras.Layer) else 0
    return (*lines, f"{count:,} parameter{'s' if count > 1 else ''}") if count else tuple(lines)


def drawn_boxes(figure):
    """Return each drawn box with its texts, from top to bottom; a frame keeps its title only."""
    patches = [p for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch) and p.get_height() > 0.2]
    texts: dict[FancyBboxPatch, list] = {patch: [] for patch in patches}
    for text in figure.axes[0].texts:
        x, y = text.get_position()
        around = [
            p for p in patches if 0 < x - p.get_x() < p.get_width() and 0 < y - p.get_y() < p.get_height()
        ]
        if around:
            texts[min(around, key=lambda p: p.get_width() * p.get_height())].append(text)
    return texts


def labels(figure):
    return {tuple(text.get_text() for text in texts) for texts in drawn_boxes(figure).values()}


@pytest.mark.parametrize("build", [digits_cnn, two_in_two_out, residual, autoencoder])
def test_boxes_say_what_keras_says(build):
    model = build()
    layers_drawn = [layer_at(model, box.item.key) for box in scene_of(model).boxes]
    assert {label(layer) for layer in layers_drawn} <= labels(diagram(model))
    assert sum(box.item.parameters for box in scene_of(model).boxes) == model.count_params()


def test_known_labels():
    assert labels(diagram(digits_cnn())) == {
        ("image", "InputLayer", "(None, 8, 8, 1)"),
        ("conv", "Conv2D", "(None, 8, 8, 32)", "320 parameters"),
        ("norm", "BatchNormalization", "(None, 8, 8, 32)", "128 parameters"),
        ("pool", "MaxPooling2D", "(None, 4, 4, 32)"),
        ("drop", "Dropout", "(None, 4, 4, 32)"),
        ("flat", "Flatten", "(None, 512)"),
        ("digit", "Dense", "(None, 10)", "5,130 parameters"),
    }


def test_a_layer_with_several_outputs_says_so():
    assert ("lstm", "LSTM", "3 x (None, 3)", "60 parameters") in labels(diagram(operations()))


def test_a_layer_called_on_two_shapes_shows_both():
    pool = layers.GlobalMaxPooling1D(name="pool", keepdims=True)
    short, long = keras.Input((4, 2)), keras.Input((6, 3))
    assert ("pool", "GlobalMaxPooling1D", "(None, 1, 2)", "(None, 1, 3)") in labels(
        diagram(keras.Model([short, long], [pool(short), pool(long)]))
    )


def test_options_leave_out_what_they_name():
    model = shared_tower()
    assert not any("(None" in line for box in labels(diagram(model, show_shapes=False)) for line in box)
    assert not any("param" in line for box in labels(diagram(model, show_parameters=False)) for line in box)
    assert ("tower", "Sequential", "(None, 3)", "67 parameters") in labels(
        diagram(model, expand_nested=False)
    )
    assert ("tower", "Sequential") in labels(diagram(model))  # a frame's title


@pytest.mark.parametrize("build", MODELS)
def test_text_stays_in_its_box(build):
    figure = diagram(build())
    renderer = FigureCanvasAgg(figure).get_renderer()
    for patch, texts in drawn_boxes(figure).items():
        box, extents = patch.get_window_extent(renderer), [text.get_window_extent(renderer) for text in texts]
        assert texts
        for extent in extents:
            assert box.x0 < extent.x0 < extent.x1 < box.x1
            assert box.y0 < extent.y0 < extent.y1 < box.y1
        for above, below in combinations(extents, 2):
            assert not above.overlaps(below)


def test_a_shared_tower_is_one_frame_with_an_arrow_from_each_input():
    model = shared_tower()
    scene = scene_of(model)
    (frame,) = scene.frames
    names = {box.item.key: box.item.name for box in scene.boxes}
    arrows = sorted((names[arrow.source], names[arrow.target]) for arrow in scene.arrows)
    assert (frame.item.name, [names[key] for key in names if belongs(frame, key)]) == (
        "tower",
        ["a", "b", "c"],
    )
    assert arrows == [
        ("a", "b"),
        ("b", "c"),
        ("c", "joined"),
        ("joined", "out0"),
        ("joined", "out1"),
        ("joined", "out2"),
        ("left", "a"),
        ("right", "a"),
    ]


def test_inputs_and_outputs_stand_in_their_own_order():
    place = {box.item.name: box.x for box in scene_of(two_in_two_out()).boxes}
    assert place["input1"] < place["input2"]
    assert place["output1"] < place["output2"]


def test_a_chain_is_straight_and_a_shortcut_goes_around_it():
    scene = scene_of(residual())
    assert len({round(box.x + box.width / 2, 6) for box in scene.boxes}) == 1
    sideways = [arrow for arrow in scene.arrows if len({round(x, 6) for x, _ in arrow.points}) > 1]
    assert len(sideways) == 3


def test_a_nested_model_is_mirrored_where_that_uncrosses_its_arrows():
    place = {box.item.name: box.x for box in scene_of(crossed_ports()).boxes}
    assert (place["p"] < place["q"]) == (place["b"] < place["a"])


def test_only_this_models_calls_are_drawn():
    inputs, dense = keras.Input((4,), name="here"), layers.Dense(4, name="dense")
    model = keras.Model(inputs, dense(inputs))
    keras.Model(elsewhere := keras.Input((4,)), dense(layers.ReLU()(dense(elsewhere))))
    assert [(arrow.source, arrow.target) for arrow in scene_of(model).arrows] == [((0,), (1,))]


def test_inputs_given_by_name_reach_the_input_of_that_name():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    inner = keras.Model([b, a], layers.Subtract(name="minus")([b, a]), name="inner")
    p, q = keras.Input((2,), name="p"), keras.Input((2,), name="q")
    scene = scene_of(keras.Model([p, q], inner({"a": p, "b": q})))
    names = {box.item.key: box.item.name for box in scene.boxes}
    arrows = {(names[arrow.source], names[arrow.target]) for arrow in scene.arrows}
    assert arrows == {("p", "a"), ("q", "b"), ("a", "minus"), ("b", "minus")}


def test_a_long_chain_grows_and_keeps_its_letters():
    def chain(length):
        return keras.Sequential([keras.Input((4,)), *(layers.Dense(4) for _ in range(length))])

    short, long = diagram(chain(3)), diagram(chain(60))
    assert long.get_figheight() > 12 * short.get_figheight()
    assert long.get_figwidth() < 1.2 * short.get_figwidth()
    assert {text.get_fontsize() for text in long.axes[0].texts} == {8.5, 10.0}


def test_a_subclassed_model_is_a_column_with_a_note():
    scene, figure = scene_of(subclassed()), diagram(subclassed())
    assert [(arrow.source, arrow.target) for arrow in scene.arrows] == [((1, 0), (1, 1)), ((1, 1), (1, 2))]
    assert scene.boxes[0].y < scene.boxes[1].y
    assert "only its code" in " ".join(text.get_text() for text in figure.axes[0].texts)


@pytest.mark.parametrize("write", [False, True])
def test_an_unbuilt_model_says_how_to_build_it(write, tmp_path):
    model = keras.Sequential([layers.Dense(3)], name="lazy")
    with pytest.raises(InputError, match=r"'lazy' is not built.*keras\.Input.*model\.build"):
        save_diagram(model, tmp_path / "x.dot") if write else diagram(model)
    assert not [*tmp_path.iterdir()]


# -- any graph -----------------------------------------------------------------------------------------


@st.composite
def graphs(draw, key=(), depth=2):
    """Any links at all, round in circles too, with models in models."""
    count = draw(st.integers(1, 7))
    nested = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    nodes = tuple(
        draw(graphs((*key, i), depth - 1))
        if nest and depth
        else Box((*key, i), "n" * (1 + i), "Dense", "weights")
        for i, nest in enumerate(nested)
    )
    node, slot = st.integers(0, count - 1), st.integers(0, 2)
    links = draw(st.lists(st.builds(Link, node, slot, node, slot), max_size=10))
    ends = st.lists(st.tuples(node, slot), min_size=1, max_size=3).map(tuple)
    return Graph(key, "graph", "Functional", nodes, tuple(dict.fromkeys(links)), draw(ends), draw(ends))


@given(graphs())
@settings(max_examples=30, derandomize=True)
def test_any_graph_is_laid_out_without_overlaps(graph):
    check(arrange(graph, lambda item: (0.5 + 0.2 * len(item.name), 0.5)))


def built_from(steps, inputs):
    """Build a model from (kind, one earlier tensor, another) for each step."""
    tensors, shared = [keras.Input((3,)) for _ in range(inputs)], tower()
    sources = list(tensors)
    for kind, first, second in steps:
        one, other = tensors[first % len(tensors)], tensors[second % len(tensors)]
        match kind:
            case "dense":
                tensors.append(layers.Dense(3)(one))
            case "add":
                tensors.append(layers.Add()([one, other]))
            case "join":
                tensors.append(layers.Dense(3)(layers.Concatenate()([one, other])))
            case "shared":
                tensors.append(shared(one))
            case "nested":
                a, b = keras.Input((3,)), keras.Input((3,))
                tensors += keras.Model([a, b], [layers.Add()([a, b]), tower()(b)])([one, other])
    return keras.Model(sources, tensors[-2:])


kinds, numbers = st.sampled_from(["dense", "add", "join", "shared", "nested"]), st.integers(0, 20)


@given(st.lists(st.tuples(kinds, numbers, numbers), min_size=1, max_size=8), st.integers(1, 3))
@settings(max_examples=12, derandomize=True)
def test_any_model_is_drawn_as_keras_has_it(steps, inputs):
    model = built_from(steps, inputs)
    test_every_layer_and_every_connection_appears_once(lambda: model)
    check(scene_of(model))


# -- files ---------------------------------------------------------------------------------------------


@pytest.fixture
def no_graphviz(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot", "PNG"])
def test_every_suffix_writes_its_format_and_nothing_else(suffix, tmp_path):
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}
    path = save_diagram(shared_tower(), tmp_path / "new" / f"model.{suffix}")
    assert path.read_bytes().startswith(starts[suffix.lower()])
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize("build", MODELS)
def test_every_model_is_written_without_graphviz(build, tmp_path):
    model = build()
    for suffix in (".svg", ".dot", ".txt"):
        text = save_diagram(model, tmp_path / f"model{suffix}").read_text().replace("\\$", "$")
        if suffix == ".dot" and build is subclassed:  # of which Keras draws one box
            continue
        inside = model._flatten_layers(include_self=False)
        hidden = layers.InputLayer | layers.LSTMCell
        names = {layer.name for layer in inside if not isinstance(layer, hidden)}
        assert {name for name in names if name not in text} == set(), suffix


def test_text_says_who_feeds_whom(tmp_path):
    text = save_diagram(shared_tower(), tmp_path / "model.txt").read_text()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "joined Concatenate (None, 6) <- tower" in lines
    assert "tower Sequential <- left, right" in lines
    assert "a Dense (None, 8) 40 parameters" in lines
    assert text.index("  tower ") < text.index("    a ")
    assert "only its code" in save_diagram(subclassed(), tmp_path / "own.txt").read_text()
    short = save_diagram(shared_tower(), tmp_path / "model.txt", show_shapes=False, show_parameters=False)
    assert "None" not in short.read_text()
    assert "parameters" not in short.read_text()


@pytest.mark.parametrize(
    "failure", [ImportError("install graphviz"), OSError("no such file"), AssertionError()]
)
def test_a_graphviz_that_fails_does_not_cost_the_picture(failure, monkeypatch, tmp_path):
    def plot_model(*_, **__):
        raise failure

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(keras.utils, "plot_model", plot_model)
    assert save_diagram(residual(), tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_model_gives_the_same_bytes(suffix, tmp_path):
    model = doubly_nested()
    first = save_diagram(model, tmp_path / f"a.{suffix}").read_bytes()
    assert save_diagram(model, tmp_path / f"b.{suffix}").read_bytes() == first


@pytest.mark.usefixtures("no_graphviz")
def test_svg_text_is_text(tmp_path):
    svg = save_diagram(digits_cnn(), tmp_path / "model.svg").read_text()
    assert ">5,130 parameters</text>" in svg


def test_dot_names_the_layers(tmp_path):
    text = save_diagram(shared_tower(), tmp_path / "model.dot").read_text()
    assert text.count("->") == 8
    assert "<b>joined</b>" in text


@pytest.mark.parametrize(("name", "said"), [("model.gif", "'.gif'"), ("model", "''")])
def test_another_suffix_is_refused_by_name(name, said, tmp_path):
    with pytest.raises(InputError, match=rf"suffix is {said}\. Use one of \.svg, \.png, \.pdf, \.dot, \.txt"):
        save_diagram(digits_cnn(), tmp_path / name)


def test_graphviz_draws_where_it_is_installed(monkeypatch, tmp_path):
    asked = {}

    def plot_model(model, to_file, **options):
        asked.update(options, folder=Path(to_file).parent, suffix=Path(to_file).suffix)
        Path(to_file).write_text("by graphviz")

    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(keras.utils, "plot_model", plot_model)
    path = save_diagram(digits_cnn(), tmp_path / "model.svg", expand_nested=False)
    assert path.read_text() == "by graphviz"
    assert asked == {
        "folder": tmp_path,
        "suffix": ".svg",
        "show_shapes": True,
        "show_layer_names": True,
        "show_trainable": False,
        "expand_nested": False,
        "dpi": 150,
    }


@pytest.mark.usefixtures("no_graphviz")
def test_a_png_never_exceeds_what_matplotlib_can_write(monkeypatch, tmp_path):
    monkeypatch.setattr("zoo.plots._ink._LARGEST_IMAGE", 500)
    path = save_diagram(digits_cnn(), tmp_path / "model.png")
    with Image.open(path) as image:
        assert max(image.size) <= 500
