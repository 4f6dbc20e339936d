"""How long do many networks take, trained together, beside one of them?

    python benchmarks/fit_many.py
    python benchmarks/fit_many.py --seeds 8 --epochs 5 --times 1

`mlp` on `digits`, the two sides in turn: Keras' ``model.fit`` of one network, and `zoo.fit_many` of all seeds.
Each time is what a person waits for: building, compiling and training. What the seeds take with `zoo.fit`, one after
another, is reckoned from a few of them; these must also end in the same weights, or the benchmark fails.
"""

import time
from collections.abc import Callable
from typing import Annotated, Any

import keras
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import zoo

SHAPE = {"input_shape": (8, 8, 1), "num_classes": 10}


def settings() -> dict[str, Any]:
    loss = "sparse_categorical_crossentropy"
    return {"optimizer": keras.optimizers.Adam(1e-3), "loss": loss, "metrics": ["accuracy"]}


def network(seed: int) -> keras.Model:
    model = zoo.create_model("mlp", **SHAPE, seed=seed)
    model.compile(**settings())
    return model


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = call()
    return time.perf_counter() - begin, found


def measure(seeds: int = 64, epochs: int = 40, times: int = 3, alone: int = 4) -> list[dict[str, Any]]:
    """Return a row a repetition: the seconds of each side, their ratios, and how far the weights are apart."""
    data = zoo.load_dataset("digits", validation_split=0.2)
    judged = data.validation.x, data.validation.y
    fit = {"epochs": epochs, "batch_size": 32, "verbose": 0}
    network(0).fit(data.train.x, data.train.y, epochs=1, verbose=0)  # what a process does once
    rows = []
    for _ in range(times):
        one, _ = seconds(lambda: network(0).fit(data.train.x, data.train.y, validation_data=judged, **fit))
        together, many = seconds(lambda: zoo.fit_many("mlp", seeds, data, compile=settings(), **fit, **SHAPE))
        lone, apart = 0.0, 0.0
        for seed in range(min(alone, seeds)):
            model = network(seed)
            lone += seconds(
                lambda model=model, seed=seed: zoo.fit(model, data, seed=seed, checks="off", **fit)
            )[0]
            pairs = zip(model.get_weights(), many.model(seed).get_weights(), strict=True)
            apart = max(apart, *(float(np.abs(a - b).max()) for a, b in pairs))
        each = lone / min(alone, seeds) * seeds
        rows.append(
            {
                "seeds": seeds,
                "epochs": epochs,
                "model.fit, one": one,
                "zoo.fit_many, all": together,
                "zoo.fit, all": each,
                "many / one": together / one,
                "alone / many": each / together,
                "apart": apart,
            }
        )
    return rows


def main(
    seeds: Annotated[int, typer.Option(help="How many networks.")] = 64,
    epochs: Annotated[int, typer.Option(help="Epochs of each.")] = 40,
    times: Annotated[int, typer.Option(help="How often to measure.")] = 3,
) -> None:
    """Time many networks and one side by side."""
    rows = measure(seeds, epochs, times)
    table = Table(title=f"{seeds} seeds, {epochs} epochs", title_justify="left", show_edge=False)
    for heading in ("", "median", "least", "most"):
        table.add_column(heading, justify="right" if heading else "left")
    for name in rows[0]:
        if name not in ("seeds", "epochs"):
            values = [row[name] for row in rows]
            table.add_row(name, *(f"{value:.3g}" for value in (np.median(values), min(values), max(values))))
    Console().print(table)
    if not rows[0]["apart"] < 1e-4:
        raise SystemExit(f"Trained together the weights are {rows[0]['apart']:.2g} from those trained alone.")


if __name__ == "__main__":
    typer.run(main)
