"""Is there a model in the registry that `zoo.fit` trains more slowly than Keras' own `fit`?

    python benchmarks/registry.py --times 3
    python benchmarks/registry.py --case mlp

Every builder's example, on 640 random rows in batches of 32. "2 epochs" is a training from nothing, compilation
included; "epoch" is one of ten that follow on the same model. A median ratio below 0.95 is a failure.
"""

from _harness import Benchmark, Values

import zoo

ROWS, BATCH, EPOCHS = 640, 32, 10


def measure(case: str, side: str) -> Values:
    import _tasks
    import keras

    keras.utils.set_random_seed(0)
    model, x, y = _tasks.any_model(case, ROWS)
    short = _tasks.train(side, model, x, y, epochs=2, batch_size=BATCH)
    steady = _tasks.train(side, model, x, y, epochs=EPOCHS, batch_size=BATCH) / EPOCHS
    return {"epoch": 1000 * steady, "2 epochs": short}


def builders() -> list[str]:
    """Return all but the one that learns from a game, which `fit` does not train alone."""
    return [name for name in zoo.list_models() if zoo.model_info(name).task != "reinforcement"]


BENCHMARK = Benchmark(
    __file__,
    "Every builder of the registry, in zoo.fit and in Keras",
    measure,
    cases=builders(),
    sides=["zoo", "Keras"],
    units={"epoch": "ms", "2 epochs": "s"},
    goals={(name, value, "Keras"): 0.95 for name in builders() for value in ("epoch", "2 epochs")},
    times=3,
    cold=True,
)

if __name__ == "__main__":
    BENCHMARK.run()
