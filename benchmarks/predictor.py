"""How long does a prediction take, and what does it leave behind?

    python benchmarks/predictor.py --times 5

`zoo.predictor` beside ``model.predict``, PyTorch, ONNX Runtime (`zoo.predictor` with ``runtime="onnx"``) and, where the
network is a perceptron, scikit-learn: the same weights, 1, 32 and 256 pictures of 28 x 28. Every side's answers
are compared with ``model.predict`` first. Last, by how much the process has grown after 100,000 calls.
"""

import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _harness import Benchmark, Values

import zoo
from zoo._lazy import np  # which PyTorch's side must not wake before it is needed

CASES = {
    f"{network}, {size} picture{'s' * (size > 1)}": (network, size)
    for network in ("784-128-10", "cnn")
    for size in (1, 32, 256)
}
CALLS = 100_000
GROWTH = f"{CALLS:,} calls of 784-128-10"


def build(network: str) -> Any:
    name, arguments = ("mlp", {"hidden": (128,)}) if network == "784-128-10" else ("cnn", {})
    return zoo.create_model(name, input_shape=(28, 28, 1), num_classes=10, seed=0, **arguments)


def torch_network(model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return the same network in PyTorch, called in the plain way; its channels come first."""
    import torch

    told = {"keras_model": model}
    exec(zoo.torch_code(model), told)
    network = told["model"]

    def predict(x: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(x.transpose(0, 3, 1, 2))).numpy()

    return predict


def sklearn_network(model: Any) -> Callable[[np.ndarray], np.ndarray]:
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


def way(side: str, model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return how a side predicts."""
    if side == "PyTorch":
        return torch_network(model)
    if side == "scikit-learn":
        return sklearn_network(model)
    if side == "Keras":
        return lambda x: model.predict(x, batch_size=256, verbose=0)
    return zoo.predictor(model, runtime="onnx" if side == "ONNX Runtime" else "keras")


def measure(case: str, side: str) -> Values:
    if side == "PyTorch":
        import torch  # noqa: F401 - before Keras wakes, since the two in the other order do not get on
    if case == GROWTH:
        return {"grown": grown()} if side == "zoo" else {}
    network, size = CASES[case]
    if side == "scikit-learn" and network == "cnn":
        return {}
    model = build(network)
    predict = way(side, model)
    x = np.random.default_rng(0).random((size, 28, 28, 1), dtype="float32")
    apart = float(max(np.abs(predict(x) - model.predict(x, verbose=0)).max() for _ in range(3)))
    calls = max(1, int(0.02 / seconds(predict, x, 3)))
    return {"a call": 1000 * statistics.median(seconds(predict, x, calls) for _ in range(15)), "apart": apart}


def seconds(predict: Callable[[np.ndarray], np.ndarray], x: np.ndarray, calls: int) -> float:
    """Return how long one of some calls takes."""
    begin = time.perf_counter()
    for _ in range(calls):
        predict(x)
    return (time.perf_counter() - begin) / calls


def grown() -> float:
    """Return by how many MB the process grows over the calls, half of them with rows that are filled up."""
    predict = zoo.predictor(build("784-128-10"))
    pictures = [np.zeros((rows, 28, 28, 1), "float32") for rows in (1, 2)]
    for x in pictures * 1000:
        predict(x)
    before = resident()
    for x in pictures * (CALLS // 2):
        predict(x)
    return resident() - before


def resident() -> float:
    """Return the process' memory in MB; where the system does not tell it, the most it has ever had."""
    told = Path("/proc/self/statm")
    if told.exists():
        import resource

        return int(told.read_text().split()[1]) * resource.getpagesize() / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def differs(case: str, values: dict[str, Values]) -> str | None:
    far = {side: found["apart"] for side, found in values.items() if not found.get("apart", 0.0) < 1e-5}
    return f"{case}: {far} away from model.predict" if far else None


BENCHMARK = Benchmark(
    __file__,
    "A prediction",
    measure,
    cases=[*CASES, GROWTH],
    sides=["zoo", "Keras", "ONNX Runtime", "PyTorch", "scikit-learn"],
    units={"a call": "ms", "apart": "", "grown": ""},
    headlines=["a call"],
    goals={("784-128-10, 1 picture", "a call", "Keras"): 200},
    differs=differs,
)

if __name__ == "__main__":
    BENCHMARK.run()
