"""One step of one network as a pure function, and a whole epoch of many of them as one compiled call."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._many_backend import compiled, gradients, in_turn, mapped

State = dict[
    str, list[Any]
]  # "trainable", "other" and "optimizer": an array a variable, stacked over networks
Numbers = dict[str, Any]  # what differs from network to network beside its variables
Batch = tuple[Any, ...]  # (x, y) or (x, y, sample_weight)

JUDGED_AT_ONCE = 1024  # rows


class Networks:
    """Many networks that share a model's architecture, its optimizer and its metrics, and no number.

    The step is written for one network, with Keras' own layers, losses, metrics and optimizer under a
    `keras.StatelessScope`, and then mapped: whatever is right for one network (a norm over all its gradients, a
    mask of dropout, a NaN) stays that network's own.

    Args:
        model: a compiled model whose metrics are built; its own variables are never changed.
        optimizer: a copy of its optimizer, built for its variables, that can be applied statelessly.
        side_by_side: map the step over the networks as one step on stacked arrays; otherwise one after another, still
            inside one compiled call.
        fused: let XLA make the loop over whole batches, where the rest is not worth compiling so well.
    """

    def __init__(
        self, model: keras.Model, optimizer: keras.optimizers.Optimizer, *, side_by_side: bool, fused: bool
    ) -> None:
        self.model, self.optimizer = model, optimizer
        self._map = mapped if side_by_side else in_turn
        self._variables = {
            "trainable": list(model.trainable_variables),
            "other": list(model.non_trainable_variables),
            "optimizer": list(optimizer.variables),
        }
        self._metrics = list(model.metrics_variables)
        self._fresh = [keras.ops.convert_to_numpy(variable) for variable in self._metrics]
        self._training = {"training": True} if getattr(model, "_call_has_training_arg", True) else {}
        self._whole_batches = compiled(self._many_steps, fused=fused)
        self._last_batch = compiled(self._one_step, fused=False)
        self._all_figures = compiled(lambda metrics: self._map(self._figures, (metrics,)), fused=False)
        self.judge = compiled(self._judge, fused=False)

    def train(
        self, state: State, numbers: Numbers, order: Any, rows: Batch, batch_size: int
    ) -> tuple[State, dict[str, Any]]:
        """Learn from the rows of ``order``, ``(networks, rows)``, once; return the state and the metrics of each."""
        whole = order.shape[1] - order.shape[1] % batch_size
        carried = state, self._fresh_metrics(order.shape[0])
        if whole:
            carried = self._whole_batches(*carried, numbers, order[:, :whole], rows, batch_size=batch_size)
        if whole < order.shape[1]:
            carried = self._last_batch(*carried, numbers, order[:, whole:], rows)
        return carried[0], self._all_figures(carried[1])

    def _many_steps(
        self, state: State, metrics: list[Any], numbers: Numbers, order: Any, rows: Batch, batch_size: int
    ) -> tuple[State, list[Any]]:
        count, length = order.shape

        def step(number: Any, carried: tuple[State, list[Any]]) -> tuple[State, list[Any]]:
            chosen = keras.ops.slice(order, (0, number * batch_size), (count, batch_size))
            return self._one_step(*carried, numbers, chosen, rows)

        carried: tuple[State, list[Any]] = keras.ops.fori_loop(
            0, length // batch_size, step, (state, metrics)
        )
        return carried

    def _one_step(
        self, state: State, metrics: list[Any], numbers: Numbers, chosen: Any, rows: Batch
    ) -> tuple[State, list[Any]]:
        stepped: tuple[State, list[Any]] = self._map(
            self._step, (state, metrics, numbers, _gather(rows, chosen))
        )
        return stepped

    def _judge(self, state: State, numbers: Numbers, order: Any, rows: Batch) -> dict[str, Any]:
        """Return the metrics of each network: on its rows of ``order``, or on all rows where that is ``None``."""
        length = _length(rows) if order is None else order.shape[1]
        metrics = self._fresh_metrics(state["trainable"][0].shape[0])
        for begin in range(0, length, JUDGED_AT_ONCE):
            part = slice(begin, min(begin + JUDGED_AT_ONCE, length))
            if order is None:  # the same rows for all: they are not copied
                batch = keras.tree.map_structure(lambda array, part=part: array[part], rows)
                look = functools.partial(self._look, batch=batch)
                metrics = self._map(look, (state, metrics, numbers))
            else:
                metrics = self._map(self._look, (state, metrics, numbers, _gather(rows, order[:, part])))
        figures: dict[str, Any] = self._map(self._figures, (metrics,))
        return figures

    def _step(
        self, state: State, metrics: list[Any], numbers: Numbers, batch: Batch
    ) -> tuple[State, list[Any]]:
        """Take one step of one network."""

        def loss(trainable: list[Any]) -> tuple[Any, Any]:
            return self._loss({**state, "trainable": trainable}, metrics, batch, **self._training)

        with self._set(numbers):
            (other, metrics), slopes = gradients(loss, state["trainable"])
            trainable, optimizer = self.optimizer.stateless_apply(
                state["optimizer"], slopes, state["trainable"]
            )
        return {"trainable": list(trainable), "other": other, "optimizer": list(optimizer)}, metrics

    def _look(self, state: State, metrics: list[Any], numbers: Numbers, batch: Batch) -> list[Any]:
        """Bring one network's metrics up to date with a batch it does not learn from."""
        with self._set(numbers):
            _, (_, metrics) = self._loss(state, metrics, batch, **dict.fromkeys(self._training, False))
        return metrics

    def _loss(
        self, state: State, metrics: list[Any], batch: Batch, **training: bool
    ) -> tuple[Any, tuple[list[Any], list[Any]]]:
        """Return the loss, and the new values of what is not trained and of the metrics."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        held = [
            *zip(self._variables["trainable"], state["trainable"], strict=True),
            *zip(self._variables["other"], state["other"], strict=True),
            *zip(self._metrics, metrics, strict=True),
        ]
        with keras.StatelessScope(state_mapping=held, collect_losses=True) as scope:
            guess = self.model(x, **training)
            weighed = {"y": y, "y_pred": guess, "sample_weight": sample_weight}
            loss = self.model.compute_loss(
                x=x, **weighed, **({"training": True} if training.get("training") else {})
            )
            tracker = next(metric for metric in self.model.metrics if metric.name == "loss")
            tracker.update_state(loss, sample_weight=_length(batch))
            self.model.compute_metrics(x, **weighed)
        _refuse_strangers(scope, [variable for variable, _ in held])
        other = [scope.get_current_value(variable) for variable in self._variables["other"]]
        return loss, (other, [scope.get_current_value(variable) for variable in self._metrics])

    def _figures(self, metrics: list[Any]) -> dict[str, Any]:
        with keras.StatelessScope(state_mapping=zip(self._metrics, metrics, strict=True)):
            return _flat(self.model.get_metrics_result())

    def _fresh_metrics(self, count: int) -> list[Any]:
        return [keras.ops.convert_to_tensor(np.stack([value] * count)) for value in self._fresh]

    @contextlib.contextmanager
    def _set(self, numbers: Numbers) -> Iterator[None]:
        """Let the optimizer and the regularizers use one network's own numbers, while its step is traced."""
        optimizer = {name: getattr(self.optimizer, name) for name in numbers["optimizer"]}
        penalised = {place: self._variables["trainable"][int(place)] for place in numbers["penalties"]}
        penalties = {place: variable.regularizer for place, variable in penalised.items()}
        try:
            for name, value in numbers["optimizer"].items():
                setattr(self.optimizer, name, value)
            for place, value in numbers["penalties"].items():
                penalised[place].regularizer = _penalty(value)
            yield
        finally:
            for name, value in optimizer.items():
                setattr(self.optimizer, name, value)
            for place, value in penalties.items():
                penalised[place].regularizer = value


