"""Making finished weights: run the recipe, measure, compare, keep the files, write the facts into the manifest."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from zoo._files import sha256
from zoo._multiply_adds import multiply_adds
from zoo._weights_sum import weights_sum
from zoo.card_pictures import keep_pictures
from zoo.datasets import load_dataset
from zoo.errors import InputError, MissingFileError, PromiseError, ZooError
from zoo.figures import reaches, side
from zoo.measures import measure
from zoo.plans import Plan, all_plans
from zoo.pretrained import (
    Weights,
    WeightsFile,
    all_weights,
    find_weights,
    manifest_path,
    weights_file,
    write_weights,
)
from zoo.recipes import run_recipe
from zoo.registry import create_model, made_with
from zoo.runs.card import number
from zoo.runs.measure import versions
from zoo.saving import save_model

_OTHERWISE = (
    "train_seconds",
    "files",
    "pictures",
    "versions",
    "by_seed",
)  # what two equal trainings may have of their own


def pretrain(
    name: str,
    *,
    recipe: str | None = None,
    check: bool = False,
    output: str | os.PathLike[str] | None = None,
    **parameters: Any,
) -> tuple[Weights, str]:
    """Train finished weights again, or for the first time, and record them.

    The recipe and its parameters stand in ``saved_models/plans.toml``, or else in the manifest; a name that is in
    neither needs ``recipe``. What is trained is measured, held to the plan's bar, and compared with the weights that
    are there: on the same machine with the same versions it has the same bits, elsewhere figures within their
    intervals. Then both formats, the pictures of the card and the manifest are written into ``saved_models/``; nothing
    is, where the files that are there hold these very weights.

    Args:
        name: ``architecture.tag``, such as ``cnn.digits``.
        recipe: the recipe that trains it, for a name that is new.
        check: compare with the manifest, made as the manifest says, and write nothing.
        output: folder to keep the run in; by default it is thrown away.
        **parameters: values in place of the recipe's own.

    Returns:
        The record, and a sentence on how the weights compare with those before.

    Raises:
        UnknownModelError: the name is new and no recipe is given.
        InputError: the recipe trains another architecture.
        MissingFileError: the weights' own data is not there, and the recipe took another dataset.
        PromiseError: the training was stopped, its figure misses the bar, or with ``check`` it is outside the
            interval that the manifest states.
    """
    if "." not in name:
        raise InputError(f"Weights are called architecture.tag, such as cnn.digits; got {name!r}.")
    known = find_weights(name) if check else all_weights().get(name)
    plan = _plan(name, recipe, parameters, known, check=check)
    if plan.dataset is not None:
        load_dataset(plan.dataset)  # before an hour of training on another one
    with tempfile.TemporaryDirectory() as scratch:
        run = run_recipe(plan.recipe, output=output or scratch, **_tuples(plan.parameters))
        model, arguments = _clean(name, plan, run)
        made_from = _made_from(run)
        figures, data = measure(name, model, **made_from)
        told = {key: value for key, value in run.metrics.items() if key.startswith("test_")}
        weights = Weights(
            name=name,
            files={},
            weights_sha256=weights_sum(model),
            arguments=arguments,
            recipe=plan.recipe,
            parameters=run.parameters,
            backend=keras.config.backend(),
            versions=versions(),
            dataset_sha256=getattr(run.data, "checksum", None),
            figure=known.figure if known and not plan.bar else plan.figure,
            metrics={**told, **figures},
            parameter_count=int(model.count_params()),
            multiply_adds=_work(model),
            train_seconds=run.metrics["train_seconds"],
            weights_licence="Apache-2.0",
            data_licence=getattr(run.data, "licence", "none, there is no data"),
            **made_from,
        )
        if not check:
            _hold_to(plan.bar, weights)
        same, sentence = _compare(known, weights)
        if known is not None and known.weights_sha256 == weights.weights_sha256:
            weights = dataclasses.replace(weights, by_seed=known.by_seed)
        if check and not same:
            raise PromiseError(f"{name}: {sentence}")
        if check or (known is not None and same and _as_before(known, weights, plan)):
            return weights, sentence
        pictures = keep_pictures(name, run.folder, model, data, plan.pictures)
        model, _ = _clean(name, plan, run)  # measuring has compiled the other one
    files = {}
    for suffix in (".keras", ".h5"):
        path = save_model(model, manifest_path().parent / f"{name}{suffix}")
        files[path.name] = WeightsFile(sha256(path), path.stat().st_size)
    weights = dataclasses.replace(weights, files=files, pictures=pictures)
    write_weights(weights)
    return weights, f"{', '.join(files)} written. {sentence}"


def train_other_seeds(name: str, count: int) -> Weights:
    """Train weights again with the next seeds, and record how far their figure spreads; the weights stay.

    A seed is recorded as soon as it is measured, and one that is recorded is not trained again.

    Args:
        name: ``architecture.tag``, one of the manifest.
        count: how many seeds in all, with the weights' own.

    Returns:
        The record, with ``by_seed``.

    Raises:
        UnknownModelError: the manifest has no such name.
        PromiseError: a training was stopped. The seeds before it are recorded.
        MissingFileError: the weights' own data is not there.
    """
    weights = find_weights(name)
    plan = _plan(name, None, {}, weights, check=True)
    for seed in range(weights.seed, weights.seed + count):
        if str(seed) in weights.by_seed:
            continue
        value = weights.metrics[weights.figure]
        if seed != weights.seed:
            with tempfile.TemporaryDirectory() as scratch:
                run = run_recipe(plan.recipe, output=scratch, **{**_tuples(plan.parameters), "seed": seed})
                model, _ = _clean(name, plan, run)
                figures, _ = measure(name, model, **_made_from(run))
            value = {**run.metrics, **figures}[weights.figure]
        weights = dataclasses.replace(weights, by_seed={**weights.by_seed, str(seed): value})
        write_weights(weights)
    return weights


def _plan(
    name: str, recipe: str | None, parameters: dict[str, Any], known: Weights | None, *, check: bool
) -> Plan:
    """Return what to train: the recipe that is given, else the plan, else what the manifest says."""
    plan = all_plans().get(name)
    if recipe is not None:
        return dataclasses.replace(plan or Plan(name, recipe), recipe=recipe, parameters=parameters)
    if check or plan is None:
        known = known or find_weights(name)
        plan = dataclasses.replace(
            plan or Plan(name, ""), recipe=known.recipe, parameters=known.parameters, dataset=known.dataset
        )
    return dataclasses.replace(plan, parameters={**plan.parameters, **parameters})


def _clean(name: str, plan: Plan, run: Any) -> tuple[keras.Model, dict[str, Any]]:
    """Return the run's weights in a model as the builder makes it, and the builder's arguments."""
    if run.metrics["interrupted"]:
        raise PromiseError(f"The training of {name} was stopped before its end. Nothing was written.")
    if plan.dataset is not None and run.metrics["dataset"] != plan.dataset:
        raise MissingFileError(
            f"{name} learns from {plan.dataset}, and the run of {plan.recipe} took {run.metrics['dataset']} in its "
            f"place. `zoo data {plan.dataset}` says where its file was looked for."
        )
    made = made_with(run.model)
    architecture = name.partition(".")[0]
    if made is None or made[0] != architecture:
        raise InputError(
            f"{plan.recipe} trains {made[0] if made else 'a model of its own'}, not {architecture}."
        )
    model = create_model(architecture, **made[1])
    model.set_weights(run.model.get_weights())
    return model, made[1]


def _made_from(run: Any) -> dict[str, Any]:
    """Return what a run's weights are measured on: its dataset, how that was loaded, and the seed."""
    return {
        "dataset": getattr(run.data, "name", None),
        "dataset_arguments": dict(getattr(run.data, "arguments", {})),
        "seed": run.seed,
    }


