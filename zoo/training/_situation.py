"""What the checks before the first step look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from zoo.training._data import Rows
from zoo.training._outputs import Output


@dataclass(frozen=True, eq=False)
class Situation:
    """Everything the checks look at.

    Attributes:
        model: the model.
        part: how messages call the rows: "training data" or "validation data".
        rows: the rows, or ``None`` where the data comes as a stream.
        outputs: the model's outputs, each with its loss and targets.
        others: the training rows' outputs, when the rows are the validation's.
        callbacks: what was passed to fit.
        validated: whether there is validation data.
        stream: the training data, where it is a stream.
    """

    model: keras.Model
    part: str
    rows: Rows | None
    outputs: Sequence[Output]
    others: Sequence[Output] = ()
    callbacks: Sequence[Any] = ()
    validated: bool = False
    stream: Any = None
