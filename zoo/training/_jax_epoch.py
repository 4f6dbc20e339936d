"""Epochs as one JAX function: a loop over the model's own `train_step`, and over `test_step` after it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from zoo.training._epoch_plan import Call, Outcome, Plan
from zoo.training._jax_steps import State, Steps
from zoo.training._memory import number_type


class JaxEpochs:
    """The epochs of one compiled model, traced and compiled for one plan.

    Nothing changes while it runs: the function takes the values of all variables and returns new ones, which the
    variables have after each call. So it trains any model whose variables are like these. The old values are not given
    away to be overwritten, so that a training that is broken off leaves the model as it was before the call.

    Args:
        model: a compiled model whose variables are all made.
        data: ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``, nests of arrays with the rows' axis first.
        judged: the same to validate by; empty where there is none.
        plan: what the function can do; its ``xla`` is true and its numbers are given, ``steps`` of the rows at hand.

    Raises:
        NotCompilable: the training step returns what is no metric.
    """

    def __init__(self, model: keras.Model, data: Any, judged: Any, plan: Plan) -> None:
        model.make_train_function()  # some models refuse a backend there
        self._jax = importlib.import_module("jax")
        self.plan, self._variables = plan, _variables(model)
        mine, theirs = keras.tree.flatten(data), keras.tree.flatten(judged)
        self._parts, self._held = len(mine), mine[0].shape[0]  # rows at hand: all, or what memory allows
        steps = Steps(self._jax, model, plan)

        def run(state: State, leaves: list[Any], orders: Any, rates: Any, numbers: Any) -> Any:
            shown, seen = keras.tree.pack_sequence_as((data, judged), leaves)
            return steps.run(state, shown, seen, orders, rates, numbers)

        shape = self._jax.ShapeDtypeStruct
        lowered = self._jax.jit(run).lower(
            _values(self._variables),
            [shape(leaf.shape, self._jax.dtypes.canonicalize_dtype(leaf.dtype)) for leaf in [*mine, *theirs]],
            shape((plan.epochs_a_call, self._held), "int32"),
            shape((plan.epochs_a_call, plan.steps if plan.rated else 0), "float32"),
            shape((6,), "int32"),
        )
        self._run = lowered.compile()  # which does not hold the model
        self._names = steps.names

    @property
    def variables(self) -> list[Any]:
        """All that a call may change."""
        return self.handles()

    def handles(self) -> list[Any]:
        """Return the variables in the order in which the function takes them."""
        return [variable for part in self._variables for variable in part]

    def run(self, leaves: Sequence[Any], call: Call, captured: Sequence[Any] | None = None) -> Outcome:
        """Take some steps.

        Args:
            leaves: what `place` made of the data and of what is judged by.
            call: which steps.
            captured: the variables of another model, to train that one instead.
        """
        plan, jax = self.plan, self._jax
        variables = self._variables
        if captured is not None:
            rest = iter(captured)
            variables = tuple([next(rest) for _ in part] for part in self._variables)
        short = self._held - call.orders.shape[1]  # of the last rows, where the data comes in parts
        fewer = (
            [_lengthened(jax, leaf, short) for leaf in leaves[: self._parts]]
            if short
            else leaves[: self._parts]
        )
        state, *told = self._run(
            _values(variables),
            [*fewer, *leaves[self._parts :]],
            _fitted(call.orders, (plan.epochs_a_call, self._held)),
            _fitted(call.rates, (plan.epochs_a_call, plan.steps if plan.rated else 0)),
            call.numbers,
        )
        for part, values in zip(variables, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        train, test, (epochs, steps), before = jax.device_get(told)
        return Outcome(
            train=[dict(zip(self._names, row, strict=True)) for row in train[:epochs].tolist()],
            test=[dict(zip(self._names, row, strict=True)) for row in test[:epochs].tolist()],
            steps=int(steps),
            before=float(before),
        )


def place(arrays: Any) -> list[Any]:
    """Put arrays onto the device in the order in which the function takes them; 64-bit floats as Keras' own type.

    Args:
        arrays: a nest of arrays.
    """
    put = importlib.import_module("jax").device_put
    return [
        put(np.asarray(leaf).astype(number_type(leaf), copy=False)) for leaf in keras.tree.flatten(arrays)
    ]


def _variables(model: keras.Model) -> State:
    learned = model.optimizer.variables
    parts = (model.trainable_variables, model.non_trainable_variables, learned, model.metrics_variables)
    return tuple(list(part) for part in parts)


def _values(variables: State) -> State:
    return tuple([variable.value for variable in part] for part in variables)


def _fitted(array: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Cut off what is too much of an array, and fill up what is missing."""
    if array.shape == shape:
        return array
    whole = np.zeros(shape, array.dtype)
    kept = array[: shape[0], : shape[1]]
    whole[: kept.shape[0], : kept.shape[1]] = kept
    return whole


def _lengthened(jax: Any, leaf: Any, rows: int) -> Any:
    return jax.numpy.pad(leaf, [(0, rows), *([(0, 0)] * (leaf.ndim - 1))])
