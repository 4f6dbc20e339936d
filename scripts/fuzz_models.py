"""Spoil models' files in many ways, and see that the zoo refuses each in its own words or opens a model that predicts.

python scripts/fuzz_models.py --mutations 100000 --seed 0 --seconds-limit 10
python scripts/fuzz_models.py --only 4711        # one of them again, with what came of it
"""

from __future__ import annotations

import argparse
import collections
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fuzzing import worker
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

MiB = 2**20
_START = 300  # seconds that importing Keras may take on a busy machine


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--seconds-limit",
        type=float,
        default=10.0,
        help="for one file, of the processor; ten times that by the clock",
    )
    parser.add_argument(
        "--memory-limit", type=int, default=2048, help="MiB for a file, over what an idle process takes"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument(
        "--output", type=Path, default=Path("fuzz_failures"), help="folder for the files that fail"
    )
    parser.add_argument("--only", type=int, help="do one number again and print what came of it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sources = _corpus(Path(folder))
        if given.only is not None:
            return _again(given.only, sources, given.seed, given.output)
        numbers = iter(range(given.first, given.first + given.mutations))
        tally = Tally(given.output, given.mutations)
        try:
            _run(numbers, sources, given, tally)
        except KeyboardInterrupt:
            done = max(0, tally.outcomes.total() - given.workers)  # those at work were not through
            print(f"Stopped. Go on with --first {given.first + done}", flush=True)
    tally.show()
    return 1 if tally.failures else 0


def _corpus(folder: Path) -> list[dict]:
    """Make the files to spoil in a process of their own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_make, args=(folder, theirs))
    process.start()
    while not ours.poll(1):
        if not process.is_alive():
            raise SystemExit("The files to spoil could not be made.")
    sources = ours.recv()
    process.join()
    return sources


def _make(folder: Path, pipe: Connection) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from fuzzing.corpus import make

    pipe.send(make(folder))


def _again(number: int, sources: list[dict], seed: int, output: Path) -> int:
    source, content, done = worker.source_of(number, sources, seed)
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{seed}-{number}{source.suffix}"
    path.write_bytes(content)
    outcome, told = worker.look_and_load(path)
    print(f"{path}, made from {source.name}: {done}\n{outcome}\n{told}")
    return 0


@dataclass
class Tally:
    """What came of all of them."""

    output: Path
    whole: int
    outcomes: collections.Counter = field(default_factory=collections.Counter)
    failures: collections.Counter = field(default_factory=collections.Counter)
    slowest: float = 0.0
    largest: int = 0
    begin: float = field(default_factory=time.monotonic)

    def add(
        self, number: int, outcome: str, what: str, told: str, seconds: float, memory: int, content: Any
    ) -> None:
        self.outcomes[outcome] += 1
        if not outcome.startswith("FAILED: no answer"):
            self.slowest, self.largest = max(self.slowest, seconds), max(self.largest, memory)
        if outcome.startswith("FAILED"):
            last = [line for line in told.strip().splitlines() if line.strip()][-1:] or [""]
            self.failures[f"{outcome}: {last[0][:150]}"] += 1
            self.output.mkdir(parents=True, exist_ok=True)
            suffix, kept = content()
            (self.output / f"{number}{suffix}").write_bytes(kept)
            record = {
                "number": number,
                "outcome": outcome,
                "what": what,
                "told": told,
                "seconds": round(seconds, 2),
            }
            with (self.output / "failures.jsonl").open("a") as file:
                file.write(json.dumps(record) + "\n")

    def show(self) -> None:
        seconds, console = time.monotonic() - self.begin, Console()
        table = Table(title=f"{self.outcomes.total():,} mutations in {seconds:.0f} s", show_edge=False)
        for heading in ("outcome", "files", "share"):
            table.add_column(heading, justify="left" if heading == "outcome" else "right")
        for outcome, count in self.outcomes.most_common():
            table.add_row(outcome, f"{count:,}", f"{count / self.outcomes.total():.1%}")
        console.print(table)
        console.print(
            f"The slowest took {self.slowest:.1f} s; the largest {self.largest / MiB:,.0f} MiB.",
            highlight=False,
        )
        for failure, count in self.failures.most_common(40):
            console.print(f"{count:>6}  {failure}", highlight=False, markup=False, soft_wrap=True)
        if self.failures:
            console.print(f"The files that fail are in {self.output}; --only NUMBER does one again.")


class Worker:
    """A process at work on one file, with the clock running."""

    def __init__(self, sources: list[dict], seed: int, memory: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=worker.serve, args=(theirs, sources, seed, memory), daemon=True)
        self.process.start()
        theirs.close()
        self.number: int | None = None
        self.since, self.worked, self.ready, self.done, self.ground = time.monotonic(), 0.0, False, 0, 0

    def give(self, number: int) -> None:
        self.number, self.since, self.worked = number, time.monotonic(), self._processor()
        self.pipe.send(number)

    def is_late(self, seconds: float) -> bool:
        """Say whether it takes too long: of the processor, so that other programs do not count, or by far."""
        if not self.ready:
            return time.monotonic() - self.since > _START
        return self._processor() - self.worked > seconds or time.monotonic() - self.since > 10 * seconds

    def _processor(self) -> float:
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE") - self.ground

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _run(numbers: Iterator[int], sources: list[dict], given: argparse.Namespace, tally: Tally) -> None:
    """Keep some workers busy; end those that hang, grow or die, and go on with others."""
    limit = given.memory_limit * MiB

    def new() -> Worker:
        return Worker(sources, given.seed, limit)

    def add(number: int, *facts: Any) -> None:
        def content() -> tuple[str, bytes]:
            source, spoilt, _ = worker.source_of(number, sources, given.seed)
            return source.suffix, spoilt

        tally.add(number, *facts, content)
        bar.advance(task)
        if not console.is_terminal and tally.outcomes.total() % 1000 == 0:
            rate = tally.outcomes.total() / (time.monotonic() - tally.begin)
            print(
                f"{tally.outcomes.total():,} at {rate:.0f} a second, {sum(tally.failures.values())} failed",
                flush=True,
            )

    console = Console()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=tally.whole)
        crew = [new() for _ in range(min(given.workers, given.mutations))]
        while crew:
            ready = wait([one.pipe for one in crew], timeout=0.2)
            for place, one in list(enumerate(crew)):
                dead, reason = False, ""
                if one.pipe in ready:
                    try:
                        answer = one.pipe.recv()
                    except EOFError:
                        dead, reason = True, "died"
                    else:
                        if answer[0] == "ready":
                            one.ready, one.ground = True, answer[1]
                        else:
                            add(*answer)
                            one.done += 1
                        one.number = None
                        # Keras and TensorFlow keep a little of every model.
                        dead = one.done >= 5000 or one.memory() > limit / 2
                elif one.is_late(given.seconds_limit):
                    dead, reason = True, f"over {given.seconds_limit:g} s"
                elif one.ready and one.memory() > limit:
                    dead, reason = True, f"over {given.memory_limit} MiB"
                if reason:
                    if one.number is None:
                        raise SystemExit("A worker does not start.")
                    facts = worker.source_of(one.number, sources, given.seed)
                    what = f"{facts[0].name}: {facts[2]}"
                    add(
                        one.number,
                        f"FAILED: no answer, {reason}",
                        what,
                        reason,
                        time.monotonic() - one.since,
                        one.memory(),
                    )
                if dead:
                    one.end()
                    crew[place] = one = new()
                if one.ready and one.number is None:
                    number = next(numbers, None)
                    if number is not None:
                        one.give(number)
                    else:
                        one.end()
                        crew[place] = None  # type: ignore[call-overload]
            crew = [one for one in crew if one is not None]
            description = f"{sum(tally.failures.values())} failed"
            bar.update(task, description=description)


if __name__ == "__main__":
    raise SystemExit(main())
