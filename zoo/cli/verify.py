"""The command that holds finished weights against what is written of them."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from zoo.cli._app import AsJson, app, load_keras, model_names


@app.command(epilog="Examples:  zoo verify   zoo verify cnn.digits   zoo verify --json")
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="architecture.tag; all by default.", autocompletion=model_names),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Open all finished weights, check their checksums, and measure their figures again."""
    from zoo.pretrained import all_weights, find_weights

    chosen = [find_weights(name).name for name in names] if names else sorted(all_weights())
    load_keras()
    from zoo.verify import verify as look

    found = []
    for name in chosen:
        verdict = look(name)
        found.append(verdict)
        if not as_json:
            word = (
                "good"
                if verdict.good and verdict.measured
                else "good, not measured"
                if verdict.good
                else "BAD"
            )
            print(f"{name}: {word}", *verdict.told, sep="\n  ", flush=True)
    if as_json:
        print(json.dumps([dataclasses.asdict(verdict) for verdict in found], indent=2))
    if not all(verdict.good for verdict in found):
        raise typer.Exit(1)
