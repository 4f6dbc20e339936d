"""Targets and sample weights, brought into the form of the model's outputs by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from zoo.errors import InputError
from zoo.training._layout import Layout, layout_of
from zoo.training._parts import parts_of


def arrange(model: keras.Model, y: Any, sample_weight: Any = None) -> tuple[Any, Any]:
    """Return targets and sample weights in the form of the model's outputs, each where its name says.

    Keras lines a list up with a dictionary by the alphabet. Here a list is in the order in which the outputs
    were written, and a dictionary is by name, whatever form the outputs have.

    Args:
        model: a compiled model.
        y: an array, or a list, dictionary or nest of them; tensors of a stream as well.
        sample_weight: ``None``, one array for all outputs, or likewise one for each; an output that is left out counts
            1 a row.

    Returns:
        Both, as Keras takes them; unchanged for a model of a class of its own. An output with neither loss nor
        metric needs no targets.

    Raises:
        InputError: a key is no output's name, or targets are missing or too many.

    Examples:
        >>> x = keras.Input((4,))
        >>> model = keras.Model(x, {name: keras.layers.Dense(1)(x) for name in ("size", "age")})
        >>> model.compile("sgd", "mse")
        >>> arrange(model, ["first", "second"])
        ({'size': 'first', 'age': 'second'}, None)
    """
    layout = layout_of(model)
    if layout is None or y is None:
        return y, sample_weight
    parts = parts_of(model)
    targets = targets_by_name(model, y)
    missing = [name for name in layout.names if name not in targets and (not parts or parts[name].watched)]
    if missing:
        raise InputError(
            f"The output {missing[0]!r} has a loss or a metric and no targets: y has only "
            f"{', '.join(map(repr, targets)) or 'nothing'}. Add y[{missing[0]!r}]."
        )
    weights = None if sample_weight is None else weights_by_name(layout, sample_weight)
    filler = next(iter(targets.values()))  # nothing looks at the targets of the rest
    packed = layout.pack({name: targets.get(name, filler) for name in layout.names})
    return _listed(layout, packed), None if weights is None else _listed(layout, layout.pack(weights))


def arrange_batch(model: keras.Model, batch: Any) -> Any:
    """Return a batch of a stream, ``(x, y)`` or ``(x, y, sample_weight)``, with y and the weights arranged.

    What TensorFlow maps over a stream takes a list for one tensor, so lists become tuples here.
    """
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        return batch
    x, y, *weight = batch
    arranged = arrange(model, y, *weight)
    return (x, *(_tupled(part) for part in arranged[: 1 + len(weight)]))


def targets_by_name(model: keras.Model, y: Any) -> dict[str, Any]:
    """Return the targets of each output that has some; empty for a model of a class of its own.

    Raises:
        InputError: a key is no output's name, or there are too few or too many.
    """
    layout = layout_of(model)
    if layout is None or y is None:
        return {}
    watched = [name for name, part in parts_of(model).items() if part.watched]
    if isinstance(y, list | tuple) and len(y) == len(watched) < len(layout.names):
        return dict(zip(watched, y, strict=True))  # outputs without a loss were left out
    if isinstance(y, Mapping | list | tuple):
        return layout.spread(y, "y")
    if len(layout.names) == 1 or len(watched) == 1:
        return {(watched or layout.names)[0]: y}
    raise InputError(
        f"The model has {len(layout.names)} outputs, {', '.join(layout.names)}, and y is one array. Give y as a "
        "dictionary by name, or as a list in that order."
    )


def weights_by_name(layout: Layout, sample_weight: Any) -> dict[str, Any]:
    """Return the sample weights of every output: one array counts for all, and one left out counts 1 a row.

    Raises:
        InputError: a key is no output's name, or there are too few or too many.
    """
    if not isinstance(sample_weight, Mapping | list | tuple):
        return dict.fromkeys(layout.names, sample_weight)
    given = {k: v for k, v in layout.spread(sample_weight, "sample_weight").items() if v is not None}
    if not given:
        raise InputError(
            f"sample_weight holds no weights. Its keys are the outputs: {', '.join(layout.names)}."
        )
    some = next(iter(given.values()))
    ones = some[(slice(None), *(0,) * (len(some.shape) - 1))] * 0 + 1
    return {name: given.get(name, ones) for name in layout.names}


def _listed(layout: Layout, value: Any) -> Any:
    return list(value) if layout.form == "list" else value


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
