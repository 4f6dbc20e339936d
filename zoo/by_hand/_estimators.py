"""What the estimators share: scikit-learn's base classes, typed once, and checks of their data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from zoo.errors import InputError

FloatArray: TypeAlias = NDArray[np.float64]
RandomState: TypeAlias = int | np.random.RandomState | None

LARGEST = 1e100  # numbers up to here can be squared and summed, and the sums be squared again


class Regressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A scikit-learn regressor whose data are float64."""

    def _check_fit(self, X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the table (n_samples, n_features) and the target (n_samples,) as float64."""
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        return not_huge("X", X), not_huge("y", y)


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A scikit-learn classifier: ``predict`` takes the most probable class."""

    def _check_fit(self, X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, NDArray[np.intp]]:
        """Store ``classes_`` and return the table and each row's class as its index there."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, index = np.unique(np.asarray(y), return_inverse=True)
        return not_huge("X", X), index

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return P(class | x), shape (n_samples, n_classes); every row sums to one."""
        raise NotImplementedError

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable class of each row, shape (n_samples,)."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels


class Transformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A scikit-learn transformer that learns nothing but how many features there are."""

    def fit(self, X: ArrayLike, y: object = None) -> Transformer:
        """Learn the number of features and return ``self``; ``y`` is ignored."""
        validate_data(self, X, dtype=np.float64)
        return self

    def _input_names(self, input_features: Iterable[str] | None) -> list[str]:
        """Name the columns that come in: as told, as in the data frame seen by ``fit``, or x0, x1, ..."""
        check_is_fitted(self)
        count: int = self.n_features_in_
        known = getattr(self, "feature_names_in_", [f"x{i}" for i in range(count)])
        names = list(known if input_features is None else input_features)
        if len(names) != count:
            raise InputError(
                f"input_features should have length equal to number of features ({count}), got {len(names)}."
            )
        return names


def check_table(estimator: BaseEstimator, X: ArrayLike) -> FloatArray:
    """Return the rows to predict as float64, after a check that ``estimator`` is fitted to such rows."""
    check_is_fitted(estimator)
    return not_huge("X", validate_data(estimator, X, dtype=np.float64, reset=False))


def not_huge(name: str, values: ArrayLike) -> FloatArray:
    """Return the values as float64, after a check that their squares are floating-point numbers as well."""
    array = np.asarray(values, dtype=np.float64)
    if not (largest := np.abs(array).max(initial=0)) <= LARGEST:
        raise InputError(
            f"{name} must hold numbers of at most {LARGEST:g}; got {largest:.3g}. Scale it, or leave it out."
        )
    return array


def with_ones(X: FloatArray) -> FloatArray:
    """Append a column of ones, so that the last weight is the intercept: Xw + b = [X 1] (w, b)."""
    return np.column_stack([X, np.ones(len(X))])
