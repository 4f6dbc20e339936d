"""How much memory does training on large arrays take?

    python benchmarks/memory.py --times 3

The peak of the process (its resident set) above what it holds with the rows made and the network compiled, in a
training of 2 epochs of 64-32-1 on 2,000,000 rows (512 MB). A budget of 64 MB must be kept, whatever the rows take.
"""

import resource
import sys

from _harness import Benchmark, Values

ROWS, COLUMNS, BATCH = 2_000_000, 64, 1_000
BUDGETS = {"a budget of 64 MB": 64 * 2**20, "the default budget": None}


def measure(case: str, side: str) -> Values:
    import keras
    import numpy as np

    import zoo

    x = np.random.default_rng(0).random((ROWS, COLUMNS), "float32")
    y = x[:, :1].copy()
    model = keras.Sequential([keras.Input((COLUMNS,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse")

    def train(rows: int) -> None:
        if side == "zoo":
            zoo.fit(
                model, x[:rows], y[:rows], epochs=2, batch_size=BATCH, verbose=0, memory_budget=BUDGETS[case]
            )
        else:
            model.fit(x[:rows], y[:rows], epochs=2, batch_size=BATCH, verbose=0)

    train(10 * BATCH)  # what compiling takes is not what rows take
    before = peak()
    train(ROWS)
    return {"above the rows": peak() - before, "whole process": peak()}


def peak() -> float:
    """Return the largest resident set of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


BENCHMARK = Benchmark(
    __file__,
    "Memory of a training on 512 MB of rows",
    measure,
    cases=list(BUDGETS),
    sides=["zoo", "Keras"],
    units={"above the rows": "MB", "whole process": "MB"},
    times=3,
)

if __name__ == "__main__":
    BENCHMARK.run()
