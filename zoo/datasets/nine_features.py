"""The deck's table of nine features."""

from __future__ import annotations

from pathlib import Path

from zoo._lazy import np
from zoo.datasets._registry import Samples, register_dataset

TABLE = Path(__file__).with_suffix(".csv")


@register_dataset(task="regression", source="numbers printed in the deck", licence="none stated by the deck")
def nine_features() -> Samples:
    """The deck's forty rows of nine numbers, 0 to 1.01, and the target 0 x0 + 1 x1 + ... + 8 x8 + 9.

    As the deck prints them, to the last digit. It does not tell the formula; least squares does, since nothing
    disturbs the targets.

    Source: the deck, "9維資料線性回歸" (linear regression of data with 9 features).
    """
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1)
    return Samples(rows[:, :-1], rows[:, -1], feature_names=tuple(f"x{i}" for i in range(9)))
