"""Which classes were confused, and since when no more."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError, UnknownNameError, did_you_mean
from zoo.plots._style import picture, styled
from zoo.plots.confusion import draw_confusion


@styled
def validation_report(report: Any, output: str | None = None) -> Figure:
    """Draw what a `zoo.ValidationReport` recorded: the last confusion, and each class's F1 over the epochs.

    Args:
        report: a report that has seen a training.
        output: of a model with several; by default the first.

    Raises:
        InputError: nothing was recorded.
        UnknownNameError: no such output was recorded.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris", validation_split=0.2)
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy")
        >>> report = zoo.ValidationReport(data.validation, every=1, class_names=data.class_names)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=report, verbose=0)
        >>> validation_report(report).axes[1].get_title(loc="left")
        'F1 of each class'

    Source: the deck, "validation data".
    """
    if not report.epochs:
        raise InputError(
            "The report has recorded nothing. Pass it to zoo.fit(..., callbacks=report) before drawing."
        )
    if output is not None and output not in report.matrices:
        known = list(report.matrices)
        hint = did_you_mean(output, known)
        raise UnknownNameError(f"No output {output!r} was recorded.{hint} There are {', '.join(known)}.")
    name = output or next(iter(report.matrices))
    names, matrix = report.names[name], report.matrices[name][-1]
    scores = np.array([row["f1"] for row in report.table(name)]).reshape(len(report.epochs), len(names)).T
    side = max(3.2, 0.42 * len(names) + 1.2)
    figure = picture(2 * side + 1.6, side + (0.3 if len(report.matrices) > 1 else 0))
    if len(report.matrices) > 1:
        figure.suptitle(name.replace("_", " "), x=0.01, ha="left", fontsize=11)
    left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.06})
    draw_confusion(left, matrix, names)
    low = min(np.floor(10 * scores.min()) / 10, 0.9)  # or all that is good would look the same
    image = right.imshow(scores, cmap="viridis", vmin=low, vmax=1, aspect="auto")
    right.grid(False)
    right.set_yticks(range(len(names)), names)
    shown = np.unique(np.linspace(0, len(report.epochs) - 1, min(6, len(report.epochs))).round().astype(int))
    right.set_xticks(shown, [f"{report.epochs[k]:,}" for k in shown])
    right.set(xlabel="epoch", title="F1 of each class")
    figure.colorbar(image, ax=right, shrink=0.8, label="F1")
    return figure
