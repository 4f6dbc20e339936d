"""What does a network say of a picture? The picture made ready, and the answer."""

from __future__ import annotations

import functools
import math
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zoo._lazy import keras, np
from zoo._pictures import BlankError
from zoo._several import Box, digits_in
from zoo._touching import parted
from zoo.errors import InputError
from zoo.images import drawing, ink_of, prepare, read_image
from zoo.named_models import find_model
from zoo.pretrained import all_weights

__all__ = [
    "Reading",
    "opened",
    "predict_image",
    "read_digits",
    "read_image",
]

DEFAULT = "handwriting.digits"
NOTHING = "no digit found"
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
        _seeing[model] = _compiled(keras.Model(model.input, [canvas.output, model.output]))
    seen, values = _seeing[model]([pixels[None]])
    return Reading(values[0], seen[0, ..., 0], inverted, notes)


def _compiled(model: Any) -> Callable[[list[np.ndarray]], Sequence[np.ndarray]]:
    """Compile a model for one picture of any size."""
    from zoo.inference._inputs import Inputs
    from zoo.inference._runners import runner_of

    if keras.config.backend() != "jax":
        return runner_of(model, Inputs(model), 1).run
    model.compile(jit_compile=False)  # XLA would compile anew for each size
    return lambda arrays: model.predict_on_batch(arrays[0])


def _cut_out(ink: np.ndarray, box: Box) -> np.ndarray:
    """Return the ink of one box with paper around it."""
    room = max(2, round(_ROOM * max(box.height, box.width)))
    return np.pad(ink[box.top : box.bottom, box.left : box.right], room)


def _as_shown(prepared: np.ndarray) -> np.ndarray:
    if prepared.ndim == 1:
        return prepared.reshape(math.isqrt(len(prepared)), -1)
    return prepared[..., 0] if prepared.ndim == 3 and prepared.shape[-1] == 1 else prepared
