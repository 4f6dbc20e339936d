"""Is the model itself ready to learn: its weights, what is frozen, and what it was compiled with?"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from zoo.training._callback_facts import follows_a_schedule
from zoo.training._model_weights import (
    all_layers,
    fingerprint,
    iterations_of,
    learns_as_keras_does,
    not_finite,
    numbers,
)
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning

# What each compiled training step was traced with: the variables that it changes, whatever is frozen later.
_TRACED: weakref.WeakKeyDictionary[Any, frozenset[int]] = weakref.WeakKeyDictionary()


def weights_are_finite(s: Situation) -> Iterator[Finding]:
    """The model's weights hold NaN or infinity before training begins.

    So they do after an earlier training that went wrong. No step mends them, and a file that was saved then
    brings them back.

    Example:
        zoo.fit(model, x_with_nan, y, checks="off")
        zoo.fit(model, x, y)
    Mend:
        model = zoo.create_model(...)  # begin anew

    Cases: A4.
    """
    if not getattr(s.model, "built", False):
        return
    if found := not_finite(s.model):
        path, bad, size = found[0]
        yield error(
            f"{bad} of the {size} weights in {path} are NaN or infinite, as an earlier training has left them.",
            "Build the model anew, or load weights that were saved before that.",
        )


def something_can_learn(s: Situation) -> Iterator[Finding]:
    """Every weight is frozen, or there is none.

    Keras goes through all epochs and changes nothing; it says so in a warning from inside the graph.

    Example:
        model.trainable = False
        model.compile("adam", "mse")
        zoo.fit(model, x, y)
    Mend:
        model.layers[-1].trainable = True
        model.compile("adam", "mse")
    """
    if s.purpose != "fit" or not getattr(s.model, "built", False) or not learns_as_keras_does(s.model):
        return
    if s.model.trainable_weights:
        return
    if s.model.weights:
        yield error(
            f"All {len(s.model.layers)} layers are frozen, so that there is nothing to learn.",
            "Set model.trainable = True, or that of the layers to train, and compile again.",
        )
    else:
        yield error(
            "The model has no weights, so that there is nothing to learn.", "Add a layer with weights."
        )


def frozen_as_compiled(s: Situation) -> Iterator[Finding]:
    """A layer was frozen, or set free, after the training step was compiled.

    The first fit compiles the step with the weights that are trainable then. What is frozen later goes on
    changing, what is set free later stays as it is, and nothing says so (the warning that Keras 3.15 has for it
    stands behind a ``raise``, where it is never reached). An optimizer that an earlier compilation used refuses
    weights that it does not know. Before the first fit all is well.

    Example:
        zoo.fit(model, x, y)
        model.layers[0].trainable = False
        zoo.fit(model, x, y)
    Mend:
        model.layers[0].trainable = False
        model.compile(keras.optimizers.Adam(), "mse")  # again, with a new optimizer
        zoo.fit(model, x, y)
    """
    optimizer = getattr(s.model, "optimizer", None)
    if s.purpose != "fit" or not getattr(optimizer, "built", False) or not learns_as_keras_does(s.model):
        return
    known = {id(variable) for variable in getattr(optimizer, "_trainable_variables", ())}
    step = getattr(s.model, "train_function", None)
    changing = _TRACED.get(step, known) if step is not None else known
    paths = {id(variable): variable.path for variable in s.model.weights}
    trainable = {id(variable) for variable in s.model.trainable_weights}
    still = [paths[one] for one in changing - trainable if one in paths]
    fixed = step is not None and not s.model.run_eagerly and keras.config.backend() != "torch"
    mend = "Call model.compile(...) again, with a new optimizer, such as keras.optimizers.Adam()."
    if still and fixed:
        yield error(
            f"{_some(still)} was frozen after the training step had been compiled, and would go on changing.",
            mend,
        )
    if strange := [paths[one] for one in trainable - known]:
        yield error(
            f"{_some(strange)} was set free after the training step or the optimizer had been made, and would not "
            "be trained.",
            mend,
        )


def learning_rate_is_not_zero(s: Situation) -> Iterator[Finding]:
    """The learning rate is 0, and nothing will change it.

    Example:
        model.compile(keras.optimizers.SGD(0.0), "mse")
        zoo.fit(model, x, y)
    Mend:
        model.compile(keras.optimizers.SGD(0.01), "mse")

    Cases: A23.
    """
    optimizer = getattr(s.model, "optimizer", None)
    if s.purpose != "fit" or optimizer is None or follows_a_schedule(s.model):
        return
    setters = (keras.callbacks.LearningRateScheduler, keras.callbacks.LambdaCallback)
    foreign = [
        c for c in s.callbacks if not type(c).__module__.startswith("keras.") or isinstance(c, setters)
    ]
    if float(numbers(optimizer.learning_rate)) == 0 and not foreign:
        yield warning(
            "The learning rate is 0: no weight will move.",
            f"Compile with another, such as keras.optimizers.{_class_of(optimizer)}(1e-3).",
        )


def layers_begin_apart(s: Situation) -> Iterator[Finding]:
    """Layers of one shape begin with the same random weights, from one initializer.

    An initializer draws the same numbers each time: one object given to several layers, or one seed, makes
    layers of the same shape twins. They then learn alike where they see alike.

    Example:
        start = keras.initializers.GlorotUniform()
        layers = [keras.layers.Dense(8, kernel_initializer=start) for _ in range(3)]
    Mend:
        layers = [keras.layers.Dense(8, kernel_initializer="glorot_uniform") for _ in range(3)]
    """
    if s.purpose != "fit" or not getattr(s.model, "built", False) or iterations_of(s.model):
        return
    groups: dict[tuple[Any, ...], list[tuple[str, Any]]] = {}
    for layer in all_layers(s.model):
        for variable in getattr(layer, "_trainable_variables", ()):
            key = _origin(layer, variable)
            if key is not None:
                groups.setdefault(key, []).append((_place(s.model, variable), variable))
    for twins in groups.values():
        alike: dict[int, list[str]] = {}
        for place, variable in twins if len(twins) > 1 else ():
            alike.setdefault(fingerprint(variable), []).append(place)
        for places in alike.values():
            names = list(dict.fromkeys(places))
            if len(names) > 1:
                yield warning(
                    f"The layers {' and '.join(map(repr, names[:4]))} begin with the same random weights, since one "
                    "initializer, or one seed, made them.",
                    'Give each its own: kernel_initializer="glorot_uniform", or another seed.',
                )
                return


def normalization_is_adapted(s: Situation) -> Iterator[Finding]:
    """A Normalization layer that has never seen data.

    Without `adapt` its mean is 0 and its variance 1: it hands on what it gets, and says nothing.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Normalization(), keras.layers.Dense(1)])
        zoo.fit(model, x, y)
    Mend:
        model.layers[0].adapt(x)
    """
    if s.purpose != "fit":
        return
    for layer in all_layers(s.model):
        if not isinstance(layer, keras.layers.Normalization) or not layer.built or layer.invert:
            continue
        mean, variance = getattr(layer, "adapt_mean", None), getattr(layer, "adapt_variance", None)
        if mean is None or variance is None:
            continue
        if not numbers(mean).any() and (numbers(variance) == 1).all() and not numbers(layer.count).any():
            yield warning(
                f"The Normalization layer {layer.name!r} has never seen data, so that it changes nothing.",
                f"Call model.get_layer({layer.name!r}).adapt(x) with the training rows before fit.",
            )


def remember_step(model: keras.Model) -> None:
    """Note which variables a compiled training step changes; call it when a fit has ended."""
    step = getattr(model, "train_function", None)
    if step is not None and step not in _TRACED:
        _TRACED[step] = frozenset(id(variable) for variable in model.trainable_weights)


def _origin(layer: Any, variable: Any) -> tuple[Any, ...] | None:
    """Return what a variable was drawn from, where that is a seeded initializer; numbers alike by chance are none."""
    name = {"recurrent_kernel": "recurrent"}.get(variable.name, variable.name)
    initializer = getattr(layer, f"{name}_initializer", None)
    seed = getattr(initializer, "seed", None)
    if not isinstance(seed, int) or int(np.prod(variable.shape)) < 4:
        return None
    return type(initializer).__name__, seed, tuple(variable.shape)


def _place(model: keras.Model, variable: Any) -> str:
    """Name the layer of a variable, within the model."""
    return str(variable.path).removeprefix(f"{model.name}/").rpartition("/")[0]


def _some(paths: list[str]) -> str:
    rest = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
    return f"{sorted(paths)[0]}{rest}"


def _class_of(optimizer: Any) -> str:
    return type(getattr(optimizer, "inner_optimizer", optimizer)).__name__
