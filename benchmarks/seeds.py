"""How much does a recipe's figure depend on the seed?

    python benchmarks/seeds.py digits_cnn
    python benchmarks/seeds.py digits_mlp --seeds 10

Runs the recipe with seeds 0, 1, ... (each cuts the data anew and draws other weights) and prints each
figure of the test split with its mean, spread and worst.
"""

import contextlib
import io
import tempfile
from typing import Annotated

import numpy as np
import typer

import zoo


def main(recipe: str, seeds: Annotated[int, typer.Option(help="How many seeds.")] = 5) -> None:
    """Run RECIPE once a seed."""
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(seeds):
            with contextlib.redirect_stdout(io.StringIO()):
                runs.append(zoo.run_recipe(recipe, output=scratch, seed=seed).metrics)
            shown = {
                k: v
                for k, v in runs[-1].items()
                if k.startswith("test_") and not k.endswith(("_low", "_high"))
            }
            told = "  ".join(f"{name} {value:.4f}" for name, value in shown.items())
            print(f"seed {seed}: {told}  train {runs[-1]['train_seconds']:.1f} s", flush=True)
    for name in [*shown, "train_seconds"]:
        values = np.array([run[name] for run in runs])
        print(
            f"{name}: mean {values.mean():.4f}, deviation {values.std():.4f}, {values.min():.4f} to {values.max():.4f}"
        )


if __name__ == "__main__":
    typer.run(main)
