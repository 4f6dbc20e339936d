"""Callbacks that watch what will not exist, or set what cannot be set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import did_you_mean
from zoo.training._callback_facts import better, follows_a_schedule
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning


def monitored_metrics_exist(s: Situation) -> Iterator[Finding]:
    """A callback watches a metric that will not exist.

    ``val_acc`` where the name is ``val_accuracy``, or ``val_loss`` without validation data. Keras trains a
    whole epoch, and then asks for a ``mode``; with one, nothing ever stops, no rate changes, and the "best"
    file is the last epoch's.

    Example:
        zoo.fit(model, data, callbacks=keras.callbacks.EarlyStopping("val_acc", mode="max"))
    Mend:
        zoo.fit(model, data, callbacks=keras.callbacks.EarlyStopping("val_accuracy", mode="max"))

    Cases: A7; jessieren/DeepVirFinder#12, keras-team/keras#13689.
    """
    watching = [
        one for one in s.callbacks if isinstance(getattr(one, "monitor", None), str) and not _saves_all(one)
    ]
    names = _metric_names(s) if watching else []
    if not names:
        return
    for callback in watching:
        monitor = callback.monitor
        if monitor in names or _is_told(monitor, s.callbacks):
            continue
        if monitor.startswith("val_") and not s.validated and monitor[4:] in names:
            mend = "There is no validation data: pass validation_data=, or load_dataset(..., validation_split=0.2)."
        else:
            near = did_you_mean(monitor, names)
            ordered = sorted(names, key=lambda name: repr(name) not in near)
            mend = f"There will be {', '.join(ordered)}.{near}"
        # A callback of the user's own may put anything into the logs.
        say = warning if any(_may_tell(one) for one in s.callbacks) else error
        yield say(f"{type(callback).__name__} watches {monitor!r}, which will not exist.", mend)


def directions_are_known(s: Situation) -> Iterator[Finding]:
    """A callback watches a metric of which Keras does not know whether less or more is better.

    So it is with a metric of one of several outputs, such as ``val_kind_accuracy``: Keras raises after the
    first epoch.

    Example:
        zoo.fit(model, data, callbacks=keras.callbacks.EarlyStopping("val_kind_accuracy"))
    Mend:
        zoo.fit(model, data, callbacks=keras.callbacks.EarlyStopping("val_kind_accuracy", mode="max"))

    Cases: A7.
    """
    for callback in s.callbacks:
        monitor = getattr(callback, "monitor", None)
        undecided = getattr(callback, "mode", None) == "auto" and getattr(callback, "monitor_op", 0) is None
        if not isinstance(monitor, str) or not undecided or _saves_all(callback):
            continue
        name = monitor.removeprefix("val_")
        if name == "loss" or any(metric.name == name for metric in _compiled_metrics(s.model)):
            continue
        mode = better(monitor)
        mend = f'mode="{mode}"' if mode != "auto" else 'mode="max" where more is better, or mode="min"'
        yield error(
            f"{type(callback).__name__} watches {monitor!r}, and Keras cannot know whether less or more of it is "
            "better: training would stop after the first epoch.",
            f"Pass {mend}.",
        )


def rates_can_be_set(s: Situation) -> Iterator[Finding]:
    """A callback sets a learning rate that cannot be set, or two callbacks set it.

    A learning rate that follows a schedule is computed from the number of the step, so that nobody can set
    it; two callbacks that both set it undo each other's work.

    Example:
        model.compile(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 1000)), "mse")
        zoo.fit(model, data, callbacks=keras.callbacks.ReduceLROnPlateau())
    Mend:
        model.compile(keras.optimizers.SGD(0.1), "mse")
    """
    keras_own = (keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler)
    ours = [callback for callback in s.callbacks if getattr(callback, "sets_learning_rate", False)]
    setters = [callback for callback in s.callbacks if callback in ours or isinstance(callback, keras_own)]
    if setters and follows_a_schedule(s.model):
        yield error(
            f"{type(setters[0]).__name__} sets the learning rate, and the model is compiled with a schedule, which "
            "cannot be set.",
            "Compile with a number, such as keras.optimizers.Adam(1e-3), or leave the callback out: "
            "default_callbacks(factor=None).",
        )
    if len(setters) > 1 and ours:
        names = " and ".join(type(callback).__name__ for callback in setters[:2])
        yield error(
            f"{names} both set the learning rate.",
            "Leave one out, for example by default_callbacks(factor=None).",
        )


def _saves_all(callback: Any) -> bool:
    return isinstance(callback, keras.callbacks.ModelCheckpoint) and not callback.save_best_only


def _may_tell(callback: Any) -> bool:
    """Say whether a callback is the user's own and speaks at the end of an epoch."""
    own = not type(callback).__module__.startswith(("keras.", "zoo."))
    speaks = type(callback).on_epoch_end is not keras.callbacks.Callback.on_epoch_end
    return (own and speaks) or "on_epoch_end" in vars(callback)  # LambdaCallback keeps a function


def _is_told(monitor: str, callbacks: Sequence[Any]) -> bool:
    """Say whether a callback of the user's own names a metric in its code, and so may put it into the logs."""
    codes = (getattr(one.on_epoch_end, "__code__", None) for one in callbacks if _may_tell(one))
    constants = [constant for code in codes if code is not None for constant in code.co_consts]
    return any(monitor in (one if isinstance(one, tuple) else (one,)) for one in constants)


def _compiled_metrics(model: keras.Model) -> list[Any]:
    """List the metrics that Keras would look through, those inside its containers."""
    return [one for metric in model.metrics for one in getattr(metric, "metrics", [])]


def _metric_names(s: Situation) -> list[str]:
    """Ask Keras what its logs will be called; an older Keras that cannot say so skips the check."""
    if s.rows is None:
        return []
    try:
        s.model._symbolic_build(data_batch=s.rows.take(np.arange(1)).as_tuple())
        names = list(s.model.get_metrics_result())
    except AttributeError:
        return []
    return names + [f"val_{name}" for name in names] * s.validated + ["learning_rate"]
