"""The multilayer perceptron as two scikit-learn estimators."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_random_state

from zoo.by_hand._arguments import positive, whole
from zoo.by_hand._estimators import Classifier, FloatArray, RandomState, Regressor, check_table
from zoo.by_hand._optimizer import Optimizer
from zoo.by_hand.descent import batches, descend, has_risen, settle
from zoo.by_hand.mlp import MLP
from zoo.by_hand.optimizers import fresh_optimizer


class _Trained(BaseEstimator):  # type: ignore[misc]
    """The arguments and the training that the two share; told in ``MLPClassifier``."""

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (25, 25),
        *,
        activation: str = "sigmoid",
        optimizer: str | Optimizer = "adam",
        learning_rate: float = 0.01,
        batch_size: int | None = None,
        max_iter: int = 1000,
        random_state: RandomState = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.random_state = random_state

    def _train(self, X: FloatArray, Y: FloatArray, head: str) -> None:
        positive(learning_rate=self.learning_rate)
        whole(max_iter=self.max_iter, batch_size=1 if self.batch_size is None else self.batch_size)
        sizes = self.hidden_layer_sizes
        hidden = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        random_state = check_random_state(self.random_state)
        self.network_ = MLP((X.shape[1], *hidden, Y.shape[1]), self.activation, head)
        start = self.network_.initial_parameters(random_state)
        size = self.batch_size or len(X)
        drawn = repeat((X, Y)) if size >= len(X) else batches(X, Y, size, random_state)

        def loss_and_gradient(theta: FloatArray) -> tuple[float, FloatArray]:
            return self.network_.loss_and_gradient(theta, *next(drawn))

        optimizer = fresh_optimizer(self.optimizer, self.learning_rate)
        trace = descend(loss_and_gradient, start, optimizer, max_iter=self.max_iter)
        before, after = (self.network_.loss_and_gradient(trace.parameters[i], X, Y)[0] for i in (0, -1))
        remedy = f"learning_rate below {optimizer.learning_rate:.3g}, or scale the features (and the target)"
        diverged = has_risen(before, after, scale=float(np.mean(Y**2)))
        self.parameters_ = settle(self, trace, diverged=diverged, remedy=remedy)

    def _output(self, X: ArrayLike) -> FloatArray:
        X = check_table(self, X)
        return self.network_.forward(self.parameters_, X)[-1]


class MLPClassifier(Classifier, _Trained):
    """A neural network for classes: hidden layers, then a softmax; the formulas stand in ``MLP``.

    Args:
        hidden_layer_sizes: units of each hidden layer, default (25, 25) as in the deck; 25 for one,
            () for none.
        activation: of the hidden layers, "sigmoid" (default), "tanh" or "relu".
        optimizer: "sgd", "momentum", "adagrad", "rmsprop", "adam" (default), or an ``Optimizer``, which
            brings its own learning rate.
        learning_rate: η > 0 of a named optimizer, default 0.01.
        batch_size: rows for an update; default None, all of them. Each pass meets every row once.
        max_iter: the number of updates, default 1,000.
        random_state: seed of the first weights and of the order of the rows, default None.

    Attributes:
        classes_: the classes, shape (n_classes,).
        network_: the ``MLP``.
        parameters_: its θ, shape (n_parameters,); ``network_.unpack(parameters_)`` are the layers' W and b.
        trace_: the path, a ``Trace`` of θ and of the loss over the rows that the next update learns from.
        n_iter_: the number of updates made.
        diverged_: True if the loss over all rows ended far above its start; then a ConvergenceWarning says
            so, and the best parameters of the path are kept.

    Raises:
        InputError: an argument cannot be meant.

    Examples:
        >>> xor = MLPClassifier((4,), activation="tanh", random_state=0)
        >>> xor.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]).predict([[0, 1], [1, 1]])
        array([1, 0])

    Source: the deck, "Deep Learning".
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn θ from X, shape (n_samples, n_features), and y, shape (n_samples,)."""
        X, index = self._check_fit(X, y)
        self._train(X, np.eye(len(self.classes_))[index], "softmax")
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return P(class | x), shape (n_samples, n_classes); every row sums to one."""
        return self._output(X)


class MLPRegressor(Regressor, _Trained):
    """A neural network for numbers: hidden layers, then one linear unit, and the mean squared error.

    Its arguments and attributes are those of ``MLPClassifier``, without ``classes_``. Features and target
    should be of the order of one.

    Examples:
        >>> x = np.linspace(-1, 1, 50)[:, None]
        >>> wave = MLPRegressor((20,), activation="tanh", random_state=0).fit(x, np.sin(3 * x[:, 0]))
        >>> wave.score(x, np.sin(3 * x[:, 0])) > 0.99
        True

    Source: the deck, "Universal approximation theorem".
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn θ from X, shape (n_samples, n_features), and y, shape (n_samples,)."""
        X, y = self._check_fit(X, y)
        self._train(X, y[:, None], "linear")
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Return the network's number for each row, shape (n_samples,)."""
        return self._output(X)[:, 0]
