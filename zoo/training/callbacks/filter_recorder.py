"""What a layer looks for, while it learns."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo._kernels import seeing_layer
from zoo.errors import InputError


class FilterRecorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Keep the filters of a convolution, or of a Dense layer on an image, every few epochs.

    ``zoo.plots.filters_animation(recorder)`` draws them. The first record is from before the first step,
    the last one from the last epoch. Like Keras' `History`, it begins anew with each training.

    Args:
        layer: a layer's name; by default the first convolution, or else the first Dense layer whose inputs
            are all pixels of an image.
        every: epochs from one record to the next.

    Attributes:
        layer: the name of the layer that was recorded.
        epochs: how many epochs had passed at each record.
        kernels: the weights at each, ``(filters, height, width, channels)`` float32.

    Raises:
        InputError: ``every`` cannot be meant; at the start of training, when the weights are no images.
        UnknownNameError: at the start of training, when no layer has this name.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("softmax_regression", input_shape=(8, 8, 1), num_classes=10, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy")
        >>> recorder = FilterRecorder(every=2)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=recorder, verbose=0)
        >>> recorder.layer, recorder.epochs, recorder.kernels[0].shape
        ('probability', [0, 2, 3], (10, 8, 8, 1))

    Source: the deck, "CNN", its pictures of filters.
    """

    def __init__(self, layer: str | None = None, *, every: int = 1) -> None:
        super().__init__()
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise InputError(f"every must be a whole number of 1 or more; got {every!r}.")
        self._wanted = self.layer = layer
        self.every = every
        self._begin()

    def _begin(self) -> None:
        self.epochs: list[int] = []
        self.kernels: list[np.ndarray] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the layer, and forget an earlier training."""
        self._begin()
        self._seeing = seeing_layer(self.model, self._wanted)
        self.layer = self._seeing.layer.name

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Record the layer as it is before the first step."""
        if not self.epochs:  # here, since only here a training that goes on knows where it is
            self._record(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record every few epochs, and the last."""
        last = epoch + 1 == (self.params or {}).get("epochs") or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            self._record(epoch + 1)

    def _record(self, epoch: int) -> None:
        _ = self.model  # which under JAX brings the weights up to date
        self.epochs.append(epoch)
        self.kernels.append(self._seeing.kernels())
