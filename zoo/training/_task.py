"""What fit, evaluate or predict was given, brought into one form, so that it can be looked at and then done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import as_list, at_least
from zoo.training._compiled import outputs_by_name
from zoo.training._data import Rows, as_rows, needs_targets
from zoo.training._learned import learned_by, summary
from zoo.training._outputs import Output
from zoo.training._peek import kind_of
from zoo.training._situation import Purpose, Situation
from zoo.training._streams import Supply
from zoo.training.checks.wording import integers, one_hot


@dataclass(eq=False)
class Part:
    """Rows, or a stream of them.

    Attributes:
        name: how messages call it.
        rows: the rows; of a stream those of its first batch, or ``None`` where it cannot be looked into.
        supply: the stream, or ``None``.
    """

    name: str
    rows: Rows | None = None
    supply: Supply | None = None

    @property
    def known_rows(self) -> Rows:
        """The rows, where they come as no stream."""
        if self.rows is None:
            raise InputError(f"The {self.name} comes as a stream, which holds no rows at hand.")
        return self.rows

    @property
    def looked_at(self) -> str:
        """How messages call the rows that are looked at."""
        if self.supply is None or self.rows is None:
            return self.name
        return f"{self.name} (its first {len(self.rows)} rows)"


@dataclass(eq=False)
class Task:
    """A model and what to do with it.

    Attributes:
        model: the model.
        purpose: ``"fit"``, ``"evaluate"`` or ``"predict"``.
        data: what to do it with.
        validation: what to validate by, or ``None``.
        callbacks: as a list.
        class_weight: as given.
        epochs: where training ends.
        initial_epoch: where it begins.
        extra: what was given beside a stream.
    """

    model: keras.Model
    purpose: Purpose
    data: Part
    validation: Part | None = None
    callbacks: Sequence[Any] = ()
    class_weight: Any = None
    epochs: int = 1
    initial_epoch: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)

    def situations(self) -> list[Situation]:
        """Return what the checks look at: the rows, and the validation rows."""
        data, outputs = self.data, self._outputs(self.data.rows)
        mine = Situation(
            model=self.model,
            purpose=self.purpose,
            part=data.looked_at,
            rows=data.rows,
            outputs=outputs,
            learned=None if self.purpose == "fit" else learned_by(self.model),
            callbacks=self.callbacks,
            validated=self.validation is not None,
            supply=data.supply,
            class_weight=self.class_weight,
            epochs=self.epochs,
            initial_epoch=self.initial_epoch,
            extra=self.extra,
        )
        if self.validation is None:
            return [mine]
        theirs = replace(
            mine,
            part=self.validation.looked_at,
            rows=self.validation.rows,
            outputs=self._outputs(self.validation.rows),
            trained=() if data.rows is None or data.supply is not None else outputs,
            learned=None if data.rows is None else summary(data.rows),
            callbacks=(),
            supply=self.validation.supply,
            beside=data.supply,
            class_weight=None,
            extra={},
            validating=True,
        )
        return [mine, theirs]

    def _outputs(self, rows: Rows | None) -> list[Output]:
        return outputs_by_name(self.model, rows if self.purpose != "predict" else None)


def training_task(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    batch_size: int | None = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    class_weight: Any = None,
    epochs: int = 1,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    seed: int = 0,
) -> Task:
    """Bring what fit was given into one form.

    Raises:
        InputError: an argument or the data cannot be meant.
    """
    at_least("epochs", epochs)
    at_least("initial_epoch", initial_epoch, 0)
    for name, count in {"steps_per_epoch": steps_per_epoch, "validation_steps": validation_steps}.items():
        if count is not None:
            at_least(name, count)
    whole = hasattr(data, "train") and hasattr(data, "test")
    if whole and validation_data is None:
        validation_data = data.validation
    mine = _part(model, "training data", data.train if whole else data, y, sample_weight, steps_per_epoch)
    theirs = None
    if validation_data is not None:
        theirs = _part(model, "validation data", validation_data, steps=validation_steps, keep=True)
    elif validation_split:
        rows, parted = split(None if mine.supply else mine.rows, validation_split, seed)
        mine, theirs = replace(mine, rows=rows), Part("validation data", parted)
    extra = {"y": y, "sample_weight": sample_weight, "batch_size": batch_size} if mine.supply else {}
    return Task(model, "fit", mine, theirs, as_list(callbacks), class_weight, epochs, initial_epoch, extra)


def judging_task(
    model: keras.Model, data: Any, y: Any = None, *, sample_weight: Any = None, steps: int | None = None
) -> Task:
    """Bring what evaluate was given into one form."""
    mine = _part(model, "data", data, y, sample_weight, steps)
    extra = {"y": y, "sample_weight": sample_weight} if mine.supply else {}
    return Task(model, "evaluate", mine, extra=extra)


def prediction_task(model: keras.Model, data: Any, *, steps: int | None = None) -> Task:
    """Bring what predict was given into one form; targets that come along are left out."""
    if kind_of(data) is not None:
        return Task(model, "predict", _part(model, "data", data, steps=steps, targets=False))
    x = data.x if hasattr(data, "x") and hasattr(data, "y") else data
    return Task(model, "predict", Part("data", as_rows(x, targets=False)))


def _part(
    model: keras.Model,
    name: str,
    data: Any,
    y: Any = None,
    sample_weight: Any = None,
    steps: int | None = None,
    *,
    keep: bool = False,
    targets: bool = True,
) -> Part:
    targets = targets and needs_targets(model)
    rows = as_rows(data, y, sample_weight, targets=targets)
    if rows is not None:
        return Part(name, rows)
    supply = Supply(data, steps=steps, part=name, keep=keep)
    return Part(name, _first_rows(supply, targets=targets), supply)


def _first_rows(supply: Supply, *, targets: bool) -> Rows | None:
    """Return the rows of a stream's first batch; ``None`` where the checks of streams say what is odd about it."""
    first = supply.rows
    if not first or (targets and len(first) < 2):
        return None
    try:
        return as_rows(first if targets else first[0], targets=targets)
    except InputError:
        return None


