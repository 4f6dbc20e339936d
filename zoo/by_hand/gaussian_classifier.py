"""The generative classifier: describe each class by a bell, then ask which bell a point is from."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zoo.by_hand._arguments import numbers, one_of
from zoo.by_hand._estimators import Classifier, FloatArray, check_table
from zoo.errors import InputError

FLAT = 1e-10  # a variance this small beside the feature's own counts as none


class GaussianClassifier(Classifier):
    """Classes as Gaussian distributions: P(k | x) = πₖ f(x; μₖ, Σₖ) / Σⱼ πⱼ f(x; μⱼ, Σⱼ).

    ::

        f(x; μ, Σ) = (2π)^(−D/2) |Σ|^(−1/2) exp(−½ (x − μ)ᵀ Σ⁻¹ (x − μ))
        μₖ = mean of class k's n_k rows,   πₖ = n_k / n
        separate   Σₖ = 1/n_k Σ_{x in k} (x − μₖ)(x − μₖ)ᵀ   boundaries are quadratic (QDA)
        shared     Σ = 1/n Σₖ Σ_{x in k} (x − μₖ)(x − μₖ)ᵀ   boundaries are straight (LDA)

    With a shared Σ the quadratic terms cancel and P(k | x) = softmax(W x + b)ₖ; for two classes that is the
    sigmoid of logistic regression. Seen from the mean of all, μ = Σₖ πₖμₖ: Wₖ = Σ⁻¹(μₖ − μ),
    bₖ = ln πₖ − ½ (μₖ − μ)ᵀΣ⁻¹(μₖ − μ) − Wₖ·μ.

    Args:
        covariance: "shared" (default) or "separate".
        priors: πₖ, shape (n_classes,), positive, summing to one; default the classes' shares of the rows.

    Attributes:
        classes_: the classes, shape (n_classes,).
        priors_: πₖ, shape (n_classes,).
        means_: μₖ, shape (n_classes, n_features).
        covariance_: Σₖ, shape (n_classes, n_features, n_features); if shared, the same for all.
        coef_, intercept_: W and b, shapes (n_classes, n_features) and (n_classes,), if shared.

    Raises:
        InputError: an argument cannot be meant, or a class is too small to have a covariance of its own.

    Examples:
        >>> heights = [[150], [160], [170], [165], [175], [185]]
        >>> tribes = GaussianClassifier().fit(heights, ["x", "x", "x", "y", "y", "y"])
        >>> tribes.predict_proba([[167.5], [150]]).round(3)
        array([[0.5  , 0.5  ],
               [0.981, 0.019]])

    Source: the deck, "Logistic Regression"; Hastie, Tibshirani and Friedman (2009), section 4.3.
    """

    def __init__(self, covariance: str = "shared", *, priors: ArrayLike | None = None) -> None:
        self.covariance = covariance
        self.priors = priors

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn μₖ, Σₖ and πₖ from X, shape (n_samples, n_features), and y, shape (n_samples,)."""
        one_of("covariance", self.covariance, ("shared", "separate"))
        X, index = self._check_fit(X, y)
        counts = np.bincount(index)
        self.priors_ = self._check_priors(counts / len(X))
        members = np.eye(len(counts))[index]
        self.means_ = members.T @ X / counts[:, None]
        centred = X - self.means_[index]
        scatter = np.einsum("nk,ni,nj->kij", members, centred, centred, optimize=True)
        if self.covariance == "shared":
            pooled = scatter.sum(axis=0) / len(X)
            self.covariance_ = np.repeat(pooled[None], len(counts), axis=0)
        else:
            self.covariance_ = scatter / counts[:, None, None]
        self._turn_into_axes(X.std(axis=0), counts)
        if self.covariance == "shared":
            middle = self.priors_ @ self.means_
            away = (self.means_ - middle) @ self._axes[0]
            self.coef_ = away @ self._axes[0].T
            self.intercept_ = np.log(self.priors_) - (away**2).sum(axis=1) / 2 - self.coef_ @ middle
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return P(class | x), shape (n_samples, n_classes); every row sums to one."""
        X = check_table(self, X)
        scores = np.empty((len(X), len(self.classes_)))
        for k, (mean, axes, log_volume) in enumerate(
            zip(self.means_, self._axes, self._log_volumes, strict=True)
        ):
            distance = (((X - mean) @ axes) ** 2).sum(axis=1)  # (x − μ)ᵀ Σ⁻¹ (x − μ)
            scores[:, k] = np.log(self.priors_[k]) - (distance + log_volume) / 2
        bells = np.exp(scores - scores.max(axis=1, keepdims=True))  # the highest is 1: nothing overflows
        return np.asarray(bells / bells.sum(axis=1, keepdims=True))

    def _check_priors(self, shares: FloatArray) -> FloatArray:
        """Return the priors: the given ones, or the classes' shares of the rows."""
        priors = shares if self.priors is None else numbers("priors", self.priors)
        if priors.shape != shares.shape or not (priors > 0).all() or not np.isclose(priors.sum(), 1):
            raise InputError(
                f"priors must be {len(shares)} positive numbers that sum to 1; got {self.priors!r}."
            )
        return priors

    def _turn_into_axes(self, spread: FloatArray, counts: NDArray[np.intp]) -> None:
        """Find the axes of each bell, scaled so that axesᵀ Σ axes = 1: Σ⁻¹ = axes axesᵀ, and ln |Σ|.

        The features are first divided by their spread, so that metres and millimetres are treated alike.
        """
        spread = np.where(spread > 0, spread, 1)
        variances, directions = np.linalg.eigh(self.covariance_ / np.outer(spread, spread))
        flat = (variances < FLAT).sum(axis=1)
        if self.covariance == "separate" and flat.any():
            worst = int(flat.argmax())
            raise InputError(
                f"class {self.classes_[worst]} has {counts[worst]} sample(s), which do not spread in"
                f" {flat[worst]} of {len(spread)} directions. Use covariance='shared', or fewer features."
            )
        variances = np.maximum(variances, FLAT)
        self._axes = directions / np.sqrt(variances)[:, None, :] / spread[:, None]
        self._log_volumes = np.log(variances).sum(axis=1) + 2 * np.log(spread).sum()
