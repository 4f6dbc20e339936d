"""A model compiled for one number of rows, on each of Keras' backends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from zoo.inference._inputs import Inputs

Arrays = list[np.ndarray]


@dataclass(frozen=True, eq=False)
class Runner:
    """One compiled function.

    Attributes:
        run: takes an array for each input and returns one for each output, both flat.
        pack: gives flat outputs the form that ``model.predict`` gives them.
    """

    run: Callable[[Arrays], Arrays]
    pack: Callable[[Arrays], Any]


def runner_of(model: keras.Model, inputs: Inputs, size: int) -> Runner:
    """Compile a model for ``size`` rows on the backend that Keras runs on."""
    if keras.config.backend() == "tensorflow":
        return _tensorflow(model, inputs, size)
    if keras.config.backend() == "jax":
        return _jax(model, inputs, size)
    return _plain(model, inputs)


def packer(struct: Any) -> Callable[[Arrays], Any]:
    """Return the function that gives flat outputs the form of ``struct``."""
    if not keras.tree.is_nested(struct):
        return lambda flat: flat[0]
    return lambda flat: keras.tree.pack_sequence_as(struct, flat)


def _tensorflow(model: keras.Model, inputs: Inputs, size: int) -> Runner:
    import tensorflow as tf

    form: list[Any] = []

    def step(*tensors: Any) -> list[Any]:
        outputs = model.predict_step((inputs.packed(tensors),))
        form[:] = [keras.tree.map_structure(lambda tensor: None, outputs)]
        return keras.tree.flatten(outputs)  # type: ignore[no-any-return]

    specs = [
        tf.TensorSpec((size, *tensor.shape[1:]), tensor.dtype, name=f"x{position}")
        for position, tensor in enumerate(inputs.tensors)
    ]
    function = tf.function(step, input_signature=specs, autograph=False).get_concrete_function()
    # Handles of the variables, not their values: training that goes on is seen. They are looked up once, not at
    # each call.
    captured = list(function.captured_inputs)
    dtypes = [output.dtype for output in function.outputs]
    call = tf.raw_ops.StatefulPartitionedCall  # what calling `function` ends in, without what stands before

    def run(arrays: Arrays) -> Arrays:
        return [output.numpy() for output in call(args=[*arrays, *captured], Tout=dtypes, f=function)]

    return Runner(run, packer(form[0]))


def _jax(model: keras.Model, inputs: Inputs, size: int) -> Runner:
    import jax

    form: list[Any] = []

    def step(state: Any, *tensors: Any) -> list[Any]:
        outputs, _ = model.predict_step(state, (inputs.packed(tensors),))
        form[:] = [keras.tree.map_structure(lambda tensor: 0, outputs)]
        return keras.tree.flatten(outputs)  # type: ignore[no-any-return]

    function = jax.jit(step)
    trained, others = model.trainable_variables, model.non_trainable_variables

    def run(arrays: Arrays) -> Arrays:
        state = [variable.value for variable in trained], [variable.value for variable in others]
        return [np.array(output) for output in function(state, *arrays)]

    run(inputs.nothing(size))  # compiles, and tells the form
    return Runner(run, packer(form[0]))


def _plain(model: keras.Model, inputs: Inputs) -> Runner:
    """Call the model as it stands: PyTorch has nothing to compile, and what it need not note costs."""
    quietly: Callable[[], Any] = contextlib.nullcontext
    if keras.config.backend() == "torch":
        import torch

        quietly = torch.no_grad

    def outputs_of(arrays: Arrays) -> Any:
        with quietly():
            tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
            return model(inputs.packed(tensors), training=False)

    def run(arrays: Arrays) -> Arrays:
        return [np.array(keras.ops.convert_to_numpy(o)) for o in keras.tree.flatten(outputs_of(arrays))]

    form = keras.tree.map_structure(lambda tensor: 0, outputs_of(inputs.nothing(1)))
    return Runner(run, packer(form))
