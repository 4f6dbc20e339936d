"""Models for programs without Keras: a file is run, and held against its model, before it takes its place."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import keras
import numpy as np

from zoo._files import atomic_folder, atomic_path, no_room
from zoo._quiet import quiet_standard_error
from zoo._randomness import untouched_randomness
from zoo.errors import InputError, MissingPackageError, UnknownNameError, did_you_mean
from zoo.saving import litert_format, onnx_format, saved_model_format
from zoo.saving._compared import compared, made_up_rows, real_rows
from zoo.saving._sample import outputs_of

FORMATS: dict[str, ModuleType] = {
    "onnx": onnx_format,
    "litert": litert_format,
    "saved_model": saved_model_format,
}

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Export:
    """What `export_model` wrote.

    Attributes:
        path: the file, or the folder of a SavedModel.
        to: the format.
        differences: the largest difference from the model's own outputs, by the kind of rows: ``"random"``, and
            ``"real"`` where there were any.
        rows: how many rows of each kind were compared.
        notes: what else a reader of the file should know.
    """

    path: Path
    to: str
    differences: dict[str, float]
    rows: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def difference(self) -> float:
        """The largest of all."""
        return max(self.differences.values())

    def __str__(self) -> str:
        told = " and ".join(
            f"{difference:.1e} on {self.rows[kind]} {kind} row{'s' * (self.rows[kind] > 1)}"
            for kind, difference in self.differences.items()
        )
        return " ".join([f"{self.path}: largest difference from the model {told}.", *self.notes])


def export_model(
    model: keras.Model,
    path: str | os.PathLike[str],
    to: Literal["onnx", "litert", "saved_model"] | None = None,
    *,
    data: Any = None,
) -> Export:
    """Write a model for programs without Keras, once it is seen to compute the same.

    What is inside the model goes along: scaling, a spectrogram, tables of words. The file is written beside its
    place, run by the format's own runtime on random rows and on ``data``, and held against the model. Only when all
    outputs agree within 1e-5 (of the largest output, where that is over 1; where rounding the inputs moves the model's
    own answers, four times as far) does it take its place; else nothing is left behind.

    Args:
        model: one that knows its inputs: functional or Sequential, with any number of inputs and outputs, by name
            or in a row. Their names are kept.
        path: ends in ``.onnx`` or ``.tflite``; a SavedModel is a folder, and has no suffix.
        to: the format; by default what the path says.
        data: real rows to compare on, too: a `Dataset` (its test rows), a `Split`, or arrays as the model takes
            them; the first 256 are taken.

    Returns:
        The path and the largest differences; printed, it is a sentence.

    Raises:
        InputError: the format has no form for something in the model; or the outputs differ, or the model gives two
            answers to one row; or the path is another format's, or a folder that is no SavedModel.
        UnknownNameError: there is no such format.
        MissingPackageError: a package for the format is not installed; names the extra that brings it.
        UnwritableFileError: the disk is full, or the folder is closed to us.

    Examples:
        >>> import tempfile, zoo
        >>> model = zoo.create_model("linear", input_shape=(3,))
        >>> made = export_model(model, tempfile.mkdtemp() + "/line", to="saved_model")
        >>> made.difference < 1e-5, made.rows
        (True, {'random': 33})
    """
    target, kind = destination(Path(path).expanduser(), to)
    form = FORMATS[kind]
    check_packages(kind)
    if not (getattr(model, "inputs", None) and getattr(model, "outputs", None)):
        raise InputError(
            f"{model.name} does not say what goes in and out, so no other program could call it. Say it: "
            "x = keras.Input(shape); zoo.export_model(keras.Model(x, model(x)), ...)."
        )
    with untouched_randomness():
        rows = {"random": made_up_rows(model)}
        if data is not None:
            rows["real"] = [real_rows(model, data)]
        expected = {key: [outputs_of(model, arrays) for arrays in parts] for key, parts in rows.items()}
        with (atomic_path if form.SUFFIX else atomic_folder)(target) as temporary:
            found, notes = _run_file(model, kind, temporary, rows)
            differences = {
                key: max(map(compared(model, kind, key), found[key], expected[key], parts))
                for key, parts in rows.items()
            }
    counts = {key: sum(len(arrays[0]) for arrays in parts) for key, parts in rows.items()}
    return Export(target, kind, differences, counts, notes)


def check_packages(kind: str) -> None:
    """Refuse a format whose packages are not installed.

    Raises:
        MissingPackageError: names the extra that brings them.
    """
    form = FORMATS[kind]
    missing = [name for name in form.needed() if importlib.util.find_spec(name) is None]
    if missing:
        way_out = f"'keras-model-zoo[{form.EXTRA}]'" if form.EXTRA else " ".join(missing)
        raise MissingPackageError(
            f"{kind} needs {', '.join(missing)}, which is not installed: pip install {way_out}"
        )


def destination(target: Path, to: str | None) -> tuple[Path, str]:
    """Return where to write and in which format.

    Raises:
        InputError: the path is another format's, or names a folder that is no SavedModel.
        UnknownNameError: there is no such format.
    """
    if to is not None and to not in FORMATS:
        raise UnknownNameError(
            f"No format {to!r}.{did_you_mean(to, FORMATS) or ' There are ' + ', '.join(FORMATS)}."
        )
    by_suffix = {form.SUFFIX: kind for kind, form in FORMATS.items()}
    said = by_suffix.get(target.suffix, "saved_model" if to == "saved_model" else None)
    if said is None or to not in (None, said):
        raise InputError(
            f"An ONNX file ends in .onnx, a LiteRT file in .tflite, and a SavedModel is a folder without a suffix; got "
            f"{str(target)!r}{f' for {to}' if to else ''}."
        )
    model_there = target.is_dir() and ((target / "saved_model.pb").is_file() or not any(target.iterdir()))
    if said == "saved_model" and target.exists() and not model_there:
        raise InputError(f"{target} is there and is no SavedModel, so it is not replaced. Take another path.")
    return target, said


def _run_file(
    model: keras.Model, kind: str, path: Path, rows: dict[str, list[Arrays]]
) -> tuple[dict[str, list[Arrays]], tuple[str, ...]]:
    """Write a model's file, and return what it makes of some rows, and the notes on it."""
    form = FORMATS[kind]
    try:
        quietly(form.write, model, path)
        run = quietly(form.reader, model, path)
        found = {key: [quietly(run, arrays) for arrays in parts] for key, parts in rows.items()}
    except Exception as error:  # the writers and runtimes have no error in common
        if no_room(error):
            raise
        others = " or ".join(f"to={other!r}" for other in FORMATS if other != kind)
        raise InputError(
            f"{model.name} was not exported to {kind}: {why_not(kind, error)}. Try {others}."
        ) from error
    return found, quietly(form.notes, path)


def why_not(kind: str, error: Exception) -> str:
    """Say why a model could not be written in a format, or its file not be run."""
    return FORMATS[kind].reason(error) or " ".join(str(error).split()).rstrip(".")[:300]


def quietly(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call what has much to say of itself, and let only its error through."""
    failure: Exception | None = None
    with _silence():
        try:
            return work(*arguments)
        except Exception as error:
            failure = error
    raise failure


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with warnings.catch_warnings(), quiet_standard_error(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
