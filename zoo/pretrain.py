"""Making finished weights: run the recipe, keep the files, write the facts into the manifest."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from typing import Any

import numpy as np

from zoo._files import sha256, write_text
from zoo.errors import InputError, MissingFileError
from zoo.pretrained import Weights, all_weights, find_weights, manifest_path
from zoo.recipes import run_recipe
from zoo.registry import create_model, made_with
from zoo.runs.measure import versions
from zoo.saving import save_model


def pretrain(
    name: str, *, recipe: str | None = None, output: str | os.PathLike[str] | None = None, **parameters: Any
) -> tuple[Weights, str]:
    """Train finished weights again, or for the first time, and record them.

    The weights' own recipe and parameters stand in the manifest; a new name needs ``recipe``. Both formats
    are written into ``saved_models/``, and ``manifest.json`` last.

    Args:
        name: ``architecture.tag``, such as ``cnn.digits``.
        recipe: the recipe that trains it, for a name that is new.
        output: folder to keep the run in; by default it is thrown away.
        **parameters: values in place of the recipe's own.

    Returns:
        The record, and a sentence on how the weights compare with those before.

    Raises:
        UnknownModelError: the name is new and no recipe is given.
        InputError: the recipe trains another architecture.
        MissingFileError: the weights' own data is not there, and the recipe took another dataset.
    """
    known = all_weights().get(name)
    if "." not in name:
        raise InputError(f"Weights are called architecture.tag, such as cnn.digits; got {name!r}.")
    if recipe is None:
        known = find_weights(name)
        recipe, parameters = known.recipe, {**known.parameters, **parameters}
    with tempfile.TemporaryDirectory() as scratch:
        run = run_recipe(recipe, output=output or scratch, **_tuples(parameters))
    if known and run.metrics["dataset"] != known.dataset:
        raise MissingFileError(
            f"{name} learns from {known.dataset}, whose file is missing, and the run took {run.metrics['dataset']} "
            f"in its place. `zoo data {known.dataset}` says where the file was looked for."
        )
    made = made_with(run.model)
    architecture = name.partition(".")[0]
    if made is None or made[0] != architecture:
        raise InputError(f"{recipe} trains {made[0] if made else 'a model of its own'}, not {architecture}.")

    model = create_model(architecture, **made[1])
    model.set_weights(run.model.get_weights())
    told = _compare(known, model.get_weights())
    files = {}
    for suffix in (".keras", ".h5"):
        path = save_model(model, manifest_path().parent / f"{name}{suffix}")
        files[path.name] = sha256(path)
    weights = Weights(
        name=name,
        files=files,
        arguments=made[1],
        recipe=recipe,
        parameters=run.parameters,
        dataset=run.metrics["dataset"],
        dataset_sha256=run.metrics["dataset_sha256"],
        metrics={k: v for k, v in run.metrics.items() if k.startswith("test_")},
        parameter_count=run.metrics["parameter_count"],
        seed=run.seed,
        train_seconds=run.metrics["train_seconds"],
        versions=versions(),
        licence=f"weights Apache-2.0; data {run.licence}",
    )
    records = {**all_weights(), name: weights}
    models = [dataclasses.asdict(records[key]) for key in sorted(records)]
    write_text(manifest_path(), json.dumps({"schema": 1, "models": models}, indent=2) + "\n")
    return weights, told


def _compare(known: Weights | None, weights: list[np.ndarray]) -> str:
    """Say whether the weights are those of the file that is about to be replaced."""
    if known is None:
        return "These are the first weights of this name."
    try:
        before = create_model(known.name, pretrained=True).get_weights()
    except Exception as error:
        return f"The weights before could not be read ({error})."
    if len(before) == len(weights) and all(map(np.array_equal, before, weights)):
        return "They equal the weights before, bit for bit."
    if [w.shape for w in before] != [w.shape for w in weights]:
        return "The weights before had other shapes."
    most = max(float(np.abs(a - b).max()) for a, b in zip(before, weights, strict=True))
    return f"They differ from the weights before by up to {most:.2g}: other versions, parameters or machine."


def _tuples(parameters: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items()}
