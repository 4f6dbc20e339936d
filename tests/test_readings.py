import json
import os
import re
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import zoo
from zoo.cli import main
from zoo.cli._readings import half_blocks
from zoo.cli.predict import pictures_of
from zoo.named_models import locate_model


@pytest.fixture
def one(tmp_path):
    """A file with a one drawn on it."""
    sheet = np.full((80, 60), 255, "uint8")
    sheet[10:60, 40:46] = 0
    path = tmp_path / "one.png"
    Image.fromarray(sheet).save(path)
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def zoo_command(monkeypatch, capsys):
    """Call the command line in this process; returns its exit code, output and errors."""

    def call(*words):
        monkeypatch.setattr("sys.argv", ["zoo", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return call


def test_a_reading_has_the_answer_its_rivals_and_what_the_network_saw(one):
    model = zoo.create_model("cnn.digits", pretrained=True)
    reading = zoo.predict_image(model, one)
    assert reading.answer == 1
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert list(reading.likeliest().values()) == sorted(reading.probabilities, reverse=True)[:3]
    np.testing.assert_array_equal(reading.image[..., None], zoo.prepare_image(one, (8, 8, 1)))
    assert re.fullmatch(r"Reading\(1 \d+\.\d%, \d .*\)", repr(reading))
    assert (reading.label, reading.probability) == (1, pytest.approx(reading.probabilities[1]))


def test_logits_and_one_sigmoid_unit_become_probabilities(one):
    for units, classes in ((10, 10), (1, 2)):
        model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(units)])
        reading = zoo.predict_image(model, one)
        assert reading.probabilities.shape == (classes,)
        assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert reading.image.shape == (28, 28)


def test_a_colour_network_sees_colours(one):
    model = zoo.create_model("cnn", input_shape=(16, 16, 3), num_classes=4, filters=(2,))
    assert zoo.predict_image(model, one).image.shape == (16, 16, 3)


def test_what_is_no_classifier_of_pictures_says_so(one):
    two = zoo.create_model("two_in_two_out")
    with pytest.raises(zoo.InputError, match="two_in_two_out reads no single picture: 2 tensors go in"):
        zoo.predict_image(two, one)
    image = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(1, 3)], name="painter")
    with pytest.raises(zoo.InputError, match=r"painter is no classifier: .* \(26, 26, 1\)"):
        zoo.predict_image(image, one)
    with pytest.raises(zoo.InputError, match=r"this one takes \(10,\)"):
        zoo.predict_image(zoo.create_model("linear", input_shape=(10,)), one)


def test_a_recipe_stands_for_its_newest_run_then_for_the_weights_it_made(here):
    assert locate_model("digits_cnn") == "cnn.digits"
    for number, time in enumerate(("b", "a", "c")):
        path = zoo.save_model(
            zoo.create_model("linear", input_shape=(3,)), here / f"runs/digits_cnn/{time}/model.keras"
        )
        os.utime(path, (number, number + 100 * (time == "a")))
    assert str(locate_model("digits_cnn")) == "runs/digits_cnn/a/model.keras"
    assert locate_model("mlp.digits") == "mlp.digits"


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("digits_cn", zoo.UnknownNameError, "Did you mean 'digits_cnn'"),
        ("cnn.digit", zoo.UnknownNameError, "Did you mean 'cnn.digits'"),
        ("cnn", zoo.UnknownModelError, "is a builder, without weights. Finished weights: cnn"),
        ("two_in_two_out", zoo.MissingFileError, "`zoo run two_in_two_out` first"),
        ("none.keras", zoo.MissingFileError, "no file none.keras"),
    ],
)
def test_a_model_that_is_not_there_gets_a_way_out(name, error, words, here):
    with pytest.raises(error, match=words):
        zoo.predict_image(name, np.zeros((8, 8)))


def test_the_command_prints_a_line_a_file_in_a_pipe(zoo_command, one):
    other = Path(shutil.copy(one, one.with_name("other.png")))
    code, out, err = zoo_command("predict", "cnn.digits", one, other)
    assert code == 0
    assert f"{other}: dark ink on light paper, inverted." in err
    lines = out.splitlines()
    assert len(lines) == 2
    file, answer, share, *rivals = lines[0].split("\t")
    assert (file, answer) == (str(one), "1")
    assert float(share) > 0.5
    assert len(rivals) == 4


