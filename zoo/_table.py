"""The table of builders: an entry each, and the decorator that adds one."""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, overload

from zoo._lazy import keras
from zoo.errors import InputError

Builder = Callable[..., "keras.Model"]
TASKS = ("classification", "regression", "multi-output", "generation", "reinforcement", "representation")


@dataclass(frozen=True)
class Entry:
    """One builder of the table.

    Attributes:
        name: what `create_model` calls it.
        builder: the function.
        task: what the network is for, one of `TASKS`.
        tags: words to search by.
        example: arguments that build a small one; documentation, tests and `zoo diagram` use it.
        presets: arguments by name, for networks that have one.
    """

    name: str
    builder: Builder
    task: str
    tags: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_entries: dict[str, Entry] = {}
_loaded = False


@overload
def register_model(builder: Builder, /) -> Builder: ...
@overload
def register_model(
    *,
    task: str = ...,
    tags: tuple[str, ...] = ...,
    example: Mapping[str, Any] | None = ...,
    presets: Mapping[str, Mapping[str, Any]] | None = ...,
    name: str | None = ...,
) -> Callable[[Builder], Builder]: ...
def register_model(
    builder: Builder | None = None,
    /,
    *,
    task: str = "classification",
    tags: tuple[str, ...] = (),
    example: Mapping[str, Any] | None = None,
    presets: Mapping[str, Mapping[str, Any]] | None = None,
    name: str | None = None,
) -> Builder | Callable[[Builder], Builder]:
    """Put a builder in the registry, under its own name; use it as a decorator.

    Args:
        builder: a function that returns an uncompiled `keras.Model`. It is returned unchanged.
        task: one of ``classification``, ``regression``, ``multi-output``, ``generation``,
            ``reinforcement``, ``representation``.
        tags: words to search by.
        example: arguments that build a small one. Needed where an argument has no default.
        presets: arguments by name, such as ``{"rings": {"hidden": (25, 25)}}`` for ``create_model(name,
            preset="rings")``. Their names become tags.
        name: another name than the function's. A dot is kept for weights (``cnn.digits``).

    Raises:
        InputError: the name is taken by another builder or holds a dot, or the task is unknown.

    Examples:
        >>> import keras, zoo
        >>> @zoo.register_model(task="regression", example={"units": 3})
        ... def doctest_line(units: int = 1):
        ...     return keras.Sequential([keras.Input((1,)), keras.layers.Dense(units)])
        >>> zoo.create_model("doctest_line", units=2).output_shape
        (None, 2)
    """

    def register(function: Builder) -> Builder:
        named = {preset: dict(arguments) for preset, arguments in (presets or {}).items()}
        words = tuple(dict.fromkeys((*tags, *named)))
        entry = Entry(name or function.__name__, function, task, words, dict(example or {}), named)
        if "." in entry.name or not entry.name:
            raise InputError(
                f"A model's name has no dot (it separates the weights' tag); got {entry.name!r}."
            )
        if task not in TASKS:
            raise InputError(f"{entry.name}: task must be one of {', '.join(TASKS)}; got {task!r}.")
        known = _entries.get(entry.name)
        # Running a notebook's cell again defines the same function anew: that one may replace itself.
        if known is not None and _identity(known.builder) != _identity(function):
            raise InputError(
                f"Two builders are called {entry.name!r}: {_identity(known.builder)} and "
                f"{_identity(function)}. Rename one, or pass name= to register_model."
            )
        _entries[entry.name] = entry
        return function

    return register if builder is None else register(builder)


def all_entries() -> dict[str, Entry]:
    """Return the table, with the zoo's own builders and those of other packages."""
    global _loaded
    if not _loaded:
        _loaded = True
        importlib.import_module("zoo.models")
        for point in importlib.metadata.entry_points(group="zoo.models"):
            try:
                point.load()
            except Exception as error:  # another package's fault must not take the zoo down
                warnings.warn(f"The zoo.models entry point {point.value!r} failed: {error!r}", stacklevel=2)
    return dict(_entries)


def _identity(function: Builder) -> str:
    return f"{function.__module__}.{function.__qualname__}"
