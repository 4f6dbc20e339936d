"""The command line's frame: the app, what its commands share, and how an error ends."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import runpy
import sys
from pathlib import Path
from typing import Annotated

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


def load_keras() -> None:
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
    # A command that opens several models traces a function each: no news, and TensorFlow warns of it.
    logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.getMessage())
    if sys.stdout.isatty():
        print("\r" + " " * len(words) + "\r", end="", flush=True)


def model_names(incomplete: str) -> list[str]:
    """Complete the names of models and finished weights."""
    from zoo.registry import list_models

    return [n for n in [*list_models(), *list_models(pretrained=True)] if n.startswith(incomplete)]


def recipe_names(incomplete: str) -> list[str]:
    """Complete the names of recipes."""
    from zoo.recipes import list_recipes

    return [name for name in list_recipes() if name.startswith(incomplete)]


def dataset_names(incomplete: str) -> list[str]:
    """Complete the names of datasets."""
    from zoo.datasets import list_datasets

    return [name for name in list_datasets() if name.startswith(incomplete)]
