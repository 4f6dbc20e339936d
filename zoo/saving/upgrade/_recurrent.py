"""What recurrent layers meant in old versions: other functions, other defaults, other places of the biases."""

from __future__ import annotations

from zoo.saving.upgrade._rules import Layer, Writer, changed, config_of, of_class, without

_LAYERS = ("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional")
_GATED = ("LSTM", "GRU", "LSTMCell", "GRUCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


def cudnn(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 had CuDNNLSTM and CuDNNGRU for graphics cards; LSTM and GRU compute the same.

    CuDNN's GRU resets its state after the product, and both use the sigmoid. The layout of their arrays is turned when
    they are read, see `zoo.saving.old_weights`.
    """
    name = layer["class_name"]
    if name not in ("CuDNNLSTM", "CuDNNGRU"):
        return layer
    layer = changed(
        of_class(layer, name[5:]), activation="tanh", recurrent_activation="sigmoid", use_bias=True
    )
    return changed(layer, reset_after=True) if name == "CuDNNGRU" else layer


def reset_after(layer: Layer, writer: Writer) -> Layer:
    """A GRU that says nothing of reset_after resets before the product, as Keras 1 and 2 did by default

    Keras 3 does it after. TensorFlow 2 did too, and always wrote so.
    """
    if layer["class_name"] not in ("GRU", "GRUCell") or "reset_after" in config_of(layer):
        return layer
    return changed(layer, reset_after=False)


def gate_default(layer: Layer, writer: Writer) -> Layer:
    """The gates of an LSTM or GRU were hard sigmoids by default until Keras 2.2."""
    if layer["class_name"] not in _GATED or "recurrent_activation" in config_of(layer):
        return layer
    hard = writer.version < (2, 3) or layer["class_name"].startswith("ConvLSTM")
    return changed(layer, recurrent_activation="hard_sigmoid" if hard else "sigmoid")


def time_major(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote into recurrent layers whether time is the first axis, which Keras 3 does not read."""
    if layer["class_name"] not in _LAYERS or config_of(layer).get("time_major"):
        return layer
    return without(layer, "time_major")


def implementation(layer: Layer, writer: Writer) -> Layer:
    """Keras 2 wrote into recurrent layers how they were computed."""
    name = layer["class_name"]
    if name not in _LAYERS and not name.endswith("Cell"):
        return layer
    dropped = ["implementation", "zero_output_for_mask"]
    if name in ("RNN", "Bidirectional"):
        dropped = ["implementation", "input_dim", "input_length", "num_constants"]
    return without(layer, *dropped)


def ragged_inputs(layer: Layer, writer: Writer) -> Layer:
    """Keras 2.15 and earlier wrote num_constants and input sizes into Bidirectional and RNN."""
    if layer["class_name"] not in _LAYERS:
        return layer
    return without(layer, "num_constants", "input_dim", "input_length")


RULES = (cudnn, reset_after, gate_default, time_major, implementation, ragged_inputs)
