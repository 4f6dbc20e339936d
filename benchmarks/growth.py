"""What does a row cost as there are more of them, and as the network grows wider?

    python benchmarks/growth.py --times 3

Microseconds a row of a network of two hidden layers, in steady training: 2-25-25-1 on 1,000 to 1,000,000 rows, in
batches of 100, and 2-W-W-1 with W from 8 to 2,048 on 10,000 rows. Draws two pictures of docs/images.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _harness import Benchmark, Values

IMAGES = Path(__file__).resolve().parent.parent / "docs/images"
ROWS = {f"{rows:,} rows": rows for rows in (1_000, 10_000, 100_000, 1_000_000)}
WIDTHS = {f"width {width:,}": width for width in (8, 32, 128, 512, 2_048)}
SIDES = ["zoo", "Keras"]
_STEPS = {"zoo": 20_000, "Keras": 300}  # of a measurement: enough for the zoo to think of XLA


def measure(case: str, side: str) -> Values:
    import _tasks

    rows, width = ROWS.get(case, 10_000), WIDTHS.get(case, 25)
    task = _tasks.two_numbers(rows, width)
    steps = _STEPS[side] if width <= 128 else 300
    epochs = max(1, steps * task.batch_size // rows)
    if side == "Keras" and rows * epochs > 50_000:  # what a row costs Keras is seen on fewer
        task, epochs = _tasks.two_numbers(min(rows, 50_000), width), 1
    model = task.model()
    for _ in range(2):  # the first time compiles
        seconds = _tasks.train(side, model, task.x, task.y, epochs=epochs, batch_size=task.batch_size)
    return {"a row": 1e6 * seconds / (epochs * len(task.x))}


def draw(record: Mapping[str, Any]) -> None:
    """Draw the two pictures."""
    from zoo.plots import drawing

    found = {row["case"]: row["sides"] for row in record["rows"]}
    for name, cases, label in (
        ("growth_rows.png", ROWS, "rows"),
        ("growth_width.png", WIDTHS, "units of each hidden layer"),
    ):
        with drawing(5.6, 3.6) as figure:
            axes = figure.add_subplot(xscale="log", yscale="log", xlabel=label, ylabel="microseconds a row")
            for side in SIDES:
                spread = [found[case][side] for case in cases]
                numbers = list(cases.values())
                (line,) = axes.plot(numbers, [s["median"] for s in spread], marker="o", label=f"{side}.fit")
                low, high = ([s[end] for s in spread] for end in ("low", "high"))
                axes.fill_between(numbers, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
            axes.legend(labels=["zoo.fit", "Keras' fit"], handles=axes.get_lines())
        figure.savefig(IMAGES / name)


BENCHMARK = Benchmark(
    __file__,
    "What a row costs",
    measure,
    cases=[*ROWS, *WIDTHS],
    sides=SIDES,
    units={"a row": "µs"},
    times=3,
    cold=True,
    finish=draw,
)

if __name__ == "__main__":
    BENCHMARK.run()
