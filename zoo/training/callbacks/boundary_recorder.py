"""What a network says of the plane, while it learns."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo._plane import plane_around
from zoo.training._arguments import at_least
from zoo.training.callbacks._recorder import Recorder


class BoundaryRecorder(Recorder):
    """Ask the model for the whole plane of two features, every few epochs.

    What it says is kept as it is; ``zoo.plots.boundary_animation(recorder, split)`` draws it. The first
    record is from before the first step, the last one from the last epoch. Like Keras' `History`, it
    begins anew with each training.

    Args:
        split: rows with ``x``, ``(rows, 2)``, or those rows themselves: the plane covers them.
        every: epochs from one record to the next.
        resolution: points a side.

    Attributes:
        plane: the points.
        epochs: how many epochs had passed at each record.
        outputs: what the model said at each, ``(points, units)`` float32.

    Raises:
        InputError: the rows do not have two features, or ``every`` or ``resolution`` cannot be meant.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("two_blobs", n=100)
        >>> model = zoo.create_model("logistic_regression", input_shape=(2,), seed=0)
        >>> model.compile("adam", "binary_crossentropy")
        >>> recorder = BoundaryRecorder(data.train, every=2, resolution=20)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=recorder, verbose=0)
        >>> recorder.epochs, recorder.outputs[0].shape
        ([0, 2, 3], (400, 1))

    Source: the deck, "Deep Learning", its callback that draws every 50 epochs.
    """

    def __init__(self, split: Any, *, every: int = 50, resolution: int = 80) -> None:
        super().__init__(every=every)
        at_least("resolution", resolution, 2)
        self.plane = plane_around(getattr(split, "x", split), resolution=resolution)
        self._points = self.plane.points

    def _begin(self) -> None:
        super()._begin()
        self.outputs: list[np.ndarray] = []

    def _record(self, epoch: int) -> None:
        super()._record(epoch)
        said = self.model(self._points, training=False)
        self.outputs.append(keras.ops.convert_to_numpy(said).astype("float32"))
