import csv
import re

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

import zoo
from zoo.images import prepare, read_image

MNIST, DIGITS = (28, 28, 1), (8, 8, 1)


def seven(side: int = 120, *, ink=0, paper=255, pen: int = 10) -> np.ndarray:
    """A seven in the upper left of a sheet, ``(side, side, 3)`` uint8."""
    sheet = np.empty((side, side, 3), "uint8")
    sheet[:] = paper
    step = side // 12
    sheet[step : step + pen, step : 6 * step] = ink
    for row in range(step, 8 * step):
        sheet[row, 6 * step - pen - (row - step) // 3 : 6 * step - (row - step) // 3] = ink
    return sheet


def close(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and float(np.abs(one - other).mean()) < 0.02


def test_a_digit_fills_20_of_28_pixels_and_its_mass_is_in_the_middle():
    made = zoo.prepare_image(seven(), MNIST)[..., 0]
    rows, columns = (np.flatnonzero(made.any(axis=axis)) for axis in (1, 0))
    assert rows[-1] - rows[0] + 1 == 20
    assert columns[-1] - columns[0] + 1 < 20
    middle = [(np.indices(made.shape)[axis] * made).sum() / made.sum() for axis in (0, 1)]
    assert middle == pytest.approx([14, 14], abs=0.5)
    assert (made.min(), made.max(), made.dtype) == (0, 1, "float32")


def test_it_lies_where_mnists_own_digits_lie(data_folder):
    x = zoo.load_dataset("mnist", train_size=500).train.x[..., 0]
    for axis in (1, 2):
        mass = (np.indices(x.shape)[axis] * x).sum(axis=(1, 2)) / x.sum(axis=(1, 2))
        assert mass.mean() == pytest.approx(14, abs=0.1)


@given(
    left=st.integers(0, 60),
    top=st.integers(0, 60),
    border=st.integers(1, 40),
    ink=st.tuples(*[st.integers(0, 255)] * 3),
    paper=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_place_and_colours_make_no_difference(left, top, border, ink, paper):
    assume(max(abs(a - b) for a, b in zip(ink, paper, strict=True)) >= 10)
    drawn = seven(ink=ink, paper=paper)
    padding = ((top + border, border), (left + border, border))
    moved = np.dstack(
        [np.pad(drawn[..., k], padding, constant_values=paper[k]) for k in range(3)],
    )
    np.testing.assert_allclose(zoo.prepare_image(moved, MNIST), zoo.prepare_image(seven(), MNIST), atol=1e-4)


@pytest.mark.parametrize("side", [40, 120, 600, 3000])
def test_size_makes_hardly_any_difference(side):
    drawn = np.asarray(Image.fromarray(seven(240, pen=20)).resize((side, side), Image.Resampling.LANCZOS))
    assert close(zoo.prepare_image(drawn, MNIST), zoo.prepare_image(seven(240, pen=20), MNIST))


def test_8x8_digits_are_counts_of_inked_pixels_and_fill_the_height():
    made = zoo.prepare_image(seven(pen=3), DIGITS)[..., 0]
    np.testing.assert_array_equal(made * 16, np.round(made * 16))
    assert made.any(axis=1).all()
    assert made.mean() > 0.24  # as thick as the digits that the network knows


def test_a_flat_input_gets_the_same_pixels():
    np.testing.assert_array_equal(
        zoo.prepare_image(seven(), (784,)), zoo.prepare_image(seven(), MNIST).reshape(-1)
    )


def test_a_colour_picture_is_resized_and_nothing_else():
    red = np.zeros((64, 32, 3), "uint8")
    red[:, 16:] = (255, 0, 0)
    made = zoo.prepare_image(red, (32, 32, 3))
    assert made.shape == (32, 32, 3)
    np.testing.assert_allclose(made[0, [0, -1]], [[0, 0, 0], [1, 0, 0]])


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        ("L", "png"),
        ("RGB", "jpg"),
        ("RGBA", "png"),
        ("LA", "png"),
        ("P", "gif"),
        ("1", "bmp"),
        ("CMYK", "jpg"),
    ],
)
def test_every_kind_of_file_gives_the_same_digit(mode, suffix, tmp_path):
    path = tmp_path / f"seven.{suffix}"
    Image.fromarray(seven()).convert(mode).save(path)
    assert close(zoo.prepare_image(path, MNIST), zoo.prepare_image(seven(), MNIST))


@pytest.mark.parametrize("most", [65535, 4095, 300])
def test_16_bits_are_not_cut_off_at_8(most, tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray((seven()[..., 0].astype("uint16") * (most / 255)).astype("uint16")).save(path)
    with Image.open(path) as image:
        assert image.mode.startswith("I")
    if most == 300:  # less than a two-hundredth of the range: an empty sheet, as the file tells it
        with pytest.raises(zoo.InputError, match="blank"):
            zoo.prepare_image(path, MNIST)
    else:
        assert close(zoo.prepare_image(path, MNIST), zoo.prepare_image(seven(), MNIST))


def test_floats_are_taken_as_0_to_1():
    assert close(zoo.prepare_image(seven() / 255, MNIST), zoo.prepare_image(seven(), MNIST))
    grey = seven()[..., :1].astype("float32") / 255
    assert close(zoo.prepare_image(grey, MNIST), zoo.prepare_image(seven(), MNIST))


def test_what_is_transparent_is_white(tmp_path):
    drawn = seven()
    alpha = np.where(drawn[..., :1] == 0, 255, 0).astype("uint8")
    path = tmp_path / "clear.png"
    Image.fromarray(np.concatenate([np.zeros_like(drawn), alpha], axis=2)).save(path)
    assert close(zoo.prepare_image(path, MNIST), zoo.prepare_image(drawn, MNIST))


def test_a_photograph_is_turned_upright(tmp_path):
    image = Image.fromarray(seven())
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it
    image.rotate(90).save(tmp_path / "turned.png", exif=exif)
    assert close(zoo.prepare_image(tmp_path / "turned.png", MNIST), zoo.prepare_image(seven(), MNIST))


def test_a_large_picture_is_shrunk_on_reading():
    assert read_image(np.tile(seven(), (20, 10, 1))).shape == (1000, 500, 3)


def test_faint_pencil_is_read():
    assert close(zoo.prepare_image(seven(ink=246), MNIST), zoo.prepare_image(seven(), MNIST))


@pytest.mark.parametrize("colour", [0, 255, (200, 30, 30), 253])
def test_a_blank_picture_is_an_error_that_names_the_file(colour, tmp_path):
    path = tmp_path / "empty.png"
    sheet = np.empty((50, 50, 3), "uint8")
    sheet[:] = colour
    sheet[20, 20] ^= 1  # the grain of a scanner
    Image.fromarray(sheet).save(path)
    with pytest.raises(zoo.InputError, match=r"empty.png is blank"):
        zoo.prepare_image(path, MNIST)


def test_what_is_no_picture_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("not a picture")
    with pytest.raises(zoo.InputError, match=r"notes.png cannot be read as a picture"):
        zoo.prepare_image(path, MNIST)
    Image.fromarray(seven()).save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(zoo.InputError, match=r"notes.png cannot be read as a picture"):
        zoo.prepare_image(path, MNIST)
    with pytest.raises(zoo.InputError, match="cannot be read as a picture"):
        zoo.prepare_image(np.zeros((2, 3, 4, 5)), MNIST)
    with pytest.raises(zoo.MissingFileError, match=r"no picture none.png"):
        zoo.prepare_image("none.png", MNIST)


@pytest.mark.parametrize("shape", [(4,), (65,), (28, 28, 2), (None, None, 1), (5, 28, 28, 1)])
def test_a_model_that_sees_no_pictures_is_told_so(shape):
    with pytest.raises(zoo.InputError, match="goes into a model of input shape"):
        zoo.prepare_image(seven(), shape)


@pytest.mark.parametrize(("name", "least"), [("cnn.mnist", 65), ("cnn_fast.mnist", 64)])
def test_drawings_by_strangers_are_read(name, least, data_folder):
    """68 real drawings by seven people, never learned from; 68 and 67 of them were read when this was written."""
    folder = data_folder / "drawn_digits"
    if not folder.is_dir():
        pytest.skip("ZOO_DATA_DIR has no folder drawn_digits")
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    model = zoo.create_model(name, pretrained=True)
    images = np.stack([zoo.prepare_image(folder / row["file"], MNIST) for row in rows])
    answers = model.predict(images, verbose=0).argmax(axis=1)
    assert sum(answers == [int(row["label"]) for row in rows]) >= least


def test_a_picture_that_is_a_program_is_not_opened(tmp_path):
    file = tmp_path / "digit.png"
    file.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\nshowpage\n")
    with pytest.raises(zoo.InputError, match="digit.png cannot be read as a picture"):
        read_image(file)


# -- black on white, white on black, and what is transparent ------------------------------------------------


def strokes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Three classes, | - and a slanted one, white ink on black, ``(n, 28, 28, 1)``."""
    x, y, r = np.zeros((n, 28, 28, 1), "float32"), np.arange(n) % 3, np.arange(18)
    for k, (a, b) in enumerate(np.random.default_rng(0).integers(3, 8, (n, 2))):
        x[k, a + r * (y[k] != 1), b + r * (y[k] != 0)] = 1
    return x, y


def test_a_drawing_is_read_as_well_in_black_on_white_as_in_white_on_black():
    x, y = strokes(300)
    layers = [keras.layers.Conv2D(8, 3, 2, activation="relu"), keras.layers.Flatten()]
    model = keras.Sequential([keras.Input(MNIST), *layers, keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, verbose=0)
    for pictures, inverted, note in (
        (x, False, "light ink on dark paper"),
        (1 - x, True, "dark ink on light paper"),
    ):
        readings = [zoo.predict_image(model, picture) for picture in pictures[:60]]
        assert np.mean([r.answer for r in readings] == y[:60]) == 1.0
        assert {r.inverted for r in readings} == {inverted}
        assert all(r.notes[0].startswith(note) for r in readings)


def one(ink=0, paper=255, dtype="uint8") -> np.ndarray:
    """A one of 20 x 2 pixels, ``(28, 28)``."""
    sheet = np.full((28, 28), paper, dtype)
    sheet[4:24, 13:15] = ink
    return sheet


def is_a_one(made: np.ndarray) -> bool:
    """Whether the ink is 20 x 2 pixels, wherever they lie."""
    rows, columns, _ = np.nonzero(made > 0.5)
    return (rows.size, np.ptp(rows), np.ptp(columns)) == (40, 19, 1)


def on_clear(colour, *, under=0) -> np.ndarray:
    """The same in a colour on a transparent ground, ``(28, 28, 4)``; ``under`` is the ground's hidden colour."""
    sheet = np.empty((28, 28, 4), "uint8")
    sheet[..., :3], sheet[..., 3] = under, 0
    sheet[4:24, 13:15, :3], sheet[4:24, 13:15, 3] = colour, 255
    return sheet


@pytest.mark.parametrize(
    ("picture", "note"),
    [
        (on_clear(0), "transparent, laid on white"),
        (on_clear(255), "transparent, laid on black, since the ink is light"),
        (on_clear((200, 30, 30)), "transparent, laid on white"),
        (on_clear((255, 230, 60)), "transparent, laid on black, since the ink is light"),
        (
            on_clear(0, under=np.random.default_rng(0).integers(0, 255, (28, 28, 3))),
            "transparent, laid on white",
        ),
        (on_clear(255, under=255), "transparent, laid on black, since the ink is light"),
        (on_clear(0)[..., [0, 3]], "transparent, laid on white"),
    ],
    ids=["black", "white", "red", "yellow", "hidden colours", "white on hidden white", "grey with alpha"],
)
def test_ink_on_a_transparent_ground_is_20_by_2_pixels_whatever_its_colour(picture, note, tmp_path):
    path = tmp_path / "clear.png"
    mode = "LA" if picture.shape[-1] == 2 else "RGBA"
    layers = [Image.fromarray(np.ascontiguousarray(picture[..., k])) for k in range(picture.shape[-1])]
    Image.merge(mode, layers).save(path)
    for drawn in (path, picture):
        prepared = prepare(drawn, MNIST)
        assert is_a_one(prepared.array)
        assert note in prepared.notes


def test_a_palette_may_be_transparent(tmp_path):
    path = tmp_path / "palette.png"
    Image.fromarray(one(255, 0)).convert("P").save(path, transparency=0)  # white ink, and black is no colour
    assert is_a_one(zoo.prepare_image(path, MNIST))


def test_a_sheet_with_its_corners_cut_off_keeps_its_colour():
    sheet = np.dstack([*[one()] * 3, np.full((28, 28), 255, "uint8")])
    sheet[:4, :4, 3] = sheet[-4:, -4:, 3] = 0
    prepared = prepare(sheet, MNIST)
    assert prepared.notes == (
        "transparent, laid on the colour of the sheet",
        "dark ink on light paper, inverted",
    )
    assert is_a_one(prepared.array)


@pytest.mark.parametrize("alpha", [0, 128])
def test_one_colour_of_one_transparency_is_blank(alpha):
    sheet = np.full((28, 28, 4), 7, "uint8")
    sheet[..., 3] = alpha
    with pytest.raises(zoo.InputError, match="The picture is blank"):
        zoo.prepare_image(sheet, MNIST)


@pytest.mark.parametrize("paper", [255, 0])
@pytest.mark.parametrize(("margin", "line"), [(0, 3), (4, 1)], ids=["a margin", "a line"])
def test_a_frame_is_cut_off(paper, margin, line):
    drawn = seven(ink=255 - paper, paper=paper)[..., 0]
    framed = np.pad(np.pad(drawn, margin, constant_values=paper), line, constant_values=255 - paper)
    framed = np.pad(framed, margin, constant_values=paper)
    prepared = prepare(framed, MNIST)
    assert "a frame around the sheet was cut off" in prepared.notes
    assert close(prepared.array, zoo.prepare_image(seven(), MNIST))


def test_what_only_looks_like_a_frame_is_ink():
    eight = np.full((120, 80), 255, "uint8")
    eight[20:100, 15:65] = 0
    eight[30:55, 25:55] = eight[65:90, 25:55] = 255
    zero = eight.copy()
    zero[30:90, 25:55] = 255
    for digit in (eight, zero):
        prepared = prepare(digit, MNIST)
        assert prepared.notes == ("dark ink on light paper, inverted",)
        assert np.flatnonzero(prepared.array.any(axis=(1, 2))).size == 20


def test_ink_may_touch_the_border():
    sheet = one()
    sheet[:, 13:15] = 0
    assert prepare(sheet, MNIST).notes == ("dark ink on light paper, inverted",)


def test_doubt_is_told_and_invert_decides():
    half = np.zeros((40, 40), "uint8")
    half[:, 20:] = 255
    half[10:30, 8:11] = 255
    prepared = prepare(half, MNIST)
    assert re.match(
        r"in doubt: the border has two tones, and the one of 54% .*; invert=True means", prepared.notes[0]
    )
    dark, light = (prepare(half, MNIST, invert=invert) for invert in (True, False))
    assert (dark.inverted, dark.notes) == (True, ("inverted, as asked",))
    assert (light.inverted, light.notes) == (False, ("not inverted, as asked",))
    assert not close(dark.array, light.array)


@pytest.mark.parametrize(("ink", "paper", "right"), [(0, 255, True), (255, 0, False), (90, 160, True)])
def test_invert_agrees_with_the_border_where_that_is_right(ink, paper, right):
    drawn = seven(ink=ink, paper=paper)
    assert close(zoo.prepare_image(drawn, MNIST, invert=right), zoo.prepare_image(drawn, MNIST))
    assert not close(zoo.prepare_image(drawn, MNIST, invert=not right), zoo.prepare_image(drawn, MNIST))


def test_invert_turns_a_colour_picture_round():
    red = np.zeros((32, 32, 3), "uint8")
    red[4:8] = (255, 0, 0)
    np.testing.assert_allclose(
        zoo.prepare_image(red, (32, 32, 3), invert=True), 1 - zoo.prepare_image(red, (32, 32, 3)), atol=1e-6
    )


@pytest.mark.parametrize(("name", "least"), [("cnn.mnist", 66), ("cnn_fast.mnist", 65)])
def test_drawings_are_read_as_well_inverted_or_on_a_clear_ground(name, least, data_folder):
    folder = data_folder / "drawn_digits"
    if not folder.is_dir():
        pytest.skip("ZOO_DATA_DIR has no folder drawn_digits")
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [int(row["label"]) for row in rows]
    model = zoo.create_model(name, pretrained=True)
    sheets = [read_image(folder / row["file"]) for row in rows]
    for change in (
        lambda sheet: 1 - sheet,
        lambda sheet: np.dstack([np.zeros_like(sheet), 1 - sheet.mean(-1)]),
        lambda sheet: np.dstack([np.ones_like(sheet), 1 - sheet.mean(-1)]),
    ):
        images = np.stack([zoo.prepare_image(change(sheet), MNIST) for sheet in sheets])
        assert sum(model.predict(images, verbose=0).argmax(axis=1) == labels) >= least


# -- arrays and files of every kind --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "note"),
    [
        (one(), None),
        (one(0, 1, "bool"), None),
        (one(0, 255, "int64"), None),
        (one(0, 100, "int8"), None),
        (one(0, 65535, "uint16"), "its numbers go up to 65535, and were taken for 0..65535"),
        (one(0, 1, "float64"), "of the network's own shape, and left in its place"),
        (one(0, 255, "float32"), "its numbers go up to 255, and were taken for 0..255"),
        (one(0, 1, "float16")[None, ..., None], "of the network's own shape, and left in its place"),
        (one()[None, ..., None], None),
        (one()[None], None),
        (one().tolist(), None),
        (Image.fromarray(one()), None),
        (Image.fromarray(one()).convert("CMYK"), None),
        (Image.fromarray(one(0, 1, "float32")), None),
    ],
    ids=range(14),
)
def test_arrays_of_every_kind_give_the_same_digit(array, note):
    prepared = prepare(array, MNIST)
    assert is_a_one(prepared.array)
    assert note is None or note in prepared.notes
    assert prepared.inverted


def test_the_networks_own_pictures_stay_in_their_place(digits):
    for x in digits.test.x[:20]:
        np.testing.assert_allclose(
            zoo.prepare_image(x, DIGITS), x / x.max() * (x / x.max() >= 0.2), atol=3e-3
        )
        np.testing.assert_array_equal(
            zoo.prepare_image(1 - x.reshape(-1), (64,)).reshape(DIGITS), zoo.prepare_image(1 - x, DIGITS)
        )


def with_hole(value):
    sheet = one(0, 1, "float32")
    sheet[3, 4] = value
    return sheet


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (with_hole(np.nan), r"1 of its numbers is not finite, the first nan at \(3, 4\). np.nan_to_num"),
        (with_hole(np.inf), r"not finite, the first inf at \(3, 4\)"),
        (with_hole(-7), r"go from -7 to 1. Pixels are 0..255, or floats in 0..1"),
        (with_hole(300), r"go from 0 to 300"),
        (one(0, 10**6, "int64"), r"go from 0 to 1e\+06"),
        (np.stack([one()] * 3)[..., None], r"is 3 pictures; give one at a time"),
        (np.stack([one()] * 3), r"channels first\? np.moveaxis\(picture, 0, -1\)"),
        (np.zeros((0, 4)), r"there are no pixels"),
        (np.array([["a"]]), r"pixels are numbers, and these are <U1"),
        (np.arange(9), r"a picture is \(height, width\)"),
    ],
    ids=range(10),
)
def test_arrays_that_cannot_be_meant_are_told_with_a_way_out(array, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.prepare_image(array, MNIST)


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "empty.png").touch()
    with pytest.raises(zoo.InputError, match=r"empty.png cannot be read as a picture: it is empty, 0 bytes"):
        zoo.prepare_image(tmp_path / "empty.png", MNIST)


