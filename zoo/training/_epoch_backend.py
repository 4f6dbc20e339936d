"""Compiled epochs by the backend in use: the class that makes them, and how rows come onto its device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import keras

from zoo.training import _jax_epoch, _tensorflow_epoch
from zoo.training._epoch_plan import Call, Outcome, Plan

BACKENDS = ("tensorflow", "jax")


class Epochs(Protocol):
    """The epochs of one compiled model, traced for one plan."""

    plan: Plan

    @property
    def variables(self) -> list[Any]:
        """All that a call may change."""

    def handles(self) -> list[Any]:
        """Return what the function captured, variables' handles among them."""

    def run(self, leaves: Sequence[Any], call: Call, captured: Sequence[Any] | None = None) -> Outcome:
        """Take some steps."""


def always_xla() -> bool:
    """Say whether the backend compiles everything by XLA."""
    return bool(keras.config.backend() == "jax")


def make_epochs(model: keras.Model, data: Any, judged: Any, plan: Plan) -> Epochs:
    """Trace a model's epochs.

    Raises:
        NotCompilable: the training step returns what is no metric.
    """
    if keras.config.backend() == "jax":
        return _jax_epoch.JaxEpochs(model, data, judged, plan)
    return _tensorflow_epoch.TensorFlowEpochs(model, data, judged, plan)


def place(arrays: Any) -> list[Any]:
    """Put arrays onto the device in the order in which the function takes them."""
    return _jax_epoch.place(arrays) if keras.config.backend() == "jax" else _tensorflow_epoch.place(arrays)


def handle_of(variable: Any) -> Any:
    """Return what a function knows a variable by."""
    return variable if keras.config.backend() == "jax" else variable.value.handle
