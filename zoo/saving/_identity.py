"""Is what Keras would take for a name the very object that the list of names means? Asked before it is taken."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
from keras.src import api_export

from zoo.errors import UnsafeModelError
from zoo.saving._keras_names import Part
from zoo.saving._verdicts import Verdict, part_of


def callers_objects(custom_objects: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the classes and functions that the caller brings: passed, in a scope, or registered with Keras.

    Whoever registers a class in this process says by it that files may name it.
    """
    scope: Mapping[str, Any] = keras.src.backend.common.global_state.get_global_attribute(
        "custom_objects_scope_dict", {}
    )
    return {**keras.saving.get_custom_objects(), **scope, **(custom_objects or {})}


def check_identity(source: Path, verdicts: Iterable[Verdict], known: Mapping[str, Any]) -> None:
    """Refuse a name of Keras that stands for another object in this process than in Keras' own module.

    Raises:
        UnsafeModelError: names the file and the place.
    """
    for verdict in verdicts:
        part = part_of(verdict.reference) if verdict.standing == "Keras" else None
        if part is None or verdict.reference.name in known:
            continue
        meant = object_of(part)
        taken = api_export.get_symbol_from_name(f"{verdict.reference.module}.{verdict.reference.name}")
        if meant is None or (taken is not None and taken is not meant):
            raise UnsafeModelError(
                f"{source} was not opened: at {verdict.reference.place} it names {part.path}, which is another object "
                "in this process than in Keras. Nothing of it was run. Start Python anew."
            )


def object_of(part: Part) -> Any:
    """Return the class or function itself, out of the module that Keras has imported; None where it has not."""
    module = sys.modules.get(part.module)
    return getattr(module, part.name, None) if module else None
