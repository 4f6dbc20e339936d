"""Keras' own JAX steps, one after the other: what JAX traces of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np

from zoo.training._epoch_plan import NotCompilable, Plan

# Values of variables as Keras' JAX steps take them: trainable, not trainable, the optimizer's, the metrics'.
State = tuple[list[Any], ...]


class Steps:
    """What JAX traces: Keras' steps, one after the other."""

    def __init__(self, jax: Any, model: keras.Model, plan: Plan) -> None:
        self._jax, self._model, self._plan = jax, model, plan
        self._known = model.metrics_variables
        self.names: tuple[str, ...] = ()

    def run(self, state: State, data: Any, judged: Any, orders: Any, rates: Any, numbers: Any) -> Any:
        """Run epochs."""
        jax, plan = self._jax, self._plan
        jnp, lax = jax.numpy, jax.lax
        count, first, last, tail, fresh, judge = (numbers[place] for place in range(6))
        size, rest = plan.batch_size, plan.rows % plan.batch_size
        self.names = tuple(self._result(state[3]))

        def epoch(carry: Any) -> Any:
            number, _, before, now, state, train, test = carry
            *weights, metrics = state
            anew = zip(self._reset(metrics), metrics, strict=True)
            state = (*weights, [jnp.where(fresh > 0, zero, value) for zero, value in anew])
            order = lax.dynamic_index_in_dim(orders, number, keepdims=False)
            shown = self._rows(data, order) if plan.whole else None

            def batch(start: Any, length: int) -> Any:
                if shown is not None:
                    return self._slice(shown, start, length)
                return self._rows(data, lax.dynamic_slice_in_dim(order, start, length))

            def learn(start: Any, length: int, progress: Any) -> Any:
                i, before, now, state = progress
                rate = rates[number, i] if plan.rated else None
                logs, state = self._learn(state, batch(start, length), rate)
                if plan.watched and "loss" in logs:
                    loss = jnp.asarray(logs["loss"], "float32")
                    before, now = jnp.where(jnp.isfinite(loss), loss, before), loss
                return i + 1, before, now, state

            def going(progress: Any) -> Any:
                return (progress[0] < last) & jnp.isfinite(progress[2])

            progress = (first, before, now, state)
            if _count(data) >= size:
                progress = lax.while_loop(going, lambda p: learn(p[0] * size, size, p), progress)
            if rest:
                progress = lax.cond(
                    (tail > 0) & jnp.isfinite(progress[2]),
                    lambda p: learn(p[0] * size, rest, p),
                    lambda p: p,
                    progress,
                )
            i, before, now, state = progress
            train = lax.dynamic_update_index_in_dim(train, self._figures(state[3]), number, 0)
            if plan.judged:
                test, state = lax.cond(
                    judge > 0,
                    lambda t, s: self._judge(judged, number, t, s),
                    lambda t, s: (t, s),
                    test,
                    state,
                )
            return number + 1, i, before, now, state, train, test

        def more(carry: Any) -> Any:
            return (carry[0] < count) & jnp.isfinite(carry[3])

        zero = jnp.int32(0)
        nothing = jnp.zeros((orders.shape[0], len(self.names)), "float32")
        begin = (zero, zero, jnp.float32(np.nan), jnp.float32(0), state, nothing, nothing)
        number, reached, before, _, state, train, test = lax.while_loop(more, epoch, begin)
        return state, train, test, (number, reached), before

    def _learn(self, state: State, rows: Any, rate: Any) -> tuple[Any, State]:
        """Take one step of training."""
        trained, others, learned, metrics = state
        if rate is not None:
            optimizer = self._model.optimizer
            with keras.StatelessScope(zip(optimizer.variables, learned, strict=True)) as scope:
                optimizer.learning_rate = rate
            learned = [scope.get_current_value(variable) for variable in optimizer.variables]
        logs, after = self._model.train_step((trained, others, learned, metrics), rows)
        if not isinstance(logs, dict) or set(logs) != set(self.names):
            raise NotCompilable("its training step returns figures that are no metrics of the model")
        return logs, _alike(after, state)

    def _judge(self, judged: Any, number: Any, test: Any, state: State) -> tuple[Any, State]:
        """Go through the rows to validate by, in their order."""
        trained, others, learned, metrics = state
        size = self._plan.batch_size
        full, rest = divmod(_count(judged), size)

        def judge(i: Any, length: int, seen: State) -> State:
            _, after = self._model.test_step((trained, *seen), self._slice(judged, i * size, length))
            return _alike(after[1:], seen)

        seen: State = (others, self._reset(metrics))
        if full:
            seen = self._jax.lax.fori_loop(0, full, lambda i, seen: judge(i, size, seen), seen)
        if rest:
            seen = judge(full, rest, seen)
        test = self._jax.lax.dynamic_update_index_in_dim(test, self._figures(seen[1]), number, 0)
        return test, (trained, seen[0], learned, seen[1])

    def _reset(self, metrics: Sequence[Any]) -> list[Any]:
        """Return the metrics' variables as they are when nothing has been seen."""
        with keras.StatelessScope(zip(self._known, metrics, strict=True)) as scope:
            for metric in self._model.metrics:
                metric.reset_state()
        return _cast((scope.get_current_value(variable) for variable in self._known), metrics)

    def _result(self, metrics: Sequence[Any]) -> dict[str, Any]:
        with keras.StatelessScope(zip(self._known, metrics, strict=True)):
            return dict(self._model.get_metrics_result())

    def _figures(self, metrics: Sequence[Any]) -> Any:
        """Return the metrics as they stand, ``(metrics,)`` float32."""
        jnp = self._jax.numpy
        values = [jnp.asarray(value, "float32") for value in self._result(metrics).values()]
        if any(value.ndim for value in values):
            raise NotCompilable("a metric is no single number")
        return jnp.stack(values) if values else jnp.zeros(0, "float32")

    def _rows(self, arrays: Any, order: Any) -> Any:
        return _map(lambda leaf: self._jax.numpy.take(leaf, order, axis=0, mode="clip"), arrays)

    def _slice(self, arrays: Any, start: Any, length: int) -> Any:
        return _map(lambda leaf: self._jax.lax.dynamic_slice_in_dim(leaf, start, length), arrays)


def _count(arrays: Any) -> int:
    return int(keras.tree.flatten(arrays)[0].shape[0])


def _alike(state: Iterable[Sequence[Any]], before: State) -> State:
    """Give a state the number types that it had, without which a loop cannot go on."""
    return tuple(_cast(new, old) for new, old in zip(state, before, strict=True))


def _cast(new: Iterable[Any], old: Sequence[Any]) -> list[Any]:
    return [keras.ops.cast(mine, was.dtype) for mine, was in zip(new, old, strict=True)]


def _map(function: Callable[[Any], Any], arrays: Any) -> Any:
    return keras.tree.map_structure(function, arrays)
