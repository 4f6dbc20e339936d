"""The command that looks into files of models."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zoo.cli._app import AsJson, app

if TYPE_CHECKING:
    from zoo.saving.untrusted import Report


@app.command(epilog="Examples:  zoo inspect model.h5   zoo inspect *.keras --json")
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Files of models, .keras or .h5.")],
    as_json: AsJson = False,
) -> None:
    """Say what files of models hold, and whether they are safe to open; nothing in them is built or run.

    The exit code is 1 where one is broken or not safe.
    """
    from zoo.saving.untrusted import inspect_model

    reports = [inspect_model(file) for file in files]
    if as_json:
        print(json.dumps([report.as_dict() for report in reports], indent=2, default=str))
    elif sys.stdout.isatty():
        _show(reports)
    else:
        print("\n\n".join(map(repr, reports)))
    if any(report.problems for report in reports):
        raise typer.Exit(1)


def _show(reports: list[Report]) -> None:
    """Print reports with their verdicts in colours."""
    from rich.console import Console
    from rich.text import Text

    colours = {"safe to open": "green", "needs objects of your own": "yellow"}
    console = Console()
    for report in reports:
        first, _, rest = repr(report).partition("\n")
        line = Text(first, style="bold")
        line.stylize(f"bold {colours.get(report.verdict, 'red')}", len(first) - len(report.verdict))
        console.print(line)
        console.print(rest, markup=False, highlight=False)
        console.print()
