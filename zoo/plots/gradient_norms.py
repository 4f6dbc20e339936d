"""How much of the gradient reaches each layer, through the epochs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from zoo.errors import InputError
from zoo.plots._lines import label_ends, shades
from zoo.plots._style import picture, styled


@styled
def gradient_norms(recorder: Any) -> Figure:
    """Draw the norm of the gradient at each layer's kernel over the epochs, on a logarithmic scale.

    Args:
        recorder: a `zoo.GradientNorms` that has seen a training, or several by name, drawn side by side
            on one scale.

    Returns:
        A figure; lines go from dark, the layer next to the input, to light. A gradient of zero has no
        place on the scale and is left out.

    Raises:
        InputError: nothing was recorded.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(8,), seed=0)
        >>> model.compile("adam", "binary_crossentropy")
        >>> recorder = zoo.GradientNorms(data.train)
        >>> _ = zoo.fit(model, data, epochs=2, callbacks=recorder, verbose=0)
        >>> [text.get_text() for text in gradient_norms(recorder).axes[0].texts]
        ['hidden_1', 'probability']

    Source: the deck, "gradient vanishing".
    """
    recorders = dict(recorder) if isinstance(recorder, Mapping) else {"": recorder}
    if not recorders or not all(one.epochs for one in recorders.values()):
        raise InputError(
            "The recorder has recorded nothing. Pass it to zoo.fit(..., callbacks=recorder) before drawing."
        )
    figure = picture(0.4 + 4.4 * len(recorders), 3.6)
    panels: list[tuple[Axes, dict[str, Line2D]]] = []
    for number, (title, one) in enumerate(recorders.items(), start=1):
        axes = figure.add_subplot(1, len(recorders), number, sharey=panels[0][0] if panels else None)
        lines = {}
        for layer, norms, shade in zip(
            one.layers, np.array(one.norms, dtype="float64").T, shades(len(one.layers)), strict=False
        ):
            shown = np.where(norms > 0, norms, np.nan)
            (lines[layer],) = axes.plot(one.epochs, shown, color=shade, marker="o" if len(shown) < 3 else "")
        axes.set(title=title, xlabel="epoch", yscale="log")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        panels.append((axes, lines))
    panels[0][0].set_ylabel("norm of the gradient")
    for axes, lines in panels:
        label_ends(axes, lines)
    return figure
