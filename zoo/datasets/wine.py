"""Three growers' wines, built in."""

from __future__ import annotations

from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets._sklearn_tables import table


@register_dataset(
    task="classification",
    source="scikit-learn load_wine: Forina et al., UCI Wine",
    licence="CC BY 4.0",
)
def wine() -> Samples:
    """178 real wines, 13 chemical measurements, three growers."""
    from sklearn.datasets import load_wine

    return table(load_wine())
