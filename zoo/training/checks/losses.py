"""Do the last layer, the loss and the targets fit each other?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zoo.training._outputs import Output
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning
from zoo.training.checks.shapes import OF_NUMBERS
from zoo.training.checks.wording import camel

# What an activation can give at all.
_REACH = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
}
_SLACK = 0.01  # of the targets' own range: the rounding of a scaling


def last_layer_fits_loss(s: Situation) -> Iterator[Finding]:
    """The last layer gives probabilities to a loss that wants logits, or the other way round.

    A softmax whose loss has ``from_logits=True`` is applied twice; a linear layer under a cross entropy
    without it sends raw numbers to a logarithm, which Keras cuts off to fit; a softmax over one unit is
    always 1, and a categorical cross entropy over one unit always 0. All of them train.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        model.compile("adam", "sparse_categorical_crossentropy")
    Mend:
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    """
    for o in s.outputs:
        if "crossentropy" not in o.loss or o.activation is None:
            continue
        binary = o.loss.startswith("binary")
        wanted = "sigmoid" if binary else "softmax"
        if o.from_logits and o.activation in ("softmax", "sigmoid"):
            yield error(
                f"The output {o.name!r} ends in {o.activation} and its loss has from_logits=True, which would apply "
                f"{o.activation} again.",
                "Drop the activation, or from_logits.",
            )
        elif o.activation == "softmax" and o.units == 1:
            yield error(
                f"The output {o.name!r} is a softmax over one unit, which is always 1.",
                "Use sigmoid with binary_crossentropy, or one unit a class.",
            )
        elif o.loss.startswith("categorical") and o.units == 1:
            yield error(
                f"The output {o.name!r} has one unit, over which {o.loss} is always 0.",
                'Use sigmoid with "binary_crossentropy", or one unit a class.',
            )
        elif not o.from_logits and o.activation in ("linear", "relu", "tanh"):
            yield error(
                f"{o.loss} expects probabilities and the output {o.name!r} gives raw numbers (activation "
                f"{o.activation!r}).",
                f"End the model in {wanted}, or compile with keras.losses.{camel(o.loss)}(from_logits=True).",
            )
        elif not binary and o.activation == "sigmoid" and (o.units or 0) > 1:
            yield warning(
                f"{o.loss} expects probabilities that sum to 1, and the output {o.name!r} gives {o.units} sigmoids, "
                "each for itself.",
                'End the model in softmax; for several yes or no a row use the loss "binary_crossentropy".',
            )


def targets_within_reach(s: Situation) -> Iterator[Finding]:
    """The targets lie where the last layer can never get.

    A sigmoid gives 0 to 1, a tanh -1 to 1, a ReLU nothing below 0: with targets beyond, the loss sinks to
    that border and stays there.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, "sigmoid")])
        model.compile("adam", "mse")
        zoo.fit(model, x, prices)
    Mend:
        keras.layers.Dense(1)
    """
    for o in s.outputs:
        if (
            o.y is None
            or o.loss not in OF_NUMBERS
            or o.activation not in _REACH
            or o.y.dtype.kind not in "uifb"
        ):
            continue
        low, high = _REACH[o.activation]
        least, most = float(o.y.min()), float(o.y.max())
        slack = _SLACK * max(1.0, most - least)
        if least >= low - slack and most <= high + slack:
            continue
        beyond = float(((o.y < low - slack) | (o.y > high + slack)).mean())
        say = error if beyond > 0.5 else warning
        reach = f"{low:g} to {high:g}" if np.isfinite(high) else f"nothing below {low:g}"
        yield say(
            f"{o.label} of the {s.part} goes from {least:g} to {most:g}, and the output {o.name!r} ends in "
            f"{o.activation}, which gives {reach}: {beyond:.0%} of the targets cannot be reached.",
            "Give the last layer no activation, or scale the targets.",
        )


def targets_suit_loss(s: Situation) -> Iterator[Finding]:
    """The loss makes no sense of such targets.

    A Poisson loss or a logarithm of negative numbers, a percentage of 0, a hinge of labels that are neither
    -1 nor 1: Keras computes something in each case.

    Example:
        model.compile("adam", "mean_absolute_percentage_error")
        zoo.fit(model, x, np.array([0.0, 1.0, 2.0, 0.0]))
    Mend:
        model.compile("adam", "mean_absolute_error")
    """
    for o in s.outputs:
        if o.y is None or not o.y.size or o.y.dtype.kind not in "uifb":
            continue
        if finding := _unsuited(o, s.part):
            yield finding


def _unsuited(o: Output, part: str) -> Finding | None:
    y = o.y if o.y is not None else np.zeros(1)
    held = f"{o.label} of the {part}"
    if o.loss == "poisson" and y.min() < 0:
        return error(f"{held} goes down to {y.min():g}; poisson expects counts, 0 or more.", 'Use "mse".')
    if o.loss == "mean_squared_logarithmic_error" and y.min() <= -1:
        return error(
            f"{held} goes down to {y.min():g}, of which there is no logarithm (of 1 + y).",
            'Use "mse" in its place.',
        )
    if o.loss == "mean_absolute_percentage_error" and (zeros := int((y == 0).sum())):
        return warning(
            f"{held} is 0 in {zeros} place(s), and mean_absolute_percentage_error divides by it.",
            'Use "mean_absolute_error".',
        )
    if o.loss in ("hinge", "squared_hinge") and not np.isin(y, (-1, 0, 1)).all():
        odd = y[~np.isin(y, (-1, 0, 1))].ravel()[0]
        return error(
            f"{held} holds {odd:g}; {o.loss} expects -1 and 1, or 0 and 1.", f"Use 2 * {o.label} - 1."
        )
    return None
