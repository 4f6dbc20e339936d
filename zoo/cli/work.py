"""The commands that work: run a recipe, draw a model, train finished weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoo.cli._app import app, load_keras, model_names, recipe_names


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="Examples:  zoo run digits_cnn   zoo run digits_cnn --epochs 5   zoo run digits_cnn --help",
)
def run(
    context: typer.Context,
    recipe: Annotated[
        str, typer.Argument(help="A recipe, or your own .py file.", autocompletion=recipe_names)
    ] = "",
) -> None:
    """Run a recipe; its parameters are options: zoo run RECIPE --help shows them."""
    if recipe in ("", "-h", "--help"):
        print(context.get_help())
        return
    from zoo.recipes import find_recipe, run_recipe
    from zoo.runs.parameters import parse_parameters

    found = find_recipe(recipe)
    given, options = parse_parameters(
        found.parameters, context.args, program=f"zoo run {recipe}", about=f"{found.title}\n\n{found.summary}"
    )
    if options.backend:
        from zoo.devices import choose_backend

        choose_backend(options.backend)
    print(found.title)
    load_keras()
    finished = run_recipe(
        recipe,
        output=options.output,
        device=options.device,
        mixed_precision=options.mixed_precision,
        resume=options.resume,
        **given,
    )
    if finished.metrics.get("interrupted"):
        raise typer.Exit(130)


@app.command(
    epilog="Examples:  zoo diagram cnn -o cnn.svg   zoo diagram cnn.digits -o cnn.png   zoo diagram my.keras -o my.svg"
)
def diagram(
    name: Annotated[
        str, typer.Argument(help="A model's name, or a .keras or .h5 file.", autocompletion=model_names)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .svg, .png, .pdf, .dot or .txt file.")],
) -> None:
    """Draw a model's diagram into a file."""
    from zoo.registry import create_model, model_info

    file = Path(name)
    if file.suffix not in (".keras", ".h5"):
        arguments = model_info(name).example
    load_keras()
    from zoo.plots import save_diagram
    from zoo.saving import load_model

    model = (
        load_model(file, compile=False)
        if file.suffix in (".keras", ".h5")
        else create_model(name, **arguments)
    )
    print(save_diagram(model, output))


@app.command(
    epilog="Examples:  zoo pretrain cnn.digits   zoo pretrain mlp.digits --check   "
    "zoo pretrain mlp.iris --recipe my_iris.py   zoo pretrain cnn.mnist --seeds 5"
)
def pretrain(
    name: Annotated[
        str, typer.Argument(help="architecture.tag, such as cnn.digits.", autocompletion=model_names)
    ],
    recipe: Annotated[str | None, typer.Option(help="The recipe that trains it, for a new name.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the manifest, and write nothing.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="Folder to keep the run in.")] = None,
    seeds: Annotated[
        int | None, typer.Option(min=2, help="Train again with so many seeds and record the spread alone.")
    ] = None,
) -> None:
    """Train finished weights again from their recipe, compare them with those there are, and record them.

    With --check the exit code is 1 where they are other weights, and their figure is outside the stated interval.
    """
    from zoo.plans import all_plans
    from zoo.pretrained import find_weights

    if seeds and (check or recipe or output):
        raise typer.BadParameter("--seeds goes by the manifest alone, and keeps no run.")
    if check or seeds or (recipe is None and name not in all_plans()):
        find_weights(name)
    load_keras()
    from zoo.pretrain import pretrain as train
    from zoo.pretrain import train_other_seeds

    if seeds:
        record = train_other_seeds(name, seeds)
        print(f"{name}: {record.figure} by seed: {record.by_seed}")
        return
    _, told = train(name, recipe=recipe, check=check, output=output)
    print(f"{name}: {told}")
