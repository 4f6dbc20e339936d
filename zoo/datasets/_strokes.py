"""How strangers write digits, and what is no digit: base shapes as strokes, bent and drawn at random."""

from __future__ import annotations

import itertools
from typing import Any

from zoo._lazy import np

Path = Any  # points ``(n, 2)``: x to the right, y down, a digit about 1 high

# A shape is strokes between slashes, a stroke is points x,y in hundredths; one that begins with ! keeps its corners.
# The kinds that MNIST, written in America, lacks have more than their share here.
DIGITS: tuple[tuple[str, ...], ...] = (
    (
        "30,0 5,15 -3,50 5,88 30,101 57,88 63,50 56,14 30,0",
        "18,0 5,20 0,70 16,101 34,75 34,25 18,0",
        "30,-2 3,40 2,75 28,102 58,80 58,42 30,-2 30,-2",
        "30,-2 0,30 0,70 30,102 / 30,102 60,70 60,30 30,-2",
        "38,4 14,2 -2,40 2,88 34,102 60,80 62,30 42,2 26,4",
        "50,10 30,-2 8,8 -2,50 8,94 34,102 56,90 64,50 50,10",
        "!30,0 4,30 4,72 30,100 56,70 56,28 30,0",
        "50,-4 20,10 -2,50 4,92 30,102 52,85 60,50 52,18 30,8",
    ),
    (
        "!10,0 10,100",
        "!0,26 24,0 24,100",
        "!2,24 25,0 25,100 / !0,100 50,100",
        "!20,0 20,100 / !0,100 42,100",
        "!0,42 34,0 34,100",
        "!8,12 20,0 20,100",
        "!0,30 30,0 22,100 / !0,98 44,100",
        "12,0 8,40 12,70 8,100",
        "!4,2 24,0 24,100 / !4,100 44,100",
        "0,34 20,18 32,0 32,0 30,50 30,100",
        "!0,18 18,0 18,100 32,100",
    ),
    (
        "2,26 10,-2 46,-4 60,26 30,66 0,100 / !0,100 60,100",
        "4,22 20,-4 56,0 50,40 30,70 4,104 -6,82 14,80 40,98 62,92",
        "!0,10 46,4 52,26 2,98 60,98",
        "0,18 24,-4 56,6 48,36 2,97 2,97 22,86 40,104 62,90",
        "10,15 34,-4 58,12 44,54 12,92 / !2,92 72,98",
        "4,14 30,-6 56,10 50,40 20,76 0,100 0,100 30,96 58,102",
        "2,30 2,0 50,-4 58,30 24,62 2,84 16,100 24,88 30,96 60,98",
    ),
    (
        "2,14 20,-6 56,4 48,40 20,48 20,48 56,50 66,84 30,108 -2,88",
        "!4,2 52,2 24,38 / 24,38 58,42 66,88 26,108 -2,90",
        "!0,0 50,6 26,42 56,70 40,96 4,98",
        "0,8 30,-6 58,12 46,44 16,46 54,50 66,84 30,108 -2,92",
        "2,14 24,-6 52,8 38,42 14,50 18,36 36,44 62,60 52,98 2,98",
        "!4,4 50,0 20,44 / 20,44 64,44 60,104 0,98",
        "!6,0 46,0 46,44 18,46 50,46 50,98 2,98",
    ),
    (
        "!8,0 0,56 60,56 / !46,4 44,100",
        "!44,100 44,0 0,66 62,66",
        "4,0 -2,48 10,56 48,48 / !50,0 44,100",
        "!40,0 0,64 58,64 / !40,0 40,100",
        "!34,0 0,60 62,56 / !42,30 34,100",
        "!22,0 4,54 62,50 / !50,20 28,100",
        "!2,0 2,55 56,55 / !50,0 50,100",
        "!40,0 0,70 60,70 / !46,46 42,100",
        "!20,0 0,50 54,50 / !54,4 34,100",
    ),
    (
        "!52,0 10,0 6,44 / 6,44 40,28 66,62 48,104 -2,92",
        "!8,2 6,42 / 6,42 38,28 64,62 44,106 -2,94 / !8,2 56,0",
        "!54,2 6,4 4,46 50,50 54,94 2,98",
        "!54,0 10,4 6,40 / 6,40 30,34 64,54 54,100 -2,92",
        "!16,4 10,44 / 10,44 40,34 64,64 46,104 0,92 / !22,0 62,6",
        "!50,0 6,0 / 6,0 2,48 / 2,48 46,36 60,76 40,108 0,90",
        "!14,8 10,46 / 10,46 50,38 66,70 40,104 4,92 / !14,-2 54,-6",
        "!48,2 4,0 4,46 46,44 / 46,44 66,76 38,108 -4,90",
    ),
    (
        "46,0 10,24 -4,70 6,104 50,106 62,76 44,54 14,56 2,78",
        "!40,0 8,60 / 8,60 -4,90 24,108 58,92 48,60 20,60 6,74",
        "36,0 8,30 -2,76 10,102 46,104 52,80 34,70 10,82",
        "40,2 8,28 -4,66 8,106 52,104 66,66 46,40 10,46 2,64",
        "42,0 10,26 -4,74 14,106 54,98 52,66 28,58 18,70",
        "!36,0 4,70 30,100 56,84 40,60 10,72",
        "56,0 22,8 2,44 -4,66 26,102 66,98 58,66 36,60 4,66",
        "26,0 4,34 -2,80 14,104 40,100 42,76 22,70 4,80",
        "!24,0 6,62 / 6,62 -2,100 40,106 48,80 28,66 8,80",
        "10,0 2,40 -2,80 12,104 46,104 52,72 30,60 4,72",
    ),
    (
        "!0,2 56,0 20,100",
        "!0,2 56,0 20,100 / !10,52 54,46",
        "!0,18 0,2 56,2 22,100",
        "!2,20 0,2 56,0 24,100 / !12,50 56,50",
        "0,6 24,8 60,-2 60,-2 34,40 24,100",
        "0,10 14,-4 40,8 58,0 58,0 36,46 20,100 / !8,56 54,50",
        "!0,0 50,0 42,100",
        "!0,2 54,2 30,52 22,100 / !14,48 52,48",
        "!4,12 8,0 58,0 14,100",
    ),
    (
        "52,14 28,-6 0,12 14,40 46,56 62,86 28,106 -4,84 14,56 46,36 54,16 50,10",
        "30,0 2,4 4,42 30,48 58,38 56,4 30,0 / 30,46 -4,56 0,98 30,102 62,96 62,54 30,46",
        "!10,0 50,0 8,100 54,100 10,0",
        "30,0 6,6 6,38 30,44 54,36 54,4 30,0 / 30,52 2,58 2,96 30,102 58,96 58,58 30,52",
        "54,8 28,-6 2,16 26,44 60,72 30,108 0,78 26,46 52,26",
        "44,4 14,-4 6,28 34,50 48,80 20,104 -6,86 30,48 50,16 40,2",
        "!30,0 8,20 30,46 56,76 30,100 4,74 30,46 50,20 30,0",
    ),
    (
        "54,14 30,-6 -2,12 2,46 32,54 50,36 54,12 / !54,10 48,100",
        "!50,4 46,100 / 48,8 22,-6 -2,18 8,50 38,48 48,26",
        "56,18 32,-6 -2,14 6,48 40,50 54,22 60,64 38,98 8,98",
        "54,14 26,-6 -4,18 10,50 38,48 54,10 54,10 58,70 46,104 20,104 4,88",
        "50,10 16,-4 0,32 24,54 50,30 50,10 56,80 28,108 2,90",
        "50,12 28,-4 0,10 4,42 30,46 50,12 / !54,6 28,100",
        "!50,0 48,100 / 50,6 8,-6 -2,40 30,50 50,34",
        "!48,6 10,4 6,40 46,42 48,6 46,100",
        "40,10 16,0 2,20 14,40 36,34 44,6 44,6 40,60 40,100",
    ),
)

