"""Breast tumours, built in."""

from __future__ import annotations

from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets._sklearn_tables import table


@register_dataset(
    task="classification",
    source="scikit-learn load_breast_cancer: Wolberg et al., UCI Breast Cancer Wisconsin (Diagnostic)",
    licence="CC BY 4.0",
)
def breast_cancer() -> Samples:
    """569 real tumours, 30 measurements of their cells, malignant (0) or benign (1)."""
    from sklearn.datasets import load_breast_cancer

    return table(load_breast_cancer())
