"""Draw the digits that tests read into ``tests/data/drawn_digits.npz``.

They are put together from arcs and lines, so none of their shapes is one that the finished weights learned from.
Sheets, papers, inks, pens and places differ as strangers' do. ``label`` is -1 for letters, signs and scribbles.
"""

import io
import itertools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "drawn_digits.npz"


def arc(x, y, wide, high, begin, end):
    """Part of an ellipse; 0 degrees is to the right, 90 is down."""
    turn = np.deg2rad(np.linspace(begin, end, 30))
    return np.stack([x + wide * np.cos(turn), y + high * np.sin(turn)], axis=1)


def line(*corners):
    """Straight from corner to corner."""
    return np.concatenate([np.linspace(a, b, 12) for a, b in itertools.pairwise(corners)])


def knot(wide=0.28, high=0.5):
    """An eight in one go."""
    turn = np.linspace(0, 2 * np.pi, 60) + 0.3
    return np.stack([0.3 + wide * np.sin(2 * turn), 0.5 + high * np.cos(turn)], axis=1)


def join(*parts):
    """One stroke of several parts."""
    return np.concatenate(parts)


SHAPES = {
    0: [
        [arc(0.3, 0.5, 0.3, 0.5, -90, 272)],
        [arc(0.2, 0.5, 0.15, 0.5, -80, 275)],
        [join(arc(0.55, 0.5, 0.55, 0.62, 236, 126), arc(0.05, 0.5, 0.55, 0.62, 54, -56))],
        [arc(0.3, 0.5, 0.32, 0.5, -60, 285)],
    ],
    1: [
        [line((0.1, 0), (0.1, 1))],
        [line((0, 0.3), (0.25, 0), (0.25, 1))],
        [line((0, 0.22), (0.22, 0), (0.22, 1)), line((0, 1), (0.44, 1))],
        [line((0, 0.4), (0.35, 0), (0.3, 1))],
        [line((0.06, 0.1), (0.2, 0), (0.2, 1)), line((0.06, 1), (0.34, 1))],
    ],
    2: [
        [join(arc(0.3, 0.27, 0.28, 0.27, -170, 40), line((0.5, 0.45), (0, 1), (0.6, 1)))],
        [
            join(
                arc(0.3, 0.25, 0.27, 0.25, -180, 50),
                arc(0.1, 0.88, 0.1, 0.1, -20, -330),
                line((0.2, 0.92), (0.6, 1)),
            )
        ],
        [join(line((0.02, 0.02), (0.5, 0), (0.54, 0.2), (0.02, 1), (0.6, 0.97)))],
    ],
    3: [
        [join(arc(0.27, 0.25, 0.26, 0.25, -160, 90), arc(0.27, 0.74, 0.3, 0.26, -90, 150))],
        [join(line((0, 0), (0.52, 0), (0.26, 0.4)), arc(0.24, 0.7, 0.32, 0.3, -85, 150))],
        [arc(0.2, 0.25, 0.3, 0.22, -140, 100), arc(0.2, 0.73, 0.36, 0.27, -95, 140)],
    ],
    4: [
        [line((0.1, 0), (0, 0.6), (0.6, 0.6)), line((0.46, 0.15), (0.42, 1))],
        [line((0.42, 1), (0.42, 0), (0, 0.68), (0.62, 0.68))],
        [line((0.05, 0), (0.03, 0.5), (0.55, 0.48)), line((0.52, 0), (0.5, 1))],
        [line((0.3, 0), (0, 0.62), (0.6, 0.6)), line((0.36, 0.4), (0.3, 1))],
    ],
    5: [
        [line((0.52, 0), (0.08, 0), (0.06, 0.42)), arc(0.24, 0.68, 0.33, 0.32, -125, 140)],
        [
            join(line((0.1, 0.02), (0.08, 0.45)), arc(0.24, 0.7, 0.32, 0.3, -120, 150)),
            line((0.1, 0), (0.55, 0.02)),
        ],
        [line((0.54, 0), (0.06, 0.02), (0.04, 0.46), (0.5, 0.48), (0.52, 0.96), (0, 1))],
    ],
    6: [
        [join(arc(0.6, 0.65, 0.57, 0.65, -95, -180), arc(0.31, 0.72, 0.28, 0.28, 180, -175))],
        [join(line((0.4, 0), (0.05, 0.68)), arc(0.29, 0.75, 0.25, 0.25, 190, -150))],
        [join(arc(0.5, 0.7, 0.46, 0.7, -110, -180), arc(0.22, 0.82, 0.18, 0.18, 180, -170))],
        [join(arc(0.5, 0.6, 0.5, 0.6, -80, -180), arc(0.33, 0.68, 0.33, 0.32, 170, -160))],
    ],
    7: [
        [line((0, 0), (0.56, 0), (0.2, 1))],
        [line((0, 0), (0.56, 0.02), (0.2, 1)), line((0.1, 0.5), (0.56, 0.48))],
        [line((0, 0.18), (0.02, 0), (0.58, 0), (0.22, 1))],
        [line((0.02, 0.16), (0, 0.02), (0.54, 0), (0.3, 1)), line((0.16, 0.55), (0.56, 0.5))],
    ],
    8: [
        [arc(0.3, 0.24, 0.22, 0.24, 90, 450), arc(0.3, 0.74, 0.3, 0.26, -90, 270)],
        [knot()],
        [arc(0.3, 0.28, 0.28, 0.26, 80, 430), arc(0.3, 0.77, 0.22, 0.23, -95, 270)],
    ],
    9: [
        [join(arc(0.28, 0.26, 0.26, 0.26, -10, -360), line((0.54, 0.26), (0.5, 1)))],
        [join(arc(0.28, 0.26, 0.26, 0.26, -20, -370), line((0.54, 0.2), (0.26, 1)))],
        [
            join(
                arc(0.26, 0.26, 0.26, 0.26, -10, -360),
                line((0.52, 0.26), (0.54, 0.7)),
                arc(0.28, 0.74, 0.26, 0.26, 0, 140),
            )
        ],
        [arc(0.25, 0.22, 0.22, 0.22, -30, -330), line((0.48, 0.02), (0.46, 1))],
    ],
}
OTHERS = [
    [line((0, 1), (0.3, 0), (0.6, 1)), line((0.12, 0.6), (0.5, 0.6))],
    [line((0, 0), (0, 1)), line((0.5, 0), (0.5, 1)), line((0, 0.5), (0.5, 0.5))],
    [line((0, 0), (0.6, 0)), line((0, 0), (0, 1)), line((0, 0.5), (0.45, 0.5)), line((0, 1), (0.6, 1))],
    [line((0, 1), (0, 0), (0.35, 0.6), (0.7, 0), (0.7, 1))],
    [line((0, 0), (0.2, 1), (0.4, 0.3), (0.6, 1), (0.8, 0))],
    [line((0, 0), (0.6, 1)), line((0.6, 0), (0, 1))],
    [line((0, 0), (0, 1)), line((0.6, 0), (0, 0.55), (0.6, 1))],
    [line((0, 1), (0, 0)), arc(0, 0.25, 0.5, 0.25, -90, 90), line((0.1, 0.5), (0.55, 1))],
    [line((0, 0), (0.7, 0)), line((0.35, 0), (0.35, 1))],
    [line((0, 0.5), (0.7, 0.5)), line((0.35, 0.15), (0.35, 0.85))],
    [line((0, 0.3), (0.7, 0.3), (0.7, 1), (0, 1), (0, 0.3))],
    [line((0.35, 0), (0.7, 0.9), (0, 0.9), (0.35, 0))],
    [line((0, 0.6), (0.25, 0.95), (0.8, 0.1))],
]


