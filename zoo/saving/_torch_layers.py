"""What `torch_code` writes for each kind of layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from zoo.errors import InputError

Shape = tuple[int, ...]

_ACTIVATIONS = {
    "elu": "nn.ELU()",
    "gelu": "nn.GELU()",
    "hard_sigmoid": "nn.Hardsigmoid()",
    "leaky_relu": "nn.LeakyReLU(0.2)",
    "relu": "nn.ReLU()",
    "relu6": "nn.ReLU6()",
    "selu": "nn.SELU()",
    "sigmoid": "nn.Sigmoid()",
    "silu": "nn.SiLU()",
    "softmax": "nn.Softmax(dim=1)",
    "softplus": "nn.Softplus()",
    "softsign": "nn.Softsign()",
    "tanh": "nn.Tanh()",
}


@dataclass
class Text:
    """The code so far, and the shape that the next layer meets, channels last as Keras has it."""

    shape: Shape
    modules: list[str] = field(default_factory=list)
    state: list[str] = field(default_factory=list)
    flattened: Shape = ()  # (height, width, channels), from Flatten to the next Dense
    images: bool = False

    def __post_init__(self) -> None:
        self.images = len(self.shape) == 3

    def add(self, module: str, layer: keras.Layer | None = None) -> None:
        """Write a module, with the Keras layer's name behind it."""
        self.modules.append(f"    {module},{f'  # {_quoted(layer)[1:-1]}' if layer else ''}")

    def move(self, layer: keras.Layer, **arrays: str) -> None:
        """Say which Keras array, and how turned round, becomes which of the last module's."""
        for name, array in arrays.items():
            text = array.replace("weights", f"weights[{_quoted(layer)}]")
            self.state.append(f'    "{len(self.modules) - 1}.{name}": {text},')

    def activate(self, layer: keras.Layer) -> None:
        """Write a layer's activation as a module of its own; a linear one is none."""
        name = getattr(layer.activation, "__name__", "")
        if name == "linear":
            return
        if name not in _ACTIVATIONS:
            raise cannot(layer, f"has the activation {name!r}; there are {', '.join(_ACTIVATIONS)}")
        if name == "softmax" and len(self.shape) > 1:
            raise cannot(layer, "takes a softmax of something other than rows of numbers")
        self.add(_ACTIVATIONS[name])

    def whole(self) -> str:
        """Return the program: imports, modules, and the weights moved where there are any."""
        lines = ["import torch", "from torch import nn", ""]
        if self.images:
            lines += ["# Images go in as (batch, channels, height, width): x.transpose(0, 3, 1, 2)."]
        lines += ["model = nn.Sequential(", *self.modules, ")", ""]
        if self.state:
            lines += ["# Keras keeps a Dense kernel as (inputs, units), PyTorch as (units, inputs)."]
            if any("nn.Conv2d" in module for module in self.modules):
                lines += ["# A Conv2D kernel is (height, width, inputs, filters) there, here it is"]
                lines += ["# (filters, inputs, height, width)."]
            lines += [
                "weights = {layer.name: layer.get_weights() for layer in keras_model.layers}",
                "state = {",
                *self.state,
                "}",
                "model.load_state_dict({name: torch.tensor(array) for name, array in state.items()})",
            ]
        return "\n".join([*lines, "model.eval()"])


def _dense(text: Text, layer: keras.Layer) -> None:
    if len(text.shape) != 1:
        raise cannot(layer, f"meets the shape {text.shape}; put Flatten before it")
    text.add(f"nn.Linear({text.shape[0]}, {layer.units}{_bias(layer)})", layer)
    kernel = "weights[0].T"
    if text.flattened:  # its rows are in the order height, width, channels; PyTorch flattens channels first
        text.state.append("    # Flattened in another order: its rows go from (h, w, c) to (c, h, w).")
        kernel = f"weights[0].reshape({', '.join(map(str, text.flattened))}, -1).transpose(3, 2, 0, 1)"
        kernel += f".reshape({layer.units}, -1)"
        text.flattened = ()
    text.move(layer, weight=kernel, **({"bias": "weights[1]"} if layer.use_bias else {}))
    text.activate(layer)


def _convolution(text: Text, layer: keras.Layer) -> None:
    _check_images(text, layer)
    sizes, strides, dilation = layer.kernel_size, layer.strides, layer.dilation_rate
    padding = ""
    if layer.padding == "same":
        reach = [(size - 1) * step + 1 for size, step in zip(sizes, dilation, strict=True)]
        (top, bottom), (left, right) = _padding(text.shape, reach, strides)
        if (top, left) != (bottom, right):  # an even kernel, or strides that do not come out even
            text.add(f"nn.ZeroPad2d(({left}, {right}, {top}, {bottom}))")
        elif top or left:
            padding = f", padding={_short((top, left))}"
    options = [
        f", {name}={_short(value)}"
        for name, value, default in (
            ("stride", strides, (1, 1)),
            ("dilation", dilation, (1, 1)),
            ("groups", layer.groups, 1),
        )
        if value != default
    ]
    words = f"{text.shape[-1]}, {layer.filters}, {_short(sizes)}{''.join(options)}{padding}{_bias(layer)}"
    text.add(f"nn.Conv2d({words})", layer)
    text.move(
        layer,
        weight="weights[0].transpose(3, 2, 0, 1)",
        **({"bias": "weights[1]"} if layer.use_bias else {}),
    )
    text.activate(layer)


