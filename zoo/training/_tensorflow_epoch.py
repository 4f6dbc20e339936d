"""Epochs as one TensorFlow function: a loop over the model's own `train_step`, and over `test_step` after it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from zoo.training._epoch_plan import Call, NotCompilable, Outcome, Plan
from zoo.training._memory import number_type


class TensorFlowEpochs:
    """The epochs of one compiled model, traced for one plan.

    The function takes the data, the order of the rows and six numbers that say which steps of which epochs to take,
    so that a whole training, an epoch, or some steps of a long one are calls of the same function. What it changes are
    the variables of the model, the optimizer, the metrics and the seed generators, as `model.fit` would.

    Args:
        model: a compiled model whose variables are all made.
        data: ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``, nests of arrays with the rows' axis first.
        judged: the same to validate by; empty where there is none.
        plan: what the function can do.

    Raises:
        NotCompilable: the training step returns what is no metric.
    """

    def __init__(self, model: keras.Model, data: Any, judged: Any, plan: Plan) -> None:
        self._tf = importlib.import_module("tensorflow")
        self.plan, self._model = plan, model
        self._data, self._judged = data, judged
        self._names = tuple(model.get_metrics_result())
        tf = self._tf
        specs = [self._spec(leaf) for leaf in keras.tree.flatten((self._data, self._judged))]
        epochs = plan.epochs_a_call if plan.xla else None
        width = plan.rows if plan.xla else None
        function = tf.function(self._run, jit_compile=plan.xla, autograph=False)
        self._concrete = function.get_concrete_function(
            *specs,
            tf.TensorSpec([epochs, width], tf.int32),
            tf.TensorSpec([epochs, plan.steps if plan.xla else None], tf.float32),
            tf.TensorSpec([6], tf.int32),
        )
        del self._model  # the function holds what it needs of it: its variables
        self._captured = self._concrete.captured_inputs

    @property
    def variables(self) -> list[Any]:
        """All that a call may change."""
        return list(self._concrete.graph.variables)

    def handles(self) -> list[Any]:
        """Return what the function captured, variables' handles among them."""
        return list(self._captured)

    def run(self, leaves: Sequence[Any], call: Call, captured: Sequence[Any] | None = None) -> Outcome:
        """Take some steps.

        Args:
            leaves: what `place` made of the data and of what is judged by.
            call: which steps.
            captured: handles of another model's variables, to train that one instead.
        """
        tf, plan = self._tf, self.plan
        orders, rates = call.orders, call.rates
        if plan.xla and len(orders) < plan.epochs_a_call:
            short = plan.epochs_a_call - len(orders)
            orders, rates = (np.pad(array, ((0, short), (0, 0))) for array in (orders, rates))
        arguments = [*leaves, tf.constant(orders), tf.constant(rates), tf.constant(call.numbers)]
        train, test, reached, before = self._call(arguments, self._captured if captured is None else captured)
        epochs, steps = reached.numpy().tolist()
        return Outcome(
            train=[dict(zip(self._names, row, strict=True)) for row in train.numpy()[:epochs].tolist()],
            test=[dict(zip(self._names, row, strict=True)) for row in test.numpy()[:epochs].tolist()],
            steps=steps,
            before=float(before),
        )

    def _call(self, arguments: list[Any], captured: Sequence[Any]) -> Any:
        """Call the function with these variables' handles beside its arguments, its own or another model's."""
        if self.plan.xla:  # the operation below would run it without
            return self._concrete._call_flat(arguments, list(captured))
        outputs = [output.dtype for output in self._concrete.outputs]
        operation = self._tf.raw_ops.StatefulPartitionedCall  # what a call ends in
        return operation(args=[*arguments, *captured], Tout=outputs, f=self._concrete)

    def _spec(self, leaf: Any) -> Any:
        """Say what the function is traced for; XLA needs the number of rows, and everything else takes any."""
        shape = list(leaf.shape)
        return self._tf.TensorSpec(shape if self.plan.xla else [None, *shape[1:]], leaf.dtype)

    def _run(self, *arguments: Any) -> tuple[Any, Any, Any, Any]:
        """Run epochs: what TensorFlow traces."""
        tf, plan, model = self._tf, self.plan, self._model
        *leaves, orders, rates, numbers = arguments
        data, judged = keras.tree.pack_sequence_as((self._data, self._judged), leaves)
        count, first, last, tail, fresh, judge = (numbers[place] for place in range(6))
        size, rest = plan.batch_size, plan.rows % plan.batch_size

        def epoch(number: Any, reached: Any, before: Any, now: Any, train: Any, test: Any) -> tuple[Any, ...]:
            order = orders[number]
            tf.cond(fresh > 0, lambda: _reset(model), lambda: None)
            shown = _rows(tf, data, order) if plan.whole else None

            def batch(start: Any, length: Any) -> Any:
                if shown is not None:
                    return _map(lambda leaf: _slice(tf, leaf, start, length), shown)
                return _rows(tf, data, tf.slice(order, [start], [length]))

            def learn(rows: Any, i: Any, before: Any, now: Any) -> tuple[Any, Any, Any]:
                if plan.rated:
                    model.optimizer.learning_rate = rates[number, i]
                logs = model.train_step(rows)
                self._check(logs)
                if not plan.watched or "loss" not in logs:
                    return i + 1, before, now
                loss = tf.cast(logs["loss"], tf.float32)
                return i + 1, tf.where(tf.math.is_finite(loss), loss, before), loss

            def step(i: Any, before: Any, now: Any) -> tuple[Any, Any, Any]:
                # XLA wants each batch's size beforehand, so there the tail is a step of its own.
                length = size if plan.xla else tf.minimum(size, tf.shape(order)[0] - i * size)
                return learn(batch(i * size, length), i, before, now)

            def going(i: Any, before: Any, now: Any) -> Any:
                return (i < (last if plan.xla else last + tail)) & tf.math.is_finite(now)

            state = tf.while_loop(going, step, (first, before, now), parallel_iterations=1)
            if plan.xla and rest:
                i, before, now = state
                # A number: XLA would compile anew for each `first` that it followed from.
                begin = plan.rows - rest
                state = tf.cond(
                    (tail > 0) & tf.math.is_finite(now),
                    lambda: learn(batch(begin, rest), i, before, now),
                    lambda: (i, before, now),
                )
            i, before, now = state
            train = _put(tf, train, number, self._figures())
            if plan.judged:
                test = tf.cond(
                    judge > 0, lambda: _put(tf, test, number, self._judge(judged)), lambda: tf.identity(test)
                )
            return number + 1, i, before, now, train, test

        def more(number: Any, reached: Any, before: Any, now: Any, *_: Any) -> Any:
            return (number < count) & tf.math.is_finite(now)

        zero, nothing = tf.constant(0), tf.zeros([tf.shape(orders)[0], len(self._names)], tf.float64)
        number, reached, before, _, train, test = tf.while_loop(
            more,
            epoch,
            (zero, zero, tf.constant(np.nan, tf.float32), tf.constant(0.0), nothing, nothing),
            parallel_iterations=1,
        )
        return train, test, tf.stack([number, reached]), before

    def _judge(self, judged: Any) -> Any:
        """Go through the rows to validate by, in their order."""
        tf, model, size = self._tf, self._model, self.plan.batch_size
        _reset(model)
        first = keras.tree.flatten(judged)[0]
        rows = first.shape[0] if self.plan.xla else tf.shape(first)[0]
        full, rest = rows // size, rows % size

        def judge(start: Any, length: Any) -> None:
            batch = _map(lambda leaf: _slice(tf, leaf, start, length), judged)
            self._check(model.test_step(batch))

        def step(i: Any) -> tuple[Any]:
            judge(i * size, size if self.plan.xla else tf.minimum(size, rows - i * size))
            return (i + 1,)

        steps = full if self.plan.xla else -(-rows // size)
        tf.while_loop(lambda i: i < steps, step, (tf.constant(0),), parallel_iterations=1)
        if self.plan.xla and rest:
            judge(full * size, rest)
        return self._figures()

    def _check(self, logs: Any) -> None:
        """Refuse a step's figures that are not the metrics'."""
        if not isinstance(logs, dict) or set(logs) != set(self._names):
            raise NotCompilable("its training step returns figures that are no metrics of the model")

    def _figures(self) -> Any:
        """Return the metrics as they stand, ``(metrics,)`` float64."""
        tf, known = self._tf, self._model.get_metrics_result()
        if any(tf.convert_to_tensor(value).shape.rank != 0 for value in known.values()):
            raise NotCompilable("a metric is no single number")
        return tf.stack([tf.cast(known[name], tf.float64) for name in self._names])


def place(arrays: Any) -> list[Any]:
    """Put arrays onto the device in the order in which the function takes them; 64-bit floats as Keras' own type.

    Args:
        arrays: a nest of arrays.
    """
    tf = importlib.import_module("tensorflow")
    return [tf.convert_to_tensor(leaf, number_type(leaf)) for leaf in keras.tree.flatten(arrays)]


def _reset(model: keras.Model) -> None:
    for metric in model.metrics:
        metric.reset_state()


def _rows(tf: Any, arrays: Any, order: Any) -> Any:
    return _map(lambda leaf: tf.gather(leaf, order), arrays)


def _slice(tf: Any, leaf: Any, start: Any, length: Any) -> Any:
    rest = [0] * (leaf.shape.rank - 1)
    rows = tf.slice(leaf, [start, *rest], [length, *([-1] * len(rest))])
    return tf.ensure_shape(rows, [length if isinstance(length, int) else None, *leaf.shape[1:]])


def _map(function: Callable[[Any], Any], arrays: Any) -> Any:
    return keras.tree.map_structure(function, arrays)


def _put(tf: Any, rows: Any, number: Any, row: Any) -> Any:
    return tf.tensor_scatter_nd_update(rows, [[number]], row[tf.newaxis])
