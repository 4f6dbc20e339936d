"""The schema of ``saved_models/manifest.json``: each field, and what it has to be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zoo._files import write_text
from zoo.errors import InputError

SCHEMA = 3

Rule = tuple[str, Callable[[Any], bool]]


def _whole(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _checksum(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _by_name(holds: Callable[[Any], bool] = lambda value: True, *, least: int = 0) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, Mapping) and len(value) >= least and all(map(holds, value.values()))
    )


_FIELDS: dict[str, Rule] = {
    "name": (
        "architecture.tag",
        lambda value: isinstance(value, str) and re.fullmatch(r"\w+\.\w+", value) is not None,
    ),
    "files": (
        "at least one file by name, each with sha256 and size",
        _by_name(lambda file: isinstance(file, Mapping), least=1),
    ),
    "weights_sha256": ("a SHA-256 of 64 hexadecimal digits", _checksum),
    "arguments": ("the builder's arguments by name", _by_name()),
    "recipe": ("a recipe's name", _text),
    "parameters": ("the recipe's parameters by name", _by_name(least=1)),
    "seed": ("a whole number", _whole),
    "backend": ("a backend's name", _text),
    "versions": ("versions by package", _by_name(_text, least=1)),
    "dataset": ("a dataset's name, or null", lambda value: value is None or _text(value)),
    "dataset_arguments": ("the dataset's arguments by name", _by_name()),
    "dataset_sha256": ("a SHA-256, or null", lambda value: value is None or _checksum(value)),
    "figure": ("the name of a figure", _text),
    "metrics": ("figures by name, numbers", _by_name(_number, least=1)),
    "parameter_count": ("a whole number of 1 or more", lambda value: _whole(value, 1)),
    "multiply_adds": ("a whole number, or null", lambda value: value is None or _whole(value)),
    "by_seed": (
        "the figure that it is judged by, by seed: numbers",
        lambda value: _by_name(_number)(value) and all(seed.isdigit() for seed in value),
    ),
    "train_seconds": ("a number of 0 or more", lambda value: _number(value) and value >= 0),
    "weights_licence": ("a licence", _text),
    "data_licence": ("a licence", _text),
    "pictures": (
        "a list of file names",
        lambda value: isinstance(value, list | tuple) and all(map(_text, value)),
    ),
}
_OF_A_FILE: dict[str, Rule] = {
    "sha256": ("a SHA-256 of 64 hexadecimal digits", _checksum),
    "size": ("a whole number of bytes", lambda value: _whole(value, 1)),
}


def read(path: Path) -> list[dict[str, Any]]:
    """Return the manifest's records, each held to the schema.

    Raises:
        InputError: it is no JSON, of another schema, or a field is missing, unknown or not what it has to be.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        schema, records = whole["schema"], whole["models"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no manifest: it holds a 'schema' and 'models' ({error}).") from error
    if schema != SCHEMA:
        raise InputError(f"{path} follows schema {schema}, and this version of the zoo reads {SCHEMA}.")
    for number, record in enumerate(records):
        check(record, where=f"{path}, record {number}")
    names = [record["name"] for record in records]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"{path} has two records of the name {twice[0]!r}.")
    return list(records)


def write(path: Path, records: list[dict[str, Any]]) -> None:
    """Write records as the manifest, once each is held to the schema."""
    for record in records:
        check(record, where=str(path))
    write_text(path, json.dumps({"schema": SCHEMA, "models": records}, indent=2) + "\n")


def check(record: Any, *, where: str) -> None:
    """Hold one record to the schema.

    Raises:
        InputError: names the field, what it has to be, and what it is.
    """
    name = record.get("name") if isinstance(record, Mapping) else None
    where = f"{where} ({name})" if name else where
    _hold(record, _FIELDS, where, "")
    for file, facts in record["files"].items():
        _hold(facts, _OF_A_FILE, where, f"files.{file}.")
    for needed in (record["figure"], f"{record['figure']}_low", f"{record['figure']}_high"):
        if needed not in record["metrics"]:
            raise InputError(f"{where}: metrics.{needed} is missing; it is judged by {record['figure']}.")


def _hold(values: Any, rules: Mapping[str, Rule], where: str, prefix: str) -> None:
    if not isinstance(values, Mapping):
        raise InputError(f"{where}: a record has fields by name; got {values!r}.")
    for field in values.keys() - rules.keys():
        raise InputError(
            f"{where}: {prefix}{field} is no field of the manifest. There are {', '.join(rules)}."
        )
    for field, (kind, holds) in rules.items():
        if field not in values:
            raise InputError(f"{where}: {prefix}{field} is missing: {kind}.")
        if not holds(values[field]):
            raise InputError(f"{where}: {prefix}{field} must be {kind}; got {values[field]!r}.")