def stateless(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """Return an unbuilt copy of an optimizer whose `stateless_apply` works on every backend.

    On TensorFlow Keras refuses it, for the sake of `tf.distribute`, which we do not use: there each of the
    methods that the backend has put its own in place of is the one common to all backends again.
    """
    kind: Any = type(optimizer)
    common = next(cls for cls in kind.__mro__ if cls.__name__ == "BaseOptimizer")
    backend = next((cls for cls in kind.__mro__ if cls.__name__ == "TFOptimizer"), None)
    methods = {
        name: vars(common)[name]
        for name in vars(backend or object)
        if name in vars(common) and not name.startswith("__")
    }
    stateless_kind: Any = type(kind.__name__, (kind,), methods)
    return stateless_kind.from_config(optimizer.get_config())


def _penalty(factors: Any) -> Callable[[Any], Any]:
    """Return the price on weights with a network's own two factors, L1's and L2's."""

    def penalty(weights: Any) -> Any:
        l1 = keras.ops.sum(keras.ops.absolute(weights))
        return factors[0] * l1 + factors[1] * keras.ops.sum(keras.ops.square(weights))

    return penalty


def _gather(rows: Batch, chosen: Any) -> Batch:
    batch: Batch = keras.tree.map_structure(lambda array: keras.ops.take(array, chosen, axis=0), rows)
    return batch


def _length(rows: Batch) -> int:
    return int(keras.tree.flatten(rows)[0].shape[0])


def _flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return metrics by name, those of a metric that has several beside the others."""
    found: dict[str, Any] = {}
    for name, value in figures.items():
        found |= _flat(value) if isinstance(value, Mapping) else {name: keras.ops.convert_to_tensor(value)}
    return found


def _refuse_strangers(scope: keras.StatelessScope, known: Sequence[keras.Variable]) -> None:
    """Refuse a change to a variable that is none of the model's: it would be lost after every step."""
    if set(scope.state_mapping) - {id(variable) for variable in known}:
        raise InputError(
            "A layer, a loss or a metric changes a variable that is not among the model's, such as the global seed of "
            "keras.random without seed=. Give the layer a keras.random.SeedGenerator of its own, or train each "
            "network with zoo.fit."
        )
