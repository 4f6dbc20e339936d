"""A recipe's parameters as command-line options: ``--epochs 5 --learning_rate 1e-3``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from zoo.errors import InputError


def parse_parameters(
    defaults: Mapping[str, Any], arguments: Sequence[str], *, program: str, about: str = ""
) -> dict[str, Any]:
    """Read options from a command line.

    Each parameter is an option of its default's type; a tuple is written ``128,64``. ``--output DIR``
    says where runs go. A wrong option prints the nearest one and exits with 2, ``--help`` prints all.

    Args:
        defaults: the parameters with their defaults.
        arguments: the words of the command line.
        program: what the usage line calls the program.
        about: the help's text.

    Returns:
        What was given, and nothing else; ``output`` among it.
    """
    given: dict[str, Any] = {}

    def command(**options: Any) -> None:
        given.update(options)

    parameters, hints = [], {}
    for name, default in {**defaults, "output": None}.items():
        kind = Path if name == "output" else str if isinstance(default, tuple | list) else type(default)
        words = (
            [f"--{name}"]
            if isinstance(default, bool)
            else list(dict.fromkeys([f"--{name}", f"--{_dashed(name)}"]))
        )
        if isinstance(default, bool):
            words = [f"--{name}/--no-{name}"]
        told = "Folder for runs.  [default: runs]" if name == "output" else f"[default: {_written(default)}]"
        option = typer.Option(*words, help=told, show_default=False)
        hints[name] = Annotated[kind | None, option]
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hints[name])
        )
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = hints
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(help=about)(command)
    try:
        app(list(arguments), prog_name=program)
    except SystemExit as end:
        if end.code not in (0, None) or not given:
            raise
    chosen = {name: value for name, value in given.items() if value is not None}
    return {name: _typed(name, value, defaults.get(name)) for name, value in chosen.items()}


def _typed(name: str, value: Any, default: Any) -> Any:
    if not isinstance(default, tuple | list):
        return value
    try:
        read = ast.literal_eval(value)
    except (ValueError, SyntaxError) as error:
        raise InputError(
            f"--{name} takes values with commas between, such as {_written(default)}; got {value!r}."
        ) from error
    return tuple(read) if isinstance(read, tuple | list) else (read,)


def _written(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
