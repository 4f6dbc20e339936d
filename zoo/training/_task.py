"""What fit, evaluate or predict was given, brought into one form, so that it can be looked at and then done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import as_list, at_least
from zoo.training._data import Rows, as_rows, needs_targets
from zoo.training._outputs import outputs_of
from zoo.training._situation import Purpose, Situation


@dataclass(eq=False)
class Task:
    """A model and what to do with it.

    Attributes:
        model: the model.
        purpose: ``"fit"``, ``"evaluate"`` or ``"predict"``.
        rows: the rows, or ``None`` where they come as a stream.
        stream: the stream, or ``None``.
        validation: rows to validate by, or ``None``.
        validation_stream: a stream of them, or ``None``.
        callbacks: as a list.
        class_weight: as given.
        epochs: where training ends.
        initial_epoch: where it begins.
    """

    model: keras.Model
    purpose: Purpose
    rows: Rows | None = None
    stream: Any = None
    validation: Rows | None = None
    validation_stream: Any = None
    callbacks: Sequence[Any] = ()
    class_weight: Any = None
    epochs: int = 1
    initial_epoch: int = 0

    @property
    def validated(self) -> bool:
        """Whether there is validation data of any kind."""
        return self.validation is not None or self.validation_stream is not None

    def situations(self) -> list[Situation]:
        """Return what the checks look at: the rows, and the validation rows."""
        part = "training data" if self.purpose == "fit" else "data"
        outputs = outputs_of(self.model, self.rows)
        shared: dict[str, Any] = {"model": self.model, "purpose": self.purpose, "validated": self.validated}
        mine = Situation(
            part=part,
            rows=self.rows,
            outputs=outputs,
            callbacks=self.callbacks,
            stream=self.stream is not None,
            class_weight=self.class_weight,
            epochs=self.epochs,
            initial_epoch=self.initial_epoch,
            **shared,
        )
        if self.validation is None:
            return [mine]
        theirs = Situation(
            part="validation data",
            rows=self.validation,
            outputs=outputs_of(self.model, self.validation),
            training=self.rows,
            trained=outputs if self.rows is not None else (),
            epochs=self.epochs,
            **shared,
        )
        return [mine, theirs]


def training_task(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    class_weight: Any = None,
    epochs: int = 1,
    initial_epoch: int = 0,
    seed: int = 0,
) -> Task:
    """Bring what fit was given into one form.

    Raises:
        InputError: an argument or the data cannot be meant.
    """
    at_least("epochs", epochs)
    at_least("initial_epoch", initial_epoch, 0)
    whole = hasattr(data, "train") and hasattr(data, "test")
    if whole and validation_data is None:
        validation_data = data.validation
    targets = needs_targets(model)
    rows = as_rows(data.train if whole else data, y, sample_weight, targets=targets)
    validation = None if validation_data is None else as_rows(validation_data, targets=targets)
    if validation_split and validation_data is None:
        rows, validation = split(rows, validation_split, seed)
    return Task(
        model=model,
        purpose="fit",
        rows=rows,
        stream=data if rows is None else None,
        validation=validation,
        validation_stream=validation_data if validation is None else None,
        callbacks=as_list(callbacks),
        class_weight=class_weight,
        epochs=epochs,
        initial_epoch=initial_epoch,
    )


def judging_task(model: keras.Model, data: Any, y: Any = None, *, sample_weight: Any = None) -> Task:
    """Bring what evaluate was given into one form."""
    rows = as_rows(data, y, sample_weight, targets=needs_targets(model))
    return Task(model, "evaluate", rows=rows, stream=data if rows is None else None)


def prediction_task(model: keras.Model, data: Any) -> Task:
    """Bring what predict was given into one form; targets that come along are left out."""
    x = data.x if hasattr(data, "x") and hasattr(data, "y") else data
    rows = as_rows(x, targets=False)
    return Task(model, "predict", rows=rows, stream=data if rows is None else None)


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
        one_hot = y.dtype.kind in "iubf" and bool((y.sum(axis=1) == 1).all() and np.isin(y, (0, 1)).all())
        return y.argmax(axis=1) if one_hot else None
    if y.ndim > 2:
        return None
    flat = y.ravel()
    if flat.dtype.kind == "f" and not (np.isfinite(flat).all() and (flat == np.round(flat)).all()):
        return None
    return flat if flat.dtype.kind in "iubfUO" else None
