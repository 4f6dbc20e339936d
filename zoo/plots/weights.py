"""How large the weights of a network are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import keras
import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import COLOURS, picture, styled


@styled
def weight_histograms(model: Any, *, near: float = 1e-3, bins: int = 101) -> Figure:
    """Draw a histogram of a network's weights, and say how many of them are as good as zero.

    All kernels are taken together; biases and whatever has one axis are left out, as it is by penalties.

    Args:
        model: a built model, or several by name, drawn below one another on the same scales.
        near: a weight counts as zero up to this absolute value.
        bins: of the histogram; an odd number has one of them round zero.

    Returns:
        A figure with a panel a model; counts are on a logarithmic scale, so that few large weights can be
        seen beside many small ones.

    Raises:
        InputError: there is no model, or one without a kernel.

    Examples:
        >>> import zoo
        >>> model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(8,), seed=0)
        >>> weight_histograms(model).axes[0].get_title(loc="left")
        '56 weights, 0.0 % within 0.001 of zero'

    Source: the deck, "regularization".
    """
    models = dict(model) if isinstance(model, Mapping) else {"": model}
    weights = {name: _kernel_weights(one) for name, one in models.items()}
    if not weights or not all(map(len, weights.values())):
        raise InputError(
            "There is no weight to draw: give built models with a kernel, such as a Dense layer's."
        )
    widest = max(float(np.abs(values).max()) for values in weights.values()) or 1.0
    edges = np.linspace(-widest, widest, bins + 1)
    figure = picture(6.0, 0.7 + 1.55 * len(models))
    first = None
    for number, ((name, values), colour) in enumerate(
        zip(weights.items(), cycle(COLOURS), strict=False), start=1
    ):
        axes = figure.add_subplot(len(models), 1, number, sharex=first, sharey=first)
        first = first or axes
        axes.hist(values, bins=edges.tolist(), color=colour, log=True)
        zero = (np.abs(values) <= near).mean()
        words = f"{len(values):,} weights, {100 * zero:.1f} % within {near:g} of zero"
        axes.set_title(f"{name}: {words}" if name else words)
        axes.set_ylabel("weights")
        axes.tick_params(labelbottom=number == len(models))
    axes.set_xlabel("value")
    return figure


def _kernel_weights(model: keras.Model) -> np.ndarray:
    """Return all weights with two axes or more as one row of numbers."""
    kernels = [
        keras.ops.convert_to_numpy(weight).ravel() for weight in model.trainable_variables if weight.ndim >= 2
    ]
    return np.concatenate(kernels) if kernels else np.empty(0)
