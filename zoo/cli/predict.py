"""The command that reads pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoo.cli._app import AsJson, app, load_keras, recipe_names
from zoo.errors import InputError, MissingFileError

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".ico", ".tga")
_SEEN = ".seen.png"  # what --explain writes, and a folder's next reading leaves aside


@app.command(
    epilog="Examples:  zoo predict my_digit.png   zoo predict handwriting.digits a.png photos/ --explain   "
    "zoo predict mnist_cnn *.png --json"
)
def predict(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[MODEL] PICTURES...",
            help="A model's file, finished weights, or a recipe, and pictures or folders of them; without a model, "
            "handwriting.digits.",
            autocompletion=recipe_names,
        ),
    ],
    invert: Annotated[
        bool | None,
        typer.Option(
            "--invert/--no-invert", help="Dark ink on light paper, or light on dark; else the border tells."
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help=f"Write NAME{_SEEN} beside each: the picture, and as it was seen."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read pictures with a trained network: the likeliest answers, and what the network saw."""
    from zoo.cli._readings import print_readings, write_seen
    from zoo.images import is_blank
    from zoo.named_models import locate_model
    from zoo.readings import DEFAULT, opened, read_digits

    model, pictures = (DEFAULT, words) if _is_picture(words[0]) else (words[0], words[1:])
    locate_model(model)  # a wrong word or file is told before Keras loads
    files = [file for word in pictures for file in pictures_of(Path(word))]
    if not files:
        raise InputError(f"zoo predict {model} takes pictures, or folders of them; there is none.")
    for picture in files:
        is_blank(picture)
    load_keras()
    network = opened(model)
    readings = {str(picture): read_digits(picture, network, invert=invert) for picture in files}
    print_readings(readings, as_json=as_json)
    if explain:
        for file, found in readings.items():
            write_seen(found, file, Path(file).with_suffix(_SEEN))


def _is_picture(word: str) -> bool:
    return word.lower().endswith(_PICTURES) or Path(word).expanduser().is_dir()


def pictures_of(path: Path) -> list[Path]:
    """Return the picture, or the pictures of a folder by their names."""
    if not path.expanduser().is_dir():
        if not path.expanduser().is_file():
            raise MissingFileError(f"There is no picture {path}.")
        return [path]
    found = (file for file in path.expanduser().iterdir() if file.suffix.lower() in _PICTURES)
    return sorted(file for file in found if not file.name.endswith(_SEEN))