def _pooling(text: Text, layer: keras.Layer) -> None:
    _check_images(text, layer)
    kind, sizes, strides = type(layer).__name__.removesuffix("Pooling2D"), layer.pool_size, layer.strides
    module = "nn.MaxPool2d" if kind == "Max" else "nn.AvgPool2d"
    step = "" if tuple(strides) == tuple(sizes) else f", stride={_short(strides)}"
    options = ""
    if layer.padding == "same":
        sides = _padding(text.shape, sizes, strides)
        if all(before == after for before, after in sides):
            options = (
                f", padding={_short([before for before, _ in sides])}" if sides[0][0] + sides[1][0] else ""
            )
        elif all(
            before == 0 and after < stride for (before, after), stride in zip(sides, strides, strict=True)
        ):
            options = ", ceil_mode=True"
        else:
            raise cannot(layer, "pads one side more than the other, which PyTorch's pooling cannot")
        if options and kind == "Average":
            options += ", count_include_pad=False"
    text.add(f"{module}({_short(sizes)}{step}{options})", layer)


def _global_pooling(text: Text, layer: keras.Layer) -> None:
    _check_images(text, layer)
    kind = "Max" if "Max" in type(layer).__name__ else "Avg"
    text.add(f"nn.Adaptive{kind}Pool2d(1)", layer)
    if not layer.keepdims:
        text.add("nn.Flatten()")


def _flatten(text: Text, layer: keras.Layer) -> None:
    if len(text.shape) == 3:
        text.flattened = text.shape
    elif len(text.shape) > 1:
        raise cannot(layer, f"meets the shape {text.shape}; rows of numbers and images can be flattened")
    text.add("nn.Flatten()", layer)


def _dropout(text: Text, layer: keras.Layer) -> None:
    text.add(f"nn.Dropout({layer.rate})", layer)


def _activation(text: Text, layer: keras.Layer) -> None:
    before = len(text.modules)
    text.activate(layer)
    if len(text.modules) > before:
        text.modules[-1] += f"  # {_quoted(layer)[1:-1]}"


def _batch_normalization(text: Text, layer: keras.Layer) -> None:
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    if axis not in (-1, len(text.shape)) or layer.center != layer.scale or text.flattened:
        raise cannot(
            layer,
            "normalises in a way that nn.BatchNorm cannot: it wants the channels, with both "
            "or neither of scale and center, and no Flatten just before",
        )
    kind = {1: "1d", 3: "2d"}.get(len(text.shape))
    if kind is None:
        raise cannot(layer, f"meets the shape {text.shape}; it can be rows of numbers or images")
    affine = "" if layer.scale else ", affine=False"
    momentum = round(1 - layer.momentum, 10)
    text.add(f"nn.BatchNorm{kind}({text.shape[-1]}, eps={layer.epsilon}, momentum={momentum}{affine})", layer)
    names = [*(["weight", "bias"] if layer.scale else []), "running_mean", "running_var"]
    text.move(layer, **{name: f"weights[{place}]" for place, name in enumerate(names)})


WRITERS: dict[str, Callable[[Text, Any], None]] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalMaxPooling2D": _global_pooling,
    "GlobalAveragePooling2D": _global_pooling,
    "Flatten": _flatten,
    "Dropout": _dropout,
    "Activation": _activation,
    "BatchNormalization": _batch_normalization,
}


def _padding(shape: Shape, sizes: Sequence[int], strides: Sequence[int]) -> list[tuple[int, int]]:
    """Return what Keras' ``"same"`` adds before and after each axis of an image."""
    sides = []
    for length, size, stride in zip(shape[:2], sizes, strides, strict=True):
        total = max((-(-length // stride) - 1) * stride + size - length, 0)
        sides.append((total // 2, total - total // 2))
    return sides


def _check_images(text: Text, layer: keras.Layer) -> None:
    if len(text.shape) != 3 or layer.data_format != "channels_last":
        raise cannot(layer, f"meets {text.shape}; images of (height, width, channels) can be written")


def _short(pair: Sequence[int] | int) -> str:
    """Write (3, 3) as 3."""
    if isinstance(pair, int):
        return str(pair)
    return str(pair[0]) if len(set(pair)) == 1 else str(tuple(pair))


def _quoted(layer: keras.Layer) -> str:
    """Write a layer's name as a literal: a name out of a stranger's file must not become a line of code."""
    return json.dumps(layer.name)


def _bias(layer: keras.Layer) -> str:
    return "" if layer.use_bias else ", bias=False"


def cannot(layer: keras.Layer, why: str) -> InputError:
    return InputError(f"torch_code cannot write the layer {layer.name!r} ({type(layer).__name__}): it {why}.")
