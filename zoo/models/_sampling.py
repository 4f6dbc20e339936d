"""The one layer that a variational autoencoder needs and Keras has not."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="zoo")
class Sampling(keras.layers.Layer):  # type: ignore[misc]
    """Draw a point from a normal distribution, and keep the distribution near the standard one.

    In training it returns ``mean + exp(log_variance / 2) * noise``, so that gradients reach the mean and
    the variance; at inference it returns the mean. It adds the Kullback-Leibler divergence from the
    standard normal distribution to the model's loss.

    Args:
        weight: factor of the divergence in the loss.
        seed: of the noise; ``None`` draws one.

    Examples:
        >>> import numpy as np
        >>> layer = Sampling()
        >>> code = layer([np.array([[3.0]]), np.array([[0.0]])])
        >>> float(code[0, 0]), float(layer.losses[0])
        (3.0, 4.5)

    Source: Kingma and Welling (2014).
    """

    def __init__(self, weight: float = 1.0, *, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.weight, self.seed = weight, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Take ``[mean, log_variance]``, each ``(batch, latent)``; return as many codes."""
        mean, log_variance = map(keras.ops.convert_to_tensor, inputs)
        excess = keras.ops.exp(log_variance) + keras.ops.square(mean) - 1 - log_variance
        self.add_loss(self.weight * keras.ops.mean(keras.ops.sum(excess, axis=-1)) / 2)
        if not training:
            return mean
        noise = keras.random.normal(keras.ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + keras.ops.exp(log_variance / 2) * noise

    def compute_output_shape(self, input_shape: Any) -> Any:
        """A code has the mean's shape."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        return {**super().get_config(), "weight": self.weight, "seed": self.seed}
