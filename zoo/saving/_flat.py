"""A model as other programs call it: for predictions alone, and where they know no nesting, in a row."""

from __future__ import annotations

from typing import Any

import keras

from zoo._ends import input_names, output_names, packed, plain_names


def predicting(model: keras.Model) -> keras.Model:
    """Return a model that takes and gives what another does, and never trains.

    Keras exports a call that does not say ``training=False``, and layers such as RandomFlip take that for training.
    """
    given = packed(model, _inputs(model))
    return keras.Model(given, _called(model, given), name=model.name)


def flat(model: keras.Model) -> keras.Model:
    """Return a model that takes a list in the order of ``model.inputs``, gives a dictionary, and never trains.

    Both go by `plain_names`. Other formats know no nesting, and some no order.
    """
    inputs = _inputs(model)
    outputs = keras.tree.flatten(_called(model, packed(model, inputs)))
    names = plain_names(output_names(model), "output")
    made = keras.Model(inputs, dict(zip(names, outputs, strict=True)), name=model.name)
    made(inputs)  # a model that was never called is not exported
    return made


def signature(model: keras.Model, rows: int | None = None) -> list[Any]:
    """Return what a `flat` model is exported with, for any number of rows or for one."""
    return [
        [
            keras.InputSpec(shape=(t.shape[0] or rows, *t.shape[1:]), dtype=t.dtype, name=t.name)
            for t in model.inputs
        ]
    ]


def _inputs(model: keras.Model) -> list[Any]:
    names = plain_names(input_names(model), "input")
    return [
        keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)
        for tensor, name in zip(model.inputs, names, strict=True)
    ]


def _called(model: keras.Model, inputs: Any) -> Any:
    try:
        return model(inputs, training=False)
    except TypeError:  # a model of one's own whose call knows no `training`
        return model(inputs)
