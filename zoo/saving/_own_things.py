"""The parts of a model that are neither Keras' nor the zoo's, and what of them a file could lose."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

import keras
import numpy as np

_KNOWN = ("keras", "zoo")
_COMPUTING = ("call", "__call__", "update_state")
_ELSEWHERE = (
    keras.Layer,
    keras.Initializer,
)  # layers come by themselves, and weights are read, not made anew


@dataclass(frozen=True)
class Difference:
    """An attribute that is another one after loading.

    Attributes:
        thing: the layer, model, loss, metric or optimizer.
        attribute: its name.
        before: as it was saved.
        after: as it was loaded.
        argument: of ``__init__``, which ``get_config`` leaves out or gives another value; ``""`` where there is
            none.
    """

    thing: Any
    attribute: str
    before: Any
    after: Any
    argument: str


def parts(model: keras.Model) -> list[Any]:
    """Return the model, its layers, what these hold, and what it was compiled with, always in the same order."""
    settings = getattr(model, "_compile_config", None)
    compiled = keras.tree.flatten(settings.config) if settings is not None else []
    found: list[Any] = []
    for layer in model._flatten_layers():
        held = [] if isinstance(layer, keras.Model) else vars(layer).values()
        found += [
            layer,
            *(thing for thing in held if _has_config(thing) and not isinstance(thing, _ELSEWHERE)),
        ]
    return [*found, *compiled]


def own_objects(model: keras.Model) -> dict[str, Any]:
    """Return the classes and functions of the user's own that a file of the model names, by their names."""
    found: dict[str, Any] = {}
    for part in parts(model):
        for thing in (part, *vars(part).values()) if hasattr(part, "__dict__") else (part,):
            named = thing if inspect.isfunction(thing) else type(thing) if _has_config(thing) else None
            if named is not None and is_own(named):
                found[named.__name__] = named
                found[keras.saving.get_registered_name(named)] = named
    return found


def is_own(thing: Any) -> bool:
    """Whether a class or function comes from neither Keras nor the zoo."""
    return str(getattr(thing, "__module__", "")).partition(".")[0] not in _KNOWN


def lambdas(model: keras.Model) -> Iterator[tuple[keras.Layer, str]]:
    """Yield each layer of Keras' own that was given a lambda, and the name of the argument."""
    for layer in model._flatten_layers():
        if not (is_own(type(layer)) or isinstance(layer, keras.Model)):
            for name, value in vars(layer).items():
                if inspect.isfunction(value) and value.__name__ == "<lambda>" and not name.startswith("_"):
                    yield layer, name


def unwritten_arguments(thing: Any) -> list[str]:
    """Return the arguments of ``__init__`` that ``get_config`` leaves out, or gives another value than they have."""
    config, held = thing.get_config(), vars(thing)
    return [
        name
        for name in arguments(type(thing))
        if name not in config or not same(held.get(name, held.get(f"_{name}", config[name])), config[name])
    ]


def arguments(cls: type[Any]) -> dict[str, Any]:
    """Return the arguments of a class of the user's own with their defaults, its parents' with ``**kwargs`` too."""
    found: dict[str, Any] = {}
    for base in takewhile(is_own, cls.__mro__):
        if "__init__" not in vars(base):
            continue
        several = inspect.signature(base.__init__).parameters.values()  # type: ignore[misc]
        for parameter in list(several)[1:]:
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                found.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in several):
            break
    return found


def differences(before: Any, after: Any) -> list[Difference]:
    """Return the attributes whose loss changes what a thing of the user's own does.

    These are the arguments of its ``__init__``; where ``get_config`` leaves one out, all that differs; and what
    its code reads and never sets. A counter or a log that a call keeps for itself is none of them.
    """
    unwritten, known = unwritten_arguments(before), arguments(type(before))
    read = _read_only(type(before))
    found = []
    for name, value in vars(before).items():
        if name in _attributes_of_keras() or same(value, getattr(after, name, value)):
            continue
        bare = name.lstrip("_")
        grows = isinstance(value, list | dict | set)  # as a log does
        if bare in known or unwritten or (name in read and not grows):
            argument = bare if bare in known else unwritten[0] if unwritten else ""
            found.append(Difference(before, name, value, getattr(after, name), argument))
    return sorted(found, key=lambda one: one.attribute.lstrip("_") != one.argument)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, as far as that can be told: what has no plain value counts as equal."""
    if isinstance(one, keras.Variable | keras.KerasTensor) or _has_config(one):
        return True  # weights are compared as weights, layers as layers
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if inspect.isroutine(one) and inspect.isroutine(other):
        return one.__qualname__ == other.__qualname__
    a, b = _array(one), _array(other)
    if a is None or b is None:
        return True
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc"))


def _array(value: Any) -> Any:
    """Return a plain value, an array, a tensor or a variable of the backend as an array; None for all else."""
    plain = value is None or isinstance(value, bool | int | float | complex | str | bytes | np.generic)
    if plain or isinstance(value, np.ndarray):
        return np.asarray(value)
    if keras.ops.is_tensor(value) or hasattr(value, "assign"):
        try:
            return np.asarray(value)
        except (TypeError, ValueError, RuntimeError):
            return None
    return None


def _has_config(thing: Any) -> bool:
    return callable(getattr(thing, "get_config", None)) and not inspect.isclass(thing)


@cache
def _attributes_of_keras() -> frozenset[str]:
    """Return the attributes that Keras itself gives to layers, models, losses and metrics."""
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile(loss="mse")
    plain = (keras.layers.Layer(), model, keras.losses.Loss(), keras.metrics.Metric())
    return frozenset(name for thing in plain for name in vars(thing)) | {"name"}


def _read_only(cls: type[Any]) -> frozenset[str]:
    """Return the attributes that a class' own code reads, without those that its computation sets."""
    read: set[str] = set()
    written: set[str] = set()
    for base in takewhile(is_own, cls.__mro__):
        for name, function in vars(base).items():
            if not inspect.isfunction(function) or name in ("__init__", "get_config", "build"):
                continue
            for step in dis.get_instructions(inspect.unwrap(function)):
                if step.opname == "STORE_ATTR" and name in _COMPUTING:
                    written.add(step.argval)
                elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                    read.add(step.argval)
    return frozenset(read - written)
