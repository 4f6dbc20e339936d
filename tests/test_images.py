import csv

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

import zoo
from zoo.images import prepare_image, read_image

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


def test_bytes_as_floats_are_told_to_be_divided():
    with pytest.raises(zoo.InputError, match="divided by 255"):
        prepare_image(np.full((20, 20), 255.0), (28, 28, 1))


def test_a_picture_that_is_a_program_is_not_opened(tmp_path):
    file = tmp_path / "digit.png"
    file.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\nshowpage\n")
    with pytest.raises(zoo.InputError, match="digit.png cannot be read as a picture"):
        read_image(file)
