"""The loss over the learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, VERMILION, picture, styled


@styled
def learning_rates(finder: Any) -> Figure:
    """Draw the loss at each rate that a `zoo.LearningRateFinder` tried, and the rate it suggests.

    Args:
        finder: a finder that has seen a training.

    Raises:
        InputError: nothing was recorded.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("mlp", input_shape=data.input_shape, num_classes=10, seed=0)
        >>> model.compile("sgd", "sparse_categorical_crossentropy")
        >>> finder = zoo.LearningRateFinder(steps=60)
        >>> _ = zoo.fit(model, data, epochs=2, callbacks=finder, verbose=0, seed=0)
        >>> learning_rates(finder).axes[0].get_xscale()
        'log'

    Source: Smith (2015), "Cyclical learning rates for training neural networks".
    """
    if not finder.losses:
        raise InputError("Nothing was tried yet. Pass the finder to zoo.fit(..., callbacks=finder) first.")
    rates, losses, smoothed = map(np.asarray, (finder.learning_rates, finder.losses, finder.smoothed))
    figure = picture(5.6, 3.6)
    axes = figure.add_subplot(xscale="log", xlabel="learning rate", ylabel="loss of a batch")
    axes.plot(rates, losses, color=GREY, alpha=0.45, linewidth=1, label="each batch")
    axes.plot(rates, smoothed, color=BLUE, label="smoothed")
    low, high = np.nanmin(losses[np.isfinite(losses)]), np.nanmax(smoothed[: len(smoothed) // 2 + 1])
    axes.set_ylim(low - 0.1 * (high - low), high + 0.5 * (high - low))
    axes.set_xlim(rates[0], rates[-1])
    try:
        suggestion = finder.suggestion
    except InputError:
        axes.set_title("The loss never fell")
    else:
        axes.axvline(suggestion, color=VERMILION, linestyle="--", linewidth=1.4, label="suggestion")
        axes.set_title(f"Suggested learning rate: {suggestion:.2g}")
    axes.legend()
    return figure
