"""What the checks before the first step look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import keras

from zoo.training._data import Rows
from zoo.training._learned import Learned
from zoo.training._outputs import Output
from zoo.training._streams import Supply

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
        trained: the outputs with the training rows' targets, where ``rows`` are those for validation.
        learned: what is known of the training rows, where ``rows`` are others.
        callbacks: what was passed to fit.
        validated: whether there is validation data.
        supply: the stream whose first rows they are, or ``None``.
        beside: the stream of the training data, where this one is for validation.
        extra: what was given beside a stream that has its own: ``y``, ``sample_weight``, ``batch_size``.
        class_weight: what was passed to fit.
        epochs: where training ends, counted from the first epoch of all.
        initial_epoch: where it begins.
        validating: whether these are the validation rows of a fit.
    """

    model: keras.Model
    purpose: Purpose
    part: str
    rows: Rows | None
    outputs: Sequence[Output]
    trained: Sequence[Output] = ()
    learned: Learned | None = None
    callbacks: Sequence[Any] = ()
    validated: bool = False
    supply: Supply | None = None
    beside: Supply | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    class_weight: Any = None
    epochs: int = 1
    initial_epoch: int = 0
    validating: bool = False
