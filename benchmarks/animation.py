"""How long do a hundred frames take?

    python benchmarks/animation.py
    python benchmarks/animation.py --frames 20 --times 1

Each kind of animation, drawn and saved as a GIF and as a page, beside matplotlib's own FuncAnimation and
PillowWriter saving the same figure with the same changes as a GIF. The three take turns; best of several
times in seconds of the processor, of which all need but one, and how many times as long matplotlib takes as
our GIF.
"""

import functools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.figure import Figure

import zoo
from zoo._plane import plane_around
from zoo.plots import Animation


class Boundary:
    """What a BoundaryRecorder leaves: a boundary that turns and sharpens."""

    def __init__(self, split: zoo.Split, frames: int) -> None:
        self.plane = plane_around(split.x, resolution=80)
        self.epochs = list(range(frames))
        points = self.plane.points
        self.outputs = []
        for frame in range(frames):
            angle, steep = 2 * np.pi * frame / frames, 0.2 + 2 * frame / frames
            lead = steep * (points @ [np.cos(angle), np.sin(angle)] + np.sin(points[:, 0]))
            self.outputs.append((1 / (1 + np.exp(-lead)))[:, None].astype("float32"))


class Filters:
    """What a FilterRecorder leaves: 32 filters of 3 x 3."""

    def __init__(self, frames: int) -> None:
        random = np.random.default_rng(0)
        first, last = random.normal(size=(2, 32, 3, 3, 1))
        self.layer, self.epochs = "conv_1", list(range(frames))
        self.kernels = [(1 - t) * first + t * last for t in np.linspace(0, 1, frames)]


def kinds(frames: int) -> dict[str, Callable[[], Animation]]:
    data = zoo.load_dataset("two_blobs", n=1000)
    boundary, filters = Boundary(data.train, frames), Filters(frames)
    random = np.random.default_rng(0)
    digits = np.repeat(np.repeat(zoo.load_dataset("digits").train.x[:64, ..., 0], 3, 1), 3, 2)
    digits = np.pad(digits / digits.max(), ((0, 0), (2, 2), (2, 2)))
    noise = random.random(digits.shape)
    film = np.stack([t * digits + (1 - t) * noise for t in np.linspace(0, 1, frames)])
    return {
        "boundary, 80 x 80 points": lambda: zoo.plots.boundary_animation(boundary, data.train),
        "filters, 32 of 3 x 3": lambda: zoo.plots.filters_animation(filters),
        "samples, 64 of 28 x 28": lambda: zoo.plots.samples_animation(
            film, [f"epoch {k}" for k in range(frames)]
        ),
    }


def matplotlibs_own(moving: Animation, path: Path) -> None:
    """Save as one would without the zoo: the same figure, changed by the same function, at the same size."""
    figure, draw = moving._figure, moving._draw
    figure.savefig = functools.partial(Figure.savefig, figure)  # without the zoo's style, which trims
    figure.set_dpi(100)
    figure.canvas.draw()
    figure.set_layout_engine("none")  # or it would find the same layout a hundred times
    film = FuncAnimation(figure, lambda frame: draw(frame) or [], frames=len(moving), cache_frame_data=False)
    film.save(path, writer=PillowWriter(fps=8), dpi=100)


def main(
    frames: Annotated[int, typer.Option(help="How many.")] = 100,
    times: Annotated[int, typer.Option(help="How often to measure each.")] = 3,
) -> None:
    """Time the animations."""
    print(
        f"{frames} frames{'':16} {'GIF':>8} {'page':>8} {'matplotlib':>11} {'ratio':>6} {'bytes of the GIFs':>24}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for name, make in kinds(frames).items():
            seconds: dict[str, list[float]] = {"ours.gif": [], "ours.html": [], "theirs.gif": []}
            for _ in range(times):
                for file, taken in seconds.items():
                    path, moving = Path(scratch) / file, make()
                    begin = time.process_time()
                    matplotlibs_own(moving, path) if file.startswith("theirs") else moving.save(path)
                    taken.append(time.process_time() - begin)
            gif, page, theirs = map(min, seconds.values())
            sizes = [(Path(scratch) / f"{who}.gif").stat().st_size for who in ("ours", "theirs")]
            print(
                f"{name:26} {gif:6.2f} s {page:6.2f} s {theirs:9.2f} s {theirs / gif:6.1f} "
                f"{sizes[0]:11,} {sizes[1]:11,}",
                flush=True,
            )


if __name__ == "__main__":
    typer.run(main)
