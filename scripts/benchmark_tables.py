"""The tables of benchmarks/results.json, for README and docs/performance.md."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from _harness import known, number, shown  # noqa: E402 - the benchmarks are no package

Record = Mapping[str, Any]


def headline_table(results: Record) -> str:
    """Return what README shows: a line a headline, with everybody's median and the ratio to Keras."""
    sides = list(dict.fromkeys(side for record in results.values() for side in record["sides"]))
    lines = [
        [
            row["case"],
            _label(row),
            *(shown(row["sides"].get(side)) for side in sides),
            shown(row["ratios"].get("Keras"), True),
        ]
        for record in results.values()
        for row in record["rows"]
        if row["value"] in record["headlines"]
    ]
    if not lines:
        return "Nothing is measured yet: run `make benchmark`."
    return "\n".join(
        [_table(["", "", *sides, "times as fast as Keras (range)"], lines), "", machines(results)]
    )


def full_tables(results: Record) -> str:
    """Return every record as a section of its own."""
    parts = []
    for name, record in results.items():
        ours, *others = record["sides"]
        lines = [
            [
                row["case"],
                _label(row),
                *(shown(row["sides"].get(side)) for side in record["sides"]),
                *(shown(row["ratios"].get(side), True) for side in others),
            ]
            for row in record["rows"]
        ]
        heads = ["", "", *record["sides"], *(f"{side} / {ours}" for side in others)]
        took = f"`python benchmarks/{name}.py`: {record['date']}, {number(record['seconds'])} s."
        told = f"{took} {machines({name: record})}"
        missed = ["", "Not reached: " + "; ".join(record["missed"]) + "."] if record["missed"] else []
        parts += [f"### {record['title']}", "", _table(heads, lines), "", told, *missed, ""]
    return "\n".join(parts).rstrip() or "Nothing is measured yet: run `make benchmark`."


def machines(results: Record) -> str:
    """Say on what the figures were measured, in a sentence a machine."""
    times = sorted({record["times"] for record in results.values()})
    told = dict.fromkeys(json.dumps(record["machine"]) for record in results.values())
    sentences = []
    for text in told:
        machine = dict(json.loads(text))
        processor, cores = machine.pop("processor"), machine.pop("cores")
        words = ", ".join(f"{name} {value}" for name, value in machine.items())
        sentences.append(f"{processor}, {cores} core(s); {words}.")
    rounds = " or ".join(map(str, times))
    return f"Medians of {rounds} round(s), in processes that take turns. {' '.join(sentences)}"


def results() -> Record:
    """Return what is written down."""
    return known()


def _label(row: Record) -> str:
    return f"{row['value']}, {row['unit']}" if row["unit"] else str(row["value"])


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---" for _ in heads], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
