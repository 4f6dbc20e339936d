"""Runs that were killed or stopped, and can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHECKPOINTS = "checkpoints"  # the folder in a run's folder, which is there until the run has ended


def unfinished(parent: Path, about: Mapping[str, Any]) -> Path | None:
    """Return the folder of the newest run that did not end, and say which it is; ``None`` where there is none.

    Args:
        parent: the folder of a recipe's runs.
        about: what the run is: the recipe and its parameters.
    """
    wanted = json.loads(json.dumps(about))
    others = []
    for path in sorted(parent.glob(f"*/{CHECKPOINTS}/run.json"), reverse=True):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        folder = path.parent.parent
        if found == wanted:
            print(f"Going on with the run in {folder}.", flush=True)
            return folder
        others.append((folder, found.get("parameters", {})))
    told = f"There is no unfinished run with these parameters in {parent}, so one begins."
    for folder, theirs in others[:1]:
        mine = wanted["parameters"]
        differ = [f"{name} {theirs.get(name)}" for name in mine if mine[name] != theirs.get(name)]
        told += f" The one in {folder.name} has {', '.join(differ)}."
    print(told, flush=True)
    return None
