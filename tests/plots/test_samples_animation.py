import numpy as np
import pytest

import zoo
from zoo.plots import samples_animation


def grown(channels=()):
    """Two frames of six images: white, then black."""
    return np.stack([np.zeros((6, 8, 8, *channels)), np.ones((6, 8, 8, *channels))])


def ink(frame) -> float:
    return float((np.asarray(frame.convert("L")) < 64).mean())


def test_zero_is_paper_and_one_is_ink():
    white, black = samples_animation(grown(), ["a", "b"]).frames
    assert ink(white) < 0.05
    assert ink(black) > 0.4


@pytest.mark.parametrize("channels", [(1,), (3,)])
def test_images_with_channels_are_drawn(channels):
    moving = samples_animation(grown(channels), ["a", "b"], columns=2)
    assert len(moving.frames) == 2


def test_a_colour_is_the_colour_that_was_given():
    red = np.zeros((1, 4, 8, 8, 3), np.uint8)
    red[..., 0] = 255
    pixels = np.asarray(samples_animation(red, ["a"]).frames[0].convert("RGB")).reshape(-1, 3)
    assert (pixels == (255, 0, 0)).all(axis=1).mean() > 0.3


def test_each_image_keeps_its_place():
    one = np.zeros((6, 6, 8, 8))
    for frame in range(6):
        one[frame, frame] = 1
    middles = []
    for frame in samples_animation(one, list("abcdef"), columns=3).frames:
        dark = np.argwhere(np.asarray(frame.convert("L"))[40:] < 64)  # below the heading
        middles.append(dark.mean(axis=0))
    middles = np.array(middles)
    np.testing.assert_allclose(middles[:3, 0], middles[0, 0], atol=1)
    assert (np.diff(middles[:3, 1]) > 50).all()
    assert middles[3, 0] > middles[0, 0] + 50


def test_bytes_and_numbers_draw_the_same():
    numbers = np.random.default_rng(0).integers(0, 256, (2, 4, 8, 8))
    frames = [
        samples_animation(images, ["a", "b"]).frames for images in (numbers / 255, numbers.astype("uint8"))
    ]
    for left, right in zip(*frames, strict=True):
        assert np.array_equal(np.asarray(left), np.asarray(right))


@pytest.mark.parametrize(
    ("images", "options", "words"),
    [
        (np.zeros((3, 8, 8)), {}, r"\(frames, count, height, width\).*got \(3, 8, 8\)"),
        (np.zeros((2, 4, 8, 8, 2)), {}, "1 or 3 channels"),
        (np.full((2, 4, 8, 8), -1.0), {}, r"go from -1 to -1.*\(x \+ 1\) / 2"),
        (np.full((2, 4, 8, 8), 255.0), {}, "x / 255"),
        (np.full((2, 4, 8, 8), np.nan), {}, "from 0 to 1"),
        (np.zeros((2, 4, 8, 8), int), {}, "got int64"),
        (np.zeros((3, 4, 8, 8)), {}, "labels must name 3 frames, one each; got 2"),
        (np.zeros((2, 4, 8, 8)), {"titles": ["x"]}, "titles must name 4 images, one each; got 1"),
    ],
)
def test_what_cannot_be_drawn_is_named(images, options, words):
    with pytest.raises(zoo.InputError, match=words):
        samples_animation(images, ["a", "b"], **options)
