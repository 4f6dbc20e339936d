"""The oracle is plain Python: loops over rows and parameters, as the benchmark times them."""

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "benchmarks/by_hand.py"


@pytest.fixture(scope="module")
def benchmark():
    if not FILE.is_file():
        pytest.skip("the benchmarks are not here")
    spec = importlib.util.spec_from_file_location("benchmark_by_hand", FILE)
    module = sys.modules["benchmark_by_hand"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["benchmark_by_hand"]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("name", ["line", "ten features", "polynomial"])
def test_loops_and_arrays_walk_the_same_path(benchmark, name, batch):
    loops, ours, *_ = benchmark.both(benchmark.tasks()[name], 30, batch=batch)
    assert len(loops) == len(ours) == 30
    assert benchmark.largest_difference(loops, ours, batch=batch) < 1e-12
    assert ours[-1, -1] < ours[0, -1] / 2


def test_a_path_that_differs_is_noticed(benchmark):
    loops, ours, *_ = benchmark.both(benchmark.tasks()["line"], 30, batch=False)
    for column in range(3):
        moved = ours.copy()
        moved[-1, column] += 1e-6
        assert benchmark.largest_difference(loops, moved, batch=False) > 1e-7
