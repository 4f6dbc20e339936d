"""What the callbacks that set the learning rate share."""

from __future__ import annotations

import keras

from zoo.errors import InputError
from zoo.training._callback_facts import follows_a_schedule


def settable_rate(model: keras.Model, who: str) -> float:
    """Return the learning rate of a model's optimizer, which can be set.

    Args:
        model: a compiled model.
        who: the callback that wants to set it, for the message.

    Raises:
        InputError: the optimizer follows a schedule, which no callback can change.
    """
    if follows_a_schedule(model):
        raise InputError(
            f"{who} sets the learning rate itself, and the model is compiled with a schedule, which cannot be "
            "set. Compile with a number, such as keras.optimizers.Adam(1e-3)."
        )
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
