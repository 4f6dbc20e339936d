"""How the command line prints: JSON for programs, a table for people, lines for a pipe."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def print_listing(
    rows: list[dict[str, Any]], as_json: bool, columns: tuple[str, ...], *, nothing: str
) -> None:
    """Print rows as JSON or as a table; in a pipe the table is tab-separated and whole."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        print(nothing)
        return
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    if not sys.stdout.isatty():
        print("\n".join("\t".join(line) for line in cells))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column in ("name", "chapter"))
    for line in cells:
        table.add_row(*line)
    Console().print(table)


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def print_source(path: Path) -> None:
    """Print a file of Python, in colours on a terminal."""
    text = path.read_text(encoding="utf-8")
    if not sys.stdout.isatty():
        print(f"# {path}\n{text}", end="")
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(str(path), Syntax(text, "python", background_color="default"))
