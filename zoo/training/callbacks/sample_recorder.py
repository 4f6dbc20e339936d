"""What a generator paints, while it learns."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo.errors import InputError, did_you_mean
from zoo.training._arguments import at_least
from zoo.training.callbacks._recorder import Recorder


class SampleRecorder(Recorder):
    """Let a part of the model paint from the same random numbers, every few epochs.

    The numbers stay what they are, so each image can be followed from epoch to epoch. The first record is
    from before the first step, the last one from the last epoch. Like Keras' `History`, it begins anew
    with each training.

    Args:
        count: how many images.
        every: epochs from one record to the next.
        layer: the name of the model inside the model that paints: the generator of a GAN, or the
            ``"decoder"`` of a variational autoencoder. It takes ``(batch, latent)``.
        seed: of the normally distributed numbers.

    Attributes:
        epochs: how many epochs had passed at each record.
        images: what was painted at each, ``(count, *image_shape)`` float32.
        labels: one a record, such as ``"epoch 5"``.

    Raises:
        InputError: ``count`` or ``every`` cannot be meant, or the model has no such layer.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("digits")
        >>> model = zoo.create_model("gan", input_shape=(8, 8, 1), hidden=(8, 16), seed=0)
        >>> model.compile(2e-4)
        >>> recorder = SampleRecorder(count=6)
        >>> _ = zoo.fit(model, data.train.x[:64], epochs=2, callbacks=recorder, verbose=0)
        >>> recorder.labels, recorder.images[0].shape
        (['epoch 0', 'epoch 1', 'epoch 2'], (6, 8, 8, 1))

    Source: the deck, "How to do that?", its painter's first to fourth try.
    """

    def __init__(self, count: int = 40, *, every: int = 1, layer: str = "generator", seed: int = 0) -> None:
        super().__init__(every=every)
        at_least("count", count)
        self.count, self.layer, self.seed = count, layer, seed

    def _begin(self) -> None:
        super()._begin()
        self.images: list[np.ndarray] = []

    @property
    def labels(self) -> list[str]:
        """Name each record."""
        return [f"epoch {epoch}" for epoch in self.epochs]

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget an earlier training, and draw the numbers to paint from."""
        super().on_train_begin(logs)
        names = [layer.name for layer in self.model.layers]
        if self.layer not in names:
            hint = did_you_mean(self.layer, names) or f" Its layers are {', '.join(names)}."
            raise InputError(f"SampleRecorder: the model has no layer {self.layer!r}.{hint}")
        self._painter = self.model.get_layer(self.layer)
        size = (self.count, self._painter.input_shape[-1])
        self._noise = np.random.default_rng(self.seed).normal(size=size).astype("float32")

    def _record(self, epoch: int) -> None:
        super()._record(epoch)
        painted = self._painter(self._noise, training=False)
        self.images.append(keras.ops.convert_to_numpy(painted).astype("float32"))
