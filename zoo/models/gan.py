"""The painter and the teacher."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Count, ImageShape, Penalty, Rate, Widths
from zoo.errors import InputError
from zoo.registry import register_model


@register_model(
    task="generation",
    tags=("images", "functional", "adversarial", "deck"),
    example={"input_shape": (8, 8, 1), "latent": 4, "filters": (8, 4)},
)
def gan(
    input_shape: ImageShape,
    latent: Count = 32,
    *,
    filters: Widths = (64, 32),
    noise: Penalty = 0.0,
    dropout: Rate = 0.3,
) -> keras.Model:
    """Generative adversarial network: a painter of images, and the teacher it tries to deceive.

    The generator turns noise into images and the discriminator scores images, above 0 for real. The model
    is both in a row. Compile it with a learning rate, or with an optimizer for each, and fit it to images
    alone: ``model.compile(2e-4)``, ``zoo.fit(model, images)``. Training needs the TensorFlow backend.

    Args:
        input_shape: of the images, ``(height, width, channels)``; their values lie in 0..1.
        latent: how many random numbers an image is painted from.
        filters: of the generator's layers, each of which doubles the side; the discriminator has them the
            other way round, and each of its layers halves it.
        noise: standard deviation of the noise that blurs what the discriminator sees, in training only.
        dropout: share of the discriminator's values switched off at each training step.

    Returns:
        An uncompiled model, ``(batch, latent) -> (batch, 1)``, float32: random numbers to the score of
        the image painted from them. ``get_layer("generator")`` paints, ``get_layer("discriminator")`` judges.

    Raises:
        InputError: the image's sides cannot be halved as often as there are filters.

    Examples:
        >>> model = gan((8, 8, 1), latent=16)
        >>> model.get_layer("generator").output_shape, model.output_shape
        ((None, 8, 8, 1), (None, 1))

    Source: the deck, "Generative adversarial network"; Goodfellow and others (2014); Radford, Metz and
    Chintala (2016) for the layers.
    """
    from zoo.models._adversarial import GAN

    inputs = keras.Input((latent,), name="noise")
    generator = _generator(input_shape, latent, filters)
    discriminator = _discriminator(input_shape, filters[::-1], noise, dropout)
    return GAN(inputs, discriminator(generator(inputs)), name="gan")


def _generator(input_shape: ImageShape, latent: int, filters: Widths) -> keras.Model:
    """Return the painter: a small image of many channels, doubled until it has the right size."""
    height, width, channels = input_shape
    factor = 2 ** len(filters)
    if height % factor or width % factor:
        raise InputError(
            f"Each of the {len(filters)} filters doubles the painted image, so its sides must be multiples of "
            f"{factor}; got {height}x{width}. Give fewer filters, or other images."
        )
    small = (height // factor, width // factor, filters[0])
    layers = [
        keras.Input((latent,), name="noise"),
        keras.layers.Dense(small[0] * small[1] * small[2], use_bias=False, name="hidden"),
        keras.layers.BatchNormalization(momentum=0.9, name="hidden_norm"),
        keras.layers.LeakyReLU(0.2, name="hidden_activation"),
        keras.layers.Reshape(small, name="small_image"),
    ]
    for number, units in enumerate(filters, start=1):
        layers += [
            keras.layers.Conv2DTranspose(
                units, 4, strides=2, padding="same", use_bias=False, name=f"double_{number}"
            ),
            keras.layers.BatchNormalization(momentum=0.9, name=f"double_{number}_norm"),
            keras.layers.LeakyReLU(0.2, name=f"double_{number}_activation"),
        ]
    layers.append(keras.layers.Conv2D(channels, 3, padding="same", activation="sigmoid", name="image"))
    return keras.Sequential(layers, name="generator")


def _discriminator(input_shape: ImageShape, filters: Widths, noise: float, dropout: float) -> keras.Model:
    """Return the teacher: halved until little is left, and one score."""
    layers = [keras.Input(tuple(input_shape), name="image")]
    if noise:
        layers.append(keras.layers.GaussianNoise(noise, name="blur"))
    for number, units in enumerate(filters, start=1):
        layers += [
            keras.layers.Conv2D(units, 4, strides=2, padding="same", name=f"halve_{number}"),
            keras.layers.LeakyReLU(0.2, name=f"halve_{number}_activation"),
        ]
        if dropout:
            layers.append(keras.layers.Dropout(dropout, name=f"halve_{number}_dropout"))
    layers += [keras.layers.Flatten(name="flatten"), keras.layers.Dense(1, name="score")]
    return keras.Sequential(layers, name="discriminator")
