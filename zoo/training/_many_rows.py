"""Which rows each variant of `zoo.fit_many` learns from, and in which order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.errors import InputError
from zoo.training._data import Rows, order_of_rows
from zoo.training._task import _labels, split


@dataclass(frozen=True)
class Share:
    """The rows of one variant.

    Attributes:
        train: which rows it learns from.
        validation: which of the same rows it is judged by; ``None`` where there are none, or rows of their own.
    """

    train: np.ndarray
    validation: np.ndarray | None = None

    def order(self, seed: int, epoch: int) -> np.ndarray:
        """Return the rows in the order in which `zoo.fit` shows them."""
        shown: np.ndarray = self.train[order_of_rows(seed, epoch, len(self.train))]
        return shown


def shares(
    rows: Rows, variants: Sequence[Mapping[str, Any]], *, folds: Any = None, validation_split: float = 0.0
) -> list[Share]:
    """Return the rows of each variant.

    Args:
        rows: all of them.
        variants: each with a seed, and with a fold where there are folds.
        folds: their number, a splitter of scikit-learn, or pairs of row numbers.
        validation_split: as in `zoo.fit`, by each variant's own seed.

    Raises:
        InputError: folds without `fold`, or the other way round, or both folds and a validation split.
    """
    folded = ["fold" in variant for variant in variants]
    if folds is None and not any(folded):
        if not validation_split:
            return [Share(np.arange(len(rows)))] * len(variants)
        places = Rows(np.arange(len(rows)), rows.y)
        cuts = {seed: split(places, validation_split, seed) for seed in {v["seed"] for v in variants}}
        return [Share(*(part.x for part in cuts[variant["seed"]])) for variant in variants]
    if folds is None:
        raise InputError("The variants have a fold, and there are no folds. Pass folds=5.")
    if not all(folded):
        raise InputError(
            f"There are folds, and variant {folded.index(False)} has none. Give the variants "
            '{"fold": range(5), "seed": ...}, as many as there are.'
        )
    if validation_split:
        raise InputError(
            "With folds the rows of the fold are the validation data; leave validation_split out."
        )
    cut = _folds(rows, folds)
    for number, variant in enumerate(variants):
        fold = variant["fold"]
        if not isinstance(fold, int | np.integer) or not 0 <= fold < len(cut):
            raise InputError(f"Variant {number} has the fold {fold!r}; there are folds 0 to {len(cut) - 1}.")
    return [Share(*cut[variant["fold"]]) for variant in variants]


def _folds(rows: Rows, folds: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import KFold, StratifiedKFold

    labels = _labels(rows.y)
    if isinstance(folds, int) and not isinstance(folds, bool):
        if not 2 <= folds <= len(rows):
            raise InputError(f"folds must be 2 to the number of rows, {len(rows)}; got {folds}.")
        # A class of fewer rows than folds cannot be in each.
        stratified = labels is not None and np.unique(labels, return_counts=True)[1].min() >= folds
        kind = StratifiedKFold if stratified else KFold
        folds = kind(folds, shuffle=True, random_state=0)
    if hasattr(folds, "split"):
        return list(folds.split(np.zeros(len(rows)), labels))
    try:
        cut = [(np.asarray(train, "int64"), np.asarray(validation, "int64")) for train, validation in folds]
    except (TypeError, ValueError):
        raise InputError(
            "folds must be a number, a splitter of scikit-learn such as KFold(5), or pairs of row numbers, (train, "
            f"validation); got {type(folds).__name__}."
        ) from None
    for number, pair in enumerate(cut):
        for part in pair:
            if part.ndim != 1 or not len(part) or part.min() < 0 or part.max() >= len(rows):
                raise InputError(
                    f"Fold {number} must hold two lists of row numbers, 0 to {len(rows) - 1}, none of them empty."
                )
    return cut


def groups(shares: Sequence[Share], size: int) -> list[list[int]]:
    """Put variants together that have equally many rows, ``size`` at most.

    What is stacked must be equally long: filling up with rows of weight 0 would be seen by batch normalisation.

    Examples:
        >>> of = lambda rows: Share(np.arange(rows))
        >>> groups([of(3), of(4), of(3), of(3)], 2)
        [[0, 2], [3], [1]]
    """
    by_length: dict[tuple[int, int], list[int]] = {}
    for number, share in enumerate(shares):
        key = len(share.train), -1 if share.validation is None else len(share.validation)
        by_length.setdefault(key, []).append(number)
    found = []
    for numbers in by_length.values():
        # Equal groups are one program, so 65 in groups of 64 are 33 and 32.
        parts = math.ceil(len(numbers) / size)
        found += [part.tolist() for part in np.array_split(numbers, parts)]
    return found
