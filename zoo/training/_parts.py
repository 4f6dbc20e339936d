"""What each output of a model was compiled with, by its name."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras

from zoo.errors import InputError
from zoo.training._layout import Layout, layout_of


@dataclass(frozen=True)
class Part:
    """What one output was compiled with.

    Attributes:
        loss: as given, or ``None``.
        weight: of the loss in the total, or ``None`` where none was given.
        metrics: as given.
        weighted: the weighted metrics, as given.
    """

    loss: Any = None
    weight: float | None = None
    metrics: tuple[Any, ...] = ()
    weighted: tuple[Any, ...] = ()

    @property
    def watched(self) -> bool:
        """Whether anything asks for this output's targets."""
        return self.loss is not None or bool(self.metrics or self.weighted)


def parts_of(model: keras.Model) -> dict[str, Part]:
    """Return what each output was compiled with, by name, in the order in which the outputs were written.

    Empty for a model of a class of its own, which has no outputs to show, and for one that is not compiled.

    Raises:
        InputError: a key is no output's name, or there are too few or too many items.

    Examples:
        >>> x = keras.Input((4,))
        >>> far, near = (keras.layers.Dense(1, name=name)(x) for name in ("zeta", "alpha"))
        >>> model = keras.Model(x, [far, near])
        >>> model.compile("sgd", loss=["mse", "mae"], loss_weights={"zeta": 100.0})
        >>> parts_of(model)["zeta"]
        Part(loss='mse', weight=100.0, metrics=(), weighted=())
    """
    layout, written = layout_of(model), as_written(model)
    if layout is None or written is None:
        return {}
    losses = _losses(layout, written.get("loss"))
    weights = _weights(layout, written.get("loss_weights"))
    metrics, weighted = (
        _metrics(layout, written.get(label), label) for label in ("metrics", "weighted_metrics")
    )
    return {
        name: Part(losses.get(name), weights.get(name), metrics.get(name, ()), weighted.get(name, ()))
        for name in layout.names
    }


def as_written(model: keras.Model) -> dict[str, Any] | None:
    """Return the arguments that ``compile`` was given, or ``None`` where the model is not compiled."""
    config = getattr(getattr(model, "_compile_config", None), "config", None)
    return dict(config) if getattr(model, "compiled", False) and config is not None else None


def _losses(layout: Layout, loss: Any) -> dict[str, Any]:
    if isinstance(loss, list | tuple) and len(layout.names) == 1 and len(loss) > 1:
        raise InputError(
            f"The output {layout.names[0]!r} has {len(loss)} losses, of which Keras would use the first alone. Add "
            "them up in a function, such as loss=lambda y, p: keras.losses.mse(y, p) + keras.losses.mae(y, p)."
        )
    if isinstance(loss, Mapping | list | tuple):
        return layout.spread(loss, "loss")
    return dict.fromkeys(layout.names, loss)


def _weights(layout: Layout, weights: Any) -> dict[str, float | None]:
    if weights is None:
        return {}
    if hasattr(weights, "tolist"):
        weights = weights.tolist()
    if isinstance(weights, Mapping | list | tuple):
        given = layout.spread(weights, "loss_weights")
    else:
        given = dict.fromkeys(layout.names, weights)
    for name, weight in given.items():
        if weight is None:
            continue
        # A Keras variable may change while training, as in an annealed loss: it is taken as it is.
        if isinstance(weight, bool | str) or (isinstance(weight, numbers.Real) and not math.isfinite(weight)):
            raise InputError(f"loss_weights of {name!r} must be a number; got {weight!r}.")
    # Where one output has a weight, those that were left out count once.
    return {name: 1.0 if given.get(name) is None else given[name] for name in layout.names}


def _metrics(layout: Layout, metrics: Any, label: str) -> dict[str, tuple[Any, ...]]:
    if not metrics:
        return {}
    count = len(layout.names)
    if isinstance(metrics, Mapping):
        given = layout.spread(metrics, label)
    elif count == 1:
        given = {layout.names[0]: metrics}
    elif layout.form == "nested" or len(metrics) == count:
        given = layout.spread(metrics, label)
    elif len(metrics) == 1 and not _in_parts(metrics[0]):
        given = dict.fromkeys(layout.names, metrics[0])  # one metric for all
    else:
        per_output = ", ".join(f"{name!r}: [...]" for name in layout.names)
        raise InputError(
            f"The model has {count} outputs, {', '.join(layout.names)}, and {label} has {len(metrics)} item(s). "
            f"Say which metric is whose: {label}={{{per_output}}}."
        )
    return {name: tuple(_flat(item)) for name, item in given.items()}


def _in_parts(metric: Any) -> bool:
    """Say whether an item holds several, or is an object, which can add up only one output's figures."""
    return metric is None or isinstance(metric, list | tuple | Mapping | keras.metrics.Metric)


def _flat(item: Any) -> list[Any]:
    if isinstance(item, list | tuple):
        return [metric for part in item for metric in _flat(part)]
    if isinstance(item, Mapping):
        return [metric for part in item.values() for metric in _flat(part)]
    return [] if item is None else [item]
