"""Compiled epochs that are kept: for the next `fit` of the same model, and of another of the same architecture."""

from __future__ import annotations

import hashlib
import json
import re
import types
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from zoo.training._epoch_backend import Epochs, handle_of, make_epochs
from zoo.training._epoch_plan import Call, Outcome, Plan

_KEPT = 8  # functions of architectures, the last ones used
_MOST = 16 * 2**20  # bytes of variables that may be kept alive with one
# What a configuration holds and a training step does not: what only begins a training, or is a variable in it.
_APART = re.compile(r"seed|.*_initializer|learning_rate|build_config|jit_compile|run_eagerly")

_of_models: weakref.WeakKeyDictionary[Any, dict[Any, Epochs]] = weakref.WeakKeyDictionary()
_of_architectures: OrderedDict[Any, tuple[Epochs, list[int]]] = OrderedDict()


class Trainer:
    """A function that trains epochs, and the model that it is to train.

    Args:
        epochs: the function.
        variables: what of the model it may change; by default what it was traced with.
        captured: handles in place of those that it was traced with.
        names: of the model's metrics, where they may be called otherwise.

    Attributes:
        plan: what the function can do.
        variables: all that a call may change.
    """

    def __init__(
        self,
        epochs: Epochs,
        variables: list[Any] | None = None,
        captured: list[Any] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self._epochs, self._captured, self._names = epochs, captured, names
        self.plan = epochs.plan
        self.variables = epochs.variables if variables is None else variables

    def run(self, leaves: Sequence[Any], call: Call) -> Outcome:
        """Take some steps."""
        outcome = self._epochs.run(leaves, call, self._captured)
        if not self._names:
            return outcome
        train, test = (
            [dict(zip(self._names, figures.values(), strict=False)) for figures in part]
            for part in (outcome.train, outcome.test)
        )
        return replace(outcome, train=train, test=test)


def trainer(model: keras.Model, data: Any, judged: Any, plan: Plan) -> Trainer:
    """Return a function for a model, data of this kind and a plan: one that is there, or a new one.

    A function is traced once for a compiled model. One of another model serves as well, where the two have the same
    layers, losses, metrics and optimizer: it is given the handles of this model's variables.

    Raises:
        NotCompilable: the training step returns what is no metric.
    """
    kind = (_kind(data, rows=plan.xla), _kind(judged, rows=plan.xla), plan)
    mine = _of_models.setdefault(model._loss_tracker, {})  # which every compile makes anew
    if kind in mine:
        return Trainer(mine[kind])
    signature = signature_of(model)
    shared = None if signature is None else (signature, kind)
    if shared in _of_architectures:
        epochs, places = _of_architectures[shared]
        _of_architectures.move_to_end(shared)
        own = _variables(model)
        return Trainer(
            epochs, own, [handle_of(own[place]) for place in places], tuple(model.get_metrics_result())
        )
    epochs = make_epochs(model, data, judged, plan)
    if shared is not None:
        known = {id(handle_of(variable)): place for place, variable in enumerate(_variables(model))}
        places = [known.get(id(handle), -1) for handle in epochs.handles()]
        if -1 not in places:
            _of_architectures[shared] = epochs, places
            if len(_of_architectures) > _KEPT:
                _of_architectures.popitem(last=False)
    mine[kind] = epochs
    return Trainer(epochs)


def signature_of(model: keras.Model) -> str | None:
    """Say in a few letters what a model computes when it trains; ``None`` where its configuration does not say it all.

    Two models of one signature differ in their variables' values and in nothing else, so that a function that was
    traced for the one trains the other.

    Examples:
        >>> def model(units, rate):
        ...     made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
        ...     made.compile(keras.optimizers.SGD(rate), "mse")
        ...     return signature_of(made)
        >>> model(3, 0.1) == model(3, 0.5), model(3, 0.1) == model(4, 0.1)
        (True, False)
    """
    layers = list(model._flatten_layers())
    written = keras.tree.flatten(list(model._compile_config.config.values()))
    # Tables and statistics that were adapted are constants in the graph, and in no configuration.
    adapted = any(hasattr(one, "adapt") for one in layers)
    unnamed = getattr(model.optimizer, "_exclude_from_weight_decay", None)
    size = sum(4 * int(np.prod(variable.shape)) for variable in model.variables)
    if adapted or unnamed or size > _MOST or any(map(_is_foreign, [*layers, *written])):
        return None
    try:
        told = json.dumps(
            [*written_parts(model).values(), _flags(layers), keras.config.epsilon()], sort_keys=True
        )
    except Exception:  # whatever keeps a configuration from being written
        return None
    return hashlib.sha256(told.encode()).hexdigest()


def written_parts(model: keras.Model) -> dict[str, Any]:
    """Return a model's configuration and what it was compiled with, without what differs from process to process."""
    # Names that Keras made up count the layers of the process.
    made_up = [one.name for one in model._flatten_layers() if re.search(r"_\d+$", one.name)]
    names = {name: f"layer {place}" for place, name in enumerate(made_up)}
    wired, compiled = model.get_config(), model.get_compile_config()
    for whole in (wired, compiled["optimizer"]["config"]):
        whole.pop("name", None)
    return {"architecture": _bare(wired, names), "compiled": _bare(compiled, names)}


def _bare(config: Any, names: Mapping[str, str]) -> Any:
    """Leave out of a configuration what does not change a training step, and rename what is in ``names``."""
    if isinstance(config, dict):
        return {
            names.get(str(key), str(key)): _bare(value, names)
            for key, value in config.items()
            # A schedule of the learning rate is a part of the step; a rate is a variable.
            if not _APART.fullmatch(str(key)) or (key == "learning_rate" and isinstance(value, dict))
        }
    if isinstance(config, list | tuple):
        return [_bare(item, names) for item in config]
    return names.get(config, config) if isinstance(config, str) else config


def _flags(layers: list[Any]) -> list[Any]:
    return [[type(layer).__name__, layer.trainable] for layer in layers]


def _is_foreign(thing: Any) -> bool:
    """Say whether an object, or a function that it holds, is the user's: its name does not say what it does."""
    if isinstance(thing, types.FunctionType):
        return not thing.__module__.startswith(("keras.", "zoo."))
    if isinstance(thing, str | int | float | None):
        return False
    held = [value for value in vars(thing).values() if isinstance(value, types.FunctionType)]
    return not type(thing).__module__.startswith(("keras.", "zoo.")) or any(map(_is_foreign, held))


def _variables(model: keras.Model) -> list[Any]:
    """List all variables that a training step may read or change, in an order that the architecture gives."""
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    found, seen = [], set()
    for variable in [*model.variables, *model.optimizer.variables, *metrics]:
        if id(variable) not in seen:
            seen.add(id(variable))
            found.append(variable)
    return found


def _kind(arrays: Any, *, rows: bool) -> Any:
    """Say what a nest of arrays looks like, with the number of rows or without."""
    shapes = tuple(
        (tuple(leaf.shape[0 if rows else 1 :]), str(leaf.dtype)) for leaf in keras.tree.flatten(arrays)
    )
    return shapes, str(keras.tree.map_structure(lambda _: 0, arrays))
