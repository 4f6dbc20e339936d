import io
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import zoo
from zoo.models._canvas import DigitCanvas

FILE = Path(__file__).parent.parent / "data" / "drawn_digits.npz"
CANVAS = DigitCanvas()


@cache
def drawings():
    """Drawings put together from arcs and lines (scripts/draw_digits.py), and their labels; -1 is no digit."""
    with np.load(FILE) as kept:
        parts = np.split(kept["files"], kept["ends"][:-1])
        pictures = [
            np.asarray(Image.open(io.BytesIO(part.tobytes())).convert("RGB"), "float32") for part in parts
        ]
        return pictures, kept["label"].astype(int)


@cache
def network() -> keras.Model:
    return zoo.create_model("handwriting.digits", pretrained=True)


@cache
def answers() -> np.ndarray:
    import tensorflow as tf

    call = tf.function(network(), input_signature=[tf.TensorSpec((1, None, None, 3))])
    return np.stack([call(picture[None]).numpy()[0] for picture in drawings()[0]])


def four(side: int = 120, pen: int = 6, *, ink=0, paper=255, place=(0, 0)) -> np.ndarray:
    """An open four, ``(side, side, 3)`` in 0..255."""
    sheet = np.empty((side, side, 3), "float32")
    sheet[:] = paper
    top, left = place[0] + side // 5, place[1] + side // 5
    long, short = side // 2, side // 4
    sheet[top : top + short, left : left + pen] = ink
    sheet[top + short : top + short + pen, left : left + short + pen] = ink
    sheet[top : top + long, left + short : left + short + pen] = ink
    return sheet


def laid(picture: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(CANVAS(picture[None]))[0, ..., 0]


def test_a_digit_lies_as_mnists_do():
    sheet = laid(four())
    rows, columns = (np.flatnonzero(sheet.max(axis=axis) > 0.3) for axis in (1, 0))
    assert rows[-1] - rows[0] + 1 == pytest.approx(20, abs=1)
    assert columns[-1] - columns[0] + 1 < 15
    middle = [(np.indices(sheet.shape)[axis] * sheet).sum() / sheet.sum() for axis in (0, 1)]
    assert middle == pytest.approx([13.5, 13.5], abs=0.5)
    assert (sheet.min(), sheet.max()) == (0, 1)


@pytest.mark.parametrize(
    "other",
    [
        four(place=(30, 20)),
        four(place=(-24, -24)),  # touches the edge
        255 - four(),
        four() / 255,
        four()[..., :1],
        four(ink=(30, 60, 160), paper=(250, 240, 190)),
        four(ink=247),
        np.dstack([np.zeros((120, 120, 3)), 255 - four()[..., 0]]).astype("float32"),
        np.dstack([np.full((120, 120, 3), 255), 255 - four()[..., 0]]).astype("float32"),
    ],
    ids=[
        "elsewhere",
        "edge",
        "light_on_dark",
        "floats",
        "grey",
        "coloured",
        "pencil",
        "transparent",
        "transparent_light",
    ],
)
def test_place_colours_and_contrast_make_no_difference(other):
    assert np.abs(laid(other) - laid(four())).mean() < 0.01


@pytest.mark.parametrize(("side", "pen"), [(30, 1), (30, 3), (120, 3), (120, 10), (500, 4), (900, 60)])
def test_size_and_pen_make_little_difference(side, pen):
    sheets = laid(four(side, pen)).ravel(), laid(four()).ravel()
    assert np.corrcoef(sheets)[0, 1] > 0.75


def test_a_speck_and_grain_are_left_aside():
    spoilt = four(200, 10) + np.random.default_rng(0).normal(0, 6, (200, 200, 1))
    spoilt[180:183, 190:193] = 0
    assert np.abs(laid(spoilt) - laid(four(200, 10))).mean() < 0.02


def test_an_empty_sheet_gives_nothing_and_no_picture_is_too_small():
    assert not laid(np.full((50, 40, 3), 255, "float32")).any()
    for shape in ((1, 1, 3), (1, 5, 1), (2, 2, 4)):
        assert np.isfinite(laid(np.random.default_rng(0).random(shape, dtype="float32"))).all()


def test_the_layer_is_built_again_from_its_config():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(DigitCanvas(3.0)))
    assert again.pen == 3.0


def test_it_reads_drawings_of_shapes_that_it_never_learned():
    labels = drawings()[1]
    known = labels >= 0
    assert (answers().argmax(axis=1) == labels)[known].mean() >= 0.97


def test_of_letters_and_scribbles_it_is_unsure_and_of_digits_sure():
    labels, sure = drawings()[1], answers().max(axis=1)
    right = (answers().argmax(axis=1) == labels) & (labels >= 0)
    threshold = np.quantile(sure[labels < 0], 0.95)
    assert (right & (sure > threshold)).sum() / (labels >= 0).sum() > 0.75
    assert np.median(sure[labels < 0]) < 0.5 < 0.9 < np.median(sure[labels >= 0])


def test_its_confidence_is_the_share_that_is_right():
    labels = drawings()[1]
    sure = answers()[labels >= 0].max(axis=1)
    right = (answers().argmax(axis=1) == labels)[labels >= 0]
    assert sure.mean() == pytest.approx(right.mean(), abs=0.05)


def test_a_blank_sheet_gets_no_confident_guess():
    for paper in (0, 128, 255):
        assert network()(np.full((1, 64, 64, 3), paper, "float32")).numpy().max() < 0.3


def test_the_file_alone_reads_as_the_zoo_does():
    pictures, _ = drawings()
    for picture, expected in zip(pictures[::40], answers()[::40], strict=True):
        reading = zoo.predict_image(picture.astype("uint8"))
        np.testing.assert_allclose(reading.probabilities, expected, atol=0.02)


def test_it_reads_what_strangers_drew(data_folder):
    folder = data_folder / "drawn_digits"
    if not folder.is_dir():
        pytest.skip("there are no drawings by strangers")
    rows = [line.split(",") for line in (folder / "labels.csv").read_text().splitlines()[1:]]
    right = [zoo.predict_image(network(), folder / file).label == int(label) for file, label, _ in rows]
    assert np.mean(right) >= 0.985


def test_it_still_reads_mnist(data_folder):
    test = zoo.load_dataset("mnist").test
    found = network().predict(test.x[:1000], batch_size=100, verbose=0).argmax(axis=1)
    assert (found == test.y[:1000]).mean() >= 0.985


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_every_backend_gives_the_same_answers(backend, tmp_path):
    if backend not in zoo.installed_backends():
        pytest.skip(f"{backend} is not installed")
    path = zoo.save_model(network(), tmp_path / "reader.keras")
    x = np.stack([four(), four(pen=1), four(ink=255, paper=9)])
    np.testing.assert_allclose(
        zoo.predict_under(backend, path, x), network().predict(x, verbose=0), atol=1e-3
    )


@pytest.mark.slow
def test_an_onnx_file_gives_the_same_answers(tmp_path):
    pytest.importorskip("tf2onnx")
    runtime = pytest.importorskip("onnxruntime")
    path = tmp_path / "reader.onnx"
    zoo.export_model(network(), path)
    session = runtime.InferenceSession(str(path))
    for picture in (four(), four(40, 2), four(ink=255, paper=9)):
        (found,) = session.run(None, {session.get_inputs()[0].name: picture[None]})
        np.testing.assert_allclose(found, network()(picture[None]), atol=1e-3)
