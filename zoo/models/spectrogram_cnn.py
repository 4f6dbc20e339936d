"""Speech: a waveform in, a word out."""

from __future__ import annotations

from zoo._lazy import keras
from zoo.arguments import Count, Penalty, Rate, SignalShape, Widths
from zoo.models._blocks import Api, activated, assemble, head
from zoo.registry import register_model


@register_model(
    tags=("audio", "speech", "augmentation", "deck"),
    example={"input_shape": (2048,), "num_classes": 10, "filters": (8, 16)},
)
def spectrogram_cnn(
    input_shape: SignalShape,
    num_classes: Count,
    *,
    sampling_rate: Count = 8000,
    window: Count = 256,
    stride: Count = 128,
    bands: Count = 40,
    filters: Widths = (24, 48, 96),
    dropout: Rate = 0.3,
    shift: Rate = 0.0,
    pitch: Rate = 0.0,
    noise: Penalty = 0.0,
    api: Api = "sequential",
) -> keras.Model:
    """Convolutional network for sound: waveform, log-mel spectrogram, convolutions, word.

    The spectrogram is part of the model, so what is saved takes a waveform. Each recording is first scaled to
    the same energy, so a loud voice and a soft one look alike. Then short windows are taken one after another
    and their frequencies summed in bands as wide as the ear hears them (mel), in decibels.

    Args:
        input_shape: ``(samples,)``, such as ``(8000,)`` for one second.
        num_classes: how many words.
        sampling_rate: samples a second.
        window: samples that one column of the spectrogram sees; 256 are 32 ms at 8 kHz.
        stride: samples from one column to the next.
        bands: rows of the spectrogram, from 60 Hz to half the sampling rate.
        filters: of each convolution; every one moves in steps of two, which halves the picture.
        dropout: share of values switched off before the last layer, 0 to below 1.
        shift: in training, how far the word is moved in time at random, as a share of the whole.
        pitch: in training, how far it is moved up or down the bands, as a share of them: another voice.
        noise: in training, the deviation of noise added to the spectrogram, whose own deviation is about 1.
        api: ``"sequential"`` or ``"functional"``: the same network, built either way.

    Returns:
        An uncompiled model, ``(batch, samples) -> (batch, num_classes)``, float32.

    Examples:
        >>> model = spectrogram_cnn((8000,), 10)
        >>> model.get_layer("image").output.shape
        (None, 40, 63, 1)

    Source: the deck, "speech recognition".
    """
    layers = [
        keras.layers.UnitNormalization(name="loudness"),
        keras.layers.MelSpectrogram(
            fft_length=window,
            sequence_stride=stride,
            sampling_rate=sampling_rate,
            num_mel_bins=bands,
            min_freq=60.0,
            min_power=1e-5,
            # Keras takes the loudest point of the whole batch for reference: neighbours would change a word.
            top_db=1e3,
            name="spectrogram",
        ),
        keras.layers.Reshape((bands, -1, 1), name="image"),
        keras.layers.BatchNormalization(momentum=0.9, center=False, scale=False, name="normalized"),
    ]
    if shift or pitch:
        layers.append(keras.layers.RandomTranslation(pitch, shift, fill_mode="nearest", name="another_voice"))
    if noise:
        layers.append(keras.layers.GaussianNoise(noise, name="noise"))
    for number, units in enumerate(filters, start=1):
        layers += activated(
            keras.layers.Conv2D,
            filters=units,
            kernel_size=5 if number == 1 else 3,
            strides=2,
            padding="same",
            name=f"conv_{number}",
            activation="relu",
            batch_normalization=True,
        )
    layers.append(keras.layers.Flatten(name="flatten"))
    layers.append(keras.layers.Dropout(dropout, name="dropout"))
    layers.append(head(num_classes))
    return assemble(layers, input_shape=input_shape, api=api, name="spectrogram_cnn")
