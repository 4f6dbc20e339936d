"""Groups of networks: their variables stacked, as they are before the first step and after the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._many_checks import ALONE, TRACED, penalty_factors
from zoo.training._many_rows import Share
from zoo.training._many_step import Batch, Networks, Numbers, State
from zoo.training._many_variants import Builder, Variant, scaled

GROUP_BYTES = (
    2**30
)  # weights, the optimizer's state and what the layers put out, of the networks of one group


@dataclass
class Group:
    """Networks that are trained together.

    Attributes:
        variants: their numbers.
        state: their variables, stacked.
        numbers: what differs among them beside their variables.
    """

    variants: list[int]
    state: State
    numbers: Numbers

    def train(
        self, networks: Networks, order: np.ndarray, rows: Batch, batch_size: int
    ) -> dict[str, np.ndarray]:
        """Learn from the rows once; return the metrics by name, a number a network."""
        chosen = keras.ops.convert_to_tensor(order.astype("int32"))
        self.state, figures = networks.train(self.state, self.numbers, chosen, rows, batch_size=batch_size)
        return _numpy(figures)

    def judge(
        self, networks: Networks, rows: Batch, order: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """Return the metrics on all rows, or on each network's own."""
        chosen = None if order is None else keras.ops.convert_to_tensor(order.astype("int32"))
        return _numpy(networks.judge(self.state, self.numbers, chosen, rows))

    def values(self, place: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the values of one network's variables and of its optimizer's."""
        mine = {
            part: [keras.ops.convert_to_numpy(array[place]) for array in arrays]
            for part, arrays in self.state.items()
        }
        return [*mine["trainable"], *mine["other"]], mine["optimizer"]


def first_group(
    numbers: Sequence[int],
    networks: Networks,
    builder: Builder,
    variants: Sequence[Variant],
    models: Mapping[int, keras.Model],
    starts: Sequence[Sequence[np.ndarray]],
) -> Group:
    """Stack the networks of some variants as they are before the first step.

    Args:
        numbers: the variants.
        networks: the step they share.
        builder: what tells their own scale, rate and decay.
        variants: all of them.
        models: a compiled model for each variant, with that variant's arguments.
        starts: the first values of every variant's variables.
    """
    count = len(networks.model.trainable_variables)
    trainable, other = [], []
    for place, arrays in enumerate(zip(*(starts[number] for number in numbers), strict=True)):
        if place >= count:
            other.append(_stack(arrays))
            continue
        scales = [builder.own(variants[number], "initial_scale") for number in numbers]
        trainable.append(
            _stack([a if s is None else scaled(a, s) for a, s in zip(arrays, scales, strict=True)])
        )
    optimizers = [models[number].optimizer for number in numbers]
    state = {"trainable": trainable, "other": other, "optimizer": []}
    rate = networks.optimizer.learning_rate
    for variable in networks.optimizer.variables:
        value = keras.ops.convert_to_numpy(variable)
        if value.size and np.ptp(value):
            raise InputError(
                f"The optimizer {networks.optimizer.name!r} begins with the weights' values. {ALONE}"
            )
        mine = [value] * len(numbers)
        if variable is rate:
            rates = zip(numbers, optimizers, strict=True)
            mine = [
                np.float32(_own(builder, variants[n], "learning_rate", float(o.learning_rate)))
                for n, o in rates
            ]
        state["optimizer"].append(_stack(mine))
    return Group(list(numbers), state, _numbers(numbers, networks, builder, variants, models))


def _numbers(
    numbers: Sequence[int],
    networks: Networks,
    builder: Builder,
    variants: Sequence[Variant],
    models: Mapping[int, keras.Model],
) -> Numbers:
    """Return the numbers of the optimizers and of the penalties that are not the same in all variants."""
    optimizer, penalties = {}, {}
    for name in TRACED:
        if not hasattr(networks.optimizer, name):
            continue
        # Every variant is asked, not only those of the group, so that all groups are one program.
        told = [_own(builder, v, name, getattr(models[n].optimizer, name)) for n, v in enumerate(variants)]
        if any(value != getattr(networks.optimizer, name) for value in told):
            optimizer[name] = _stack([np.float32(told[n] or 0.0) for n in numbers])
    for place, variable in enumerate(networks.model.trainable_variables):
        factors = [
            penalty_factors(models[n].trainable_variables[place].regularizer) for n in range(len(variants))
        ]
        if any(one != penalty_factors(variable.regularizer) for one in factors):
            penalties[str(place)] = _stack([np.asarray(factors[n], "float32") for n in numbers])
    return {"optimizer": optimizer, "penalties": penalties}


def _own(builder: Builder, variant: Variant, name: str, otherwise: Any) -> Any:
    own = builder.own(variant, name) if name in ("learning_rate", "weight_decay") else None
    return otherwise if own is None else own


def group_size(networks: Networks, rows: int, share: Share) -> int:
    """Return how many networks are trained together, so that a group stays within `GROUP_BYTES`.

    Counted are three times a network's variables and its optimizer's (the values, the new values, the slopes),
    and what its layers put out for ``rows`` rows, twice.
    """
    model = networks.model
    variables = [*model.variables, *networks.optimizer.variables]
    held = 3 * sum(int(np.prod(variable.shape)) for variable in variables)
    outputs = 0
    for layer in model._flatten_layers(include_self=False):
        for tensor in keras.tree.flatten(getattr(layer, "output", None) if layer._inbound_nodes else None):
            outputs += int(np.prod([size or 1 for size in tensor.shape]))
    order = len(share.train)
    return max(1, GROUP_BYTES // (4 * (held + 2 * rows * outputs + order)))


def _stack(arrays: Sequence[Any]) -> Any:
    return keras.ops.convert_to_tensor(np.stack(arrays))


def _numpy(figures: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: keras.ops.convert_to_numpy(value) for name, value in figures.items()}
