"""Callbacks, each on Keras' own; a file each."""

from zoo.training.callbacks.boundary_recorder import BoundaryRecorder
from zoo.training.callbacks.one_cycle import OneCycle
from zoo.training.callbacks.stopping import early_stopping

__all__ = ["BoundaryRecorder", "OneCycle", "early_stopping"]
