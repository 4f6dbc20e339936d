"""Reverse-mode automatic differentiation of scalars: the chain rule, backwards.

Every operation makes a ``Scalar`` that remembers what it was made from and, for each input, the local slope
∂self/∂input. ``backward`` walks from the result to the inputs and hands on: gradient times local slope.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import count

_clock = count()


@dataclass(eq=False)
class Scalar:
    """A number that knows how it was computed, out of ``+ - * / **`` (by a number) and the methods below.

    Args:
        value: the number.
        name: what a drawing calls it; default the operation that made it.

    Attributes:
        grad: ∂result/∂self, after ``result.backward()``; before that 0.
        made_from: pairs (input, local slope).

    Examples:
        >>> x, y = Scalar(2.0, "x"), Scalar(3.0, "y")
        >>> z = x * y + x**2
        >>> z.backward()
        >>> z.value, x.grad, y.grad
        (10.0, 7.0, 2.0)

    Source: the deck, "Backpropagation"; in the spirit of Karpathy's micrograd.
    """

    value: float
    name: str = ""
    made_from: tuple[tuple[Scalar, float], ...] = field(default=(), repr=False)
    grad: float = field(default=0.0, init=False)
    born: int = field(default_factory=lambda: next(_clock), init=False, repr=False)

    def __add__(self, other: Scalar | float) -> Scalar:
        other = as_scalar(other)
        return Scalar(self.value + other.value, "+", ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Scalar | float) -> Scalar:
        other = as_scalar(other)
        return Scalar(self.value * other.value, "*", ((self, other.value), (other, self.value)))

    def __pow__(self, power: float) -> Scalar:
        if self.value < 0 and power != int(power):
            raise ValueError(f"{self.value:g} has no real power {power:g}.")
        slope = power * self.value ** (power - 1) if power else 0.0
        return Scalar(self.value**power, f"^{power}", ((self, slope),))

    def exp(self) -> Scalar:
        """Return e^self."""
        return Scalar(math.exp(self.value), "exp", ((self, math.exp(self.value)),))

    def log(self) -> Scalar:
        """Return the natural logarithm of self."""
        return Scalar(math.log(self.value), "log", ((self, 1 / self.value),))

    def tanh(self) -> Scalar:
        """Return the hyperbolic tangent of self."""
        value = math.tanh(self.value)
        return Scalar(value, "tanh", ((self, 1 - value**2),))

    def sigmoid(self) -> Scalar:
        """Return 1 / (1 + e^−self)."""
        small = math.exp(-abs(self.value))  # never too large, and exact where the sigmoid is almost 0
        value = (1.0 if self.value >= 0 else small) / (1 + small)
        return Scalar(value, "sigmoid", ((self, small / (1 + small) ** 2),))

    def relu(self) -> Scalar:
        """Return max(0, self); its slope at 0 is taken as 0."""
        return Scalar(max(0.0, self.value), "relu", ((self, float(self.value > 0)),))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Scalar:
        return self * -1.0

    def __sub__(self, other: Scalar | float) -> Scalar:
        return self + -as_scalar(other)

    def __rsub__(self, other: float) -> Scalar:
        return as_scalar(other) - self

    def __truediv__(self, other: Scalar | float) -> Scalar:
        return self * as_scalar(other) ** -1

    def __rtruediv__(self, other: float) -> Scalar:
        return as_scalar(other) / self

    def ancestors(self) -> list[Scalar]:
        """List self and all that it was made from, latest first: whatever used a scalar comes before it."""
        found, waiting = {self}, [self]
        while waiting:
            new = {scalar for scalar, _ in waiting.pop().made_from} - found
            found |= new
            waiting.extend(new)
        return sorted(found, key=lambda scalar: scalar.born, reverse=True)

    def backward(self) -> None:
        """Set ``grad`` of self and its ancestors: ∂self/∂x = Σ over the uses u of x of ∂self/∂u · ∂u/∂x."""
        order = self.ancestors()
        for scalar in order:
            scalar.grad = 0.0
        self.grad = 1.0
        for use in order:
            for scalar, local_slope in use.made_from:
                scalar.grad += use.grad * local_slope

    def graph(self) -> tuple[list[Scalar], list[tuple[int, int, float]]]:
        """Return what a drawing needs: the nodes, inputs first, and edges (from, to, local slope) by index.

        Examples:
            >>> nodes, edges = (Scalar(3.0, "x") * Scalar(2.0, "y")).graph()
            >>> [node.name for node in nodes], edges
            (['x', 'y', '*'], [(0, 2, 2.0), (1, 2, 3.0)])
        """
        nodes = self.ancestors()[::-1]
        place = {node: i for i, node in enumerate(nodes)}
        return nodes, [(place[made], place[node], slope) for node in nodes for made, slope in node.made_from]


def as_scalar(value: Scalar | float) -> Scalar:
    """Return a Scalar as it is, and a plain number as a constant named after itself."""
    return value if isinstance(value, Scalar) else Scalar(float(value), f"{value:g}")
