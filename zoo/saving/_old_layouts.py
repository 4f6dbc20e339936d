"""How old versions laid out the numbers of one layer, turned to how Keras 3 does."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from zoo.saving.upgrade import Writer

Array = np.ndarray
_CONVOLUTIONS = frozenset(
    [f"Conv{size}D" for size in (1, 2, 3)]
    + ["Conv2DTranspose", "Conv3DTranspose", "SeparableConv2D", "DepthwiseConv2D"]
)
_GATES = {"LSTM": 4, "GRU": 3}
_LSTM_GATES = "icfo"  # as Keras 1 wrote them; Keras 2 and 3: i f c o
_GRU_GATES = "zrh"


def as_today(layer: keras.Layer, arrays: Sequence[Array], writer: Writer) -> list[Array]:
    """Return a layer's arrays in the layout of Keras 3.

    Args:
        layer: which takes them.
        arrays: as a file holds them, in the order of the layer's weights.
        writer: who wrote them.
    """
    kind = type(layer).__name__
    made = list(arrays)
    if kind in _CONVOLUTIONS and made and made[0].ndim > 2:
        if writer.version < (2, 0):
            made[0] = _kernel_of_keras_1(layer, kind, made[0], writer.channels == "channels_first")
        if writer.backend == "theano":
            made[0] = _flipped(made[0], kernel_axes=layer.rank)
        return made
    if kind.startswith("ConvLSTM") and writer.backend == "theano" and len(made) > 1:
        return [_flipped(made[0], layer.cell.rank), _flipped(made[1], layer.cell.rank), *made[2:]]
    if kind in _GATES and len(made) == 3:
        return _of_cudnn(made, _GATES[kind], kind)
    return made


def joined_gates(arrays: Sequence[tuple[str, Array]]) -> list[tuple[str, Array]]:
    """Return Keras 1's arrays of single gates as one array of each kind, in the order of today.

    It wrote ``lstm_1_W_i``, ``lstm_1_U_i``, ``lstm_1_b_i``, and so on for the gates c, f and o; of a GRU for z, r, h.
    """
    made: list[tuple[str, Array]] = []
    todo = list(arrays)
    while todo:
        for written, wanted in ((_LSTM_GATES, "ifco"), (_GRU_GATES, _GRU_GATES)):
            some = todo[: 3 * len(written)]
            ends = [f"_{kind}_{gate}" for gate in written for kind in "WUb"]
            if len(some) == len(ends) and all(
                name.partition(":")[0].endswith(end) for (name, _), end in zip(some, ends, strict=True)
            ):
                for place, kind in enumerate("WUb"):
                    gates = [some[3 * written.index(gate) + place][1] for gate in wanted]
                    made.append((f"{some[place][0].rpartition('_')[0]}_{kind}", np.concatenate(gates, -1)))
                todo = todo[len(some) :]
                break
        else:
            made.append(todo.pop(0))
    return made


def _kernel_of_keras_1(layer: keras.Layer, kind: str, kernel: Array, channels_first: bool) -> Array:
    """Return a kernel of Keras 1, which had the outputs first where the channels came first.

    A Conv1D had two axes in space, one of them of length 1.
    """
    if kind == "Conv1D" and kernel.ndim == 4:
        if kernel.shape[:2] != (*layer.kernel_size, 1) or kernel.shape[3] != layer.filters:
            kernel = kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0]
    if kind == "Conv2D" and channels_first:
        return kernel.transpose(2, 3, 1, 0)
    if kind == "Conv2DTranspose":
        return kernel.transpose(2, 3, 0, 1) if channels_first else kernel.transpose(0, 1, 3, 2)
    if kind == "Conv3D" and channels_first:
        return kernel.transpose(2, 3, 4, 1, 0)
    return kernel


def _flipped(kernel: Array, kernel_axes: int) -> Array:
    """Return a kernel turned around in space: Theano convolves, TensorFlow correlates."""
    return kernel[(slice(None, None, -1),) * kernel_axes]


def _of_cudnn(arrays: list[Array], gates: int, kind: str) -> list[Array]:
    """Return the arrays of a CuDNNLSTM or CuDNNGRU as those of LSTM or GRU; others as they are.

    CuDNN has two biases for each gate and kernels in the other order; the biases of an LSTM can be added.
    """
    kernel, recurrent, bias = arrays
    units = recurrent.shape[0]
    if bias.shape != (2 * units * gates,):
        return arrays
    kernel = np.hstack([part.T.reshape(part.shape, order="F") for part in np.hsplit(kernel, gates)])
    recurrent = np.hstack([part.T for part in np.hsplit(recurrent, gates)])
    bias = bias.reshape(2, -1)
    return [kernel, recurrent, bias.sum(axis=0) if kind == "LSTM" else bias]
