"""scikit-learn's real tables come in one form; this turns it into `Samples`."""

from __future__ import annotations

from typing import Any

from zoo.datasets._registry import Samples


def table(bunch: Any) -> Samples:
    """Return a scikit-learn bunch as samples with standardised columns."""
    return Samples(
        bunch.data,
        bunch.target,
        class_names=tuple(str(name) for name in bunch.get("target_names", ())),
        feature_names=tuple(str(name) for name in bunch.feature_names),
        scale="standardize",
    )
