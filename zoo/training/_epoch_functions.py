"""Compiled epochs that are kept: for the next `fit` of the same model, and of another of the same architecture."""

from __future__ import annotations

import hashlib
import json
import re
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import keras

from zoo.training._epoch_plan import Call, Outcome, Plan
from zoo.training._model_weights import learns_as_keras_does
from zoo.training._tensorflow_epoch import TensorFlowEpochs

_KEPT = 8  # functions of architectures, the last ones used
_MOST = 64 * 2**20  # bytes of variables that may be kept alive with one
# What a configuration holds and a training step does not: what only begins a training, or is a variable in it.
_APART = re.compile(r"seed|.*_initializer|learning_rate|build_config|jit_compile|run_eagerly")

_of_models: weakref.WeakKeyDictionary[Any, dict[Any, TensorFlowEpochs]] = weakref.WeakKeyDictionary()
_of_architectures: OrderedDict[Any, tuple[TensorFlowEpochs, list[int | None]]] = OrderedDict()


class Trainer:
    """A function that trains epochs, and the variables of the model that it is to train."""

    def __init__(self, epochs: TensorFlowEpochs, captured: list[Any] | None = None) -> None:
        self.epochs, self._captured = epochs, captured
        self.plan = epochs.plan

    def run(self, leaves: Sequence[Any], call: Call) -> Outcome:
        """Take some steps."""
        return self.epochs.run(leaves, call, self._captured)


def trainer(model: keras.Model, data: Any, judged: Any, plan: Plan) -> Trainer:
    """Return a function for a model, data of this kind and a plan: one that is there, or a new one.

    A function is traced once for a compiled model. One of another model serves as well, where the two have the same
    layers, losses, metrics and optimizer: it is given the handles of this model's variables.

    Raises:
        NotCompilable: the training step returns what is no metric.
    """
    kind = (_kind(data), _kind(judged), plan)
    mine = _of_models.setdefault(model._loss_tracker, {})  # which every compile makes anew
    if kind in mine:
        return Trainer(mine[kind])
    signature = signature_of(model)
    shared = None if signature is None else (signature, kind)
    if shared in _of_architectures:
        epochs, places = _of_architectures[shared]
        _of_architectures.move_to_end(shared)
        handles = [variable.value.handle for variable in _variables(model)]
        own = zip(places, epochs.handles(), strict=True)
        return Trainer(epochs, [theirs if place is None else handles[place] for place, theirs in own])
    epochs = TensorFlowEpochs(model, data, judged, plan)
    if shared is not None:
        known = {id(variable.value.handle): place for place, variable in enumerate(_variables(model))}
        places = [known.get(id(handle)) for handle in epochs.handles()]
        if None not in places:
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
    foreign = [one for one in layers if not _is_known(type(one))]
    # Tables and statistics that were adapted are constants in the graph, and in no configuration.
    adapted = [one for one in layers if hasattr(one, "adapt")]
    unnamed = getattr(model.optimizer, "_exclude_from_weight_decay", None)
    size = sum(4 * variable.size if hasattr(variable, "size") else 0 for variable in model.variables)
    if foreign or adapted or unnamed or not learns_as_keras_does(model) or size > _MOST:
        return None
    try:
        wired, compiled = model.get_config(), model.get_compile_config()
        for whole in (wired, compiled["optimizer"]["config"]):
            whole.pop("name", None)
        told = json.dumps(
            [_bare(wired), _bare(compiled), _flags(layers), keras.config.epsilon()], sort_keys=True
        )
    except (KeyError, TypeError, ValueError, NotImplementedError):
        return None
    if re.search(r'"(__lambda__|function)"', told):
        return None  # a function's name does not say what it does
    return hashlib.sha256(told.encode()).hexdigest()


def _bare(config: Any) -> Any:
    """Leave out of a configuration what does not change a training step."""
    if isinstance(config, dict):
        if isinstance(module := config.get("module"), str) and not module.startswith(
            ("keras", "builtins", "zoo")
        ):
            raise ValueError(f"{module} may hold anything.")
        return {
            str(key): _bare(value)
            for key, value in config.items()
            # A schedule of the learning rate is a part of the step; a rate is a variable.
            if not _APART.fullmatch(str(key)) or (key == "learning_rate" and isinstance(value, dict))
        }
    return [_bare(item) for item in config] if isinstance(config, list | tuple) else config


def _flags(layers: list[Any]) -> list[Any]:
    return [[type(layer).__name__, layer.trainable] for layer in layers]


def _is_known(kind: type) -> bool:
    return kind.__module__.startswith(("keras.", "zoo."))


def _variables(model: keras.Model) -> list[Any]:
    """List all variables that a training step may read or change, in an order that the architecture gives."""
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    found, seen = [], set()
    for variable in [*model.variables, *model.optimizer.variables, *metrics]:
        if id(variable) not in seen:
            seen.add(id(variable))
            found.append(variable)
    return found


def _kind(arrays: Any) -> Any:
    """Say what a nest of arrays looks like, but for the number of rows."""
    shapes = tuple((tuple(leaf.shape[1:]), str(leaf.dtype)) for leaf in keras.tree.flatten(arrays))
    return shapes, str(keras.tree.map_structure(lambda _: 0, arrays))
