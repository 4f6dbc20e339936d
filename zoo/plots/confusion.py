"""The confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zoo.plots._predictions import names_for, probabilities_and_labels
from zoo.plots._style import picture, styled


@styled
def confusion(model: Any, split: Any, *, class_names: Sequence[str] = ()) -> Figure:
    """Count which class was taken for which; the diagonal is right.

    Args:
        model: a classifier: a `keras.Model`, or an estimator with ``predict_proba``, such as those of
            ``zoo.by_hand``.
        split: rows with ``x`` and ``y``, such as ``data.test``.
        class_names: one a class; numbers by default.

    Returns:
        A figure: true classes down, predicted ones across, shares by colour and counts in numbers.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris")
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> confusion(model, data.test, class_names=data.class_names).axes[0].get_xlabel()
        'predicted'
    """
    from sklearn.metrics import confusion_matrix

    probabilities, labels = probabilities_and_labels(model, split)
    count = probabilities.shape[1]
    names = names_for(count, class_names)
    matrix = confusion_matrix(labels, probabilities.argmax(axis=1), labels=range(count))
    side = max(3.2, 0.42 * count + 1.2)
    figure = picture(side + 0.6, side)
    axes = figure.add_subplot()
    draw_confusion(axes, matrix, names)
    return figure


def draw_confusion(axes: Axes, matrix: np.ndarray, names: Sequence[str]) -> None:
    """Draw counts, ``(classes, classes)``, true classes down and predicted ones across."""
    count = len(matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.grid(False)
    for row, column in np.argwhere(matrix):
        axes.text(
            column,
            row,
            f"{matrix[row, column]:,}",
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if shares[row, column] > 0.5 else "black",
            fontweight="bold" if row != column else "normal",
        )
    turn = 45 if max(map(len, names)) > 3 else 0
    axes.set_xticks(range(count), names, rotation=turn, ha="right" if turn else "center")
    axes.set_yticks(range(count), names)
    accuracy = np.trace(matrix) / max(matrix.sum(), 1)
    axes.set(xlabel="predicted", ylabel="true", title=f"{accuracy:.1%} of {matrix.sum():,} right")
    axes.figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
