"""The commands that look: what there is, and what is known of it. None waits for Keras but `devices`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from zoo.cli._app import AsJson, Pattern, app, dataset_names, load_keras, model_names, recipe_names
from zoo.cli._printing import print_listing, print_source
from zoo.errors import InputError


@app.command(
    "list", epilog="Examples:  zoo list '*regression'   zoo list --pretrained   zoo list --task regression"
)
def list_(
    pattern: Pattern = "*",
    task: Annotated[str | None, typer.Option(help="Only models for this task.")] = None,
    pretrained: Annotated[
        bool | None,
        typer.Option("--pretrained/--untrained", help="Only finished weights, or only what has none."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the models that can be built."""
    from zoo.registry import list_models, model_info

    infos = [model_info(name) for name in list_models(pattern, task=task, pretrained=pretrained)]
    rows = [
        {
            "name": info.name,
            "task": info.task,
            "pretrained": list(info.pretrained) if info.weights is None else [info.name],
            "presets": list(info.presets),
            "tags": list(info.tags),
            "summary": info.summary,
        }
        for info in infos
    ]
    print_listing(
        rows,
        as_json,
        ("name", "task", "pretrained", "presets", "summary"),
        nothing=f"No model matches {pattern!r}.",
    )


@app.command(epilog="Examples:  zoo show cnn   zoo show digits_cnn")
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A model or a recipe.",
            autocompletion=lambda incomplete: model_names(incomplete) + recipe_names(incomplete),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Print the file of a builder and the recipes that use it, or the file of a recipe."""
    from zoo._table import all_entries
    from zoo.recipes import find_recipe, list_recipes, recipes_with
    from zoo.registry import model_info

    architecture = name.partition(".")[0]
    if name in list_recipes() and architecture not in all_entries():
        recipe = find_recipe(name)
        facts: dict[str, Any] = {**dataclasses.asdict(recipe), "path": str(recipe.path)}
        path = recipe.path
    else:
        info = model_info(name)
        path = Path(info.source)
        facts = {
            "name": info.name,
            "task": info.task,
            "summary": info.summary,
            "signature": info.signature,
            "presets": info.presets,
            "tags": list(info.tags),
            "source": info.source,
            "pretrained": list(info.pretrained),
            "recipes": [recipe.name for recipe in recipes_with(architecture)],
            "weights": dataclasses.asdict(info.weights) if info.weights else None,
        }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    print_source(path)
    if "recipes" in facts:
        print("\nRecipes that use it:", ", ".join(facts["recipes"]) or "none")
        print("Pretrained weights: ", ", ".join(facts["pretrained"]) or "none")
        print("Presets:            ", ", ".join(facts["presets"]) or "none")


@app.command(epilog="Examples:  zoo recipes   zoo recipes 'digits_*' --json")
def recipes(pattern: Pattern = "*", as_json: AsJson = False) -> None:
    """List the recipes, in the order of the course."""
    from zoo.recipes import all_recipes

    rows = [{**dataclasses.asdict(recipe), "path": str(recipe.path)} for recipe in all_recipes(pattern)]
    print_listing(rows, as_json, ("chapter", "name", "title"), nothing=f"No recipe matches {pattern!r}.")


@app.command(
    epilog="Examples:  zoo data   zoo data digits   zoo data mnist --json   zoo data pull   "
    "zoo data pull feature_extraction1"
)
def data(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME | pull [NAME]...]",
            help="A dataset; or `pull`, to fetch the deck's own files from their page.",
            autocompletion=dataset_names,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the datasets, load one and say what it holds, or fetch the deck's own files."""
    from zoo.datasets import all_datasets, dataset_entry, load_dataset

    name, *others = names or [""]
    if name == "pull":
        from zoo.datasets.originals import pull

        for told in pull(others):
            print(told)
        return
    if others:
        raise InputError(f"zoo data takes one dataset; got {' '.join([name, *others])}.")
    if name:
        dataset_entry(name)
        loaded = load_dataset(name)
        if as_json:
            kept = (
                "name",
                "task",
                "input_shape",
                "num_classes",
                "num_outputs",
                "class_names",
                "feature_names",
            )
            facts = {key: getattr(loaded, key) for key in (*kept, "source", "licence", "checksum")}
            print(json.dumps({**facts, "rows": {k: len(v) for k, v in loaded.splits.items()}}, indent=2))
        else:
            print(loaded)
        return
    rows = [
        {
            "name": e.name,
            "task": e.task,
            "summary": e.summary,
            "file": e.file,
            "source": e.source,
            "licence": e.licence,
        }
        for _, e in sorted(all_datasets().items())
    ]
    print_listing(rows, as_json, ("name", "task", "summary"), nothing="")


@app.command(epilog="Examples:  zoo devices   zoo devices --json   KERAS_BACKEND=jax zoo devices")
def devices(as_json: AsJson = False) -> None:
    """Say what Keras computes on and, where a graphics card lies idle, why."""
    load_keras()
    from zoo.devices import devices as seen
    from zoo.devices import installed_backends

    found = {**seen(), "installed_backends": installed_backends()}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"backend   {found['backend']} {found['version']}  (installed: {', '.join(found['installed_backends'])})"
    )
    print(f"devices   {', '.join(found['cpu'] + found['gpu'])}")
    print(f"cards     {', '.join(found['cards']) or 'none found'}")
    if found["idle"]:
        print(f"\nThe graphics card is not used. {found['idle']}")
