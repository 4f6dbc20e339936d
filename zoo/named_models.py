"""Which trained model does a word of the command line mean: a file, finished weights, or a recipe's newest run?"""

from __future__ import annotations

import json
import os
from pathlib import Path

from zoo._lazy import keras
from zoo.errors import MissingFileError, UnknownModelError, UnknownNameError, did_you_mean
from zoo.pretrained import all_weights
from zoo.recipes import list_recipes

_FILES = (".keras", ".h5", ".hdf5")


def find_model(name: str | os.PathLike[str]) -> keras.Model:
    """Return the trained model that a word of the command line means.

    Args:
        name: a ``.keras`` or ``.h5`` file, finished weights (``cnn.digits``), or a recipe: the model of its
            newest run in ``./runs``, else the finished weights that it made.

    Raises:
        MissingFileError: there is no such file, or the recipe has neither a run here nor finished weights.
        UnknownNameError: it is none of these; names the nearest.
    """
    where = locate_model(name)
    if isinstance(where, Path):
        from zoo.saving import load_model

        return load_model(where, compile=False)
    from zoo.registry import create_model

    return create_model(where, pretrained=True)


def locate_model(name: str | os.PathLike[str]) -> Path | str:
    """Return the file, or the name of the finished weights, that `find_model` loads."""
    word = os.fspath(name)
    if word.endswith(_FILES):
        file = Path(word).expanduser()
        if not file.is_file():
            raise MissingFileError(f"There is no file {word}.")
        return file
    weights, recipes = all_weights(), list_recipes()
    if word in weights:
        return word
    if word in recipes:
        runs = sorted(Path("runs", word).glob("*/model.keras"), key=lambda path: path.stat().st_mtime)
        made = [key for key, record in weights.items() if record.recipe == word]
        if not (runs or made):
            raise MissingFileError(
                f"{word} has not been run here: there is no runs/{word}/*/model.keras, and no finished weights "
                f"come from it. `zoo run {word}` first."
            )
        return runs[-1] if runs else made[0]
    ready = [key for key, record in weights.items() if record.architecture == word]
    if ready:
        raise UnknownModelError(
            f"{word!r} is a builder, without weights. Finished weights: {', '.join(ready)}."
        )
    hint = did_you_mean(word, [*recipes, *weights]) or f" Finished weights: {', '.join(weights)}."
    raise UnknownNameError(f"No recipe, finished weights or model file is called {word!r}.{hint}")


def dataset_of(where: Path | str) -> str | None:
    """Return the dataset that a model of `locate_model` learnt from: the manifest or its run says so, else None."""
    if not isinstance(where, Path):
        return all_weights()[where].dataset
    of_run = where.with_name("metrics.json")
    if of_run.is_file():
        name = json.loads(of_run.read_text(encoding="utf-8")).get("dataset")
        return str(name) if name else None
    shipped = [record.dataset for record in all_weights().values() if where.name in record.files]
    return shipped[0] if shipped else None
