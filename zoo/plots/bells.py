"""Classes as bells over one feature, and the probability that they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._predictions import as_labels, ask, names_for
from zoo.plots._style import COLOURS, GREY, picture, styled


@styled
def bells(
    classifier: Any,
    split: Any,
    *,
    class_names: Sequence[str] = (),
    feature_name: str = "x",
    bins: int = 40,
) -> Figure:
    """Draw how many rows of each class lie where, the bell fitted to each, and below it P(class | x).

    A class's bell is n f(x; μ, σ²), with as much area as its rows in the histogram. Where two bells cross,
    both classes are as likely: a dashed line stands there.

    Args:
        classifier: a fitted `zoo.by_hand.GaussianClassifier` of one feature and up to 7 classes.
        split: rows with ``x``, ``(rows, 1)``, and ``y``.
        class_names: one a class; numbers by default.
        feature_name: of the axis.
        bins: of the histogram.

    Raises:
        InputError: there is more than one feature, or too many classes.

    Examples:
        >>> from types import SimpleNamespace
        >>> import zoo
        >>> rows = SimpleNamespace(x=np.array([[150], [160], [170], [180.0]]), y=np.array([0, 0, 1, 1]))
        >>> tribes = zoo.by_hand.GaussianClassifier().fit(rows.x, rows.y)
        >>> bells(tribes, rows, feature_name="height").axes[1].get_xlabel()
        'height'

    Source: the deck, "Logistic Regression", two tribes and their heights.
    """
    means, variances = np.asarray(classifier.means_), np.asarray(classifier.covariance_)
    count = len(means)
    if means.shape[1] != 1 or count > len(COLOURS):
        raise InputError(
            f"Bells are drawn over one feature, of up to {len(COLOURS)} classes; got {means.shape[1]} and {count}. "
            "Of two features, zoo.plots.boundary shows the plane."
        )
    values, labels = np.asarray(split.x, dtype="float64").reshape(-1), as_labels(split.y)
    names = names_for(count, class_names) if class_names else [f"class {k}" for k in range(count)]
    edges = np.linspace(values.min(), values.max(), bins + 1)
    x = np.linspace(edges[0], edges[-1], 600)
    probabilities = ask(classifier, x[:, None])
    figure = picture(6.4, 4.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for k, name in enumerate(names):
        above.hist(values[labels == k], edges, color=COLOURS[k], alpha=0.3)
        variance = variances[k, 0, 0]
        density = np.exp(-((x - means[k, 0]) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
        area = (labels == k).sum() * (edges[1] - edges[0])
        above.plot(x, area * density, color=COLOURS[k], label=name)
        below.plot(x, probabilities[:, k], color=COLOURS[k])
    best = probabilities.argmax(axis=1)
    for place in np.flatnonzero(np.diff(best)):
        for axes in (above, below):
            axes.axvline((x[place] + x[place + 1]) / 2, color=GREY, linestyle="--", linewidth=1)
    above.set(ylabel="rows")
    below.set(xlabel=feature_name, ylabel="P(class | x)", ylim=(-0.03, 1.03))
    above.legend()
    return figure
