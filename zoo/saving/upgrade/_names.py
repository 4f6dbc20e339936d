"""The layers that an old file may name: those that Keras 3 has, those that the zoo kept, and those that are gone."""

from __future__ import annotations

_OF_ALL_SIZES = (
    "AveragePooling Conv ConvLSTM Cropping GlobalAveragePooling GlobalMaxPooling MaxPooling SpatialDropout "
)
_OF_ALL_SIZES += "UpSampling ZeroPadding"
_RANDOM = "Brightness Contrast Crop Flip Rotation Translation Zoom"
_OTHERS = """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average BatchNormalization
    Bidirectional CategoryEncoding CenterCrop Concatenate Dense Discretization Dot Dropout ELU EinsumDense Embedding
    Flatten GRU GRUCell GaussianDropout GaussianNoise GroupNormalization HashedCrossing Hashing Identity InputLayer
    IntegerLookup LSTM LSTMCell Lambda LayerNormalization LeakyReLU Masking Maximum MelSpectrogram Minimum
    MultiHeadAttention Multiply Normalization PReLU Permute RNN ReLU RepeatVector Rescaling Reshape Resizing SimpleRNN
    SimpleRNNCell Softmax SpectralNormalization StackedRNNCells StringLookup Subtract TextVectorization TimeDistributed
    UnitNormalization
"""
KERAS_LAYERS = frozenset(
    [f"{name}{size}D" for name in _OF_ALL_SIZES.split() for size in (1, 2, 3)]
    + [f"{name}{size}D" for name in ("SeparableConv", "DepthwiseConv") for size in (1, 2)]
    + [f"Conv{size}DTranspose" for size in (1, 2, 3)]
    + [f"Random{name}" for name in _RANDOM.split()]
    + _OTHERS.split()
)
KEPT = ("LocallyConnected1D", "LocallyConnected2D")
GONE = {
    "Highway": "Keras 2 dropped it",
    "MaxoutDense": "Keras 2 dropped it",
    "Merge": "its mode is a function, or cos, which no layer of Keras computes",
    "ParametricSoftplus": "Keras 2 dropped it",
    "SReLU": "Keras 2 dropped it",
    "ConvRecurrent2D": "Keras 2 dropped it",
    "DenseFeatures": "Keras 3 reads no feature columns",
    "TFOpLambda": "Keras has no operation that computes what this function of TensorFlow does",
    "SlicingOpLambda": "Keras has no operation that computes what this function of TensorFlow does",
    "TensorFlowOpLayer": "Keras has no operation that computes what this function of TensorFlow does",
}