def test_the_command_prints_json(zoo_command, one):
    code, out, _ = zoo_command("predict", "cnn.digits", one, "--json")
    (row,) = json.loads(out)
    assert (code, row["file"], row["answer"]) == (0, str(one), 1)
    assert [set(rival) for rival in row["likeliest"]] == [{"class", "probability"}] * 3
    assert (row["inverted"], row["notes"]) == (True, ["dark ink on light paper, inverted"])


def test_a_terminal_gets_the_picture_that_the_network_saw(zoo_command, one, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    _, out, _ = zoo_command("predict", "cnn.digits", one)
    assert "█" in out
    assert "dark ink on light paper, inverted." in out
    assert re.search(r"1 +\d+\.\d%", out)


@pytest.mark.parametrize(("word", "inverted"), [("--invert", True), ("--no-invert", False)])
def test_the_command_is_told_which_is_ink(word, inverted, zoo_command, one):
    code, out, _ = zoo_command("predict", "cnn.digits", one, word, "--json")
    assert code == 0
    assert json.loads(out)[0]["inverted"] is inverted


def test_half_blocks_put_two_rows_into_one():
    image = np.float32([[0, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 0]])
    assert half_blocks(image, coloured=False).plain == " ▀▄█\n▀   \n"
    coloured = half_blocks(image, coloured=True)
    assert coloured.plain == "▀▀▀▀\n▀▀▀▀\n"
    assert str(coloured.spans[1].style) == "rgb(255,255,255) on rgb(0,0,0)"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["digits_cn", "one.png"], 2, "Did you mean 'digits_cnn'"),
        (["two_in_two_out", "one.png"], 1, "zoo run two_in_two_out"),
        (["cnn.digits", "none.png"], 1, "There is no picture none.png"),
        (["cnn.digits", "notes.txt"], 2, "notes.txt cannot be read as a picture"),
        (["cnn.digits"], 2, "takes pictures, or folders of them; there is none"),
        (["empty"], 2, "there is none"),
    ],
)
def test_a_mistake_is_told_before_keras_loads(words, code, message, here, one, zoo_command, monkeypatch):
    (here / "notes.txt").write_text("no picture")
    (here / "empty").mkdir()
    monkeypatch.setattr("zoo.cli.work.load_keras", lambda: pytest.fail("Keras was loaded"))
    found, _, err = zoo_command("predict", *words)
    assert found == code
    assert message in err


def test_without_a_model_the_network_for_strangers_reads(one):
    reading = zoo.predict_image(one)
    assert reading.label == 1
    assert reading.probability > 0.9
    assert (reading.image.shape, reading.inverted) == ((28, 28), True)


def test_on_a_blank_sheet_no_digit_is_found():
    reading = zoo.predict_image(np.full((40, 40), 255, "uint8"))
    assert reading.label is None
    assert reading.probability == pytest.approx(0.1)
    assert repr(reading) == "Reading(no digit found)"
    with pytest.raises(zoo.InputError, match="blank"):
        zoo.predict_image("cnn.digits", np.full((40, 40), 255, "uint8"))


def test_told_which_is_ink_it_reads_a_sheet_that_is_mostly_ink(one):
    sheet = np.asarray(Image.open(one))
    tight = sheet[12:58, 38:48]  # the border is ink above and below
    for invert in (True, None):
        assert zoo.predict_image(tight, invert=invert).label == 1


def test_the_command_takes_folders_finds_several_digits_and_writes_what_was_seen(zoo_command, one):
    folder = one.parent / "photos"
    folder.mkdir()
    single = np.asarray(Image.open(one))
    Image.fromarray(np.hstack([single, single])).save(folder / "two.png")
    Image.fromarray(np.full_like(single, 255)).save(folder / "blank.jpg")
    code, out, _ = zoo_command("predict", one, folder, "--explain")
    lines = [line.split("\t")[:2] for line in out.splitlines()]
    two, blank = folder / "two.png", folder / "blank.jpg"
    assert (code, lines) == (0, [[str(one), "1"], [str(blank), "no digit found"], *[[str(two), "1"]] * 2])
    assert pictures_of(folder) == [blank, two]  # what was written is not read the next time
    with Image.open(folder / "two.seen.png") as seen:
        assert seen.width > 2 * seen.height
