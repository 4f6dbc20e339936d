"""What a run's ``metrics.json`` holds: figures of the test split, and what they depend on."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Mapping
from typing import Any

import keras

from zoo._version import __version__
from zoo.devices import backend_version
from zoo.training.evaluate import evaluate, intervals

Epochs = Mapping[str, list[float]]


def epochs_of(history: keras.callbacks.History | Epochs | None) -> Epochs:
    """Return a history's values by name, each a list with one an epoch."""
    return getattr(history, "history", history) or {}


def of_test_rows(model: keras.Model, rows: Any, *, seed: int) -> dict[str, float]:
    """Return the model's loss and metrics on test rows, with the ends of their intervals."""
    figures = {}
    spread = intervals(model, rows, seed=seed)
    for name, value in evaluate(model, rows).items():
        figures[f"test_{name}"] = value
        if name in spread:
            figures[f"test_{name}_low"], figures[f"test_{name}_high"] = spread[name]
    return figures


def of_training(history: Any) -> dict[str, Any]:
    """Return the figures of the best epoch, and how long training took."""
    epochs, params = epochs_of(history), getattr(history, "params", None) or {}
    best = _best_epoch(epochs)
    figures: dict[str, Any] = {}
    for name, values in epochs.items():
        if name != "learning_rate" and len(values):
            kind = "validation_" if name.startswith("val_") else "train_"
            figures[kind + name.removeprefix("val_")] = float(values[best])
    return {
        **figures,
        "epochs_run": len(next(iter(epochs.values()), [])),
        "best_epoch": best + 1 if "val_loss" in epochs else None,
        "interrupted": bool(params.get("interrupted", False)),
        "train_seconds": round(float(params.get("seconds", 0.0)), 2),
    }


def of_run(data: Any, parameters: Mapping[str, Any], *, begin: float) -> dict[str, Any]:
    """Return what a run's figures depend on: data, parameters, seed and versions."""
    return {
        "seconds": round(time.perf_counter() - begin, 2),
        "dataset": getattr(data, "name", None),
        "dataset_sha256": getattr(data, "checksum", None),
        **{f"parameter_{name}": value for name, value in parameters.items() if name != "seed"},
        "seed": parameters["seed"],
        **{f"version_{name}": version for name, version in versions().items()},
    }


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {"zoo": __version__, "keras": keras.version(), "python": platform.python_version()}
    return {**found, keras.config.backend(): backend_version()}


def _best_epoch(epochs: Epochs) -> int:
    values = epochs.get("val_loss")
    if not values:
        return -1
    return min(range(len(values)), key=lambda epoch: (math.isnan(values[epoch]), values[epoch]))
