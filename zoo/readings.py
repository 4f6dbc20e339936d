"""What does a network say of a picture? The picture made ready, the answer, and where the network is found."""

from __future__ import annotations

import functools
import json
import math
import os
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoo._lazy import keras, np
from zoo._pictures import BlankError
from zoo._several import Box, digits_in
from zoo._touching import parted
from zoo.errors import InputError, MissingFileError, UnknownModelError, UnknownNameError, did_you_mean
from zoo.images import drawing, ink_of, prepare, read_image
from zoo.pretrained import all_weights
from zoo.recipes import list_recipes

__all__ = [
    "Reading",
    "dataset_of",
    "find_model",
    "locate_model",
    "opened",
    "predict_image",
    "read_digits",
    "read_image",
]

DEFAULT = "handwriting.digits"
NOTHING = "no digit found"
_FILES = (".keras", ".h5", ".hdf5")
_AS_ONE = 0.8  # a picture read as one digit with less than this is looked at for several
_AS_PART = 0.9  # what each part of a piece that was cut has to be read with
_ROOM = 0.3  # of a digit's size, left around it when it is cut out
_seeing: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()  # compiled once a model


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network says of a picture.

    Attributes:
        probabilities: one a class, ``(classes,)``.
        image: what the network saw, ``(height, width)`` or ``(height, width, 3)`` float32 in 0..1.
        inverted: whether dark ink on light paper was turned round before the network saw it.
        notes: what was done to the picture, such as ``"dark ink on light paper, inverted"``.
        found: whether there was anything on the sheet.
        box: where it lies in the picture, where several digits were read.
    """

    probabilities: np.ndarray
    image: np.ndarray
    inverted: bool = False
    notes: tuple[str, ...] = ()
    found: bool = True
    box: Box | None = None

    @property
    def answer(self) -> int:
        """The likeliest class."""
        return int(self.probabilities.argmax())

    @property
    def label(self) -> int | None:
        """The likeliest class, or None where the sheet is blank."""
        return self.answer if self.found else None

    @property
    def probability(self) -> float:
        """How probable the likeliest class is."""
        return float(self.probabilities.max())

    def likeliest(self, most: int = 3) -> dict[int, float]:
        """Return the likeliest classes with their probabilities, the likeliest first."""
        order = np.argsort(-self.probabilities, kind="stable")[:most]
        return {int(number): float(self.probabilities[number]) for number in order}

    def __repr__(self) -> str:
        if not self.found:
            return f"Reading({NOTHING})"
        told = ", ".join(f"{number} {share:.1%}" for number, share in self.likeliest().items())
        return f"Reading({told})"


def predict_image(model: Any, picture: Any = None, *, invert: bool | None = None) -> Reading:
    """Read one picture with a classifier: prepared as its training pictures were, then predicted.

    Args:
        model: a `keras.Model` with one picture going in and a row of probabilities coming out, or what
            ``zoo predict`` takes: a ``.keras`` or ``.h5`` file, finished weights, or a recipe's name. It may be left
            out: ``predict_image(picture)`` reads with ``handwriting.digits``.
        picture: a file's path, or an array; `prepare_image` says which, and what is done to it.
        invert: ``None`` sees from the border whether the ink is dark on light paper and has to be turned round;
            ``True`` or ``False`` says so, where ``.notes`` tell of doubt.

    Returns:
        The `Reading`: ``.label``, ``.probability``, ``.probabilities``, ``.likeliest()``, ``.image``, ``.inverted``,
        ``.notes``. ``handwriting`` says of a blank sheet that no digit is found, and of what is no digit it is unsure.

    Raises:
        MissingFileError: there is no such picture or model, or the recipe has not been run.
        UnknownNameError: ``model`` is a name that nothing here has.
        InputError: the picture is none, or is blank and the model is no ``handwriting``; or the model reads no
            pictures.

    Examples:
        >>> sheet = np.full((60, 60), 255, "uint8")
        >>> sheet[10:50, 28:33] = 0
        >>> reading = predict_image(sheet)
        >>> reading.label, reading.probability > 0.9, reading.notes
        (1, True, ('dark ink on light paper, inverted',))
        >>> predict_image("cnn.digits", sheet).label
        1

    Source: the deck, "predict".
    """
    from zoo.plots._predictions import as_probabilities

    if picture is None:
        model, picture = DEFAULT, model
    model = opened(model)
    for ends, words in ((model.inputs, "go in"), (model.outputs, "come out")):
        if len(ends) != 1:
            names = ", ".join(end.name for end in ends)
            raise InputError(f"{model.name} reads no single picture: {len(ends)} tensors {words} ({names}).")
    if (canvas := _canvas(model)) is not None:
        return _as_drawn(model, canvas, picture, invert)
    prepared = prepare(picture, model.input_shape[1:], invert=invert)
    values = keras.ops.convert_to_numpy(model(prepared.array[None], training=False))
    if values.ndim != 2:
        raise InputError(
            f"{model.name} is no classifier: for one picture it gives {values.shape[1:]}, not a number a class."
        )
    shown = _as_shown(prepared.array)
    return Reading(as_probabilities(values)[0], shown, prepared.inverted, prepared.notes)


def read_digits(picture: Any, model: Any = DEFAULT, *, invert: bool | None = None) -> list[Reading]:
    """Read all digits of a picture, lines from the top down, a line from left to right.

    A picture that reads well as one digit is one. Else it is cut where strokes do not touch, and read in parts if the
    parts read better than the whole. A wide piece that reads badly is cut where little ink is in the way, if each part
    of it then reads well.

    Args:
        picture: as `predict_image` takes it.
        model: as `predict_image` takes it.
        invert: as `predict_image` takes it.

    Returns:
        A `Reading` a digit, with its ``.box`` where there are several; none for a blank sheet.

    Examples:
        >>> sheet = np.full((60, 120), 255, "uint8")
        >>> sheet[10:50, 28:33] = sheet[10:50, 88:93] = 0
        >>> [(reading.label, reading.box.left) for reading in read_digits(sheet)]
        [(1, 28), (1, 88)]
    """
    model = opened(model)
    whole = predict_image(model, picture, invert=invert)
    if not whole.found:
        return []
    if whole.probability >= _AS_ONE:
        return [whole]
    ink = ink_of(picture, invert=invert)
    found = [part for box in digits_in(ink) for part in _in_box(model, ink, box)]
    if len(found) < 2 or np.mean([part.probability for part in found]) <= whole.probability:
        return [whole]
    return [replace(part, inverted=whole.inverted, notes=whole.notes) for part in found]


def _in_box(model: Any, ink: np.ndarray, box: Box) -> list[Reading]:
    """Read what hangs together: one digit, or several that touch.

    A part that reads as a one is a stroke, and strokes are what letters are made of: it is no digit here.
    """

    def read(part: Box) -> Reading:
        return replace(predict_image(model, _cut_out(ink, part), invert=False), box=part)

    def digit(part: Box) -> tuple[float, Reading]:
        reading = read(part)
        return reading.probability if reading.label not in (1, None) else 0.0, reading

    one = read(box)
    return [one] if one.probability >= _AS_ONE else parted(ink, box, digit, least=_AS_PART) or [one]


def opened(model: Any) -> Any:
    """Return a model, or what `find_model` finds by its name; the network for strangers is kept once it is open."""
    if model == DEFAULT:  # asked for again and again
        return _kept(all_weights()[DEFAULT].files[f"{DEFAULT}.keras"])
    return model if isinstance(model, keras.Model) else find_model(model)


@functools.lru_cache(maxsize=1)
def _kept(_checksum: str) -> Any:
    return find_model(DEFAULT)


def _canvas(model: Any) -> Any:
    """Return the layer of a model that makes pictures of any size ready, or None."""
    from zoo.models._canvas import DigitCanvas

    return next((layer for layer in model.layers if isinstance(layer, DigitCanvas)), None)


def _as_drawn(model: Any, canvas: Any, picture: Any, invert: bool | None) -> Reading:
    """Read a picture with a model that makes it ready itself."""
    try:
        pixels, inverted, notes = drawing(picture, invert=invert)
    except BlankError:
        classes = model.output_shape[-1]
        return Reading(np.full(classes, 1 / classes, "float32"), np.zeros((28, 28), "float32"), found=False)
    if model not in _seeing:
        _seeing[model] = keras.Model(model.input, [canvas.output, model.output])
        _seeing[model].compile(jit_compile=False)  # XLA would compile anew for each size
    seen, values = _seeing[model].predict_on_batch(pixels[None])
    return Reading(values[0], seen[0, ..., 0], inverted, notes)


def _cut_out(ink: np.ndarray, box: Box) -> np.ndarray:
    """Return the ink of one box with paper around it."""
    room = max(2, round(_ROOM * max(box.height, box.width)))
    return np.pad(ink[box.top : box.bottom, box.left : box.right], room)


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


def _as_shown(prepared: np.ndarray) -> np.ndarray:
    if prepared.ndim == 1:
        return prepared.reshape(math.isqrt(len(prepared)), -1)
    return prepared[..., 0] if prepared.ndim == 3 and prepared.shape[-1] == 1 else prepared