# Letters and signs that nobody takes for a digit; O, I, Z, S, b, q and their like are left out.
NO_DIGITS: tuple[str, ...] = (
    "!0,100 30,0 60,100 / !12,62 48,62",
    "!60,0 0,0 0,100 60,100 / !0,50 44,50",
    "!50,0 0,0 0,100 / !0,48 38,48",
    "!0,0 0,100 / !56,0 56,100 / !0,50 56,50",
    "!0,0 0,100 / !54,0 0,54 54,100",
    "!0,100 0,0 34,60 68,0 68,100",
    "!0,100 0,0 56,100 56,0",
    "!0,100 0,0 / 0,0 60,0 60,46 0,48 / !16,48 56,100",
    "!0,0 60,0 / !30,0 30,100",
    "!0,0 20,100 40,30 60,100 80,0",
    "!0,0 60,100 / !60,0 0,100",
    "!0,0 30,46 / !60,0 30,46 30,100",
    "0,0 2,100 / 2,60 20,30 50,36 50,100",
    "0,40 2,100 / 2,56 20,36 36,44 36,100 / 36,56 54,36 70,44 70,100",
    "0,60 40,60 54,30 24,22 0,60 14,104 56,92",
    "!0,50 60,50 / !30,20 30,80",
    "!0,40 60,40 / !0,64 60,64",
    "!14,0 6,100 / !48,0 40,100 / !0,34 60,34 / !0,66 58,66",
    "4,20 20,-4 58,4 48,40 26,50 26,74 / !26,96 26,100",
    "!0,60 24,100 70,0",
    "!0,0 60,0 60,60 0,60 0,0",
    "!30,0 60,60 0,60 30,0",
    "!50,0 0,50 50,100 / !0,50 100,50",
    "!30,0 46,60 0,22 60,22 14,60 30,0",
    "0,30 20,10 40,40 60,10 80,40 100,10",
    "!0,0 0,100 / !0,50 50,0 / !0,50 50,100",
    "40,0 -10,20 70,40 -10,60 70,80 10,100",
    "30,30 50,30 50,60 20,64 10,30 40,0 80,30 70,90 10,96 -20,40",
)


