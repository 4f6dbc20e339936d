"""The progress of diabetes, built in."""

from __future__ import annotations

from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets._sklearn_tables import table


@register_dataset(
    task="regression",
    source="scikit-learn load_diabetes: Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression",
    licence="published with the paper, free to use",
)
def diabetes() -> Samples:
    """442 real patients, ten measurements, and the disease's progress after a year (25 to 346)."""
    from sklearn.datasets import load_diabetes

    return table(load_diabetes(scaled=False))
