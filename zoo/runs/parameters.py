"""A recipe's parameters as command-line options: ``--epochs 5 --learning_rate 1e-3``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from zoo.errors import InputError
from zoo.runs.session import Options

OPTIONS = {
    "output": (Path, "Folder for runs.  [default: runs]"),
    "device": (str, "Compute on cpu, gpu or gpu:1; `zoo devices` lists them."),
    "backend": (str, "Let Keras use tensorflow, jax or torch."),
    "mixed_precision": (bool, "Multiply in 16 bits: faster on a graphics card."),
    "resume": (bool, "Go on with the newest run of these parameters that did not end."),
}


def parse_parameters(
    defaults: Mapping[str, Any], arguments: Sequence[str], *, program: str, about: str = ""
) -> tuple[dict[str, Any], Options]:
    """Read a recipe's parameters and the options that all recipes take from a command line.

    Each parameter is an option of its default's type; a tuple is written ``128,64``. A wrong option prints
    the nearest one and exits with 2, ``--help`` prints all.

    Args:
        defaults: the parameters with their defaults.
        arguments: the words of the command line.
        program: what the usage line calls the program.
        about: the help's text.

    Returns:
        The parameters that were given, and the options.
    """
    given: dict[str, Any] = {}

    def command(**options: Any) -> None:
        given.update(options)

    hints = {
        name: _option(name, _kind(value), f"[default: {_written(value)}]") for name, value in defaults.items()
    }
    hints |= {name: _option(name, kind, told) for name, (kind, told) in OPTIONS.items()}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
            for name, hint in hints.items()
        ]
    )
    command.__annotations__ = hints
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(help=about)(command)
    try:
        app(list(arguments), prog_name=program)
    except SystemExit as end:
        if end.code not in (0, None) or not given:
            raise
    chosen = {name: value for name, value in given.items() if value is not None}
    options = Options(**{name: chosen.pop(name) for name in OPTIONS if name in chosen})
    return {name: _typed(name, value, defaults.get(name)) for name, value in chosen.items()}, options


def _option(name: str, kind: Any, told: str) -> Any:
    dashed = name.replace("_", "-")
    words = [f"--{name}", f"--{dashed}"]
    if kind is bool:
        words = [f"--{dashed}/--no-{dashed}"]
    return Annotated[kind | None, typer.Option(*dict.fromkeys(words), help=told, show_default=False)]


def _kind(default: Any) -> type:
    return str if isinstance(default, tuple | list) else type(default)


def _typed(name: str, value: Any, default: Any) -> Any:
    if not isinstance(default, tuple | list):
        return value
    if default and all(isinstance(item, str) for item in default):
        return tuple(word for word in map(str.strip, value.split(",")) if word)
    try:
        read = ast.literal_eval(value)
    except (ValueError, SyntaxError) as error:
        raise InputError(
            f"--{name} takes values with commas between, such as {_written(default)}; got {value!r}."
        ) from error
    return tuple(read) if isinstance(read, tuple | list) else (read,)


def _written(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
