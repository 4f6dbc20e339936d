"""Who runs the recipe: what `zoo run` and `run_recipe` hand to the `Run` inside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.runs.run import Run


@dataclass(frozen=True)
class Options:
    """What every recipe takes besides its own parameters.

    Attributes:
        output: folder for runs, or ``None`` for ``runs/``.
        device: ``cpu``, ``gpu``, ``gpu:1``, or ``None`` for Keras' own choice.
        backend: ``tensorflow``, ``jax``, ``torch``, or ``None`` for the one that Keras is set to.
        mixed_precision: multiply in 16 bits.
        resume: go on with the newest run that did not end.
    """

    output: Path | None = None
    device: str | None = None
    backend: str | None = None
    mixed_precision: bool = False
    resume: bool = False


@dataclass
class Session:
    """One running of one recipe.

    Attributes:
        recipe: its name.
        parameters: values that replace the recipe's own.
        output: folder for runs, or ``None`` for ``runs/``.
        resume: whether to go on with the newest run that did not end.
        run: the recipe's `Run`, once it has made one.
        at_end: what is to be done when it is over.
    """

    recipe: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Path | None = None
    resume: bool = False
    run: Run | None = None
    at_end: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)


_current: ContextVar[Session | None] = ContextVar("zoo_session", default=None)


def current_session() -> Session | None:
    """Return the session that this code runs in, if any."""
    return _current.get()


@contextlib.contextmanager
def session(
    recipe: str, parameters: Mapping[str, Any], output: Path | None, *, resume: bool = False
) -> Iterator[Session]:
    """Make a session for the block."""
    made = Session(recipe, parameters, output, resume)
    token = _current.set(made)
    try:
        with made.at_end:
            yield made
    finally:
        _current.reset(token)
