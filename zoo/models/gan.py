"""The painter and the teacher."""

from __future__ import annotations

import math

from zoo._lazy import keras
from zoo.arguments import Activation, Count, Penalty, Rate, Shape, Widths
from zoo.models._blocks import dense_layers, flatten
from zoo.registry import register_model


@register_model(
    task="generation",
    tags=("images", "functional", "adversarial", "unsupervised", "deck"),
    example={"input_shape": (8, 8, 1), "latent": 4, "hidden": (8, 16)},
)
def gan(
    input_shape: Shape,
    latent: Count = 32,
    *,
    hidden: Widths = (128, 256),
    activation: Activation = "leaky_relu",
    noise: Penalty = 0.1,
    dropout: Rate = 0.3,
) -> keras.Model:
    """Generative adversarial network: a painter of images, and the teacher it tries to deceive.

    The generator turns noise into images and the discriminator scores images, above 0 for real. The model
    is both in a row. Compile it with a learning rate, or with an optimizer for each, and fit it to images
    alone: ``model.compile(1e-3)``, ``zoo.fit(model, images)``. Training needs the TensorFlow backend.

    Args:
        input_shape: of one image, without the batch axis; its values lie in 0..1.
        latent: how many random numbers an image is painted from.
        hidden: units of each hidden layer of the generator; the discriminator has them the other way round.
        activation: of the hidden layers, a Keras name or a function.
        noise: standard deviation of what blurs every image before the discriminator, in training only:
            without it, exact greys would tell the real ones.
        dropout: share of the discriminator's hidden values switched off at each training step, 0 to below 1.

    Returns:
        An uncompiled model, ``(batch, latent) -> (batch, 1)``, float32: random numbers to the score of
        the image painted from them. ``get_layer("generator")`` paints, ``get_layer("discriminator")`` judges.

    Examples:
        >>> model = gan((8, 8, 1), latent=16)
        >>> model.get_layer("generator").output_shape, model.output_shape
        ((None, 8, 8, 1), (None, 1))

    Source: the deck, "Generative adversarial network"; Goodfellow and others (2014).
    """
    from zoo.models._adversarial import GAN

    whole = keras.config.floatx()  # 32 bits under mixed precision as well
    generator = keras.Sequential(
        [
            keras.Input((latent,), name="noise"),
            *dense_layers(hidden, activation=activation, dropout=0.0, batch_normalization=True),
            keras.layers.Dense(math.prod(input_shape), activation="sigmoid", name="pixels", dtype=whole),
            keras.layers.Reshape(tuple(input_shape), name="image", dtype=whole),
        ],
        name="generator",
    )
    discriminator = keras.Sequential(
        [
            keras.Input(tuple(input_shape), name="image"),
            *flatten(input_shape),
            keras.layers.GaussianNoise(noise, name="blur"),
            *dense_layers(hidden[::-1], activation=activation, dropout=dropout, batch_normalization=False),
            keras.layers.Dense(1, name="score", dtype=whole),
        ],
        name="discriminator",
    )
    inputs = keras.Input((latent,), name="noise")
    return GAN(inputs, discriminator(generator(inputs)), name="gan")
