"""Callbacks, each on Keras' own; a file each."""

from zoo.training.callbacks.boundary_recorder import BoundaryRecorder
from zoo.training.callbacks.defaults import default_callbacks
from zoo.training.callbacks.filter_recorder import FilterRecorder
from zoo.training.callbacks.gradient_norms import GradientNorms
from zoo.training.callbacks.learning_rate_finder import LearningRateFinder
from zoo.training.callbacks.nan import ExplainNaN
from zoo.training.callbacks.one_cycle import OneCycle
from zoo.training.callbacks.sample_recorder import SampleRecorder
from zoo.training.callbacks.stopping import early_stopping
from zoo.training.callbacks.validation_report import ValidationReport
from zoo.training.progress import RichProgress

__all__ = [
    "BoundaryRecorder",
    "ExplainNaN",
    "FilterRecorder",
    "GradientNorms",
    "LearningRateFinder",
    "OneCycle",
    "RichProgress",
    "SampleRecorder",
    "ValidationReport",
    "default_callbacks",
    "early_stopping",
]
