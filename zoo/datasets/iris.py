"""Three kinds of iris, built in."""

from __future__ import annotations

from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets._sklearn_tables import table


@register_dataset(
    task="classification",
    source="scikit-learn load_iris: Fisher (1936), UCI Iris",
    licence="CC BY 4.0",
)
def iris() -> Samples:
    """150 real flowers, four lengths and widths in cm, three species."""
    from sklearn.datasets import load_iris

    return table(load_iris())
