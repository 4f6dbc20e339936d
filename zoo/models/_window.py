"""The one layer that the quick network needs and Keras has not."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="zoo")
class RandomWindow(keras.layers.Layer):  # type: ignore[misc]
    """Look at images through a window that is a little smaller, and moves about in training.

    In training each batch is seen through a window at a random place, the same for all its images, which
    costs next to nothing: so no two epochs show the same image at the same place. At inference the window
    is in the middle. `keras.layers.RandomCrop` leaves images whole at inference, so that nothing fits behind
    it.

    Args:
        margin: how many pixels the window leaves on each side when it is in the middle.
        seed: of the places; ``None`` draws one.

    Examples:
        >>> import numpy as np
        >>> images = np.arange(16.0).reshape(1, 4, 4, 1)
        >>> np.asarray(RandomWindow(1)(images))[0, ..., 0]
        array([[ 5.,  6.],
               [ 9., 10.]], dtype=float32)
    """

    def __init__(self, margin: int, *, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.margin, self.seed = margin, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Take ``(batch, height, width, channels)``; return the window."""
        inputs = keras.ops.convert_to_tensor(inputs)
        _, height, width, channels = self.compute_output_shape(inputs.shape)
        if not training:
            return inputs[:, self.margin : self.margin + height, self.margin : self.margin + width]
        place = keras.random.randint((2,), 0, 2 * self.margin + 1, seed=self.seed_generator)
        size = (keras.ops.shape(inputs)[0], height, width, channels)
        return keras.ops.slice(inputs, (0, place[0], place[1], 0), size)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The window has the margin less on each side."""
        batch, height, width, channels = input_shape
        return batch, height - 2 * self.margin, width - 2 * self.margin, channels

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        return {**super().get_config(), "margin": self.margin, "seed": self.seed}
