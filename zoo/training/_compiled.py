"""Makes a compiled model mean what was written: by the outputs' names, and the accuracy that fits the loss."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arrange import arrange, targets_by_name
from zoo.training._data import Rows
from zoo.training._layout import Layout, layout_of
from zoo.training._meant import meant
from zoo.training._outputs import Output, activation_of, name_and_settings
from zoo.training._parts import Part, as_written, parts_of

_OWN = ("compile", "train_step", "test_step", "compute_loss", "compute_metrics")


def settle(model: keras.Model, rows: Rows | None = None) -> bool:
    """Compile a model anew, where Keras would take what was written for something else.

    Keras orders dictionaries by the alphabet and counts lists through, so that with losses in a list and
    ``loss_weights={"zeta": 100, "alpha": 1}`` alpha gets the 100; and it tells by the shapes alone what
    ``"accuracy"`` is. Here the names decide, and the loss. The optimizer is the same object with all it has
    learned, and the switches stay. Where Keras takes all rightly nothing is touched, nor is a model with a
    training step of its own.

    Args:
        model: a compiled model.
        rows: rows that it is to learn from or to be judged by, or the first ones of a stream.

    Returns:
        Whether the model was compiled anew.

    Raises:
        InputError: what was written cannot be meant, such as a key that is no output's name.

    Examples:
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "sigmoid", name="out")])
        >>> model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        >>> settle(model, Rows(np.ones((2, 4)), np.array([[1, 1, 0], [0, 0, 0]])))
        True
        >>> [type(metric).__name__ for metric in metrics_of(model)["out"]]
        ['BinaryAccuracy']
    """
    written = as_written(model)
    if written is None or any(getattr(type(model), name) is not getattr(keras.Model, name) for name in _OWN):
        return False
    layout = layout_of(model)
    if layout is None:
        return _settle_by_targets(model, written, rows)
    parts = parts_of(model)
    changed = _recompile(model, written, _arguments(layout, parts), layout)
    settled = {o.name: _as_meant(parts[o.name], o) for o in outputs_by_name(model, rows)}
    changed |= _recompile(model, as_written(model) or written, _arguments(layout, settled), layout)
    if layout.form == "nested" and rows is not None:
        _name_losses(model, layout, rows)
    return changed


def metrics_of(model: keras.Model) -> dict[str, list[Any]]:
    """Return the metrics of each output by name, as names, functions or objects; weighted ones come last.

    Raises:
        InputError: a key is no output's name, or there are too few or too many items.

    Examples:
        >>> x = keras.Input((4,))
        >>> model = keras.Model(x, {name: keras.layers.Dense(1)(x) for name in ("size", "age")})
        >>> model.compile("sgd", "mse", metrics={"age": "mae"})
        >>> metrics_of(model)
        {'size': [], 'age': ['mae']}
    """
    return {name: [*part.metrics, *part.weighted] for name, part in parts_of(model).items()}


def outputs_by_name(model: keras.Model, rows: Rows | None) -> list[Output]:
    """List the outputs in the order written, each with its own loss and targets, whatever form both came in.

    Empty for a model of a class of its own, which has none to show. Losses or targets that cannot be told apart are
    left out; `compiled_by_name` and `targets_by_output` say what is wrong with them.
    """
    layout = layout_of(model)
    if layout is None:
        return []
    parts: dict[str, Part] = {}
    targets: dict[str, Any] = {}
    with contextlib.suppress(InputError):
        parts = parts_of(model)
        targets = {} if rows is None else targets_by_name(model, rows.y)
    tensors = dict(zip(layout.order, model.outputs, strict=True))
    outputs = []
    for name in layout.names:
        shape, y, part = tuple(tensors[name].shape[1:]), targets.get(name), parts.get(name, Part())
        loss, settings = name_and_settings(part.loss, shape, y)
        outputs.append(
            Output(
                name=name,
                shape=shape,
                activation=activation_of(tensors[name]),
                loss=loss,
                from_logits=bool(settings.get("from_logits")),
                y=y,
                label="y" if len(layout.names) == 1 else f"y[{name!r}]",
                ignored=settings.get("ignore_class"),
                has_loss=part.loss is not None,
            )
        )
    return outputs


def _as_meant(part: Part, output: Output) -> Part:
    return dataclasses.replace(
        part,
        metrics=tuple(meant(metric, output) for metric in part.metrics),
        weighted=tuple(meant(metric, output) for metric in part.weighted),
    )


def _arguments(layout: Layout, parts: Mapping[str, Part]) -> dict[str, Any]:
    """Write what the outputs were compiled with in the outputs' own form, which Keras takes as it is meant."""
    weighed = any(part.weight is not None for part in parts.values())
    return {
        "loss": _unless_empty(layout.pack({name: part.loss for name, part in parts.items()})),
        "loss_weights": layout.pack({name: part.weight for name, part in parts.items()}) if weighed else None,
        "metrics": _unless_empty(layout.pack({name: list(part.metrics) for name, part in parts.items()})),
        "weighted_metrics": _unless_empty(
            layout.pack({name: list(part.weighted) for name, part in parts.items()})
        ),
    }


