"""What a layer looks for, while it learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from zoo._kernels import seeing_layer
from zoo.training.callbacks._recorder import Recorder


class FilterRecorder(Recorder):
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
        super().__init__(every=every)
        self._wanted = self.layer = layer

    def _begin(self) -> None:
        super()._begin()
        self.kernels: list[np.ndarray] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the layer, and forget an earlier training."""
        super().on_train_begin(logs)
        self._seeing = seeing_layer(self.model, self._wanted)
        self.layer = self._seeing.layer.name

    def _record(self, epoch: int) -> None:
        super()._record(epoch)
        _ = self.model  # which under JAX brings the weights up to date
        self.kernels.append(self._seeing.kernels())