def strokes(random, label):
    """A base shape, its points moved: jitter of the parts, proportions, slant and turn."""
    if label < 0 and random.random() < 0.35:
        return [np.cumsum(random.normal(0, 0.12, (60, 2)), axis=0) for _ in range(random.integers(1, 4))]
    shapes = SHAPES[label] if label >= 0 else OTHERS
    shape = shapes[random.integers(len(shapes))]
    aspect, slant, turn = np.exp(random.normal(0, 0.18)), random.normal(0.05, 0.12), random.normal(0, 0.07)
    made = []
    for part in shape:
        wave = random.normal(0, 0.012, (5, 2))
        places = np.linspace(0, 4, len(part))
        part = part + np.stack([np.interp(places, range(5), axis) for axis in wave.T], axis=1)
        part = part + random.normal(0, 0.012, 2)
        part = np.stack([aspect * part[:, 0] + slant * (0.5 - part[:, 1]), part[:, 1]], axis=1)
        made.append(part @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))
    return made


def picture(random, label):
    """A sheet with one drawing."""
    side = int(np.exp(random.uniform(np.log(20), np.log(105))))
    height, width = side, int(side * random.uniform(0.8, 1.3))
    parts = strokes(random, label)
    ends = np.concatenate(parts)
    extent = np.ptp(ends, axis=0).max()
    share = random.uniform(0.45, 0.95)
    scale = share * min(height, width) / extent
    room = np.array([width, height]) - scale * np.ptp(ends, axis=0)
    place = random.uniform(0, 1, 2) * room
    pen = max(1.0, random.choice([0.02, 0.04, 0.07, 0.11, 0.16]) * share * side)
    finer = 1 if random.random() < 0.5 else 4
    mask = Image.new("L", (width * finer, height * finer))
    draw = ImageDraw.Draw(mask)
    for part in parts:
        points = [tuple(point) for point in ((part - ends.min(axis=0)) * scale + place) * finer]
        draw.line(points, 255, max(1, round(pen * finer)), "curve")
        if pen * finer > 2:
            reach = pen * finer / 2
            for x, y in points[:: len(points) - 1]:
                draw.ellipse((x - reach, y - reach, x + reach, y + reach), 255)
    mask = mask.reduce(finer) if finer > 1 else mask
    if random.random() < 0.15:
        mask = mask.filter(ImageFilter.GaussianBlur(0.01 * side))
    ink = np.asarray(mask, "float32")[..., None] / 255
    if random.random() < 0.15 and pen > 3:  # a speckled brush
        ink = ink * (random.random(ink.shape) < 0.7)
    dark, light = random.integers(0, 90, 3), random.integers(185, 256, 3)
    kind = random.choice(["white", "coloured", "night", "pencil"], p=[0.45, 0.25, 0.15, 0.15])
    colour, paper = {
        "white": (np.zeros(3), np.full(3, 255)),
        "coloured": (dark, light),
        "night": (light, dark),
        "pencil": (np.full(3, 255 - random.integers(12, 40)), np.full(3, 255)),
    }[kind]
    made = paper + ink * (colour - paper)
    if random.random() < 0.2 and kind != "pencil":
        made = made + random.normal(0, 5, made.shape)
    return np.clip(made, 0, 255).round().astype("uint8")


def main():
    random = np.random.default_rng(2024)
    labels = np.array([*np.repeat(np.arange(10), 24), *[-1] * 80])
    files = []
    for label in labels:
        made, buffer = picture(random, label), io.BytesIO()
        grainy = len(np.unique(made)) > 150  # such a picture is small as a JPEG only
        Image.fromarray(made).save(buffer, "JPEG" if grainy else "PNG", quality=80, optimize=True)
        files.append(np.frombuffer(buffer.getvalue(), "uint8"))
    ends = np.cumsum([len(file) for file in files])
    FILE.parent.mkdir(exist_ok=True)
    np.savez(FILE, label=labels.astype("int8"), ends=ends, files=np.concatenate(files))
    print(f"{FILE.name}: {len(labels)} pictures, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
