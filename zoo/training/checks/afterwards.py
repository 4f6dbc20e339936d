"""What a fit that has ended shows: weights that did not move, steps that were skipped, statistics not settled."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.training._model_weights import (
    all_layers,
    fingerprint,
    learns_as_keras_does,
    not_finite,
    numbers,
    within_reach,
)
from zoo.training.checks.finding import Finding, warning

# How often a BatchNormalization layer has been updated since its statistics were 0 and 1, and what they were then.
_UPDATES: weakref.WeakKeyDictionary[Any, tuple[int, int]] = weakref.WeakKeyDictionary()


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
    statistics: dict[int, int] = {}
    settled: set[int] = set()
    for layer in _normalizations(model):
        mark = fingerprint(layer.moving_mean)
        statistics[id(layer)] = mark
        begins = not numbers(layer.moving_mean).any() and (numbers(layer.moving_variance) == 1).all()
        if begins:
            _UPDATES[layer] = (0, mark)
        elif _UPDATES.get(layer, (0, None))[1] != mark:
            settled.add(id(layer))  # trained elsewhere, or loaded
    return Before(
        fingerprints={id(v): fingerprint(v) for v in within_reach(list(model.trainable_weights))},
        iterations=_iterations(model),
        learning_rate=_learning_rate(model),
        statistics=statistics,
        settled=frozenset(settled),
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
    counted = count_updates(model, before, steps)
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
    taken = min(steps, _iterations(model) - before.iterations)
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


def statistics_are_settled(model: keras.Model, counted: Mapping[int, int]) -> Iterator[Finding]:
    """The statistics of BatchNormalization have not settled, so that the model in use is another one.

    In training the layer takes each batch's own mean and variance; in use it takes moving averages, which begin
    at 0 and 1 and approach the data by a hundredth a step (``momentum=0.99``). After ten steps nine tenths of
    the beginning are still in them: accuracy 0.86 in training is 0.47 in use, on the same rows. The share that
    is left, ``momentum ** updates``, is known, so the true figures are too: this warns only where they are far
    off, by more than half a deviation in the mean or a factor of four in the variance, for most channels.

    Example:
        zoo.fit(model_with_batch_normalization, x[:64], y[:64], epochs=10, batch_size=64)
    Mend:
        keras.layers.BatchNormalization(momentum=0.7)

    Cases: A22; keras-team/keras#6014, #6977.
    """
    worst: tuple[float, str] | None = None
    unsettled = 0
    mend = ""
    for layer in _normalizations(model):
        updates = counted.get(id(layer), 0)
        left = float(layer.momentum) ** updates
        if not updates or left < 1e-4 or left > 1 - 1e-6:
            continue
        mean, variance = numbers(layer.moving_mean), numbers(layer.moving_variance)
        true_mean, true_variance = mean / (1 - left), np.maximum((variance - left) / (1 - left), 0)
        deviation = np.sqrt(true_variance + layer.epsilon)
        off = np.abs(mean - true_mean) / deviation
        ratio = (variance + layer.epsilon) / (true_variance + layer.epsilon)
        alive = true_variance > 2e-5  # a dead channel stays at 0 whatever divides it
        far = ((off > 0.5) | (ratio > 4) | (ratio < 0.25)) & alive
        if not np.isfinite(off).all() or not alive.any() or 2 * far.sum() < alive.sum():
            continue
        off, ratio = np.where(alive, off, 0), np.where(alive, ratio, 1)
        unsettled += 1
        channel = int(np.argmax(off)) if off.max() > 0.5 else int(np.argmax(np.abs(np.log(ratio))))
        if worst is None or off.max() > worst[0]:
            worst = (
                float(off.max()),
                (
                    f"The BatchNormalization layer {layer.name!r} has had {updates} update(s) at momentum "
                    f"{layer.momentum:g}: {left:.0%} of its statistics are still the 0 and 1 that they began with. In "
                    f"use it takes a mean of {mean[channel]:.3g} and a deviation of {math.sqrt(variance[channel]):.3g}"
                    f", the data has about {true_mean[channel]:.3g} and {deviation[channel]:.3g} (channel {channel})"
                ),
            )
            fitting = min(0.9, math.floor(10 * 0.05 ** (1 / updates)) / 10)
            needed = math.ceil(math.log(0.05) / math.log(layer.momentum))
            lower = f"BatchNormalization(momentum={fitting:g}), or train" if fitting > 0 else "Train"
            mend = f"{'Use keras.layers.' * (fitting > 0)}{lower} for at least {needed} steps in all."
    if worst is not None:
        others = f"; so it is in {unsettled - 1} more such layer(s)" if unsettled > 1 else ""
        yield warning(
            f"{worst[1]}{others}. Evaluation and prediction will differ from the training figures.", mend
        )


def count_updates(model: keras.Model, before: Before, steps: int) -> dict[int, int]:
    """Count the updates of each BatchNormalization layer since its statistics were 0 and 1, over all fits."""
    counted = {}
    for layer in _normalizations(model):
        mark = fingerprint(layer.moving_mean)
        if id(layer) in before.settled:
            continue
        if id(layer) not in before.statistics:  # built in this fit, with 0 and 1
            updates = steps
        elif before.statistics[id(layer)] == mark:  # frozen, or not used
            continue
        else:
            updates = _UPDATES.get(layer, (0, 0))[0] + steps
        _UPDATES[layer] = (updates, mark)
        counted[id(layer)] = updates
    return counted


def _normalizations(model: keras.Model) -> list[Any]:
    kind = keras.layers.BatchNormalization
    return [layer for layer in all_layers(model) if isinstance(layer, kind) and layer.built]


def _iterations(model: keras.Model) -> int:
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if iterations is None else int(numbers(iterations))


def _learning_rate(model: keras.Model) -> float | None:
    optimizer = getattr(model, "optimizer", None)
    rate = getattr(optimizer, "learning_rate", None)
    known = isinstance(rate, keras.Variable) and learns_as_keras_does(model)
    return float(numbers(rate)) if known else None
