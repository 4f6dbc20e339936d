"""The command that turns a trained model into a file for programs without Keras."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zoo.cli._app import AsJson, app, dataset_names, load_keras, recipe_names
from zoo.errors import InputError, MissingFileError

if TYPE_CHECKING:
    import keras


@app.command(
    epilog="Examples:  zoo export cnn.digits --to onnx   zoo export my.keras --to litert -o my.tflite   "
    "zoo export mnist_cnn --to saved_model"
)
def export(
    model: Annotated[
        str,
        typer.Argument(help="A model's file, finished weights, or a recipe.", autocompletion=recipe_names),
    ],
    to: Annotated[
        str | None, typer.Option(help="onnx, litert (a .tflite file) or saved_model (a folder).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file or folder to write.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A dataset to compare on, too; by default the one that the model learnt from, where that is known.",
            autocompletion=dataset_names,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a trained model for ONNX, LiteRT or TensorFlow, once it is seen to compute the same."""
    from zoo.named_models import dataset_of, find_model, locate_model

    if to is None and output is None:
        raise InputError("Say what to write: --to onnx, --to litert or --to saved_model, or a file with -o.")
    where = locate_model(model)  # a wrong word or file is told before Keras loads
    name = data or dataset_of(where)
    load_keras()
    from zoo.saving.export import FORMATS, check_packages, destination, export_model

    if output is None:
        ends = {kind: form.SUFFIX or "_saved_model" for kind, form in FORMATS.items()}
        output = Path(f"{Path(model).stem if isinstance(where, Path) else model}{ends.get(str(to), '')}")
    check_packages(destination(output, to)[1])
    network = find_model(model)
    rows, why = _rows(network, name, meant=data is not None)
    made = export_model(network, output, to, data=rows)  # type: ignore[arg-type]
    if as_json:
        print(
            json.dumps({**dataclasses.asdict(made), "path": str(made.path), "dataset": None if why else name})
        )
        return
    print(made)
    if why:
        print(why, file=sys.stderr)


def _rows(network: keras.Model, name: str | None, *, meant: bool) -> tuple[Any, str]:
    """Return real rows to compare on, or why there are none; a dataset that was asked for has to do."""
    if name is None:
        return (
            None,
            "No real rows were compared: what the model learnt from is not known here. --data names it.",
        )
    from zoo.datasets import load_dataset
    from zoo.saving._compared import real_rows

    try:
        dataset = load_dataset(name)
        return real_rows(network, dataset), ""
    except (MissingFileError, InputError) as error:
        if meant:
            raise
        return None, f"No real rows were compared: {error}"
