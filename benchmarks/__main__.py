"""Run every benchmark, one after another: `python benchmarks`, or `make benchmark`.

What was measured on this machine with the code as it is now is not measured again, so an interrupted run goes on
with the next script.
"""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from _harness import RESULTS, known
from _machine import fingerprint, machine

HERE = Path(__file__).parent


def scripts() -> list[Path]:
    """Return the benchmarks that write results: those built on the harness."""
    return [path for path in sorted(HERE.glob("[a-z]*.py")) if "BENCHMARK = Benchmark(" in path.read_text()]


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all by default.")] = None,
    times: Annotated[int, typer.Option(help="Rounds; each script's own number by default.")] = 0,
    again: Annotated[bool, typer.Option(help="Measure even what is known.")] = False,
    results: Annotated[Path, typer.Option(help="Where to write.")] = RESULTS,
) -> None:
    """Run the benchmarks."""
    chosen = [path for path in scripts() if not names or path.stem in names]
    if unknown := set(names or ()) - {path.stem for path in chosen}:
        raise typer.BadParameter(f"no benchmark {', '.join(sorted(unknown))}")
    here, failed = machine(), []
    for count, path in enumerate(chosen, start=1):
        record = known(results).get(path.stem, {})
        if not again and record.get("code") == fingerprint(path) and record["machine"] == here:
            print(f"{count} of {len(chosen)}: {path.stem} is known, of {record['date']}", flush=True)
            continue
        print(f"{count} of {len(chosen)}: {path.stem}", flush=True)
        words = [sys.executable, str(path), "--results", str(results)]
        if subprocess.run([*words, *(["--times", str(times)] if times else [])]).returncode:
            failed.append(path.stem)
    if failed:
        raise SystemExit(f"Not as claimed: {', '.join(failed)}")


if __name__ == "__main__":
    typer.run(main)
