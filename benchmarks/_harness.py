"""What every benchmark here shares: both sides in processes of their own that take turns, and one file of results.

A script gives a function that measures one side of one case, and says what it has measured:

    def measure(case: str, side: str) -> dict[str, float]:     # runs in a fresh process
        seconds = train_with_zoo(case) if side == "zoo" else train_with_keras(case)
        return {"epoch": 1000 * seconds, "loss": loss}

    BENCHMARK = Benchmark(__file__, "What an epoch takes", measure, cases=["2-25-25-1"], sides=["zoo", "Keras"],
                          units={"epoch": "ms", "loss": ""}, headlines=["epoch"],
                          goals={("2-25-25-1", "epoch", "Keras"): 30}, differs=losses_differ)
    if __name__ == "__main__":
        BENCHMARK.run()

`python benchmarks/NAME.py --times 3` measures all and writes the key NAME of results.json; `--case C --side S`
measures once and prints JSON; `python benchmarks` runs every script. The first side is ours. A ratio is the other
side's value over ours, round by round, so 30 reads "a thirtieth"; `goals` are the least medians of ratios.
"""

import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from _machine import fingerprint, machine
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from zoo._files import write_text

RESULTS = Path(__file__).with_name("results.json")
NEEDS = {"PyTorch": "torch", "scikit-learn": "sklearn", "ONNX Runtime": "onnxruntime"}

Values = dict[str, float]


