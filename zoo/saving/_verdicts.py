"""What to make of a name in a configuration: Keras' own, ours, the caller's, or refused."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zoo.saving._keras_names import OWN, RUN_CODE, Part, bare_names, parts
from zoo.saving._references import Reference, plain
from zoo.saving.upgrade import GONE

Standing = Literal["Keras", "zoo", "yours", "word", "unknown", "unsafe"]


@dataclass(frozen=True)
class Verdict:
    """A reference and what it is.

    Attributes:
        reference: what the configuration names.
        standing: ``"Keras"``, ``"zoo"`` or ``"yours"`` are opened; ``"word"`` is a short name that only Keras' own
            lists explain; ``"unknown"`` is a name of the writer's own; ``"unsafe"`` is all else.
        told: what it is, for a sentence; ``""`` where it is fine.
    """

    reference: Reference
    standing: Standing
    told: str = ""

    @property
    def fine(self) -> bool:
        """Whether it may be opened."""
        return self.standing in ("Keras", "zoo", "yours", "word")

    @property
    def stops(self) -> bool:
        """Whether the file is refused for it; of unknown compile settings only these are left out."""
        return not self.fine and not (self.standing == "unknown" and self.reference.compiled)


def judge(reference: Reference, known: Collection[str] = ()) -> Verdict:
    """Say what a reference is, by its name alone.

    Args:
        reference: what a configuration names.
        known: the names of the caller's own classes and functions.
    """
    found: dict[str, tuple[Standing, str]] = {
        "word": ("word", ""),
        "code": ("unsafe", f"holds {reference.name}"),
        "path": ("unsafe", f"names the file {plain(reference.name)!r}, which is not in the model's file"),
        "type": ("unsafe", f"names the type {plain(reference.name)!r} of TensorFlow"),
        "odd": ("unsafe", f"is written as nothing that Keras writes ({plain(reference.name)})"),
    }
    standing, told = found.get(reference.kind) or _named(reference, known)
    return Verdict(reference, standing, told)


def part_of(reference: Reference) -> Part | None:
    """Return what of Keras a class or function is, or None where it is none that a file may name."""
    if reference.module.partition(".")[0] == "keras":
        found = parts().get(f"{reference.module}.{reference.name}")
        return found if found and found.is_class == (reference.kind == "class") else None
    if reference.module in ("", "builtins"):
        # Keras 2.11 to 2.15 called its own optimizers so.
        name = reference.name.removeprefix("Custom>") if reference.compiled else reference.name
        of_kind = [p for p in bare_names().get(name, ()) if p.is_class == (reference.kind == "class")]
        return of_kind[0] if of_kind else None
    return None


def _named(reference: Reference, known: Collection[str]) -> tuple[Standing, str]:
    name, module = reference.name, reference.module
    full = f"{module}.{name}" if module else name
    what = f"names the {reference.kind} {plain(full)!r}"
    part = part_of(reference)
    of_keras = module.partition(".")[0] == "keras"
    if of_keras and part is None and name == "Lambda":
        return "Keras", ""  # what it holds is a reference of its own
    if name == "Lambda" and not module:
        return "Keras", ""
    for one in _spellings(reference):
        if one in known and (one == reference.registered_name or part is not None or not of_keras):
            return ("zoo" if one in OWN else "yours"), ""
        if one in OWN:
            return "zoo", ""
    if part is not None:
        if reference.registered_name not in ("", name, "function", reference.kind):
            return "unsafe", f"{what} and calls it {plain(reference.registered_name)!r}"
        return "Keras", ""
    if name in RUN_CODE and (of_keras or not module):
        return "unsafe", f"{what}, which runs what the file holds"
    if of_keras:
        return "unsafe", f"{what}, which is no layer, loss or other part of a model"
    if module in ("", "__main__") or (module == "builtins" and not _is_builtin(name)) or _is_callers(module):
        reason = f" ({GONE[name]})" if name in GONE else ""
        return "unknown", f"{what}, which neither Keras nor the zoo has{reason}"
    return "unsafe", f"{what}, which is outside of Keras"


def _spellings(reference: Reference) -> Iterable[str]:
    """Return the names under which Keras looks for one of the caller's own."""
    if reference.kind == "function":
        return (reference.name,)
    bare = (reference.name, f"zoo>{reference.name}") if not reference.module else (reference.name,)
    return (reference.registered_name, *bare) if reference.registered_name else bare


def _is_builtin(name: str) -> bool:
    return hasattr(__import__("builtins"), name)


def _is_callers(module: str) -> bool:
    """Whether a module is a program that already runs here, and none that is installed: nothing need be imported."""
    top = module.partition(".")[0]
    if module not in sys.modules or top in sys.stdlib_module_names:
        return False
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return True
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    installed = {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")}
    return not any(place and installed & set(Path(place).resolve().parents) for place in places)