def split(rows: Rows | None, fraction: float, seed: int) -> tuple[Rows, Rows]:
    """Cut validation rows off, shuffled, and stratified where the targets are labels.

    Raises:
        InputError: there are no rows, or the share leaves none on one side.
    """
    from sklearn.model_selection import train_test_split

    if rows is None:
        raise InputError("validation_split needs arrays; for a stream pass validation_data=.")
    if not 0 < fraction < 1:
        raise InputError(f"validation_split must be between 0 and 1; got {fraction}.")
    parted_count = math.ceil(fraction * len(rows))
    if parted_count == len(rows):
        raise InputError(
            f"validation_split={fraction} of {len(rows)} row(s) leaves none to learn from. Pass more rows, or none "
            "for validation."
        )
    labels = _labels(rows.y)
    if labels is not None:
        counts = np.unique(labels, return_counts=True)[1]
        # A class of one row, or more classes than rows on a side, cannot stand on both.
        if counts.min() < 2 or min(parted_count, len(rows) - parted_count) < len(counts):
            labels = None
    kept, parted = train_test_split(
        np.arange(len(rows)), test_size=parted_count, random_state=seed % 2**32, stratify=labels
    )
    return rows.take(kept), rows.take(parted)


def _labels(y: Any) -> np.ndarray | None:
    """Return the labels among targets, one a row; ``None`` where they are no labels."""
    if not isinstance(y, np.ndarray):
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        return y.argmax(axis=1) if y.dtype.kind in "iubf" and one_hot(y) else None
    if y.ndim > 2:
        return None
    flat = y.ravel()
    if flat.dtype.kind == "f" and not (np.isfinite(flat).all() and integers(flat)):
        return None
    return flat if flat.dtype.kind in "iubfUO" else None
