"""The states of the random numbers that a training may draw from outside of its model."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
from keras.src.backend.common import global_state  # no public name says whether there is a global generator
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR, global_seed_generator

from zoo.training._model_weights import numbers


def random_states() -> dict[str, Any]:
    """Return the states of Python's, NumPy's and Keras' own random numbers.

    Examples:
        >>> before = random_states()
        >>> drawn = random.random()
        >>> set_random_states(before)
        >>> random.random() == drawn
        True
    """
    generator = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002 - what others draw from
        "keras": None if generator is None else np.array(numbers(generator.state)),
    }


def set_random_states(states: dict[str, Any]) -> None:
    """Put the states back."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    if states["keras"] is not None:
        global_seed_generator().state.assign(keras.ops.convert_to_tensor(states["keras"]))
