"""What layers of Keras 2 wrote that Keras 3 does not read, and what they meant by it."""

from __future__ import annotations

from typing import Any

from zoo.saving.upgrade._rules import Layer, Writer, changed, config_of, of_class, renamed, without

_NO_GROUPS = frozenset(
    [
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "SeparableConv1D",
        "SeparableConv2D",
        "Conv1DTranspose",
        "Conv2DTranspose",
        "Conv3DTranspose",
    ]
)
_ONE_AXIS = ("BatchNormalization", "Softmax", "Concatenate", "Normalization")
_OLD_CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "UnifiedLSTM": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "UnifiedGRU": "GRU",
    "DenseV1": "Dense",
    "FixedDropout": "Dropout",
    "Conv2DTransposeV1": "Conv2DTranspose",
}
_KERNELS = {
    "DepthwiseConv1D": "depthwise",
    "DepthwiseConv2D": "depthwise",
    "SeparableConv1D": "",
    "SeparableConv2D": "",
}


def old_classes(layer: Layer, writer: Writer) -> Layer:
    """TensorFlow 1 numbered some classes, and EfficientNet's package had a Dropout of its own.

    ``BatchNormalizationV1`` is a BatchNormalization; ``FixedDropout`` differs from Dropout in how it shapes its noise.
    """
    name = _OLD_CLASSES.get(layer["class_name"])
    return of_class(layer, name) if name else layer


def synchronized_normalization(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 had a SyncBatchNormalization; on one machine it is a BatchNormalization."""
    if layer["class_name"] != "SyncBatchNormalization":
        return layer
    return of_class(layer, "BatchNormalization")


def groups(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote groups into convolutions that have none, always 1."""
    if layer["class_name"] not in _NO_GROUPS or config_of(layer).get("groups", 1) not in (1, None):
        return layer
    return without(layer, "groups")


def unread_kernels(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote into depthwise and separable convolutions how a plain one makes its kernel.

    They make theirs by ``depthwise_initializer`` and ``pointwise_initializer``.
    """
    if layer["class_name"] not in _KERNELS:
        return layer
    return without(layer, *(f"kernel_{part}" for part in ("initializer", "regularizer", "constraint")))


def single_axis(layer: Layer, writer: Writer) -> Layer:
    """TensorFlow's BatchNormalization wrote its axis as a list of one."""
    axis = config_of(layer).get("axis")
    if layer["class_name"] not in _ONE_AXIS or layer["class_name"] == "Normalization":
        return layer
    if isinstance(axis, list) and len(axis) == 1:
        return changed(layer, axis=axis[0])
    return layer


def normalization_leftovers(layer: Layer, writer: Writer) -> Layer:
    """TensorFlow's BatchNormalization wrote how it was computed: fused, virtual_batch_size, adjustment."""
    if layer["class_name"] != "BatchNormalization":
        return layer
    layer = without(layer, "fused", "virtual_batch_size", "adjustment")
    if not config_of(layer).get("renorm"):
        layer = without(layer, "renorm", "renorm_clipping", "renorm_momentum")
    return layer


def leaky_slope(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 called the slope of LeakyReLU alpha, and took 0.3 where it was not written."""
    if layer["class_name"] != "LeakyReLU" or "negative_slope" in config_of(layer):
        return layer
    slope = _number(config_of(layer).get("alpha", 0.3))
    return changed(without(layer, "alpha"), negative_slope=slope)


def thresholded(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 had a ThresholdedReLU, which is a ReLU with a threshold."""
    if layer["class_name"] != "ThresholdedReLU":
        return layer
    layer = renamed(of_class(layer, "ReLU"), {"theta": "threshold"})
    return changed(layer, threshold=_number(config_of(layer).get("threshold", 1.0)))


def plain_numbers(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote some slopes as arrays of one number.

    They stood as ``{"type": "ndarray", "value": 0.3}``.
    """
    config = config_of(layer)
    found = {name: _number(value) for name, value in config.items() if _is_array(value)}
    return changed(layer, **found) if found else layer


def _is_array(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "ndarray" and "value" in value


def _number(value: Any) -> Any:
    value = value["value"] if _is_array(value) else value
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def resized_in_training(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 had RandomHeight and RandomWidth, which change a picture in training alone."""
    if layer["class_name"] not in ("RandomHeight", "RandomWidth"):
        return layer
    kept = {name: value for name, value in config_of(layer).items() if name in ("name", "trainable", "dtype")}
    return {**of_class(layer, "Identity"), "config": kept}


def local_names(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 registered its experimental preprocessing layers under another package."""
    name = layer["class_name"]
    bare = name.rpartition(">")[2]
    if ">" in name and name.partition(">")[0] in ("Keras", "keras", "Experimental", "keras_api"):
        return of_class(layer, bare)
    return layer


def scaling(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote a Rescaling's factors in arrays, and Resizing's and CenterCrop's ways that are defaults now."""
    name = layer["class_name"]
    if name == "Rescaling":
        config = config_of(layer)
        made = {key: _number(config[key]) for key in ("scale", "offset") if key in config}
        return changed(layer, **made) if made != {key: config[key] for key in made} else layer
    return layer


def random_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote for random layers how their numbers were drawn."""
    if not layer["class_name"].startswith("Random"):
        return layer
    return without(layer, "rng_type", "force_generator")


def pooling_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote a pool's size where a global pooling has none, and strides as null."""
    if not layer["class_name"].startswith("Global"):
        return layer
    return without(layer, "pool_size", "strides", "padding")


def embedding_length(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote the length of an Embedding's sentences, which its input tells."""
    if layer["class_name"] != "Embedding":
        return layer
    return without(layer, "input_length", "sparse")


def embedding_type(layer: Layer, writer: Writer) -> Layer:
    """Keras before 2.3 wrote the type of an Embedding's words where today the type of its weights stands."""
    if layer["class_name"] != "Embedding" or not str(config_of(layer).get("dtype")).startswith(
        ("int", "uint")
    ):
        return layer
    return without(layer, "dtype")


def attention_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote the shapes that a MultiHeadAttention was built for, and causal into Attention.

    Whether an Attention is causal is said at its call since 2.10.
    """
    if layer["class_name"] == "MultiHeadAttention":
        return without(layer, "query_shape", "key_shape", "value_shape")
    if layer["class_name"] in ("Attention", "AdditiveAttention") and not config_of(layer).get("causal"):
        return without(layer, "causal")
    return layer


def spatial_dropout(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote into SpatialDropout what it has from Dropout."""
    if not layer["class_name"].startswith("SpatialDropout"):
        return layer
    if layer["class_name"] == "SpatialDropout1D":
        layer = without(layer, "data_format")
    return without(layer, "trainable", "noise_shape")


def flat_order(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote a data_format into layers that do not have one."""
    if layer["class_name"] in ("Dense", "Activation", "Dropout", "Reshape", "Permute"):
        return without(layer, "data_format")
    return layer


RULES = (
    local_names,
    old_classes,
    synchronized_normalization,
    plain_numbers,
    groups,
    unread_kernels,
    single_axis,
    normalization_leftovers,
    leaky_slope,
    thresholded,
    resized_in_training,
    scaling,
    random_arguments,
    pooling_arguments,
    embedding_length,
    embedding_type,
    attention_arguments,
    spatial_dropout,
    flat_order,
)
