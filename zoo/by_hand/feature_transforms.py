"""Feature transforms: the new columns in which a straight boundary is enough."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zoo.by_hand._arguments import whole
from zoo.by_hand._estimators import FloatArray, Transformer, check_table
from zoo.errors import InputError


def product_of(columns: FloatArray) -> FloatArray:
    """Return the product of each row, shape (n_samples,), after a check that it is a floating-point number."""
    with np.errstate(over="ignore", under="ignore"):
        product = columns.prod(axis=1)
    if not np.isfinite(product).all():
        raise InputError(
            f"a product of {columns.shape[1]} features is larger than any floating-point number; scale them."
        )
    return np.asarray(product)


class RadiusFeatures(Transformer):
    """The distance from the origin: (a, b) -> √(a² + b²), or the same of any number of features.

    A ring around a disc cannot be cut apart by a line in (a, b), but by one number in the radius.

    Attributes:
        n_features_in_: the number of columns seen by ``fit``.

    Examples:
        >>> RadiusFeatures().fit_transform([[3, 4], [0, -1]])
        array([[5.],
               [1.]])

    Source: the deck, "特徵轉換" (feature transforms), its first example.
    """

    def transform(self, X: ArrayLike) -> FloatArray:
        """Map X, shape (n_samples, n_features), to its radii, shape (n_samples, 1)."""
        return np.hypot.reduce(check_table(self, X), axis=1, keepdims=True)

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> NDArray[Any]:
        """Return the new column's name: ``radius``."""
        self._input_names(input_features)
        return np.array(["radius"], dtype=object)


class ProductFeatures(Transformer):
    """The product of the features: (a, b) -> a·b, or of any number of features.

    Its sign tells two opposite quadrants from the other two.

    Attributes:
        n_features_in_: the number of columns seen by ``fit``.

    Examples:
        >>> ProductFeatures().fit_transform([[3, 4], [2, -1]])
        array([[12.],
               [-2.]])

    Source: the deck, "特徵轉換" (feature transforms), its second example.
    """

    def transform(self, X: ArrayLike) -> FloatArray:
        """Map X, shape (n_samples, n_features), to its products, shape (n_samples, 1)."""
        return product_of(check_table(self, X))[:, None]

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> NDArray[Any]:
        """Return the new column's name, like ``a*b``."""
        return np.array(["*".join(self._input_names(input_features))], dtype=object)


class PolynomialFeatures(Transformer):
    """Every product of at most ``degree`` features: (a, b) -> (a, b, a², ab, b²) for degree 2.

    The columns stand in scikit-learn's order, without its column of ones. Of d features there are
    (d + degree)! / (d! degree!) − 1.

    Args:
        degree: the largest number of factors, default 2.

    Attributes:
        n_features_in_: the number of columns seen by ``fit``.

    Raises:
        InputError: ``degree`` is not a whole number, 1 or more.

    Examples:
        >>> PolynomialFeatures(degree=3).fit_transform([[2.0], [-1.0]])
        array([[ 2.,  4.,  8.],
               [-1.,  1., -1.]])

    Source: the deck, "多項式回歸" (polynomial regression).
    """

    def __init__(self, degree: int = 2) -> None:
        self.degree = degree

    def transform(self, X: ArrayLike) -> FloatArray:
        """Map X, shape (n_samples, n_features), to all products, shape (n_samples, n_products)."""
        whole(degree=self.degree)
        X = check_table(self, X)
        return np.column_stack([product_of(X[:, factors]) for factors in self._products()])

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> NDArray[Any]:
        """Return the new columns' names, like ``x0``, ``x0^2`` and ``x0 x1``."""
        names = self._input_names(input_features)
        spelled = [
            " ".join(names[i] + (f"^{f.count(i)}" if f.count(i) > 1 else "") for i in sorted(set(f)))
            for f in self._products()
        ]
        return np.array(spelled, dtype=object)

    def _products(self) -> list[list[int]]:
        """List the columns that each product multiplies: [0], [1], [0, 0], [0, 1], [1, 1], ..."""
        columns = range(self.n_features_in_)
        sizes = range(1, int(self.degree) + 1)
        products = chain.from_iterable(combinations_with_replacement(columns, size) for size in sizes)
        return [list(factors) for factors in products]
