"""A finished network of Keras as the body, with a head of one's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from zoo._lazy import keras, np
from zoo.arguments import Count, ImageShape, Rate, Rule, check_arguments
from zoo.errors import BrokenModelError, InputError, MissingFileError
from zoo.models._blocks import head
from zoo.registry import register_model

# How each file of keras.applications wants its images, in the words of Keras' own preprocess_input.
_SCALING = {
    "convnext": "bytes",
    "densenet": "torch",
    "efficientnet": "bytes",
    "efficientnet_v2": "bytes",
    "inception_resnet_v2": "tf",
    "inception_v3": "tf",
    "mobilenet": "tf",
    "mobilenet_v2": "tf",
    "mobilenet_v3": "bytes",
    "nasnet": "tf",
    "resnet": "caffe",
    "resnet_v2": "tf",
    "vgg16": "caffe",
    "vgg19": "caffe",
    "xception": "tf",
}


def backbones() -> list[str]:
    """Return the names of all networks in `keras.applications`.

    Examples:
        >>> "MobileNetV2" in backbones()
        True
    """
    return [name for name in dir(keras.applications) if name[0].isupper()]


Backbone = Annotated[
    str,
    Rule(
        "the name of a network in keras.applications, such as 'MobileNetV2'",
        lambda value: isinstance(value, str) and value in backbones(),
        backbones,
    ),
]


@register_model(
    tags=("images", "photographs", "transfer", "keras.applications", "deck"),
    example={"input_shape": (32, 32, 3), "num_classes": 10, "backbone": "MobileNet", "alpha": 0.25},
)
def application(
    input_shape: ImageShape,
    num_classes: Count | None = None,
    num_outputs: Count | None = None,
    *,
    backbone: Backbone = "MobileNetV2",
    weights: str | os.PathLike[str] | None = None,
    learn: Literal["head", "fine_tune", "all"] = "head",
    resize: Count | None = None,
    dropout: Rate = 0.0,
    **options: Any,
) -> keras.Model:
    """Transfer: a network of `keras.applications` without its last layer, and a new head on its features.

    Images come as 0..1, as `load_dataset` gives them; what the network expects instead (-1..1, ImageNet's
    mean and deviation, blue before red) is done by layers inside the model.

    A ``.keras`` file holds any of them. Keras cannot read MobileNetV3, ConvNeXt and InceptionResNetV2 back from
    an ``.h5`` file.

    Batch normalisation keeps the mean and variance that its weights were learnt with, also while
    fine-tuning: a few photographs would estimate them badly. With ``learn="all"`` it learns as well.

    Args:
        input_shape: ``(height, width, 3)``; 32 pixels a side or more, for some networks 71 or 75.
        num_classes: classification: 2 or more give softmax, 1 gives one sigmoid unit.
        num_outputs: regression: how many numbers to predict. Give one of the two.
        backbone: a name in `keras.applications`.
        weights: ``None`` draws them at random, ``"imagenet"`` has Keras download its own, and the path of a
            file, such as ``backbone.save_weights`` or Keras' ``..._notop.h5`` leave, needs no network.
        learn: ``"head"`` freezes the backbone, ``"fine_tune"`` lets it learn but for its batch normalisation,
            ``"all"`` is for learning from nothing. The weights of one fit the others: ``set_weights``.
        resize: side in pixels that images are brought to inside the model; ``None`` leaves them.
        dropout: share of the features switched off at each training step, 0 to below 1.
        **options: the network's own, such as ``alpha=0.35``, the width of a MobileNet.

    Returns:
        An uncompiled model, ``(batch, height, width, 3) -> (batch, num_classes or num_outputs)``, float32,
        with the network as its layer ``backbone``.

    Raises:
        InputError: both or neither of num_classes and num_outputs, an image of another kind or too small, or
            an option that the network does not have.
        MissingFileError: there is no file of weights at that path, or Keras cannot download its own.
        BrokenModelError: the file's weights are not this network's.

    Examples:
        >>> model = application((32, 32, 3), 10, backbone="MobileNet", alpha=0.25)
        >>> [layer.name for layer in model.layers]
        ['input', 'preprocessing', 'backbone', 'probability']
        >>> model.count_params(), sum(w.numpy().size for w in model.trainable_weights)
        (221114, 2570)

    Source: the deck, "keras.applications"; Yosinski, Clune, Bengio and Lipson (2014).
    """
    network = getattr(keras.applications, backbone)
    images = keras.Input(input_shape, name="input")
    x = keras.layers.Resizing(resize, resize, name="resize")(images) if resize else images
    x = _preprocessed(x, _SCALING[network.__module__.rpartition(".")[2]])
    body = _body(network, backbone, x.shape[1:], weights, options)
    body.trainable = learn != "head"
    if learn == "fine_tune":
        # Not by body(x, training=False): Keras 3 forgets that when fit says training=True.
        for layer in body.layers:
            layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    x = body(x)
    if dropout:
        x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(images, head(num_classes, num_outputs)(x), name="application")


def _preprocessed(images: keras.KerasTensor, scaling: str) -> keras.KerasTensor:
    """Return images of 0..1 as Keras' preprocess_input would return the same images of 0..255."""
    if images.shape[-1] != 3:
        raise InputError(
            "application takes colour images, (height, width, 3); got images of "
            f"{tuple(images.shape[1:])}. Grey ones become colour ones with np.repeat(x, 3, axis=-1)."
        )
    if scaling == "caffe":
        # Blue before red: no layer of Keras turns channels round, but a convolution of one pixel can.
        turn = keras.layers.Conv2D(3, 1, trainable=False, name="preprocessing")
        turned = turn(images)
        turn.set_weights([255 * np.eye(3)[None, None, ::-1], np.array([-103.939, -116.779, -123.68])])
        return turned
    if scaling == "torch":
        mean, variance = [0.485, 0.456, 0.406], [0.229**2, 0.224**2, 0.225**2]
        return keras.layers.Normalization(mean=mean, variance=variance, name="preprocessing")(images)
    scale, offset = {"tf": (2.0, -1.0), "bytes": (255.0, 0.0)}[scaling]
    return keras.layers.Rescaling(scale, offset, name="preprocessing")(images)