def _unless_empty(value: Any) -> Any:
    """Return ``None`` where nothing is in a form, since Keras tells no losses from empty ones."""
    if isinstance(value, Mapping):
        return value if any(_unless_empty(item) is not None for item in value.values()) else None
    if isinstance(value, list | tuple):
        return value if any(_unless_empty(item) is not None for item in value) else None
    return value


def _recompile(
    model: keras.Model, written: Mapping[str, Any], arguments: dict[str, Any], layout: Layout | None
) -> bool:
    """Compile a model with its own optimizer and switches, if an argument differs from what was written."""
    renamed = layout is not None and layout.form == "list" and list(layout.names) != list(model.output_names)
    if not renamed and all(_same(written.get(name), value) for name, value in arguments.items()):
        return False
    if renamed and layout is not None:
        model.output_names = list(layout.names)
    trainable = getattr(model, "_compiled_trainable_state", None)
    with _scope(model):
        model.compile(
            optimizer=model.optimizer,
            **arguments,
            run_eagerly=model.run_eagerly,
            steps_per_execution=model.steps_per_execution,
            jit_compile=model.jit_compile and not model.run_eagerly,
            auto_scale_loss=isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer),
        )
    if trainable is not None:  # what was frozen since the user compiled is still to be said
        model._compiled_trainable_state = trainable
    return True


def _scope(model: keras.Model) -> contextlib.AbstractContextManager[Any]:
    """Return where variables of the metrics belong: with the model's own, where it is spread over devices."""
    strategy = getattr(model, "_distribute_strategy", None)
    return contextlib.nullcontext() if strategy is None else strategy.scope()


def _same(written: Any, meant: Any) -> bool:
    """Say whether two arguments are one for Keras: lists are tuples, and a metric alone is a list of one."""
    if isinstance(meant, Mapping) and isinstance(written, Mapping):
        return set(meant) == set(written) and all(_same(written[key], meant[key]) for key in meant)
    if isinstance(meant, list | tuple):
        written = list(written) if isinstance(written, list | tuple) else [] if written is None else [written]
        return len(written) == len(meant) and all(map(_same, written, meant))
    if isinstance(written, list | tuple) and len(written) == 1:
        return _same(written[0], meant)  # one output alone
    if isinstance(written, Mapping | list | tuple):
        return False
    return written is meant or (isinstance(written, str | int | float) and bool(written == meant))


def _settle_by_targets(model: keras.Model, written: Mapping[str, Any], rows: Rows | None) -> bool:
    """Settle the metrics of a model of a class of its own, where the targets say enough: with one array of them."""
    y = None if rows is None else rows.y
    if not isinstance(y, np.ndarray) or isinstance(written.get("loss"), Mapping | list | tuple):
        return False
    # What it returns cannot be seen; a binary loss compares number with number, so it has the targets' shape.
    shape = y.shape[1:] or (1,)
    loss, settings = name_and_settings(written.get("loss"), shape, y)
    output = Output("output", shape, None, loss, bool(settings.get("from_logits")), y, "y")
    if not loss.startswith("binary"):
        return False
    arguments: dict[str, Any] = {
        name: written.get(name) for name in ("loss", "loss_weights", "metrics", "weighted_metrics")
    }
    for label in ("metrics", "weighted_metrics"):
        if isinstance(arguments[label], list | tuple):
            arguments[label] = [meant(metric, output) for metric in arguments[label]]
    return _recompile(model, written, arguments, None)


def _name_losses(model: keras.Model, layout: Layout, rows: Rows) -> None:
    """Call the losses of nested outputs as their metrics are called, ``b_loss`` where Keras has ``0/b_loss``.

    Keras makes up these names when it first sees targets, so one row is shown to it here.
    """
    targets, _ = arrange(model, rows.y)
    row = keras.tree.map_structure(lambda array: keras.ops.convert_to_tensor(array[:1]), targets)
    guess = layout.pack(
        {
            name: keras.ops.zeros([size or 1 for size in tensor.shape])
            for name, tensor in zip(layout.order, model.outputs, strict=True)
        }
    )
    model.compute_loss(y=row, y_pred=guess)
    found: Any = getattr(model, "_compile_loss", None)
    losses = getattr(found, "_flat_losses", None) or []
    for metric, loss in zip(getattr(found, "metrics", ()), losses, strict=False):
        if loss.path in layout.paths:
            metric.name = f"{layout.paths[loss.path]}_loss"
    model.reset_metrics()
