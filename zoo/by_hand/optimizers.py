"""Five ways to turn a gradient into a step, each with Keras' formulas, for parameters θ and gradient g."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from zoo.by_hand._arguments import one_of
from zoo.by_hand._estimators import FloatArray
from zoo.by_hand._optimizer import Optimizer

Memory = FloatArray | float


@dataclass
class SGD(Optimizer):
    """Gradient descent: θ ← θ − η g.

    Examples:
        >>> SGD(learning_rate=0.1).update(np.array([1.0, 2.0]), np.array([1.0, -1.0]))
        array([0.9, 2.1])

    Source: the deck, "Gradient Descent".
    """

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return θ − η g."""
        return parameters - self.learning_rate * gradient


@dataclass
class Momentum(Optimizer):
    """Gradient descent that keeps rolling: v ← μ v − η g, θ ← θ + v, with μ in [0, 1).

    Examples:
        >>> optimizer = Momentum(learning_rate=0.1, momentum=0.5)
        >>> [optimizer.update(np.zeros(1), np.ones(1)).round(3).item() for _ in range(3)]
        [-0.1, -0.15, -0.175]

    Source: Polyak (1964); Keras' ``SGD(momentum=0.9)``.
    """

    momentum: float = 0.9
    velocity: Memory = field(default=0.0, init=False, repr=False)

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return θ + v."""
        self.velocity = self.momentum * self.velocity - self.learning_rate * gradient
        return parameters + self.velocity


@dataclass
class Adagrad(Optimizer):
    """Smaller steps where it has been steep: s ← s + g², θ ← θ − η g / √(s₀ + s + ε).

    Examples:
        >>> Adagrad(learning_rate=1.0).update(np.zeros(2), np.array([3.0, -5.0])).round(2)
        array([-0.99,  1.  ])

    Source: the deck, "powerful optimizers"; Duchi, Hazan and Singer (2011).
    """

    learning_rate: float = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7
    squares: Memory = field(default=0.0, init=False, repr=False)

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return θ − η g / √(s₀ + s + ε)."""
        self.squares = self.squares + gradient**2
        floor = self.initial_accumulator_value + self.epsilon
        return parameters - self.learning_rate * gradient / np.sqrt(self.squares + floor)


@dataclass
class RMSprop(Optimizer):
    """Adagrad that forgets: s ← ρ s + (1 − ρ) g², θ ← θ − η g / √(s + ε), with ρ in [0, 1).

    Examples:
        >>> RMSprop(learning_rate=1.0, rho=0.75).update(np.zeros(2), np.array([3.0, -5.0])).round(4)
        array([-2.,  2.])

    Source: the deck, "powerful optimizers"; Hinton, Coursera lecture 6e (2012).
    """

    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-7
    squares: Memory = field(default=0.0, init=False, repr=False)

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return θ − η g / √(s + ε)."""
        self.squares = self.rho * self.squares + (1 - self.rho) * gradient**2
        return parameters - self.learning_rate * gradient / np.sqrt(self.squares + self.epsilon)


@dataclass
class Adam(Optimizer):
    """Momentum and RMSprop together, corrected for their start at zero; t counts the updates.

    m ← β₁ m + (1 − β₁) g,   s ← β₂ s + (1 − β₂) g²,   θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√s + ε)

    (In βᵗ Keras rounds β to 32 bits, always; so does this.)

    Examples:
        >>> Adam(learning_rate=1.0).update(np.zeros(2), np.array([3.0, -5.0])).round(4)
        array([-1.,  1.])

    Source: the deck, "powerful optimizers"; Kingma and Ba (2015).
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    mean: Memory = field(default=0.0, init=False, repr=False)
    squares: Memory = field(default=0.0, init=False, repr=False)
    updates: int = field(default=0, init=False, repr=False)

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√s + ε)."""
        self.updates += 1
        self.mean = self.beta_1 * self.mean + (1 - self.beta_1) * gradient
        self.squares = self.beta_2 * self.squares + (1 - self.beta_2) * gradient**2
        decay_1, decay_2 = (float(np.float32(beta)) ** self.updates for beta in (self.beta_1, self.beta_2))
        rate: float = self.learning_rate * (1 - decay_2) ** 0.5 / (1 - decay_1)
        return parameters - rate * self.mean / (np.sqrt(self.squares) + self.epsilon)


OPTIMIZERS = {kind.__name__.lower(): kind for kind in (SGD, Momentum, Adagrad, RMSprop, Adam)}


def fresh_optimizer(optimizer: str | Optimizer, learning_rate: float) -> Optimizer:
    """Return a named optimizer with this learning rate, or a copy, with no memory, of a given one."""
    if isinstance(optimizer, Optimizer):
        return replace(optimizer)
    one_of("optimizer", optimizer, OPTIMIZERS)
    return OPTIMIZERS[optimizer](learning_rate=learning_rate)
