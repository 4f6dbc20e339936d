"""Networks that draw their own input: through a narrow place, out of noise, or from a distribution."""

from __future__ import annotations

import math

from zoo._lazy import keras
from zoo.arguments import Activation, Count, Penalty, Rate, Shape, Widths
from zoo.models._blocks import dense_layers, flatten
from zoo.registry import register_model

_EXAMPLE = {"input_shape": (8, 8, 1), "latent": 4, "hidden": (16,)}


@register_model(task="representation", tags=("images", "functional", "unsupervised"), example=_EXAMPLE)
def autoencoder(
    input_shape: Shape, latent: Count = 16, *, hidden: Widths = (128,), activation: Activation = "relu"
) -> keras.Model:
    """Autoencoder: squeeze the input into a few numbers, and draw it again from them.

    What passes the narrow place is what the inputs have in common; with one linear layer on either side
    and the squared error it is principal component analysis.

    Args:
        input_shape: of one sample, without the batch axis; its values lie in 0..1.
        latent: how many numbers the code has.
        hidden: units of each hidden layer of the encoder; the decoder has them the other way round.
        activation: of the hidden layers, a Keras name or a function.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, *input_shape)``, float32 in 0..1.
        ``get_layer("encoder")`` and ``get_layer("decoder")`` are models of their own; the code between
        them is ``(batch, latent)``.

    Examples:
        >>> model = autoencoder((8, 8, 1), latent=2)
        >>> model.get_layer("encoder").output_shape, model.get_layer("decoder").output_shape
        ((None, 2), (None, 8, 8, 1))

    Source: Hinton and Salakhutdinov (2006).
    """
    image = keras.Input(tuple(input_shape), name="input")
    code = keras.layers.Dense(latent, name="code")(_squeezed(image, hidden, activation))
    return _joined(image, code, hidden, activation, "autoencoder")


@register_model(task="representation", tags=("images", "functional", "unsupervised"), example=_EXAMPLE)
def denoising_autoencoder(
    input_shape: Shape,
    latent: Count = 32,
    *,
    noise: Penalty = 0.3,
    dropout: Rate = 0.0,
    hidden: Widths = (256,),
    activation: Activation = "relu",
) -> keras.Model:
    """Denoising autoencoder: spoil the input in training, and ask for it as it was.

    The noise is inside the model and there in training only, so it is fitted as any autoencoder,
    ``zoo.fit(model, x, x)``; at inference it cleans what it is given.

    Args:
        input_shape: of one sample, without the batch axis; its values lie in 0..1.
        latent: how many numbers the code has.
        noise: standard deviation of the normal noise that is added to each value.
        dropout: share of the values set to 0, 0 to below 1.
        hidden: units of each hidden layer of the encoder; the decoder has them the other way round.
        activation: of the hidden layers, a Keras name or a function.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, *input_shape)``, float32 in 0..1, with the
        layers ``encoder`` and ``decoder``.

    Examples:
        >>> model = denoising_autoencoder((28, 28, 1), noise=0.5)
        >>> model.get_layer("encoder").get_layer("noise").stddev
        0.5

    Source: Vincent, Larochelle, Bengio and Manzagol (2008).
    """
    image = keras.Input(tuple(input_shape), name="input")
    spoilt = keras.layers.GaussianNoise(noise, name="noise")(image)
    if dropout:
        spoilt = keras.layers.Dropout(dropout, name="holes")(spoilt)
    code = keras.layers.Dense(latent, name="code")(_squeezed(spoilt, hidden, activation))
    return _joined(image, code, hidden, activation, "denoising_autoencoder")


@register_model(
    task="generation", tags=("images", "functional", "unsupervised", "variational"), example=_EXAMPLE
)
def variational_autoencoder(
    input_shape: Shape,
    latent: Count = 2,
    *,
    beta: Penalty = 1.0,
    hidden: Widths = (256,),
    activation: Activation = "relu",
) -> keras.Model:
    """Variational autoencoder: a code that is a distribution, so that every point of it can be drawn.

    The encoder gives a mean and a variance for each number of the code, and the decoder draws from a
    point between them. The Kullback-Leibler divergence from the standard normal distribution is part of
    the loss, which pulls all codes together round zero and leaves no gaps.

    Args:
        input_shape: of one sample, without the batch axis; its values lie in 0..1.
        latent: how many numbers the code has.
        beta: factor of the divergence. With 1 and the loss ``"binary_crossentropy"`` the model's loss is
            the negative evidence lower bound of an input, divided by its number of values.
        hidden: units of each hidden layer of the encoder; the decoder has them the other way round.
        activation: of the hidden layers, a Keras name or a function.

    Returns:
        An uncompiled model, ``(batch, *input_shape) -> (batch, *input_shape)``, float32 in 0..1. Its layer
        ``encoder`` gives the mean at inference; its layer ``decoder`` draws any ``(batch, latent)``.

    Examples:
        >>> model = variational_autoencoder((8, 8, 1), latent=2)
        >>> [layer.name for layer in model.get_layer("encoder").layers][-3:]
        ['mean', 'log_variance', 'code']

    Source: Kingma and Welling (2014); Higgins and others (2017) for ``beta``.
    """
    from zoo.models._sampling import Sampling

    image = keras.Input(tuple(input_shape), name="input")
    squeezed = _squeezed(image, hidden, activation)
    mean = keras.layers.Dense(latent, name="mean")(squeezed)
    # From zeros the first codes have the variance 1, neither points nor a fog.
    log_variance = keras.layers.Dense(latent, kernel_initializer="zeros", name="log_variance")(squeezed)
    code = Sampling(weight=beta / math.prod(input_shape), name="code")([mean, log_variance])
    return _joined(image, code, hidden, activation, "variational_autoencoder")


def _squeezed(tensor: keras.KerasTensor, hidden: Widths, activation: Activation) -> keras.KerasTensor:
    """Pass the encoder's hidden layers."""
    layers = [
        *flatten(tensor.shape[1:]),
        *dense_layers(hidden, activation=activation, dropout=0.0, batch_normalization=False),
    ]
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def _joined(
    image: keras.KerasTensor,
    code: keras.KerasTensor,
    hidden: Widths,
    activation: Activation,
    name: str,
) -> keras.Model:
    """Join the encoder, from ``image`` to ``code``, with a decoder that leads back."""
    encoder = keras.Model(image, code, name="encoder")
    shape = image.shape[1:]
    whole = keras.config.floatx()  # 32 bits under mixed precision as well
    decoder = keras.Sequential(
        [
            keras.Input(code.shape[1:], name="code"),
            *dense_layers(hidden[::-1], activation=activation, dropout=0.0, batch_normalization=False),
            keras.layers.Dense(math.prod(shape), activation="sigmoid", name="pixels", dtype=whole),
            keras.layers.Reshape(shape, name="output", dtype=whole),
        ],
        name="decoder",
    )
    inputs = keras.Input(shape, name="input")
    return keras.Model(inputs, decoder(encoder(inputs)), name=name)
