"""What the command line shows of readings: a table, JSON, the network's view in a terminal or in a file."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo._files import atomic_path
from zoo._lazy import np
from zoo.readings import NOTHING, Reading, read_image

if TYPE_CHECKING:
    from rich.text import Text


def print_readings(readings: Mapping[str, Sequence[Reading]], *, as_json: bool = False) -> None:
    """Print the digits of each file: JSON, or a table and what the network saw, or a line of tabs each in a pipe."""
    if as_json:
        rows = [_facts(file, reading) for file, found in readings.items() for reading in found or (None,)]
        print(json.dumps(rows, indent=2))
        return
    for file, found in readings.items():
        if not sys.stdout.isatty():
            for reading in found:
                shares = (f"{number}\t{share:.4f}" for number, share in reading.likeliest().items())
                print("\t".join([file, *shares]))
            if not found:
                print(f"{file}\t{NOTHING}")
            if found and found[0].notes:  # beside the table, which a program reads
                print(f"{file}: {'; '.join(found[0].notes)}.", file=sys.stderr)
            continue
        from rich.console import Console

        console = Console(highlight=False)
        console.print(file, style="bold", soft_wrap=True)
        if not found:
            console.print(NOTHING)
        elif found[0].notes:
            console.print(f"{'; '.join(found[0].notes)}.", style="dim", soft_wrap=True, markup=False)
        for reading in found:
            console.print(
                half_blocks(reading.image, coloured=bool(console.color_system) and not console.no_color),
                end="",
            )
            for number, share in reading.likeliest().items():
                console.print(f"{number:>4}  {share:6.1%}  {'█' * round(20 * share)}")


def _facts(file: str, reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {"file": file, "answer": None, "likeliest": [], "inverted": False, "notes": [NOTHING]}
    return {
        "file": file,
        "answer": reading.answer,
        "likeliest": [{"class": k, "probability": p} for k, p in reading.likeliest().items()],
        "inverted": reading.inverted,
        "notes": list(reading.notes),
        **({"box": dataclasses.asdict(reading.box)} if reading.box else {}),
    }


def write_seen(found: Sequence[Reading], picture: str, output: Path) -> None:
    """Write a picture, and beside it what the network saw of it, each with its answer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.4 * (1 + max(1, len(found))), 2.8), layout="constrained")
    original, *panels = figure.subplots(1, 1 + max(1, len(found)), squeeze=False)[0]
    if found:
        original.imshow(read_image(picture))
    else:
        panels[0].text(0.5, 0.5, NOTHING, ha="center", va="center")
    original.set_title(Path(picture).name)
    for panel, reading in zip(panels, found, strict=False):
        panel.imshow(reading.image, cmap="gray", vmin=0, vmax=1)
        panel.set_title(f"{reading.answer}: {reading.probability:.1%}")
    for panel in (original, *panels):
        panel.set_axis_off()
    with atomic_path(output) as temporary:
        figure.savefig(temporary, dpi=100)


def half_blocks(image: np.ndarray, *, coloured: bool) -> Text:
    """Draw a picture for a terminal, two pixels a character.

    Args:
        image: ``(height, width)`` or ``(height, width, 3)`` in 0..1.
        coloured: in its colours; else a block where it is light.
    """
    from rich.text import Text

    pixels = np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image
    pixels = np.pad(pixels, ((0, len(pixels) % 2), (0, 0), (0, 0)))
    drawn = Text()
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            if coloured:
                drawn.append("▀", f"{_rgb(above)} on {_rgb(below)}")
            else:
                drawn.append(" ▄▀█"[2 * (above.mean() > 0.4) + (below.mean() > 0.4)])
        drawn.append("\n")
    return drawn


def _rgb(colour: np.ndarray) -> str:
    red, green, blue = (int(255 * part) for part in colour)
    return f"rgb({red},{green},{blue})"
