"""The command line: it parses, and leaves the work to the public API."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from zoo._version import __version__
from zoo.errors import InputError, UnknownNameError, ZooError

app = typer.Typer(
    name="zoo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keras models, and a recipe for every experiment of the course.\n\nBegin with:  zoo run digits_cnn",
)


def _models(incomplete: str) -> list[str]:
    from zoo.registry import list_models

    return [n for n in [*list_models(), *list_models(pretrained=True)] if n.startswith(incomplete)]


def _recipes(incomplete: str) -> list[str]:
    from zoo.recipes import list_recipes

    return [name for name in list_recipes() if name.startswith(incomplete)]


def _datasets(incomplete: str) -> list[str]:
    from zoo.datasets import list_datasets

    return [name for name in list_datasets() if name.startswith(incomplete)]


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Pattern = Annotated[str, typer.Argument(help="A name with the wildcards * and ?.")]


def main() -> None:
    """Run the command line; a mistake is one sentence, and a traceback only with --debug."""
    # TensorFlow's C++ start-up lines say nothing that a user of a recipe can act on.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    words = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(words) < len(sys.argv) - 1  # wherever it stands
    try:
        app(words)
    except ZooError as error:
        if debug:
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UnknownNameError | InputError) else 1) from None
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        raise SystemExit(130) from None


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    load: Annotated[
        list[Path] | None,
        typer.Option(
            help="Run this Python file first, so that the models it registers are known.", envvar="ZOO_LOAD"
        ),
    ] = None,
) -> None:
    """Read the options that stand before the command."""
    if version:
        print(f"zoo {__version__}")
        raise typer.Exit
    for path in load or ():
        if not path.is_file():
            raise InputError(f"--load: there is no file {path}.")
        runpy.run_path(str(path), run_name=path.stem)


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
    _listing(
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
            autocompletion=lambda incomplete: _models(incomplete) + _recipes(incomplete),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Print the file of a builder and the recipes that use it, or the file of a recipe."""
    from zoo._table import all_entries
    from zoo.recipes import all_recipes
    from zoo.registry import model_info

    recipes = {recipe.name: recipe for recipe in all_recipes()}
    if name in recipes and name.partition(".")[0] not in all_entries():
        recipe = recipes[name]
        facts: dict[str, Any] = {**dataclasses.asdict(recipe), "path": str(recipe.path)}
        path = recipe.path
    else:
        info = model_info(name)
        architecture = name.partition(".")[0]
        users = [r.name for r in recipes.values() if architecture in (m.partition(".")[0] for m in r.models)]
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
            "recipes": users,
            "weights": dataclasses.asdict(info.weights) if info.weights else None,
        }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    _print_source(path)
    if "recipes" in facts:
        print("\nRecipes that use it:", ", ".join(facts["recipes"]) or "none")
        print("Pretrained weights: ", ", ".join(facts["pretrained"]) or "none")
        print("Presets:            ", ", ".join(facts["presets"]) or "none")


