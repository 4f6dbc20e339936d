"""What a fit that has ended shows: weights that did not move, steps that were skipped, statistics not settled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from zoo.training._model_weights import (
    fingerprint,
    iterations_of,
    learns_as_keras_does,
    not_finite,
    numbers,
    within_reach,
)
from zoo.training.checks.finding import Finding, warning
from zoo.training.checks.statistics import count_updates, note_statistics, statistics_are_settled


@dataclass(frozen=True, eq=False)
class Before:
    """What is remembered of a model when a fit begins.

    Attributes:
        fingerprints: of the trainable weights, by variable.
        iterations: steps that the optimizer had taken.
        learning_rate: of the optimizer, or ``None`` where it follows a schedule.
        statistics: of each BatchNormalization layer a fingerprint of its moving mean.
        settled: those whose updates cannot be counted, since their statistics came with them.
        sound: whether all weights were finite.
    """

    fingerprints: Mapping[int, int]
    iterations: int
    learning_rate: float | None
    statistics: Mapping[int, int]
    settled: frozenset[int]
    sound: bool


def note(model: keras.Model) -> Before:
    """Remember what a model is like before a fit."""
    statistics, settled = note_statistics(model)
    return Before(
        fingerprints={id(v): fingerprint(v) for v in within_reach(list(model.trainable_weights))},
        iterations=iterations_of(model),
        learning_rate=_learning_rate(model),
        statistics=statistics,
        settled=settled,
        sound=not not_finite(model) if model.built else True,
    )


def afterwards(
    model: keras.Model, before: Before, history: Mapping[str, Any], steps: int
) -> Iterator[Finding]:
    """Look at a model after a fit.

    Args:
        model: the model.
        before: what `note` remembered.
        history: what `History` holds: figures by metric.
        steps: batches that were learned from.

    Returns:
        Warnings; at most one of weights that are NaN, of steps skipped, and of weights that did not move, since
        one explains the next.
    """
    counted = count_updates(model, before.statistics, before.settled, steps)
    if steps:
        found = next(
            (
                one
                for check in (
                    numbers_stay_finite(model, before, history),
                    steps_are_taken(model, before, steps),
                    weights_move(model, before),
                )
                for one in check
            ),
            None,
        )
        if found is not None:
            yield found
        yield from statistics_are_settled(model, counted)


def numbers_stay_finite(model: keras.Model, before: Before, history: Mapping[str, Any]) -> Iterator[Finding]:
    """Weights have become NaN or infinite, or the loss has.

    With ReLU the loss may stay finite while whole layers are NaN, so that no callback sees it.

    Example:
        model.compile(keras.optimizers.SGD(1e20), "mse")
        zoo.fit(model, x, y)
    Mend:
        model.compile(keras.optimizers.SGD(0.01, clipnorm=1.0), "mse")

    Cases: A4; tensorflow/tensorflow#40072.
    """
    losses = [float(value) for value in history.get("loss", ())]
    epoch = next((i for i, loss in enumerate(losses, 1) if not math.isfinite(loss)), None)
    when = f" The loss was {losses[epoch - 1]} from epoch {epoch} of this fit on." if epoch else ""
    mend = (
        "Lower the learning rate, or clip gradients (clipnorm=1.0); look at the data with zoo.preflight. Begin anew, "
        "or from a saved model: NaN weights stay."
    )
    if before.sound and (found := not_finite(model)):
        path, bad, size = found[0]
        more = f" and in {len(found) - 1} more variable(s)" if len(found) > 1 else ""
        yield warning(
            f"Training has left NaN or infinity in the weights: {bad} of {size} in {path}{more}.{when}", mend
        )
    elif epoch:
        yield warning(f"The loss is not finite (NaN or infinity).{when}", mend)


def steps_are_taken(model: keras.Model, before: Before, steps: int) -> Iterator[Finding]:
    """Mixed precision skipped steps: their gradients did not fit into float16.

    The loss scale is halved after each, so that a few at the beginning are usual; where most are skipped the
    model learns little or nothing, and Keras says nothing.

    Example:
        keras.mixed_precision.set_global_policy("mixed_float16")
        model = zoo.create_model("mlp", ...)
        model.compile(keras.optimizers.SGD(1e-5), "mse")
        zoo.fit(model, x, 10_000 * y)
    Mend:
        keras.mixed_precision.set_global_policy("float32")

    Cases: A23; tensorflow/tensorflow#59826.
    """
    optimizer = getattr(model, "optimizer", None)
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or not optimizer.built:
        return
    taken = min(steps, iterations_of(model) - before.iterations)
    if 2 * taken >= steps:
        return
    scale = float(numbers(optimizer.dynamic_scale))
    yield warning(
        f"Mixed precision skipped {steps - taken} of {steps} steps, since gradients did not fit into float16; the loss "
        f"scale has fallen from {optimizer.initial_scale:g} to {scale:g}.",
        'Scale y (for example to mean 0 and deviation 1), train longer, or use the policy "float32" or '
        '"mixed_bfloat16".',
    )


def weights_move(model: keras.Model, before: Before) -> Iterator[Finding]:
    """No weight has moved in a whole fit.

    Every gradient was zero, as behind ReLU units that are all dead or in a loss that does not depend on the
    output, or the learning rate was so small that adding the step changed nothing.

    Example:
        dead = keras.layers.Dense(8, "relu", bias_initializer=keras.initializers.Constant(-1e6))
    Mend:
        alive = keras.layers.Dense(8, "relu")

    Cases: A23.
    """
    variables = list(model.trainable_weights)
    looked = [variable for variable in variables if id(variable) in before.fingerprints]
    if not looked or len(looked) < len(variables):
        return  # nothing to learn, which was said before, or too large to look at
    if any(fingerprint(variable) != before.fingerprints[id(variable)] for variable in looked):
        return
    rate = _learning_rate(model)
    if rate == 0:
        if before.learning_rate != 0:  # otherwise it was said before
            yield warning("No weight has moved: the learning rate has become 0.", "Look at what sets it.")
        return
    small = f" The learning rate is {rate:g}." if rate is not None and rate < 1e-6 else ""
    yield warning(
        f"No weight has moved in this fit.{small}",
        "All gradients were zero: are ReLU units dead (try leaky_relu, or a smaller learning rate), does the loss "
        "depend on the output, is every sample weight 0?",
    )


def _learning_rate(model: keras.Model) -> float | None:
    optimizer = getattr(model, "optimizer", None)
    rate = getattr(optimizer, "learning_rate", None)
    known = isinstance(rate, keras.Variable) and learns_as_keras_does(model)
    return float(numbers(rate)) if known else None
