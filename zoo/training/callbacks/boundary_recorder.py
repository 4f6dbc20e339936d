"""What a network says of the plane, while it learns."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo._plane import plane_around
from zoo.errors import InputError


class BoundaryRecorder(keras.callbacks.Callback):  # type: ignore[misc]
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
        super().__init__()
        for name, value, least in (("every", every, 1), ("resolution", resolution, 2)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(f"{name} must be a whole number of {least} or more; got {value!r}.")
        self.plane = plane_around(getattr(split, "x", split), resolution=resolution)
        self.every = every
        self._points = self.plane.points
        self._begin()

    def _begin(self) -> None:
        self.epochs: list[int] = []
        self.outputs: list[np.ndarray] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget an earlier training."""
        self._begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Record the model as it is before the first step."""
        if not self.epochs:  # here, since only here a training that goes on knows where it is
            self._record(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record every few epochs, and the last."""
        last = epoch + 1 == (self.params or {}).get("epochs") or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            self._record(epoch + 1)

    def _record(self, epoch: int) -> None:
        said = self.model(self._points, training=False)
        self.epochs.append(epoch)
        self.outputs.append(keras.ops.convert_to_numpy(said).astype("float32"))
