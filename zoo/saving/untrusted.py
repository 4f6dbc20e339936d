"""Look at a model's file before anything in it is built: what it holds, what it names, what it asks for."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from zoo.errors import BrokenModelError, InputError, MissingFileError, UnsafeModelError
from zoo.saving._facts import calls_of, layers_of, model_name
from zoo.saving._first_look import look_first
from zoo.saving._kinds import FORMS, beyond, broken
from zoo.saving._limits import Limits
from zoo.saving._references import plain, references
from zoo.saving._report import Name, Report
from zoo.saving._verdicts import Verdict, judge
from zoo.saving.documents import Contents, Documents, read_contents
from zoo.saving.upgrade import upgraded

__all__ = ["Name", "Report", "inspect_model"]


def inspect_model(path: str | os.PathLike[str], limits: Limits | None = None) -> Report:
    """Look at a model's file without building anything, importing Keras or running a line of it.

    Args:
        path: a ``.keras``, ``.h5`` or ``.hdf5`` file.
        limits: what it may hold and ask for; the default fits every model that one machine trains.

    Returns:
        A report, also of a file that is broken or not safe: `Report.problems` says why `zoo.load_model` refuses it.

    Raises:
        MissingFileError: there is no such file.
        InputError: the suffix is none of a model's.

    Examples:
        >>> import tempfile, zoo
        >>> path = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tempfile.mkdtemp() + "/a.keras")
        >>> report = inspect_model(path)
        >>> report.verdict, report.parameters, [layer.class_name for layer in report.layers]
        ('safe to open', 4, ['InputLayer', 'Dense'])
    """
    source = checked_path(path)
    limits = limits or Limits()
    try:
        look_first(source, limits)
        contents = read_contents(source, limits, numbers=limits.finite)
        documents, changes = understood(source, contents, limits)
        verdicts = judged(source, documents)
    except BrokenModelError as error:
        unsafe = isinstance(error, UnsafeModelError)
        return Report(str(source), source.suffix, problems=(str(error),), safe=not unsafe, whole=unsafe)
    stopping = [verdict for verdict in verdicts if verdict.stops]
    problems = [refusal(source, [verdict]) for verdict in stopping]
    if contents.not_finite:
        problems.append(not_finite(source, contents.not_finite))
    unread = [v for v in verdicts if not v.fine and not v.stops]
    notes = [f"At {v.reference.place} it {v.told}; without it the model opens uncompiled." for v in unread]
    size = sum(array.bytes for array in contents.arrays)
    return Report(
        str(source),
        source.suffix,
        contents.documents.keras_version,
        " ".join(filter(None, model_name(documents.model))),
        tuple(layers_of(documents.model)),
        sum(array.size for array in contents.weights),
        sum(array.bytes for array in contents.weights),
        size,
        bool(documents.training),
        tuple(_name(verdict) for verdict in verdicts),
        tuple(problems),
        (*changes, *notes),
        safe=not any(verdict.standing == "unsafe" for verdict in stopping),
        whole=not contents.not_finite,
    )


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is there and has a model's ending."""
    source = Path(path).expanduser()
    if source.is_dir():
        raise InputError(f"{source} is a folder. A model's file ends in .keras or .h5.")
    if not source.is_file():
        raise MissingFileError(f"There is no file {source}.")
    if source.suffix not in FORMS:
        raise InputError(f"A model's file ends in .keras or .h5; got {str(path)!r}.")
    return source


def understood(source: Path, contents: Contents, limits: Limits) -> tuple[Documents, list[str]]:
    """Return a file's documents in the words of Keras 3, and what was changed.

    Raises:
        BrokenModelError: it holds weights alone, or its configuration is none of a model.
        UnsafeModelError: a few lines of it ask for millions of calls.
    """
    model = contents.documents.model
    if model is None:
        raise _weights_alone(source, contents)
    if not isinstance(model, list) and not (isinstance(model, dict) and "config" in model):
        raise broken(source, "its configuration is none of a model")
    calls = calls_of(model)
    if calls > limits.calls:
        raise beyond(source, f"calls its layers more than {limits.calls:,} times", "calls")
    try:
        return upgraded(contents.documents)
    except Exception as error:  # of a configuration that no Keras wrote
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise broken(source, f"its configuration is none that Keras writes ({reason})") from None


def refusal(source: Path, verdicts: list[Verdict]) -> str:
    """Return the sentence on why a file is not opened: the place, what it names, and the ways out."""
    first, reference = verdicts[0], verdicts[0].reference
    more = f" It is one of {len(verdicts)} such places." if len(verdicts) > 1 else ""
    name = reference.name.rpartition(">")[2] or reference.name
    ways = []
    if reference.kind in ("class", "function") and first.standing == "unknown":
        ways.append(f"If it is yours, custom_objects={{{name[:100]!r}: {name[:100]}}} says so")
    if reference.compiled:
        ways.append("compile=False leaves the compile settings unread")
    elif reference.layer:
        layer = reference.layer[:100]
        ways.append(
            f"replace={{{layer!r}: a layer of yours}} puts that layer there and runs nothing of the file"
        )
    ways.append("trusted=True opens it as it is, with code that may do all that you may: docs/security.md")
    at = f"at {reference.place[:300]} it" if reference.place else "its model"
    sentence = "; ".join(ways)
    return f"{source} was not opened: {at} {first.told}.{more} Nothing of it was run. {sentence}."


def not_finite(source: Path, place: str) -> str:
    """Return the sentence on weights that are no numbers."""
    return (
        f"{source} cannot be read as a model: {place!r} holds NaN or infinity, so its training had failed. "
        "limits=zoo.Limits(finite=False) opens it all the same."
    )


def check_names(source: Path, documents: Documents, known: Collection[str]) -> list[Verdict]:
    """Refuse documents that name anything but Keras' own, the zoo's or the caller's; return what they name.

    Raises:
        UnsafeModelError: names the file, the place and the ways out.
    """
    verdicts = judged(source, documents, known)
    stopping = [verdict for verdict in verdicts if verdict.stops]
    if stopping:
        raise UnsafeModelError(refusal(source, stopping))
    return verdicts


def judged(source: Path, documents: Documents, known: Collection[str] = ()) -> list[Verdict]:
    """Return what to make of all that documents name; ``known`` are names of the caller's own.

    Raises:
        BrokenModelError: they are built as no Keras builds them.
    """
    try:
        return [judge(reference, known) for reference in references(documents)]
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise broken(source, f"its configuration is none that Keras writes ({plain(error)})") from None


def _weights_alone(source: Path, contents: Contents) -> BrokenModelError:
    if not contents.arrays:
        return broken(source, "it holds neither a configuration nor weights, so it is no model of Keras")
    ours = source.name.endswith(".weights.h5")
    call = f"zoo.load_weights(model, {source.name!r}) or " if ours else ""
    return broken(
        source,
        f"it holds weights alone, {len(contents.arrays)} arrays. Build the model as it was, then {call}"
        f"model.load_weights({source.name!r})",
    )


def _name(verdict: Verdict) -> Name:
    reference = verdict.reference
    full = (
        ".".join(filter(None, (reference.module, reference.name)))
        if reference.kind != "word"
        else reference.name
    )
    return Name(reference.place, plain(full), verdict.standing)
