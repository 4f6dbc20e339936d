"""Have the statistics of BatchNormalization come near those of the data?"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from zoo.training._model_weights import all_layers, fingerprint, numbers
from zoo.training.checks.finding import Finding, warning

# How often a BatchNormalization layer has been updated since its statistics were 0 and 1, and what they were then.
_UPDATES: weakref.WeakKeyDictionary[Any, tuple[int, int]] = weakref.WeakKeyDictionary()


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


def note_statistics(model: keras.Model) -> tuple[dict[int, int], frozenset[int]]:
    """Fingerprint each BatchNormalization layer's moving mean, and tell those whose updates cannot be counted."""
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
    return statistics, frozenset(settled)


def count_updates(
    model: keras.Model, statistics: Mapping[int, int], settled: frozenset[int], steps: int
) -> dict[int, int]:
    """Count the updates of each BatchNormalization layer since its statistics were 0 and 1, over all fits."""
    counted = {}
    for layer in _normalizations(model):
        mark = fingerprint(layer.moving_mean)
        if id(layer) in settled:
            continue
        if id(layer) not in statistics:  # built in this fit, with 0 and 1
            updates = steps
        elif statistics[id(layer)] == mark:  # frozen, or not used
            continue
        else:
            updates = _UPDATES.get(layer, (0, 0))[0] + steps
        _UPDATES[layer] = (updates, mark)
        counted[id(layer)] = updates
    return counted


def _normalizations(model: keras.Model) -> list[Any]:
    kind = keras.layers.BatchNormalization
    return [layer for layer in all_layers(model) if isinstance(layer, kind) and layer.built]