def _body(
    network: Callable[..., keras.Model],
    backbone: str,
    input_shape: tuple[int, ...],
    weights: str | os.PathLike[str] | None,
    options: dict[str, Any],
) -> keras.Model:
    """Build the network up to its features, and fill it from a file where one is given."""
    arguments = {"include_top": False, "pooling": "avg", "input_shape": input_shape}
    for option in options:
        if option in (*arguments, "weights", "input_tensor", "include_preprocessing", "name"):
            raise InputError(f"application sets {option} of the backbone itself; leave it out.")
    check_arguments(network, {**arguments, **options}, name=f"keras.applications.{backbone}")
    file = None if weights in (None, "imagenet") else Path(weights).expanduser()
    if file is not None and not file.is_file():
        raise MissingFileError(
            f"There is no file of weights {file}. weights= is the path of one, 'imagenet', or None."
        )
    try:
        body = network(weights=weights if file is None else None, **arguments, **options)
    except ValueError as error:
        raise InputError(
            f"{backbone} cannot be built for images of {input_shape}: {error} "
            "Small images are enlarged inside the model by resize=, such as resize=96."
        ) from error
    except Exception as error:
        if not str(error).startswith("URL fetch failure"):  # Keras has no class of its own for it
            raise
        raise MissingFileError(
            f"The ImageNet weights of {backbone} cannot be had: {error}. Where there is no network, give "
            "weights= the path of a file that was fetched elsewhere."
        ) from error
    body.name = "backbone"  # not as an argument: EfficientNetV2 looks its widths up by its name
    if file is not None:
        try:
            body.load_weights(file)
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise BrokenModelError(
                f"{file} does not hold weights of {backbone}{options or ''} without its last layer: {reason}"
            ) from error
    return body
