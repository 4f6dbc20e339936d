"""What does a network say of a picture? The picture made ready, the answer, and where the network is found."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo._lazy import keras, np
from zoo.errors import InputError, MissingFileError, UnknownModelError, UnknownNameError, did_you_mean
from zoo.images import prepare, read_image
from zoo.pretrained import all_weights
from zoo.recipes import list_recipes

if TYPE_CHECKING:
    from rich.text import Text

__all__ = [
    "Reading",
    "dataset_of",
    "find_model",
    "half_blocks",
    "locate_model",
    "predict_image",
    "print_readings",
    "read_image",
]

_FILES = (".keras", ".h5", ".hdf5")


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network says of a picture.

    Attributes:
        probabilities: one a class, ``(classes,)``.
        image: what the network saw, ``(height, width)`` or ``(height, width, 3)`` float32 in 0..1.
        inverted: whether dark ink on light paper was turned round before the network saw it.
        notes: what was done to the picture, such as ``"dark ink on light paper, inverted"``.
    """

    probabilities: np.ndarray
    image: np.ndarray
    inverted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def answer(self) -> int:
        """The likeliest class."""
        return int(self.probabilities.argmax())

    def likeliest(self, most: int = 3) -> dict[int, float]:
        """Return the likeliest classes with their probabilities, the likeliest first."""
        order = np.argsort(-self.probabilities, kind="stable")[:most]
        return {int(number): float(self.probabilities[number]) for number in order}

    def __repr__(self) -> str:
        told = ", ".join(f"{number} {share:.1%}" for number, share in self.likeliest().items())
        return f"Reading({told})"


def predict_image(model: Any, picture: Any, *, invert: bool | None = None) -> Reading:
    """Read one picture with a classifier: prepared as its training pictures were, then predicted.

    Args:
        model: a `keras.Model` with one picture going in and a row of probabilities coming out, or what
            ``zoo predict`` takes: a ``.keras`` or ``.h5`` file, finished weights, or a recipe's name.
        picture: a file's path, or an array; `prepare_image` says which, and what is done to it.
        invert: ``None`` sees from the border whether the ink is dark on light paper and has to be turned round;
            ``True`` or ``False`` says so, where ``.notes`` tell of doubt.

    Returns:
        The `Reading`: ``.answer``, ``.likeliest()``, ``.probabilities``, ``.image``, ``.inverted``, ``.notes``.

    Raises:
        MissingFileError: there is no such picture or model, or the recipe has not been run.
        UnknownNameError: ``model`` is a name that nothing here has.
        InputError: the picture is none or blank, or the model reads no pictures.

    Examples:
        >>> sheet = np.full((60, 60), 255, "uint8")
        >>> sheet[10:50, 28:33] = 0
        >>> reading = predict_image("cnn.digits", sheet)
        >>> reading.answer, reading.notes
        (1, ('dark ink on light paper, inverted',))

    Source: the deck, "predict".
    """
    from zoo.plots._predictions import as_probabilities

    model = model if isinstance(model, keras.Model) else find_model(model)
    for ends, words in ((model.inputs, "go in"), (model.outputs, "come out")):
        if len(ends) != 1:
            names = ", ".join(end.name for end in ends)
            raise InputError(f"{model.name} reads no single picture: {len(ends)} tensors {words} ({names}).")
    prepared = prepare(picture, model.input_shape[1:], invert=invert)
    values = keras.ops.convert_to_numpy(model(prepared.array[None], training=False))
    if values.ndim != 2:
        raise InputError(
            f"{model.name} is no classifier: for one picture it gives {values.shape[1:]}, not a number a class."
        )
    shown = _as_shown(prepared.array)
    return Reading(as_probabilities(values)[0], shown, prepared.inverted, prepared.notes)


