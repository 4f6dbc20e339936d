"""The command that writes an old model's file anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoo.cli._app import app, load_keras
from zoo.errors import InputError


@app.command(epilog="Examples:  zoo convert old.h5 new.keras")
def convert(
    source: Annotated[Path, typer.Argument(help="A model's file of any version of Keras: .h5 or .keras.")],
    target: Annotated[Path, typer.Argument(help="The file to write, .keras or .h5.")],
) -> None:
    """Write an old model's file anew as Keras 3 writes it, once both give the same predictions."""
    if target.suffix not in (".keras", ".h5"):
        raise InputError(f"A model's file ends in .keras or .h5; got {str(target)!r}.")
    load_keras()
    from zoo.saving.convert import convert_model

    made = convert_model(source, target)
    print(f"{source}: written by Keras {made.keras_version or '1 or 2, it does not say which'}")
    for sentence in made.changes:
        print(f"- {sentence}")
    asked = (
        "Its weights are equal"
        if not made.inputs
        else "Its predictions on random numbers and on zeros are equal"
    )
    print(f"{made.path} written. {asked}.")