def strokes_of(shape: str) -> list[tuple[Path, bool]]:
    """Return the strokes of a base shape: points, and whether they keep their corners."""
    strokes = []
    for words in shape.split(" / "):
        pairs = [pair.split(",") for pair in words.removeprefix("!").split()]
        strokes.append((np.array(pairs, "float32") / 100, words.startswith("!")))
    return strokes


def bent(strokes: list[tuple[Path, bool]], random: np.random.Generator, *, wild: float = 1.0) -> list[Path]:
    """Return strokes as another hand draws them: moved corners, proportions, slant, roundness and tremor."""
    jitter, tremor = wild * random.uniform(0.005, 0.05), wild * random.choice([0, 0.004, 0.012])
    rounds = int(random.choice([0, 1, 2, 3], p=[0.08, 0.17, 0.25, 0.5]))
    tall, wide = np.exp(wild * random.normal(0, 1, 2) * np.array([0.22, 0.15]))
    aspect, turn = np.exp(wild * random.normal(0, 0.22)), wild * random.normal(0, 0.1)
    slant = wild * random.normal(0.08, 0.16)
    paths = []
    for points, keeps in strokes:
        points = points + random.normal(0, jitter, points.shape)
        path = _rounded(points, 0 if keeps and random.random() < 0.8 else rounds)
        path = _dense(path)
        path += tremor * _smooth_noise(len(path), random) + wild * 0.01 * _smooth_noise(len(path), random, 25)
        low, spread = np.array([[-0.1, -0.1], [0.9, 1.2]], "float32")
        path = low + spread * np.clip((path - low) / spread, 0, 2) ** (wide, tall)
        path[:, 0] = aspect * (path[:, 0] + slant * (0.5 - path[:, 1]))
        paths.append(path @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))
    return paths


def scribble(random: np.random.Generator) -> list[Path]:
    """Return what a child draws before it can write: a wild line or two."""
    return [
        _dense(_rounded(random.uniform(0, 1, (random.integers(5, 16), 2)), int(random.integers(0, 4))))
        for _ in range(random.integers(1, 4))
    ]


def drawn(paths: list[Path], side: int, random: np.random.Generator) -> np.ndarray:
    """Draw paths on a square sheet, ``(side, side)`` uint8: 255 is ink, with edges hard or soft."""
    from PIL import Image, ImageDraw

    ends = np.concatenate(paths)
    low, extent = ends.min(axis=0), max(np.ptp(ends, axis=0).max(), 0.05)
    share = random.uniform(0.45, 0.9)
    finer = 1 if random.random() < 0.4 else 4
    scale = share * side * finer / extent
    place = (random.uniform(0.02, 0.98 - share, 2) * side * finer) if share < 0.9 else 0.05 * side * finer
    pen = max(finer, share * side * finer * np.exp(random.uniform(np.log(0.015), np.log(0.2))))
    nib = random.choice(["round", "square", "broad"], p=[0.75, 0.1, 0.15])
    edge = pen / 2 * np.array([np.cos(0.8), -np.sin(0.8)])
    sheet = Image.new("L", (side * finer, side * finer))
    draw = ImageDraw.Draw(sheet)
    for path in paths:
        points = (path - low) * scale + place
        width = max(1, round(pen / 4 if nib == "broad" else pen))
        draw.line([tuple(point) for point in points], 255, width, "curve")
        if nib == "broad":
            for one, other in itertools.pairwise(points):
                draw.polygon([tuple(p) for p in (one - edge, one + edge, other + edge, other - edge)], 255)
        elif pen > 2:
            stamp = draw.ellipse if nib == "round" else draw.rectangle
            for x, y in points[:: len(points) - 1] if nib == "round" else points:
                stamp((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), 255)
    return np.asarray(sheet if finer == 1 else sheet.reduce(finer))


def _rounded(points: Path, rounds: int) -> Path:
    """Cut corners off, and again (Chaikin): a quadratic B-spline in the end; the ends stay."""
    for _ in range(rounds):
        one, other = points[:-1], points[1:]
        cut = np.stack([0.75 * one + 0.25 * other, 0.25 * one + 0.75 * other], axis=1)
        points = np.concatenate([points[:1], cut.reshape(-1, 2), points[-1:]])
    return points


def _dense(path: Path, step: float = 0.03) -> Path:
    """Return a path with points at even distances."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    count = max(3, int(along[-1] / step) + 1)
    return np.stack([np.interp(np.linspace(0, along[-1], count), along, axis) for axis in path.T], axis=1)


def _smooth_noise(count: int, random: np.random.Generator, reach: int = 3) -> Path:
    knots = random.normal(0, 1, (count // reach + 2, 2))
    places = np.linspace(0, len(knots) - 1, count)
    return np.stack([np.interp(places, np.arange(len(knots)), axis) for axis in knots.T], axis=1)
