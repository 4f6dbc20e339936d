"""What does an epoch take, in Keras, in the zoo, in PyTorch and in scikit-learn?

    python benchmarks/fit.py --times 3

The same network, rows, batches, loss and optimizer (Adam) on all sides, each in a process of its own that has compiled
nothing before. "First 3 epochs" begins with a model that is built and compiled, as `fit` finds it. "Epoch" is one of
a training that goes on for long, on a model that has trained as long before: the zoo chooses XLA by what a training
will take, so a short one does not have it; "epoch, short" is one of such a training. After as many epochs all
must have come to losses within a factor of 10 of Keras' (each begins from weights of its own), or the benchmark fails.
"""

import sys
import time
from collections.abc import Callable, Mapping

from _harness import Benchmark, Values

SMALL, LARGE = "2-25-25-1, 1,000 rows, batch 100", "784-128-10, 10,000 rows, batch 32"
CNN, MLP = "digits CNN, 1,437 rows, batch 64", "MNIST MLP, 60,000 rows, batch 128"
SHORT = {SMALL: 60, LARGE: 4, CNN: 5, MLP: 2}  # epochs after the first 3
LONG = {SMALL: 4000, LARGE: 40, CNN: 60, MLP: 6}  # of the zoo: enough for it to think of XLA
MAKERS = {SMALL: "two_numbers", LARGE: "mnist_mlp", CNN: "digits_cnn"}


def measure(case: str, side: str) -> Values:
    import _tasks

    task = _tasks.mnist_mlp(60_000, (128, 128), 128) if case == MLP else getattr(_tasks, MAKERS[case])()
    if side in ("zoo", "Keras"):
        model = task.model()

        def go(epochs: int) -> float:
            return _tasks.train(side, model, task.x, task.y, epochs=epochs, batch_size=task.batch_size)

        first, short = go(3), go(SHORT[case])
        loss = model.evaluate(task.x, task.y, batch_size=1000, verbose=0)
        if side == "zoo":
            go(LONG[case])
            return _values(first, short / SHORT[case], go(LONG[case]) / LONG[case], loss)
        return _values(first, short / SHORT[case], short / SHORT[case], loss)
    go, loss_of = (pytorch if side == "PyTorch" else scikit_learn)(task)
    if go is None:
        return {}
    first, short = go(3), go(SHORT[case])
    return _values(first, short / SHORT[case], short / SHORT[case], loss_of())


def _values(first: float, short: float, long: float, loss: float) -> Values:
    return {"epoch": 1000 * long, "epoch, short": 1000 * short, "first 3 epochs": first, "loss": float(loss)}


def pytorch(task) -> tuple[Callable[[int], float], Callable[[], float]]:
    """The plain loop that every PyTorch tutorial begins with."""
    # It looks into every module there is, and that would wake the lazy Keras and TensorFlow in the middle.
    sys.modules.pop("keras", None)
    import torch
    from torch import nn

    torch.manual_seed(0)
    images = not task.sizes
    if images:
        layers = [nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1)]
        layers += [
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, 10),
        ]
    else:
        pairs = list(zip(task.sizes, task.sizes[1:], strict=False))
        layers = [layer for a, b in pairs for layer in (nn.Linear(a, b), nn.ReLU())][:-1]
    network = nn.Sequential(*layers)
    loss_function = nn.MSELoss() if task.loss == "mse" else nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=task.rate, eps=1e-7)
    x = torch.tensor(task.x.transpose(0, 3, 1, 2).copy() if images else task.x)
    y = torch.tensor(task.y) if task.loss == "mse" else torch.tensor(task.y).long()

    def go(epochs: int) -> float:
        begin = time.perf_counter()
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for first in range(0, len(x), task.batch_size):
                rows = order[first : first + task.batch_size]
                optimizer.zero_grad()
                loss_function(network(x[rows]), y[rows]).backward()
                optimizer.step()
        return time.perf_counter() - begin

    def loss() -> float:
        with torch.no_grad():
            return float(loss_function(network(x), y))

    return go, loss


def scikit_learn(task) -> tuple[Callable[[int], float] | None, Callable[[], float]]:
    """Its MLP with the same solver; where a network is no MLP, nothing."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import log_loss, mean_squared_error
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if not task.sizes:
        return None, float
    warnings.simplefilter("ignore", ConvergenceWarning)
    regression = task.loss == "mse"
    estimator = (MLPRegressor if regression else MLPClassifier)(
        hidden_layer_sizes=task.sizes[1:-1],
        alpha=0,
        batch_size=task.batch_size,
        learning_rate_init=task.rate,
        epsilon=1e-7,
        n_iter_no_change=10**9,
        tol=0,
        random_state=0,
        warm_start=True,
    )
    y = task.y.ravel()

    def go(epochs: int) -> float:
        estimator.set_params(max_iter=epochs)  # a warm start goes on for so many more
        begin = time.perf_counter()
        estimator.fit(task.x, y)
        return time.perf_counter() - begin

    def loss() -> float:
        if regression:
            return mean_squared_error(y, estimator.predict(task.x))
        return log_loss(y, estimator.predict_proba(task.x))

    return go, loss


def differs(case: str, values: Mapping[str, Values]) -> str | None:
    """Say which side has come to another loss than Keras."""
    theirs = values["Keras"]["loss"]
    for side, found in values.items():
        if "loss" in found and not theirs / 10 < found["loss"] < 10 * theirs:
            return f"{side} has come to a loss of {found['loss']:.3g}, Keras to {theirs:.3g}"
    return None


BENCHMARK = Benchmark(
    __file__,
    "Training",
    measure,
    cases=[SMALL, LARGE, CNN, MLP],
    sides=["zoo", "Keras", "PyTorch", "scikit-learn"],
    units={"epoch": "ms", "epoch, short": "ms", "first 3 epochs": "s", "loss": ""},
    headlines=["epoch", "first 3 epochs"],
    goals={
        (SMALL, "epoch", "Keras"): 30,
        (LARGE, "epoch", "Keras"): 4,
        **{(case, "epoch", side): 1 for case in (SMALL, LARGE) for side in ("PyTorch", "scikit-learn")},
    },
    differs=differs,
    times=3,
    cold=True,
)

if __name__ == "__main__":
    BENCHMARK.run()
