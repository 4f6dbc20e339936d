"""The deck's hundred points of a polynomial."""

from __future__ import annotations

from zoo._lazy import np
from zoo.datasets._registry import Samples, register_dataset

INPUTS = """
    0.76 0.96 0.94 0.02 0.25 0.88 0.92 0.99 0.38 0.67 0.48 0.69 0.57 0.98 0.1 0.41 0.47 0.71 0.37 0.58
    1.0 0.64 0.15 0.91 0.03 0.96 0.42 0.57 0.93 0.14 0.29 0.11 0.86 0.62 0.98 0.46 0.71 0.65 0.15 0.76
    0.27 0.88 0.96 0.07 0.63 0.04 0.31 0.87 0.02 0.91 0.4 0.48 0.27 0.18 0.16 0.27 0.18 0.28 0.98 0.4
    0.15 0.71 0.83 0.05 0.98 0.89 0.37 0.25 0.66 0.85 0.68 0.53 0.46 0.19 0.13 0.28 0.16 0.55 0.94 0.63
    0.52 0.55 0.83 0.28 0.98 0.62 1.01 0.97 0.43 0.7 0.96 0.31 0.47 1.01 0.61 0.84 0.04 0.13 0.41 0.6
"""


@register_dataset(task="regression", source="numbers printed in the deck", licence="none stated by the deck")
def polynomial() -> Samples:
    """The deck's hundred numbers from 0.02 to 1.01, and the target 0 + 1 x + 2 x^2 + 3 x^3 + 4 x^4.

    Nothing disturbs the targets, so a polynomial of degree 4 fits them to the last digit.

    Source: the deck, "多項式回歸" (polynomial regression).
    """
    x = np.array(INPUTS.split(), dtype="float64")
    return Samples(x[:, None], x + 2 * x**2 + 3 * x**3 + 4 * x**4, feature_names=("x",))