def test_a_wrong_suffix_makes_no_difference(tmp_path):
    Image.fromarray(one()).save(tmp_path / "one.png")
    path = (tmp_path / "one.png").rename(tmp_path / "one.jpg")
    assert is_a_one(zoo.prepare_image(path, MNIST))


def test_the_first_picture_of_an_animation_is_read(tmp_path):
    frames = [Image.fromarray(one()), Image.fromarray(one().T.copy())]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    prepared = prepare(tmp_path / "two.gif", MNIST)
    assert prepared.notes[0] == "the first of 2 pictures in the file"
    assert is_a_one(prepared.array)


def test_a_picture_of_20_000_pixels_a_side_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(
        zoo.InputError, match=r"huge.png is too large to be a drawing: .*Shrink it to 1000 pixels"
    ):
        zoo.prepare_image(path, MNIST)


def test_a_large_photograph_is_shrunk_and_that_is_told(tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(seven(120)).resize((4000, 4000)).save(path)
    prepared = prepare(path, MNIST)
    assert prepared.notes[0] == "shrunk from 4000 x 4000 pixels"
    assert close(prepared.array, zoo.prepare_image(seven(120), MNIST))


def test_one_pixel_is_blank_and_a_row_of_pixels_is_not():
    with pytest.raises(zoo.InputError, match="blank"):
        zoo.prepare_image(np.zeros((1, 1), "uint8"), MNIST)
    assert zoo.prepare_image(np.uint8([[0, 0, 255, 0, 0]]), MNIST).shape == MNIST
