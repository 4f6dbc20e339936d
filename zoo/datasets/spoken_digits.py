"""Spoken digits: six people say zero to nine, fifty times each."""

from __future__ import annotations

import os
from typing import Annotated

from zoo._lazy import np
from zoo.arguments import Rule
from zoo.datasets._files import data_file
from zoo.datasets._registry import Samples, register_dataset
from zoo.errors import InputError, did_you_mean

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
_CHECKSUMS = ("b4e70578c7b415996bf611c1e6bfa6fc105c325f76e3175f1fc43630622a51f5",)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEST_TAKES = 5  # of the 50 takes of each word by each speaker: the dataset's own convention

Seconds = Annotated[
    float,
    Rule(
        "a number of seconds above 0, at most 3",
        lambda value: isinstance(value, int | float) and 0 < value <= 3,
    ),
]


@register_dataset(
    task="classification",
    source="Free Spoken Digit Dataset, Zohar Jackson and others",
    licence="CC BY-SA 4.0",
    file="fsdd.npz",
)
def spoken_digits(
    *,
    seconds: Seconds = 1.0,
    speakers: str | tuple[str, ...] | None = None,
    leave_out: str | None = None,
    path: str | os.PathLike[str] | None = None,
) -> Samples:
    """3,000 real recordings of the words zero to nine at 8 kHz, -1..1; the first 5 takes of 50 are for testing.

    Every recording is brought to the same length: a shorter one stands in the middle of silence (zeros), of
    a longer one the middle is kept. One second holds 99 in 100 whole. Loudness is left as it was recorded. The
    test rows stand speaker by speaker, in the order of the alphabet.

    Args:
        seconds: length of every recording.
        speakers: keep only these; all six by default: george, jackson, lucas, nicolas, theo, yweweler.
        leave_out: one speaker whose recordings, all 500, are the test split instead; the others' are for
            training. It tells how well a stranger is understood.
        path: of ``fsdd.npz``.

    Source: the deck, "speech recognition".
    """
    speakers = (speakers,) if isinstance(speakers, str) else speakers
    kept = SPEAKERS if speakers is None else tuple(speakers)
    for name in (*kept, *([leave_out] if leave_out is not None else [])):
        if name not in SPEAKERS:
            hint = did_you_mean(str(name), SPEAKERS)
            raise InputError(f"No speaker {name!r}.{hint} There are {', '.join(SPEAKERS)}.")
    with np.load(data_file("fsdd.npz", checksums=_CHECKSUMS, path=path), allow_pickle=False) as file:
        audio, ends, digits = file["audio"], file["offsets"], file["label"].astype("int64")
        speaker, take, rate = file["speaker"], file["index"], int(file["sample_rate"])
    rows = np.flatnonzero(np.isin(speaker, kept) | (speaker == leave_out))
    x = _fixed_length(audio, ends[rows], ends[rows + 1], round(seconds * rate))
    test = (take < _TEST_TAKES) if leave_out is None else (speaker == leave_out)
    test = test[rows]
    if test.all():
        raise InputError(f"With leave_out={leave_out!r}, speakers must name others as well; got {kept}.")
    judged = np.flatnonzero(test)[np.argsort(speaker[rows[test]], kind="stable")]
    return Samples(
        x[~test],
        digits[rows[~test]],
        test=(x[judged], digits[rows[judged]]),
        class_names=_WORDS,
        scale=2.0**15,
    )


def _fixed_length(audio: np.ndarray, begins: np.ndarray, ends: np.ndarray, length: int) -> np.ndarray:
    """Cut recordings out of one long row, each in the middle of ``length`` samples, int16."""
    rows = np.zeros((len(begins), length), audio.dtype)
    for row, begin, end in zip(rows, begins, ends, strict=True):
        spare = length - (end - begin)  # below 0 where the recording is too long
        to, since = max(spare, 0) // 2, begin + max(-spare, 0) // 2
        cut = audio[since : since + min(end - begin, length)]
        row[to : to + len(cut)] = cut
    return rows
