"""The builders. A new family is a new file here and a line below."""

from zoo.models.actor_critic import actor_critic
from zoo.models.application import application
from zoo.models.autoencoders import autoencoder, denoising_autoencoder, variational_autoencoder
from zoo.models.cnn import cnn
from zoo.models.cnn_deck import cnn_deck
from zoo.models.cnn_fast import cnn_fast
from zoo.models.digit_sum import digit_sum
from zoo.models.gan import gan
from zoo.models.handwriting import handwriting
from zoo.models.lenet5 import lenet5
from zoo.models.linear import linear, logistic_regression, softmax_regression
from zoo.models.mlp import mlp
from zoo.models.resnet_small import resnet_small
from zoo.models.spectrogram_cnn import spectrogram_cnn
from zoo.models.tiny import tiny
from zoo.models.two_in_two_out import two_in_two_out
from zoo.models.wide_and_deep import wide_and_deep

__all__ = [
    "actor_critic",
    "application",
    "autoencoder",
    "cnn",
    "cnn_deck",
    "cnn_fast",
    "denoising_autoencoder",
    "digit_sum",
    "gan",
    "handwriting",
    "lenet5",
    "linear",
    "logistic_regression",
    "mlp",
    "resnet_small",
    "softmax_regression",
    "spectrogram_cnn",
    "tiny",
    "two_in_two_out",
    "variational_autoencoder",
    "wide_and_deep",
]
