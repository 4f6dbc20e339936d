"""What callbacks, and the checks of callbacks, must know of metrics and of learning rates."""

from __future__ import annotations

from typing import Literal

import keras

Mode = Literal["auto", "min", "max"]
_LESS = ("loss", "error", "mae", "mse", "rmse", "divergence")
_MORE = ("accuracy", "acc", "auc", "precision", "recall", "f1", "f1_score", "r2", "r2_score", "iou")


def better(monitor: str) -> Mode:
    """Say whether less or more of a metric is better, by the end of its name.

    Keras goes by the metric, and finds none for a single output's, such as ``val_digit_a_accuracy``: it
    would raise after the first epoch.

    Args:
        monitor: the metric's name.

    Returns:
        ``"min"``, ``"max"``, or ``"auto"`` where the name does not say.

    Examples:
        >>> better("val_digit_a_accuracy"), better("val_loss"), better("val_charm")
        ('max', 'min', 'auto')
    """
    name = f"_{monitor}"
    if name.endswith(tuple(f"_{end}" for end in _LESS)):
        return "min"
    return "max" if name.endswith(tuple(f"_{end}" for end in _MORE)) else "auto"


def follows_a_schedule(model: keras.Model) -> bool:
    """Say whether a compiled model's learning rate follows a schedule, so that nobody can set it."""
    return not isinstance(model.optimizer.learning_rate, keras.Variable)
