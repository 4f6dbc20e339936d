"""What every optimizer is, and the checks of its numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields

from zoo.by_hand._arguments import below_one, not_negative, positive
from zoo.by_hand._estimators import FloatArray

SHARES, FLOORS = ("momentum", "rho", "beta_1", "beta_2"), ("epsilon", "initial_accumulator_value")


@dataclass
class Optimizer:
    """Base of the optimizers: a learning rate η > 0 and ``update``. Options of known names are checked here too."""

    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        positive(learning_rate=self.learning_rate)
        told = {item.name: getattr(self, item.name) for item in fields(self)}
        below_one(**{name: told[name] for name in SHARES if name in told})
        not_negative(**{name: told[name] for name in FLOORS if name in told})

    def update(self, parameters: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return the parameters one step further on, as a new array of the same shape."""
        raise NotImplementedError