def _work(model: keras.Model) -> int | None:
    try:
        return multiply_adds(model)
    except InputError:
        return None


def _hold_to(bar: Mapping[str, float], weights: Weights) -> None:
    for figure, bound in bar.items():
        if figure not in weights.metrics:
            raise InputError(
                f"{weights.name} is to reach {figure}, which is not measured. There are {', '.join(weights.metrics)}."
            )
        value = weights.metrics[figure]
        if not reaches(figure, value, bound):
            raise PromiseError(
                f"{weights.name} is to have {figure} of {side(figure)} {bound}, and this training "
                f"of {weights.recipe} gave {number(value)}. Nothing was written."
            )


def _compare(known: Weights | None, weights: Weights) -> tuple[bool, str]:
    """Say whether the weights are those of the manifest, or as good, and how that is known."""
    if known is None:
        return True, "These are the first weights of this name."
    if known.weights_sha256 == weights.weights_sha256:
        return True, "They equal the weights before, bit for bit."
    (low, high), value = known.interval, weights.metrics.get(known.figure)
    if value is None:
        return False, f"They have no {known.figure}, by which the weights before were judged."
    within = low <= value <= high
    return within, (
        f"They are other weights than before (other versions, parameters or machine); their {known.figure} of "
        f"{number(value)} is {'within' if within else 'outside'} their interval, {number(low)} to {number(high)}."
    )


def _as_before(known: Weights, weights: Weights, plan: Plan) -> bool:
    """Say whether there is nothing to write: whole files of these weights, and nothing else to say or to show."""
    if not set(plan.pictures) <= set(known.pictures):
        return False
    try:
        for file in known.files:
            weights_file(known, Path(file).suffix)
    except ZooError:
        return False
    theirs, ours = (json.loads(json.dumps(dataclasses.asdict(each))) for each in (known, weights))
    return all(theirs[key] == ours[key] for key in theirs if key not in _OTHERWISE)


def _tuples(parameters: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items()}
