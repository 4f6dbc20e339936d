"""How much faster than plain Python is NumPy?

    python benchmarks/by_hand.py
    python benchmarks/by_hand.py --longer 5

The three regressions that the deck times, each on all rows and on 50 at a time: loops over rows and parameters
as one writes them first, beside `zoo.by_hand` with the same updates. Both note the path; on all rows also the loss
after every update, as the deck does. Both must end in the same place, or the benchmark fails. Best of several
times, the two in turn, and how many times as long the loops take.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import zoo
from zoo.by_hand import LinearRegression, PolynomialRegression

Point = list[float]
Draws = Iterator[list[int]]  # the rows of each update
BATCH = 50


def line(x: list[Point], y: Point, draws: Draws, updates: int, rate: float, losses: bool) -> list[Point]:
    """Descend on f(x) = w x + b; return the path of (w, b), and of the loss where it is asked for."""
    x, w, b, path = [row[0] for row in x], 0.0, 0.0, []
    for _, drawn in zip(range(updates), draws, strict=False):
        slope_w = slope_b = 0.0
        for i in drawn:
            slope_w += (w * x[i] + b - y[i]) * x[i]
        for i in drawn:
            slope_b += w * x[i] + b - y[i]
        w, b = w - rate * slope_w / len(drawn), b - rate * slope_b / len(drawn)
        loss = 0.0
        for i in range(len(y) if losses else 0):
            loss += (w * x[i] + b - y[i]) ** 2
        path.append([w, b, loss / len(y)])
    return path


def features(x: list[Point], y: Point, draws: Draws, updates: int, rate: float, losses: bool) -> list[Point]:
    """Descend on f(x) = w1 x1 + ... + wd xd + b; return the path of (w1, ..., wd, b) and the loss."""
    w, b, path = [0.0] * len(x[0]), 0.0, []

    def miss(i: int) -> float:
        total = b - y[i]
        for j in range(len(w)):
            total += w[j] * x[i][j]
        return total

    for _, drawn in zip(range(updates), draws, strict=False):
        slopes, slope_b, loss = [], 0.0, 0.0
        for j in range(len(w)):
            total = 0.0
            for i in drawn:
                total += miss(i) * x[i][j]
            slopes.append(total)
        for i in drawn:
            slope_b += miss(i)
        for j in range(len(w)):
            w[j] -= rate * slopes[j] / len(drawn)
        b -= rate * slope_b / len(drawn)
        for i in range(len(y) if losses else 0):
            loss += miss(i) ** 2
        path.append([*w, b, loss / len(y)])
    return path


def powers(x: list[Point], y: Point, draws: Draws, updates: int, rate: float, losses: bool) -> list[Point]:
    """Descend on f(x) = a0 + a1 x + ... + a4 x^4; return the path of (a1, ..., a4, a0) and the loss."""
    a, path = [0.0] * 5, []

    def miss(i: int) -> float:
        total = -y[i]
        for j in range(len(a)):
            total += a[j] * x[i][0] ** j
        return total

    for _, drawn in zip(range(updates), draws, strict=False):
        slopes, loss = [], 0.0
        for j in range(len(a)):
            total = 0.0
            for i in drawn:
                total += miss(i) * x[i][0] ** j
            slopes.append(total)
        for j in range(len(a)):
            a[j] -= rate * slopes[j] / len(drawn)
        for i in range(len(y) if losses else 0):
            loss += miss(i) ** 2
        path.append([*a[1:], a[0], loss / len(y)])
    return path


@dataclass(frozen=True)
class Task:
    """One of the deck's timings: its data, its loops, its estimator, and how many updates take some seconds."""

    x: np.ndarray
    y: np.ndarray
    loops: Callable[..., list[Point]]
    estimator: LinearRegression
    updates: int


def tasks() -> dict[str, Task]:
    random = np.random.default_rng(0)
    rows = zoo.load_dataset("linear_regression2", test_split=0).train
    ten, one = random.random((500, 10)), random.random((1000, 1))
    curve = (one ** np.arange(5)) @ np.arange(5)
    return {
        "line": Task(rows.x, rows.y, line, LinearRegression(learning_rate=1), 5000),
        "ten features": Task(
            ten, ten @ np.arange(10) + 10, features, LinearRegression(learning_rate=0.4), 500
        ),
        "polynomial": Task(one, curve, powers, PolynomialRegression(4, learning_rate=1), 500),
    }


def draws(rows: int, seed: int) -> Draws:
    """Draw the rows that ``solver="minibatch"`` draws: each pass a new order, ``BATCH`` at a time."""
    random = np.random.RandomState(seed)
    while True:
        order = random.permutation(rows).tolist()
        for first in range(0, rows, BATCH):
            yield order[first : first + BATCH]


def both(task: Task, updates: int, *, batch: bool) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return the two paths, loops' first, with the loss as last column, and the seconds that each has taken."""
    x, y = task.x.astype(float).tolist(), task.y.astype(float).tolist()
    drawn = draws(len(y), seed=0) if batch else repeat(list(range(len(y))))
    rate = task.estimator.learning_rate
    solver = "minibatch" if batch else "gradient_descent"
    task.estimator.set_params(solver=solver, batch_size=BATCH, max_iter=updates, tol=0, random_state=0)

    begin = time.perf_counter()
    path = task.loops(x, y, drawn, updates, rate, not batch)
    between = time.perf_counter()
    trace = task.estimator.fit(task.x, task.y).trace_
    end = time.perf_counter()
    ours = np.column_stack([trace.parameters, trace.loss])[1:]
    kept = trace.update[1:] - 1  # a trace of more than 20,000 updates keeps every second, or fewer
    return np.array(path)[kept], ours, between - begin, end - between


def largest_difference(loops: np.ndarray, ours: np.ndarray, *, batch: bool) -> float:
    """Return how far the two paths are apart, at most; in the loss as well, where the loops noted it."""
    columns = slice(0, -1) if batch else slice(None)
    return float(np.abs(loops[:, columns] - ours[:, columns]).max())


def main(
    longer: Annotated[float, typer.Option(help="So many times as many updates.")] = 1.0,
    times: Annotated[int, typer.Option(help="How often to measure each.")] = 3,
) -> None:
    """Time the loops and `zoo.by_hand` side by side."""
    table = Table(title="The same updates, seconds", title_justify="left", show_edge=False)
    for heading in ("", "rows", "batch", "updates", "loops", "by hand", "ratio", "apart"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, task in tasks().items():
        for batch in (False, True):
            updates = max(1, round(task.updates * longer * (4 if batch else 1)))
            runs = [both(task, updates, batch=batch) for _ in range(times)]
            difference = max(largest_difference(*run[:2], batch=batch) for run in runs)
            if not difference < 1e-9:
                raise SystemExit(f"{name}: the paths are {difference:.2g} apart.")
            slow, fast = (min(run[side] for run in runs) for side in (2, 3))
            table.add_row(
                name,
                f"{len(task.y):,}",
                str(BATCH) if batch else "all",
                f"{updates:,}",
                f"{slow:.3f}",
                f"{fast:.4f}",
                f"{slow / fast:,.0f}",
                f"{difference:.0e}",
            )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
