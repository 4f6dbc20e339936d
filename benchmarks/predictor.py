"""How long does a prediction take, and what does it leave behind?

    python benchmarks/predictor.py
    python benchmarks/predictor.py --repetitions 5 --calls 1000

``model.predict``, ``model(x)`` and `zoo.predictor`, beside ONNX Runtime and PyTorch where they are installed, and
scikit-learn where the network is a perceptron: the same weights, 1, 32 and 256 pictures of 28 x 28, the ways in turn.
Medians, and how many times sooner than ``model.predict``, with the smallest and the largest ratio of the repetitions.
Then how much the process grows over many calls of `zoo.predictor`.
"""

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import keras
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import zoo

SIZES = (1, 32, 256)
NETWORKS = {"784-128-10": ("mlp", {"hidden": (128,)}), "cnn": ("cnn", {})}
Row = dict[str, Any]


def has(*packages: str) -> bool:
    return all(importlib.util.find_spec(name) for name in packages)


def build(network: str) -> keras.Model:
    name, arguments = NETWORKS[network]
    return zoo.create_model(name, input_shape=(28, 28, 1), num_classes=10, seed=0, **arguments)


def torch_network(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the same network in PyTorch, called in the plain way; its channels come first."""
    import torch

    told = {"keras_model": model}
    exec(zoo.torch_code(model), told)
    network = told["model"]

    def predict(x: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(x.transpose(0, 3, 1, 2))).numpy()

    return predict


def sklearn_network(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the multilayer perceptron in scikit-learn, with the same weights."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    classes, hidden = np.arange(10), (128,)
    network = MLPClassifier(hidden, max_iter=1, batch_size=10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(np.zeros((10, 784), "float32"), classes)
    weights = model.get_weights()
    network.coefs_, network.intercepts_ = weights[0::2], weights[1::2]
    return lambda x: network.predict_proba(x.reshape(len(x), -1))


def ways(model: keras.Model, network: str) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Return every way to predict that can be had here, by its name."""
    found: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "model.predict": lambda x: model.predict(x, batch_size=256, verbose=0),
        "model(x)": lambda x: keras.ops.convert_to_numpy(model(x, training=False)),
        "zoo.predictor": zoo.predictor(model),
    }
    if has("onnx", "onnxruntime", "tf2onnx"):
        found["zoo.predictor, onnx"] = zoo.predictor(model, runtime="onnx")
    if has("torch"):
        found["PyTorch"] = torch_network(model)
    if NETWORKS[network][0] == "mlp":
        found["scikit-learn"] = sklearn_network(model)
    return found


def measure(repetitions: int = 15) -> Iterator[Row]:
    """Yield a row for each network, number of pictures and way: milliseconds, and the ratio to ``model.predict``."""
    for network in NETWORKS:
        model = build(network)
        predictors = ways(model, network)
        for size in SIZES:
            x = np.random.default_rng(0).random((size, 28, 28, 1), dtype="float32")
            expected = model.predict(x, verbose=0)
            calls = {}
            for name, predict in predictors.items():
                for _ in range(3):  # compiles, and warms
                    apart = np.abs(predict(x) - expected).max()
                if not apart < 1e-5:
                    raise SystemExit(f"{network}, {name}: {apart:.2g} away from model.predict.")
                calls[name] = max(1, int(0.02 / seconds(predict, x, 3)))  # a fiftieth of a second each time
            times: dict[str, list[float]] = {name: [] for name in predictors}
            for _ in range(repetitions):
                for name, predict in predictors.items():
                    times[name].append(seconds(predict, x, calls[name]))
            for name, taken in times.items():
                ratios = [slow / fast for slow, fast in zip(times["model.predict"], taken, strict=True)]
                yield {
                    "network": network,
                    "pictures": size,
                    "way": name,
                    "milliseconds": 1e3 * statistics.median(taken),
                    "ratio": statistics.median(ratios),
                    "lowest": min(ratios),
                    "highest": max(ratios),
                }


def seconds(predict: Callable[[np.ndarray], np.ndarray], x: np.ndarray, calls: int) -> float:
    """Return how long one of some calls takes."""
    begin = time.perf_counter()
    for _ in range(calls):
        predict(x)
    return (time.perf_counter() - begin) / calls


def growth(calls: int = 100_000) -> Iterator[Row]:
    """Yield by how many MB the process has grown after so many calls with one row, and with two filled up."""
    predict = zoo.predictor(build("784-128-10"))
    for rows in (1, 2):
        x = np.zeros((rows, 28, 28, 1), "float32")
        for _ in range(2_000):
            predict(x)
        before = resident()
        for _ in range(calls):
            predict(x)
        yield {"rows": rows, "calls": calls, "megabytes": resident() - before}


def resident() -> float:
    """Return the process' memory in MB; where the system does not tell it, the most it has ever had."""
    told = Path("/proc/self/statm")
    if told.exists():
        import resource

        return int(told.read_text().split()[1]) * resource.getpagesize() / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main(
    repetitions: Annotated[int, typer.Option(help="How often to measure each, in turn.")] = 15,
    calls: Annotated[int, typer.Option(help="After so many calls memory is looked at.")] = 100_000,
) -> None:
    """Time the ways to predict side by side, then watch memory."""
    table = Table(title="One call, milliseconds", title_justify="left", show_edge=False)
    for heading in ("network", "pictures", "way", "ms", "times sooner", "lowest", "highest"):
        table.add_column(heading, justify="left" if heading in ("network", "way") else "right")
    for row in measure(repetitions):
        shown = (f"{row[name]:,.1f}" for name in ("ratio", "lowest", "highest"))
        table.add_row(row["network"], str(row["pictures"]), row["way"], f"{row['milliseconds']:.4f}", *shown)
    Console(width=100).print(table)
    for row in growth(calls):
        print(f"{row['calls']:,} calls with {row['rows']} row(s): {row['megabytes']:+.2f} MB")


if __name__ == "__main__":
    typer.run(main)