@app.command(epilog="Examples:  zoo recipes   zoo recipes 'digits_*' --json")
def recipes(pattern: Pattern = "*", as_json: AsJson = False) -> None:
    """List the recipes, in the order of the course."""
    from zoo.recipes import all_recipes

    rows = [{**dataclasses.asdict(recipe), "path": str(recipe.path)} for recipe in all_recipes(pattern)]
    _listing(rows, as_json, ("chapter", "name", "title"), nothing=f"No recipe matches {pattern!r}.")


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="Examples:  zoo run digits_cnn   zoo run digits_cnn --epochs 5   zoo run digits_cnn --help",
)
def run(
    context: typer.Context,
    recipe: Annotated[
        str, typer.Argument(help="A recipe, or your own .py file.", autocompletion=_recipes)
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
    _load_keras()
    finished = run_recipe(
        recipe,
        output=options.output,
        device=options.device,
        mixed_precision=options.mixed_precision,
        **given,
    )
    if finished.metrics.get("interrupted"):
        raise typer.Exit(130)


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
            autocompletion=_datasets,
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
    _listing(rows, as_json, ("name", "task", "summary"), nothing="")


@app.command(
    epilog="Examples:  zoo diagram cnn -o cnn.svg   zoo diagram cnn.digits -o cnn.png   zoo diagram my.keras -o my.svg"
)
def diagram(
    name: Annotated[
        str, typer.Argument(help="A model's name, or a .keras or .h5 file.", autocompletion=_models)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .svg, .png, .pdf or .dot file.")],
) -> None:
    """Draw a model's diagram into a file."""
    from zoo.registry import create_model, model_info

    file = Path(name)
    if file.suffix not in (".keras", ".h5"):
        arguments = model_info(name).example
    _load_keras()
    from zoo.plots import save_diagram
    from zoo.saving import load_model

    model = (
        load_model(file, compile=False)
        if file.suffix in (".keras", ".h5")
        else create_model(name, **arguments)
    )
    print(save_diagram(model, output))


@app.command(epilog="Examples:  zoo pretrain cnn.digits   zoo pretrain mlp.iris --recipe my_iris.py")
def pretrain(
    name: Annotated[
        str, typer.Argument(help="architecture.tag, such as cnn.digits.", autocompletion=_models)
    ],
    recipe: Annotated[str | None, typer.Option(help="The recipe that trains it, for a new name.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder to keep the run in.")] = None,
) -> None:
    """Train finished weights again from their recipe, and record them in the manifest."""
    if recipe is None:
        from zoo.pretrained import find_weights

        find_weights(name)
    _load_keras()
    from zoo.pretrain import pretrain as train

    weights, told = train(name, recipe=recipe, output=output)
    print(f"{name}: {', '.join(weights.files)} written. {told}")


@app.command(epilog="Examples:  zoo devices   zoo devices --json   KERAS_BACKEND=jax zoo devices")
def devices(as_json: AsJson = False) -> None:
    """Say what Keras computes on and, where a graphics card lies idle, why."""
    _load_keras()
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


@app.command(epilog="Examples:  zoo predict mnist_cnn my_digit.png   zoo predict model.keras *.png --json")
def predict(
    model: Annotated[
        str, typer.Argument(help="A model's file, finished weights, or a recipe.", autocompletion=_recipes)
    ],
    images: Annotated[list[Path], typer.Argument(help="Pictures of one digit each.")],
    as_json: AsJson = False,
) -> None:
    """Read pictures with a trained network: the likeliest answers, and what the network saw."""
    from zoo.predict import find_model, locate_model, predict_image, print_readings, read_image

    locate_model(model)  # a wrong word or file is told before Keras loads
    for image in images:
        read_image(image)
    _load_keras()
    network = find_model(model)
    print_readings({str(image): predict_image(network, image) for image in images}, as_json=as_json)


def _load_keras() -> None:
    """Import Keras with a word on what is going on, and without its backend's start-up lines."""
    from zoo._quiet import quiet_standard_error

    words = "Loading Keras and its backend ..."
    if sys.stdout.isatty():
        print(words, end="", flush=True)
    with quiet_standard_error():
        import keras

        keras.ops.zeros(1)  # wakes the device, which has lines of its own to say
        with contextlib.suppress(ImportError):
            importlib.import_module("tensorflow")  # Keras feeds every backend through it
    if sys.stdout.isatty():
        print("\r" + " " * len(words) + "\r", end="", flush=True)


def _listing(rows: list[dict[str, Any]], as_json: bool, columns: tuple[str, ...], *, nothing: str) -> None:
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


def _print_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not sys.stdout.isatty():
        print(f"# {path}\n{text}", end="")
        return
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(str(path), Syntax(text, "python", background_color="default"))


if __name__ == "__main__":
    main()