@dataclass(frozen=True)
class Benchmark:
    """A claim: what is measured, on which cases, by which sides.

    Attributes:
        file: of the script, ``__file__``; its stem is the key in the results.
        title: of the table.
        measure: measures one side of one case in a process of its own: ``measure(case, side)`` returns
            values by name. A value that a side lacks is left out.
        cases: what to measure.
        sides: who; the first is ours. One whose library is not installed is left out.
        units: of each value, in the order of the table; the first is compared.
        headlines: values that README shows.
        goals: the least median of the ratios, by (case, value, side).
        most: the largest median of ours, by (case, value).
        differs: says, where the results of a round differ too much, in what; it gets the case and the
            values by side. The benchmark fails then.
        times: rounds, unless ``--times`` says otherwise.
        cold: whether each process begins with an empty cache folder, as a new user's does, so that what the zoo
            has measured of a model before is not known.
        finish: called with the record at the end, to draw a picture of it.
    """

    file: str
    title: str
    measure: Callable[[str, str], Values]
    cases: Sequence[str]
    sides: Sequence[str]
    units: Mapping[str, str]
    headlines: Sequence[str] = ()
    goals: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    most: Mapping[tuple[str, str], float] = field(default_factory=dict)
    differs: Callable[[str, Mapping[str, Values]], str | None] = lambda case, values: None
    times: int = 5
    cold: bool = False
    finish: Callable[[Mapping[str, Any]], None] = lambda record: None

    @property
    def name(self) -> str:
        return Path(self.file).stem

    def run(self, words: Sequence[str] | None = None) -> None:
        """Read the command line and do what it says."""

        def command(
            times: Annotated[
                int, typer.Option(help="Rounds; in each every side is measured once.")
            ] = self.times,
            case: Annotated[
                list[str] | None, typer.Option(help="Only this case; nothing is written.")
            ] = None,
            side: Annotated[
                str, typer.Option(help="Measure this side of the case once, here; print JSON.")
            ] = "",
            results: Annotated[Path, typer.Option(help="Where to write.")] = RESULTS,
        ) -> None:
            if side:
                print(json.dumps(self.measure((case or list(self.cases))[0], side)))
                return
            record = self.compare(case or self.cases, times)
            Console().print(table(record))
            if not case:
                keep(results, self.name, record)
                self.finish(record)
            if missed := record["missed"]:
                raise SystemExit("\n".join(["Not reached:", *missed]))

        command.__doc__ = self.title
        app = typer.Typer(add_completion=False)
        app.command()(command)
        app(list(words) if words is not None else None)

    def compare(self, cases: Sequence[str], times: int) -> dict[str, Any]:
        """Measure all sides of the cases, in turn, and return the record."""
        sides = [side for side in self.sides if find_spec(NEEDS.get(side, "zoo"))]
        begin, rounds = time.perf_counter(), {case: [] for case in cases}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task(self.name, total=len(cases) * len(sides) * times)
            for number in range(times):
                for case in cases:
                    values: dict[str, Values] = {}
                    for side in sides if number % 2 == 0 else sides[::-1]:
                        progress.update(bar, description=f"{self.name}: {case}, {side}")
                        values[side] = self._one(case, side)
                        progress.advance(bar)
                    if trouble := self.differs(case, values):
                        raise SystemExit(f"{self.name}, {case}: {trouble}")
                    rounds[case].append(values)
        rows = [
            _row(case, name, unit, sides, rounds[case])
            for case in cases
            for name, unit in self.units.items()
            if any(name in values for values in rounds[case][0].values())
        ]
        return {
            "title": self.title,
            "date": datetime.date.today().isoformat(),
            "seconds": round(time.perf_counter() - begin, 1),
            "times": times,
            "machine": machine(),
            "code": fingerprint(Path(self.file)),
            "sides": sides,
            "headlines": list(self.headlines),
            "missed": list(self._missed(rows)),
            "rows": rows,
        }

    def _one(self, case: str, side: str) -> Values:
        """Measure one side in a process of its own."""
        words = [sys.executable, self.file, "--case", case, "--side", side]
        environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
        with tempfile.TemporaryDirectory() as scratch:
            if self.cold:
                environment["XDG_CACHE_HOME"] = scratch
                environment.setdefault("ZOO_DATA_DIR", str(user_cache_path("keras-model-zoo") / "datasets"))
            done = subprocess.run(words, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise SystemExit(f"{self.name}, {case}, {side}: exit {done.returncode}\n{done.stderr[-2000:]}")
        values: Values = json.loads(done.stdout.strip().splitlines()[-1])
        return values

    def _missed(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Say which goals were not reached."""
        for row in rows:
            most, found = self.most.get((row["case"], row["value"])), row["sides"].get(self.sides[0])
            if most is not None and found is not None and found["median"] > most:
                yield f"{row['case']}, {row['value']}: {found['median']:.3g} {row['unit']}, not {most:g}"
            for side, ratio in row["ratios"].items():
                goal = self.goals.get((row["case"], row["value"], side))
                if goal is not None and ratio["median"] < goal:
                    yield f"{row['case']}, {row['value']}: {ratio['median']:.3g} times {side}, not {goal:g}"


def _row(
    case: str, name: str, unit: str, sides: Sequence[str], rounds: Sequence[Mapping[str, Values]]
) -> dict:
    """Return a row of results: each side's median and range, and the ratios to ours."""
    found = {side: [values[side][name] for values in rounds if name in values[side]] for side in sides}
    found = {side: values for side, values in found.items() if values}
    ours, *others = sides
    ratios = {
        side: _spread([theirs / mine for theirs, mine in zip(found[side], found[ours], strict=True)])
        for side in others
        if unit and side in found and ours in found and min(found[ours]) > 0
    }
    return {
        "case": case,
        "value": name,
        "unit": unit,
        "sides": {side: _spread(values) for side, values in found.items()},
        "ratios": ratios,
    }


def _spread(values: Sequence[float]) -> Values:
    """Return the median and the range, with four digits that count."""
    named = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return {name: float(f"{value:.4g}") for name, value in named.items()}


def known(file: Path = RESULTS) -> dict[str, Any]:
    """Return the results that are written down, by the name of the script."""
    return json.loads(file.read_text()) if file.is_file() else {}


def keep(file: Path, name: str, record: Mapping[str, Any]) -> None:
    """Write one script's record beside the others, whole or not at all."""
    write_text(file, json.dumps(dict(sorted({**known(file), name: record}.items())), indent=1) + "\n")


def table(record: Mapping[str, Any]) -> Table:
    """Return a record as a table for the terminal, with the machine below it."""
    ours, *others = record["sides"]
    drawn = Table(title=record["title"], title_justify="left", show_edge=False)
    for heading in ("", "", *record["sides"], *(f"{side} / {ours}" for side in others)):
        drawn.add_column(heading, justify="right" if heading else "left")
    for row in record["rows"]:
        label = f"{row['value']}, {row['unit']}" if row["unit"] else row["value"]
        values = [shown(row["sides"].get(side)) for side in record["sides"]]
        drawn.add_row(row["case"], label, *values, *(shown(row["ratios"].get(side), True) for side in others))
    told = ", ".join(f"{name} {value}" for name, value in record["machine"].items() if name != "processor")
    drawn.caption = f"{record['machine']['processor']}, {told}; medians of {record['times']}, and the range"
    return drawn


def shown(spread: Values | None, with_range: bool = False) -> str:
    """Write a median with three digits that count, and its range where it is asked for."""
    if spread is None:
        return ""
    middle, low, high = (number(spread[name]) for name in ("median", "low", "high"))
    return f"{middle} ({low} to {high})" if with_range else middle


def number(value: float) -> str:
    """Write a number with three digits that count, and never with an exponent.

    >>> [number(value) for value in (0.01234, 1.5, 23.34, 1234.5)]
    ['0.0123', '1.5', '23.3', '1,234']
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):.10f}".rstrip("0").rstrip(".")
