"""The multilayer perceptron as mathematics: forwards, a matrix a layer; backwards, the chain rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_random_state

from zoo.by_hand._arguments import one_of
from zoo.by_hand._estimators import FloatArray, RandomState
from zoo.by_hand.logistic_regression import sigmoid
from zoo.by_hand.softmax_regression import log_softmax
from zoo.errors import InputError

Elementwise = Callable[[FloatArray], FloatArray]

# φ, and φ' told by the output a = φ(z)
ACTIVATIONS: dict[str, tuple[Elementwise, Elementwise]] = {
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(np.float64)),
}
HEADS = ("softmax", "linear")


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron: a function of a table X and of one vector θ that holds every weight.

    ::

        forwards        A⁰ = X,   Zˡ = Aˡ⁻¹Wˡ + bˡ,   Aˡ = φ(Zˡ),   Ŷ = head(Zᴸ)
        loss            softmax: L = −1/n Σ Y ln Ŷ            linear: L = 1/(nK) Σ (Ŷ − Y)²
        backwards       δᴸ = (Ŷ − Y)/n                         δᴸ = 2(Ŷ − Y)/(nK)
                        ∂L/∂Wˡ = (Aˡ⁻¹)ᵀ δˡ,   ∂L/∂bˡ = Σ_rows δˡ,   δˡ⁻¹ = δˡ (Wˡ)ᵀ ⊙ φ'(Zˡ⁻¹)

    It keeps no weights: θ is (W¹, b¹, W², b², ...) laid end to end, in the order of Keras'
    ``model.get_weights()``, so that an optimizer sees one vector and a path is one table.

    Args:
        layer_sizes: units of the input, of each hidden layer and of the output, like (2, 25, 25, 1).
        activation: φ of the hidden layers: "sigmoid" (default), "tanh" or "relu".
        head: "softmax" (default; K classes, cross entropy) or "linear" (K numbers, mean squared error).

    Raises:
        InputError: a size is not positive, there are fewer than two, or a name is unknown.

    Examples:
        >>> net = MLP((2, 3, 2), activation="tanh")
        >>> theta = net.initial_parameters(random_state=0)
        >>> net.n_parameters, net.forward(theta, [[0.5, -1.0]])[-1].round(3)
        (17, array([[0.602, 0.398]]))

    Source: the deck, "Deep Learning" and "Backpropagation"; Rumelhart, Hinton and Williams (1986).
    """

    layer_sizes: tuple[int, ...]
    activation: str = "sigmoid"
    head: str = "softmax"

    def __post_init__(self) -> None:
        one_of("activation", self.activation, ACTIVATIONS)
        one_of("head", self.head, HEADS)
        sizes = self.layer_sizes
        if len(sizes) < 2 or not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise InputError(f"layer_sizes must be two or more positive sizes; got {sizes!r}.")

    @property
    def n_parameters(self) -> int:
        """How many numbers θ holds: (inputs + 1) · outputs of every layer."""
        return sum((n + 1) * m for n, m in zip(self.layer_sizes, self.layer_sizes[1:], strict=False))

    def initial_parameters(self, random_state: RandomState = None) -> FloatArray:
        """Return a random θ: W uniform within ±√(6/(inputs + outputs)), b zero (Glorot and Bengio, 2010)."""
        draw = check_random_state(random_state)
        theta = np.zeros(self.n_parameters)
        for W, _ in self.unpack(theta):
            bound = np.sqrt(6 / sum(W.shape))
            W[:] = draw.uniform(-bound, bound, W.shape)
        return theta

    def unpack(self, parameters: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Return each layer's W, shape (inputs, outputs), and b, shape (outputs,), as views into θ.

        Raises:
            InputError: θ is not a row of ``n_parameters`` numbers.
        """
        if parameters.shape != (self.n_parameters,):
            raise InputError(
                f"{self.layer_sizes} takes {self.n_parameters} parameters in a row; got {parameters.shape}."
            )
        layers, first = [], 0
        for n, m in zip(self.layer_sizes, self.layer_sizes[1:], strict=False):
            middle, end = first + n * m, first + (n + 1) * m
            layers.append((parameters[first:middle].reshape(n, m), parameters[middle:end]))
            first = end
        return layers

    def forward(self, parameters: FloatArray, X: ArrayLike) -> list[FloatArray]:
        """Return what each layer says of X: [X, A¹, ..., Ŷ], each of shape (n_samples, units)."""
        *outputs, z = self._forward(parameters, X)
        return [*outputs, np.exp(log_softmax(z)) if self.head == "softmax" else z]

    def loss_and_gradient(
        self, parameters: FloatArray, X: ArrayLike, Y: FloatArray
    ) -> tuple[float, FloatArray]:
        """Return L and ∇L(θ) for targets Y, shape (n_samples, outputs), one-hot for softmax.

        Raises:
            InputError: Y has another shape than the output.
        """
        parameters, Y = np.asarray(parameters, dtype=np.float64), np.asarray(Y)
        *outputs, z = self._forward(parameters, X)
        if Y.shape != z.shape:
            raise InputError(f"Y must have the output's shape {z.shape}, classes as one-hot; got {Y.shape}.")
        if self.head == "softmax":
            log_p = log_softmax(z)
            loss, delta = -(Y * log_p).sum() / len(Y), (np.exp(log_p) - Y) / len(Y)
        else:
            loss, delta = np.mean((z - Y) ** 2), 2 * (z - Y) / Y.size
        slope_of_phi = ACTIVATIONS[self.activation][1]
        gradient = np.empty_like(parameters)
        layers = list(zip(self.unpack(parameters), self.unpack(gradient), outputs, strict=True))
        for level, ((W, _), (dW, db), a) in reversed(list(enumerate(layers))):
            dW[:], db[:] = a.T @ delta, delta.sum(axis=0)
            if level > 0:
                delta = delta @ W.T * slope_of_phi(a)
        return float(loss), gradient

    def _forward(self, parameters: FloatArray, X: ArrayLike) -> list[FloatArray]:
        """Return X, the hidden layers' outputs A¹, A², ... and Zᴸ, the last layer's before its head."""
        phi = ACTIVATIONS[self.activation][0]
        *hidden, (W_last, b_last) = self.unpack(np.asarray(parameters, dtype=np.float64))
        outputs = [np.asarray(X, dtype=np.float64)]
        if outputs[0].ndim != 2 or outputs[0].shape[1] != self.layer_sizes[0]:
            raise InputError(f"X must have {self.layer_sizes[0]} columns; got the shape {outputs[0].shape}.")
        for W, b in hidden:
            outputs.append(phi(outputs[-1] @ W + b))
        return [*outputs, outputs[-1] @ W_last + b_last]
