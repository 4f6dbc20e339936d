"""All variables that a training changes, in an order that the model gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from zoo.training._model_weights import all_layers


def training_variables(model: keras.Model) -> dict[str, list[Any]]:
    """Return the variables that outlive an epoch: the model's and its optimizers'.

    The states of a model's random numbers are among its own. A model of a class of its own, such as a GAN, may have
    more than one optimizer. Metrics begin anew with each epoch.

    Args:
        model: a compiled model whose variables are all made.
    """
    seen: set[int] = set()
    groups: dict[str, list[Any]] = {"model": list(model.variables)}
    for place, optimizer in enumerate(_optimizers(model)):
        groups[f"optimizer {place + 1}"] = list(optimizer.variables)
    return {
        name: [one for one in group if id(one) not in seen and not seen.add(id(one))]  # type: ignore[func-returns-value]
        for name, group in groups.items()
    }


def values_of(variables: Sequence[Any]) -> list[np.ndarray]:
    """Return the values of variables, in their own number types."""
    return [np.asarray(keras.ops.convert_to_numpy(variable)) for variable in variables]


def misfit(variables: Sequence[Any], values: Sequence[np.ndarray]) -> str | None:
    """Say why values cannot be those of variables; ``None`` where they can."""
    if len(variables) != len(values):
        return f"{len(variables)} variables, and {len(values)} were kept"
    for variable, value in zip(variables, values, strict=True):
        if tuple(variable.shape) != value.shape:
            return f"{variable.path} has the shape {tuple(variable.shape)}, and {value.shape} was kept"
    return None


def _optimizers(model: keras.Model) -> Iterator[Any]:
    """Yield a model's optimizer, and those that it and the models inside it have as attributes."""
    found: list[Any] = []
    for owner in [model, *all_layers(model)]:
        for _, value in sorted(vars(owner).items(), key=lambda item: item[0]):
            held = value if isinstance(value, list | tuple) else [value]
            for one in held:
                if isinstance(one, keras.optimizers.Optimizer) and one not in found:
                    found.append(one)
    first = getattr(model, "optimizer", None)
    if first is not None:
        yield first
    yield from (one for one in found if one is not first)
