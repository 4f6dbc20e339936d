"""What Keras 1 called otherwise: classes, arguments, and values of arguments."""

from __future__ import annotations

from typing import Any

from zoo.saving.upgrade._rules import Layer, Writer, changed, config_of, of_class, renamed, without

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconv2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
}
# The same in every layer that had them; "init" and "bias" are told apart below.
_ARGUMENTS = {
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "atrous_rate": "dilation_rate",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "pool_length": "pool_size",
    "stride": "strides",
    "p": "rate",
    "sigma": "stddev",
    "length": "size",
}
_CONVOLUTIONS = frozenset(
    [
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Conv2DTranspose",
        "Conv3DTranspose",
        "ConvLSTM2D",
        "SeparableConv1D",
        "SeparableConv2D",
        "DepthwiseConv2D",
        "LocallyConnected1D",
        "LocallyConnected2D",
    ]
)
_WITH_UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN", "TimeDistributedDense")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "ConvLSTM2D")
_SPATIAL = ("UpSampling", "ZeroPadding", "Cropping")
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
}


def class_names(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote out Convolution2D and called a transposed one Deconvolution2D."""
    name = _CLASSES.get(layer["class_name"])
    return of_class(layer, name) if name else layer


def time_distributed_dense(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 had a TimeDistributedDense, which is what Dense does with more than two axes.

    Its ``input_length`` was needed for Theano alone.
    """
    if layer["class_name"] != "TimeDistributedDense":
        return layer
    return without(of_class(layer, "Dense"), "input_length")


def merge(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 had one layer Merge with a mode; each mode is a layer of its own since Keras 2.

    The modes ``cos`` and those that are functions have no such layer and are left for the reader to refuse.
    """
    config = config_of(layer)
    mode = config.get("mode")
    if layer["class_name"] != "Merge" or not isinstance(mode, str) or mode not in _MERGES:
        return layer
    settings: dict[str, Any] = {name: config[name] for name in ("name", "trainable") if name in config}
    if mode == "concat":
        settings["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        settings["axes"] = config.get("dot_axes", -1)
    return {**of_class(layer, _MERGES[mode]), "config": settings}


def gone_defaults(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote the sizes of inputs into layers, and how to trade memory for speed.

    ``input_dim`` of an Embedding is the size of its vocabulary and stays.
    """
    name = layer["class_name"]
    dropped = ["consume_less"] if name in _RECURRENT else []
    if name in (*_WITH_UNITS, *_CONVOLUTIONS) and "batch_input_shape" not in config_of(layer):
        layer = _shape_of_input(layer)
    if name in (*_WITH_UNITS, *_CONVOLUTIONS):
        dropped += ["input_dim", "input_length"]
    if name == "Embedding":
        dropped += ["dropout"]
    return without(layer, *dropped)


def _shape_of_input(layer: Layer) -> Layer:
    config = config_of(layer)
    size = config.get("input_dim")
    if not isinstance(size, int):
        return layer
    steps = [config.get("input_length")] if "input_length" in config else []
    return changed(layer, batch_input_shape=[None, *steps, size])


def kernel_sizes(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote a kernel's height and width as nb_row and nb_col, and kernel_dim1 to kernel_dim3."""
    config = config_of(layer)
    for names in (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3")):
        if all(name in config for name in names):
            return without(changed(layer, kernel_size=[config[name] for name in names]), *names)
    return layer


def dim_ordering(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote th and tf for channels_first and channels_last."""
    config = config_of(layer)
    if "dim_ordering" not in config:
        return layer
    words = {"th": "channels_first", "tf": "channels_last"}
    return changed(without(layer, "dim_ordering"), data_format=words.get(config["dim_ordering"]))


def embedding_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 called an Embedding's initializer init, and its regularizer W_regularizer."""
    if layer["class_name"] != "Embedding":
        return layer
    words = {"init": "initializer", "W_regularizer": "regularizer", "W_constraint": "constraint"}
    return renamed(layer, {old: f"embeddings_{new}" for old, new in words.items()})


def normalization_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 gave BatchNormalization a mode and called its initializers beta_init and gamma_init.

    Mode 0 is what the layer does today. Mode 2 differs in prediction, mode 1 is another computation: they are left,
    and told by `gone`.
    """
    if layer["class_name"] != "BatchNormalization":
        return layer
    layer = renamed(layer, {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"})
    return without(layer, "mode") if config_of(layer).get("mode") == 0 else layer


def activation_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 called the initializer of PReLU init."""
    if layer["class_name"] != "PReLU":
        return layer
    return without(renamed(layer, {"init": "alpha_initializer"}), "weights")


def separable_arguments(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 gave both kernels of SeparableConvolution2D one initializer."""
    config = config_of(layer)
    if not layer["class_name"].startswith("SeparableConv") or "init" not in config:
        return layer
    both = {f"{part}_initializer": config["init"] for part in ("depthwise", "pointwise")}
    return changed(without(layer, "init"), **both)


def forget_bias(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 named the function that fills an LSTM's forget bias."""
    config = config_of(layer)
    if "forget_bias_init" not in config:
        return layer
    return changed(without(layer, "forget_bias_init"), unit_forget_bias=config["forget_bias_init"] == "one")


def deconvolution_shape(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 asked Deconvolution2D for the shape of its output, which follows from its other arguments."""
    config = config_of(layer)
    if layer["class_name"] not in ("Conv2DTranspose", "Conv3DTranspose") or "output_shape" not in config:
        return layer
    return without(layer, "output_shape")


def argument_names(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 had other names for arguments: output_dim for units, nb_filter for filters, and so on."""
    if layer["class_name"] in _WITH_UNITS:
        layer = renamed(layer, {"output_dim": "units"})
    if writer.version < (2, 0) or layer["class_name"] in (*_WITH_UNITS, *_CONVOLUTIONS):
        layer = renamed(layer, _ARGUMENTS)
    return layer


def paddings(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 wrote the rims of ZeroPadding2D as a dictionary, or as four numbers."""
    config = config_of(layer)
    padding = config.get("padding")
    if layer["class_name"] != "ZeroPadding2D":
        return layer
    if isinstance(padding, dict):
        sides = ("top_pad", "bottom_pad", "left_pad", "right_pad")
        padding = [padding.get(side, 0) for side in sides]
    if isinstance(padding, list) and len(padding) == 4:
        return changed(layer, padding=[padding[:2], padding[2:]])
    return layer


def channel_order(layer: Layer, writer: Writer) -> Layer:
    """Keras 1 took the place of the channels from the machine's settings where a layer did not write it.

    UpSampling2D, ZeroPadding2D and their like wrote no ``dim_ordering``; the model's other layers tell it.
    """
    if writer.version >= (2, 0) or "data_format" in config_of(layer):
        return layer
    if not layer["class_name"].startswith(_SPATIAL) or layer["class_name"].endswith("1D"):
        return layer
    return changed(layer, data_format=writer.channels)


RULES = (
    class_names,
    separable_arguments,
    embedding_arguments,
    normalization_arguments,
    activation_arguments,
    merge,
    forget_bias,
    kernel_sizes,
    dim_ordering,
    deconvolution_shape,
    gone_defaults,
    argument_names,
    time_distributed_dense,
    paddings,
    channel_order,
)
