"""Can a training go an epoch at a time, and if not, why?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras

from zoo.training._epoch_backend import BACKENDS

_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)
_TEST_HOOKS = ("on_test_begin", "on_test_end")
# Methods of a model that `model.fit` calls and a compiled epoch does not, so that one of the user's own would be lost.
_PASSED_BY = ("fit", "evaluate", "make_train_function", "make_test_function")


def against(
    model: keras.Model, rows: Sequence[Any], callbacks: Sequence[Any], *, stream: bool, steps: bool
) -> str | None:
    """Say why a training cannot go an epoch at a time; ``None`` where it can.

    Args:
        model: a compiled model.
        rows: all arrays of the training and of the validation.
        callbacks: all that are told of the training.
        stream: whether the rows of either come as a stream.
        steps: whether the caller says how many steps make an epoch.
    """
    return next(_reasons(model, rows, callbacks, stream=stream, steps=steps), None)


def _reasons(
    model: keras.Model, rows: Sequence[Any], callbacks: Sequence[Any], *, stream: bool, steps: bool
) -> Iterator[str]:
    if keras.config.backend() not in BACKENDS:
        yield f"the backend is {keras.config.backend()}"
    if stream:
        yield "the data comes as a stream"
    if steps:
        yield "the steps of an epoch are given"
    if model.run_eagerly or _runs_eagerly():
        yield "the model runs eagerly"
    if getattr(model, "_distribute_strategy", None) is not None:
        yield "the model is spread over devices"
    if keras.config.backend() == "jax":
        yield from _jax_reasons(model)
    for name in _PASSED_BY:
        if not getattr(type(model), name).__module__.startswith(("keras.", "zoo.")):
            yield f"the model has its own {name}"
    if any(getattr(leaf.dtype, "kind", "") in "OS" for leaf in rows):
        yield "the rows hold objects"
    for callback in callbacks:
        if looks_at_batches(callback):
            yield f"{type(callback).__name__} looks at every batch"


def _jax_reasons(model: keras.Model) -> Iterator[str]:
    if not model.jit_compile:
        yield "a layer cannot be compiled, or the model was compiled with jit_compile=False"
    if keras.distribution.distribution() is not None:
        yield "the model is spread over devices"
    if keras.config.is_nnx_enabled():
        yield "the model's variables are those of Flax"


def looks_at_batches(callback: Any) -> bool:
    """Say whether a callback must be told of every batch.

    A class of ours that says ``by_epoch = True`` does with the last batch of each call; so do Keras' own that count
    batches only where they save by them, and the one that stops at NaN, since the compiled epoch stops there.
    """
    return any(not _does_without(callback, name) for name in _BATCH_HOOKS if overrides(callback, [name]))


def _does_without(callback: Any, hook: str) -> bool:
    """Say whether a hook need not be called for every batch."""
    if hook in vars(callback):
        return False
    definer = next(kind for kind in type(callback).__mro__ if hook in vars(kind))
    if definer in (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore):
        return bool(callback.save_freq == "epoch")
    return definer is keras.callbacks.TerminateOnNaN or bool(vars(definer).get("by_epoch"))


def looks_at_tests(callback: Any) -> bool:
    """Say whether a callback must be told when a validation begins and ends."""
    return overrides(callback, _TEST_HOOKS)


def only_listens(callback: Any) -> bool:
    """Say whether a callback reads figures and nothing else, so that it may be told of several epochs at once."""
    kind = type(callback)
    return kind is keras.callbacks.History or bool(vars(kind).get("only_listens"))


def overrides(callback: Any, hooks: Sequence[str]) -> bool:
    """Say whether a callback has one of these methods of its own, from its class or put onto it."""
    base = keras.callbacks.Callback
    return any(
        name in vars(callback) or getattr(type(callback), name, None) is not getattr(base, name)
        for name in hooks
    )


def _runs_eagerly() -> bool:
    if keras.config.backend() != "tensorflow":
        return False
    import importlib

    return bool(importlib.import_module("tensorflow").config.functions_run_eagerly())
