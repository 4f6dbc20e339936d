"""What the checks before the first step look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras

from zoo.training._data import Rows
from zoo.training._outputs import Output

Purpose = Literal["fit", "evaluate", "predict"]


@dataclass(frozen=True, eq=False)
class Situation:
    """Everything the checks look at.

    Attributes:
        model: the model.
        purpose: what the rows are for.
        part: how messages call the rows: "training data", "validation data" or "data"; of a stream also how
            many of them were looked at.
        rows: the rows, or the first ones of a stream; ``None`` where a stream cannot be looked into.
        outputs: the model's outputs, each with its loss and targets.
        training: the training rows, where ``rows`` are those for validation.
        trained: the outputs with the training rows' targets, likewise.
        callbacks: what was passed to fit.
        validated: whether there is validation data.
        stream: whether the rows are the first ones of a stream.
        class_weight: what was passed to fit.
        epochs: where training ends, counted from the first epoch of all.
        initial_epoch: where it begins.
    """

    model: keras.Model
    purpose: Purpose
    part: str
    rows: Rows | None
    outputs: Sequence[Output]
    training: Rows | None = None
    trained: Sequence[Output] = ()
    callbacks: Sequence[Any] = ()
    validated: bool = False
    stream: bool = False
    class_weight: Any = None
    epochs: int = 1
    initial_epoch: int = 0
