import numpy as np
import pytest

import zoo
from zoo.datasets.spoken_digits import SPEAKERS, _fixed_length


@pytest.fixture
def recordings(data_folder):
    if not (data_folder / "fsdd.npz").is_file():
        pytest.skip("ZOO_DATA_DIR holds no fsdd.npz")
    return data_folder


def test_the_first_five_takes_of_each_word_and_speaker_are_the_test_split(recordings):
    data = zoo.load_dataset("spoken_digits")
    assert (len(data.train), len(data.test), data.input_shape) == (2700, 300, (8000,))
    np.testing.assert_array_equal(np.bincount(data.test.y), np.full(10, 30))
    assert data.class_names[3] == "three"
    assert data.train.x.dtype == "float32"
    assert 0.5 < np.abs(data.train.x).max() <= 1


def test_a_speaker_left_out_is_the_test_split_whole(recordings):
    left_out = zoo.load_dataset("spoken_digits", leave_out="theo")
    own = zoo.load_dataset("spoken_digits", speakers=("theo",))
    assert (len(left_out.train), len(left_out.test)) == (2500, 500)
    assert (len(own.train), len(own.test)) == (450, 50)
    his = {row.tobytes() for row in np.vstack([own.train.x, own.test.x])}
    assert {row.tobytes() for row in left_out.test.x} == his
    assert not his & {row.tobytes() for row in left_out.train.x}


def test_the_test_rows_stand_speaker_by_speaker(recordings):
    rows = zoo.load_dataset("spoken_digits").test.x
    for place, name in enumerate(SPEAKERS):
        own = zoo.load_dataset("spoken_digits", speakers=(name,)).test.x
        np.testing.assert_array_equal(rows[50 * place : 50 * (place + 1)], own)


def test_length_is_in_seconds(recordings):
    data = zoo.load_dataset("spoken_digits", speakers=("lucas",), seconds=0.5)
    assert data.input_shape == (4000,)


def test_short_recordings_stand_in_the_middle_of_silence_and_long_ones_keep_theirs():
    audio = np.arange(1, 11, dtype="int16")
    rows = _fixed_length(audio, np.array([0, 3]), np.array([3, 10]), 5)
    np.testing.assert_array_equal(rows, [[0, 1, 2, 3, 0], [5, 6, 7, 8, 9]])


def test_unknown_speakers_are_named_before_the_file_is_looked_for(cold_cache):
    with pytest.raises(zoo.InputError, match="No speaker 'teo'. Did you mean 'theo'"):
        zoo.load_dataset("spoken_digits", leave_out="teo")
    with pytest.raises(zoo.InputError, match="seconds must be"):
        zoo.load_dataset("spoken_digits", seconds=0)
    with pytest.raises(zoo.MissingFileError, match=r"Put fsdd.npz into a folder and set ZOO_DATA_DIR"):
        zoo.load_dataset("spoken_digits", leave_out=SPEAKERS[0])


def test_a_speaker_cannot_be_left_out_of_himself(recordings):
    with pytest.raises(zoo.InputError, match="must name others as well"):
        zoo.load_dataset("spoken_digits", speakers=("theo",), leave_out="theo")


def test_one_speaker_may_be_a_word():
    with pytest.raises(zoo.InputError, match="No speaker 'georg'. Did you mean 'george'"):
        zoo.load_dataset("spoken_digits", speakers="georg")
