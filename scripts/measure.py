"""Run recipes with their default parameters and write what they reach into docs/recipes.json.

    python scripts/measure.py                      every recipe, seeds 0, 1 and 2: about an hour on two cores
    python scripts/measure.py rings spirals        some of them
    python scripts/measure.py --seeds 0 --stale    only seed 0 of those whose code has changed since

README's table of recipes is made from that file by scripts/generate.py. Each run is the whole command, `zoo run
NAME`, so its seconds are what a person waits. It goes on where it was interrupted: a run is written down as
soon as it ends.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from zoo._files import write_text
from zoo.recipes import Recipe, all_recipes

FILE = Path(__file__).resolve().parent.parent / "docs/recipes.json"


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Recipes; all by default.")] = None,
    seeds: Annotated[str, typer.Option(help="Which seeds.")] = "0,1,2",
    stale: Annotated[bool, typer.Option(help="Only runs that are missing, or older than the code.")] = False,
) -> None:
    """Measure recipes."""
    chosen = [recipe for recipe in all_recipes() if not names or recipe.name in names]
    if unknown := set(names or ()) - {recipe.name for recipe in chosen}:
        raise typer.BadParameter(f"no recipe {', '.join(sorted(unknown))}")
    for recipe in chosen:
        for seed in map(int, seeds.split(",")):
            if stale and seed in measured(recipe):
                continue
            code = recipe.fingerprint  # before the run: the file may be edited while it lasts
            run = one(recipe, seed)
            print(f"{recipe.name}, seed {seed}: {run['seconds']:.0f} s, {run['figures']}", flush=True)
            keep(recipe, seed, run, code)


def one(recipe: Recipe, seed: int) -> dict[str, Any]:
    """Run a recipe once, as a person would, and return its figures."""
    with tempfile.TemporaryDirectory() as scratch:
        words = [
            sys.executable,
            "-m",
            "zoo.cli",
            "run",
            recipe.name,
            "--seed",
            str(seed),
            "--output",
            scratch,
        ]
        begin = time.perf_counter()
        done = subprocess.run(words, capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        if done.returncode:
            raise SystemExit(f"{recipe.name}, seed {seed}: exit {done.returncode}\n{done.stderr[-2000:]}")
        (file,) = Path(scratch).glob("*/*/metrics.json")
        metrics = json.loads(file.read_text())
    return {
        "seconds": round(seconds, 1),
        "train_seconds": metrics["train_seconds"],
        "parameter_count": metrics["parameter_count"],
        "figures": {name: float(f"{metrics[name]:.4g}") for name in recipe.promises},
        "dataset": metrics["dataset"],
    }


def measured(recipe: Recipe) -> dict[int, dict[str, Any]]:
    """Return what is known of a recipe's code as it is now, by seed."""
    record = known().get(recipe.name, {})
    if record.get("code") != recipe.fingerprint:
        return {}
    return {int(seed): run for seed, run in record["runs"].items()}


def known() -> dict[str, dict[str, Any]]:
    return json.loads(FILE.read_text()) if FILE.is_file() else {}


def keep(recipe: Recipe, seed: int, run: dict[str, Any], code: str) -> None:
    runs = {**measured(recipe), seed: run}
    record = {"code": code, "runs": {str(s): runs[s] for s in sorted(runs)}}
    records = {**known(), recipe.name: record}
    write_text(FILE, json.dumps(dict(sorted(records.items())), indent=1) + "\n")


if __name__ == "__main__":
    typer.run(main)
