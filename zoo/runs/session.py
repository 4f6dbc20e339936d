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
    """

    output: Path | None = None
    device: str | None = None
    backend: str | None = None
    mixed_precision: bool = False


@dataclass
class Session:
    """One running of one recipe.

    Attributes:
        recipe: its name.
        parameters: values that replace the recipe's own.
        output: folder for runs, or ``None`` for ``runs/``.
        run: the recipe's `Run`, once it has made one.
    """

    recipe: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Path | None = None
    run: Run | None = None


_current: ContextVar[Session | None] = ContextVar("zoo_session", default=None)


def current_session() -> Session | None:
    """Return the session that this code runs in, if any."""
    return _current.get()


@contextlib.contextmanager
def session(recipe: str, parameters: Mapping[str, Any], output: Path | None) -> Iterator[Session]:
    """Make a session for the block."""
    made = Session(recipe, parameters, output)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)
