"""Callbacks that watch what will not exist, or set what cannot be set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from zoo.errors import did_you_mean
from zoo.training._callback_facts import better, follows_a_schedule
from zoo.training._situation import Situation


def monitored_metrics_exist(s: Situation) -> Iterator[str]:
    """A callback that watches a metric which will not exist stops nothing and saves anything (case A7)."""
    names = _metric_names(s)
    if not names:
        return
    for callback in s.callbacks:
        monitor = getattr(callback, "monitor", None)
        if not isinstance(monitor, str) or monitor in names or _saves_all(callback):
            continue
        if monitor.startswith("val_") and not s.validated and monitor[4:] in names:
            mend = "There is no validation data: pass validation_data=, or load_dataset(..., validation_split=0.2)."
        else:
            mend = f"There will be {', '.join(names)}.{did_you_mean(monitor, names)}"
        yield f"{type(callback).__name__} watches {monitor!r}, which will not exist. {mend}"


def directions_are_known(s: Situation) -> Iterator[str]:
    """Whether less or more is better Keras cannot say of one output's metric; it raises after an epoch."""
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
        yield (
            f"{type(callback).__name__} watches {monitor!r}, and Keras cannot know whether less or more of it is "
            f"better: training would stop after the first epoch. Pass {mend}."
        )


def rates_can_be_set(s: Situation) -> Iterator[str]:
    """A learning rate that follows a schedule cannot be set, and two callbacks cannot both set it."""
    keras_own = (keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler)
    ours = [callback for callback in s.callbacks if getattr(callback, "sets_learning_rate", False)]
    setters = [callback for callback in s.callbacks if callback in ours or isinstance(callback, keras_own)]
    if setters and follows_a_schedule(s.model):
        yield (
            f"{type(setters[0]).__name__} sets the learning rate, and the model is compiled with a schedule, which "
            "cannot be set. Compile with a number, such as keras.optimizers.Adam(1e-3), or leave the callback "
            "out: default_callbacks(factor=None)."
        )
    if len(setters) > 1 and ours:
        names = " and ".join(type(callback).__name__ for callback in setters[:2])
        yield f"{names} both set the learning rate. Leave one out, for example by default_callbacks(factor=None)."


def _saves_all(callback: Any) -> bool:
    return isinstance(callback, keras.callbacks.ModelCheckpoint) and not callback.save_best_only


def _compiled_metrics(model: keras.Model) -> list[Any]:
    """List the metrics that Keras would look through, those inside its containers."""
    return [one for metric in model.metrics for one in getattr(metric, "metrics", [])]


def _metric_names(s: Situation) -> list[str]:
    """Ask Keras what its logs will be called; an older Keras that cannot say so skips the check."""
    batch = _first_batch(s) if s.callbacks else None
    if batch is None:
        return []
    try:
        s.model._symbolic_build(data_batch=batch)
        names = list(s.model.get_metrics_result())
    except AttributeError:
        return []
    return names + [f"val_{name}" for name in names] * s.validated + ["learning_rate"]


def _first_batch(s: Situation) -> Any:
    """Return rows, or their shapes, to build metrics from; ``None`` where a look would take some away."""
    if s.rows is not None:
        return s.rows.take(np.arange(1)).as_tuple()
    if isinstance(s.stream, keras.utils.PyDataset):
        return s.stream[0]
    if (spec := getattr(s.stream, "element_spec", None)) is None:
        return None
    return keras.tree.map_structure(lambda one: keras.KerasTensor(tuple(one.shape), one.dtype.name), spec)