def find_model(name: str | os.PathLike[str]) -> keras.Model:
    """Return the trained model that a word of the command line means.

    Args:
        name: a ``.keras`` or ``.h5`` file, finished weights (``cnn.digits``), or a recipe: the model of its
            newest run in ``./runs``, else the finished weights that it made.

    Raises:
        MissingFileError: there is no such file, or the recipe has neither a run here nor finished weights.
        UnknownNameError: it is none of these; names the nearest.
    """
    where = locate_model(name)
    if isinstance(where, Path):
        from zoo.saving import load_model

        return load_model(where, compile=False)
    from zoo.registry import create_model

    return create_model(where, pretrained=True)


def locate_model(name: str | os.PathLike[str]) -> Path | str:
    """Return the file, or the name of the finished weights, that `find_model` loads."""
    word = os.fspath(name)
    if word.endswith(_FILES):
        file = Path(word).expanduser()
        if not file.is_file():
            raise MissingFileError(f"There is no file {word}.")
        return file
    weights, recipes = all_weights(), list_recipes()
    if word in weights:
        return word
    if word in recipes:
        runs = sorted(Path("runs", word).glob("*/model.keras"), key=lambda path: path.stat().st_mtime)
        made = [key for key, record in weights.items() if record.recipe == word]
        if not (runs or made):
            raise MissingFileError(
                f"{word} has not been run here: there is no runs/{word}/*/model.keras, and no finished weights "
                f"come from it. `zoo run {word}` first."
            )
        return runs[-1] if runs else made[0]
    ready = [key for key, record in weights.items() if record.architecture == word]
    if ready:
        raise UnknownModelError(
            f"{word!r} is a builder, without weights. Finished weights: {', '.join(ready)}."
        )
    hint = did_you_mean(word, [*recipes, *weights]) or f" Finished weights: {', '.join(weights)}."
    raise UnknownNameError(f"No recipe, finished weights or model file is called {word!r}.{hint}")


def dataset_of(where: Path | str) -> str | None:
    """Return the dataset that a model of `locate_model` learnt from: the manifest or its run says so, else None."""
    if not isinstance(where, Path):
        return all_weights()[where].dataset
    of_run = where.with_name("metrics.json")
    if of_run.is_file():
        name = json.loads(of_run.read_text(encoding="utf-8")).get("dataset")
        return str(name) if name else None
    shipped = [record.dataset for record in all_weights().values() if where.name in record.files]
    return shipped[0] if shipped else None


def print_readings(readings: Mapping[str, Reading], *, as_json: bool = False) -> None:
    """Print readings by their file's name: JSON, or pictures on a terminal, or a line of tabs each in a pipe."""
    if as_json:
        rows = [
            {
                "file": file,
                "answer": reading.answer,
                "likeliest": [{"class": k, "probability": p} for k, p in reading.likeliest().items()],
                "inverted": reading.inverted,
                "notes": list(reading.notes),
            }
            for file, reading in readings.items()
        ]
        print(json.dumps(rows, indent=2))
        return
    for file, reading in readings.items():
        likeliest = reading.likeliest()
        if not sys.stdout.isatty():
            print("\t".join([file, *(f"{number}\t{share:.4f}" for number, share in likeliest.items())]))
            if reading.notes:  # beside the table, which a program reads
                print(f"{file}: {'; '.join(reading.notes)}.", file=sys.stderr)
            continue
        from rich.console import Console

        console = Console(highlight=False)
        console.print(file, style="bold", soft_wrap=True)
        if reading.notes:
            console.print(f"{'; '.join(reading.notes)}.", style="dim", soft_wrap=True, markup=False)
        console.print(
            half_blocks(reading.image, coloured=bool(console.color_system) and not console.no_color), end=""
        )
        for number, share in likeliest.items():
            console.print(f"{number:>4}  {share:6.1%}  {'█' * round(20 * share)}")


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


def _as_shown(prepared: np.ndarray) -> np.ndarray:
    if prepared.ndim == 1:
        return prepared.reshape(math.isqrt(len(prepared)), -1)
    return prepared[..., 0] if prepared.ndim == 3 and prepared.shape[-1] == 1 else prepared
