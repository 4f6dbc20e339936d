"""Digits as strangers draw them: MNIST's own bent and redrawn, and digits drawn from strokes that MNIST lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoo._lazy import np
from zoo.datasets._strokes import DIGITS, NO_DIGITS, bent, drawn, scribble, strokes_of
from zoo.datasets._warp import on_sheets

_BATCH = 200  # drawings on sheets of one size, with one kind of pen


def strangers(
    x: Any, y: Any, *, drawn_share: float = 0.5, odd_share: float = 0.2, seed: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go once through digits, each redrawn as a stranger might draw it, with others drawn from strokes among them.

    A batch is on sheets of one size, 20 to 110 pixels a side, with one kind of pen: thin or fat, hard or soft,
    faint, speckled. All are slanted, stretched and wavy. Some are no digits (letters, signs, scribbles, two digits,
    grain, nothing): to these the answer is a tenth for each class.

    Args:
        x: digits ``(rows, height, width, 1)`` in 0..1, light on dark.
        y: their labels.
        drawn_share: how many digits from strokes come to one of ``x``.
        odd_share: how many that are no digits come to one of ``x``.
        seed: of everything.

    Yields:
        Sheets ``(batch, side, side, 1)`` float32 in 0..1, light on dark, and targets ``(batch, 10)``.

    Examples:
        >>> sheets, targets = next(strangers(np.ones((300, 8, 8, 1)), np.zeros(300, int)))
        >>> sheets.shape[0] == len(targets), targets.sum(axis=1).min().item()
        (True, 1.0)
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(x))
    for begin in range(0, len(x), _BATCH):
        rows = order[begin : begin + _BATCH]
        side = int(np.exp(random.uniform(np.log(20), np.log(110))))
        images, labels = x[rows, ..., 0], np.asarray(y)[rows]
        from_strokes = [
            (drawn(bent(_digit(label, random), random), side, random), label)
            for label in random.integers(0, 10, round(drawn_share * len(rows)))
        ]
        odd = _odd(images, side, round(odd_share * len(rows)), random)
        sheets = np.concatenate(
            [
                _redrawn(images, side, random),
                np.reshape([sheet for sheet, _ in from_strokes], (-1, side, side)) / np.float32(255),
                odd,
            ]
        )
        targets = np.full((len(sheets), 10), 0.1, "float32")
        known = [*labels, *(label for _, label in from_strokes)]
        targets[: len(known)] = np.eye(10, dtype="float32")[np.asarray(known, int)]
        yield _spoilt(sheets, random)[..., None].astype("float32"), targets


def _digit(label: int, random: np.random.Generator) -> Any:
    shapes = DIGITS[label]
    return strokes_of(shapes[random.integers(len(shapes))])


def _redrawn(images: np.ndarray, side: int, random: np.random.Generator) -> np.ndarray:
    """Lay images on sheets of another size, bent, and drawn with another pen."""
    from scipy import ndimage

    pen = random.choice(["as it was", "hard", "soft", "ridge", "wide"], p=[0.3, 0.2, 0.2, 0.15, 0.15])
    sheets = _warped(images, side, random, strength=0.5 if pen == "as it was" else 1.0)
    level = random.uniform(0.25, 0.7)
    if pen == "hard":
        sheets = (sheets > level).astype("float32")
    elif pen == "soft":
        sheets = np.clip((sheets - level) / random.uniform(0.1, 0.5) + 0.5, 0, 1)
    elif pen == "ridge":  # what is left of a stroke where its middle is: a thin pen
        smooth = ndimage.gaussian_filter(sheets, (0, side / 45, side / 45))
        reach = 2 * round(side / 28) + 1
        sheets = (smooth > 0.9 * ndimage.maximum_filter(smooth, (1, reach, reach))) & (smooth > 0.3)
        sheets = sheets.astype("float32")
    elif pen == "wide":
        reach = 1 + round(random.uniform(0.5, 2.5) * side / 28)
        sheets = ndimage.maximum_filter(sheets, (1, reach, reach))
    return sheets


def _warped(images: np.ndarray, side: int, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Bend grey images on their way to sheets of another size."""
    return on_sheets(images[..., None], (side, side), random, strength)[..., 0]


def _odd(images: np.ndarray, side: int, count: int, random: np.random.Generator) -> np.ndarray:
    """Return sheets with something else on them."""
    sheets = np.zeros((count, side, side), "float32")
    pairs = np.concatenate([images, random.permutation(images)], axis=2)[:, :, ::2]
    for number in range(count):
        kind = random.choice(["sign", "scribble", "pair", "grain", "blank"], p=[0.58, 0.24, 0.1, 0.05, 0.03])
        if kind == "sign":
            shape = NO_DIGITS[random.integers(len(NO_DIGITS))]
            sheets[number] = drawn(bent(strokes_of(shape), random), side, random) / 255
        elif kind == "scribble":
            sheets[number] = drawn(scribble(random), side, random) / 255
        elif kind == "pair":
            sheets[number] = _warped(pairs[[number % len(pairs)]], side, random)[0]
        elif kind == "grain":
            sheets[number] = random.random((side, side)) ** random.uniform(1, 12)
    return sheets


def _spoilt(sheets: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Make some sheets speckled, faint or grainy, and let the ink run out in places."""
    from scipy import ndimage

    count, side = sheets.shape[:2]
    if random.random() < 0.15:  # a brush that leaves spots out
        spots = random.random(sheets.shape) < random.uniform(0.5, 0.9)
        sheets = ndimage.gaussian_filter(sheets * spots, (0, *2 * [side / 100]))
    if random.random() < 0.15:  # blurred
        sheets = ndimage.gaussian_filter(sheets, (0, *2 * [random.uniform(0.01, 0.03) * side]))
    if random.random() < 0.1:  # dust
        places = random.integers(1, side - 1, (3, 2, count))
        for rows, columns in places:
            sheets[np.arange(count), rows, columns] = 1
    if random.random() < 0.2:  # uneven ink
        tone = random.uniform(0.4, 1, (count, 4, 4))
        sheets = sheets * ndimage.zoom(tone, (1, side / 4, side / 4), order=1)
    strength = np.exp(random.uniform(np.log(0.05), 0, (count, 1, 1)))
    grain = random.normal(0, random.choice([0, 0.01, 0.06]), sheets.shape)
    return np.clip(strength * (sheets + grain), 0, 1)
