"""Predicted numbers against true ones."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from matplotlib.figure import Figure

from zoo._feed import feed
from zoo.plots._style import BLUE, GREY, picture, styled


@styled
def predictions(model: keras.Model, split: Any) -> Figure:
    """Draw what the model predicts against what is true; a perfect one lies on the diagonal.

    Args:
        model: a regression model with one output or several.
        split: rows with ``x`` and ``y``, such as ``data.test``.

    Returns:
        A figure with one panel an output, R² and the mean absolute error in its title.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("diabetes")
        >>> model = zoo.create_model("linear", input_shape=(10,), seed=0)
        >>> predictions(model, data.test).axes[0].get_xlabel()
        'true'
    """
    from sklearn.metrics import mean_absolute_error, r2_score

    guessed = model.predict(feed(split.x), batch_size=256, verbose=0)
    names = list(getattr(model, "output_names", ["output"]))
    guesses = guessed if isinstance(guessed, dict) else dict(zip(names, _list(guessed), strict=True))
    truths = split.y if isinstance(split.y, dict) else dict(zip(names, _list(split.y), strict=True))
    figure = picture(0.4 + 3.6 * len(truths), 3.6)
    for panel, (name, truth) in enumerate(truths.items(), start=1):
        true, guess = np.asarray(truth).reshape(-1), np.asarray(guesses[name]).reshape(-1)
        axes = figure.add_subplot(1, len(truths), panel)
        ends = [min(true.min(), guess.min()), max(true.max(), guess.max())]
        axes.plot(ends, ends, color=GREY, linewidth=1, label="perfect")
        axes.plot(true, guess, ".", color=BLUE, alpha=0.6, markersize=5, label="test rows")
        fit = f"R² {r2_score(true, guess):.3f}, mean absolute error {mean_absolute_error(true, guess):.3g}"
        title = fit if len(truths) == 1 else f"{name}\n{fit}"
        axes.set(xlabel="true", ylabel="predicted", aspect="equal")
        axes.set_title(title, fontsize=9.5)
        axes.legend(loc="upper left")
    return figure


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
