"""Where the trainings of a recipe's run keep their checkpoints, without the recipe saying so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo._files import write_text


@dataclass
class Shelf:
    """A folder for the checkpoints of all trainings of a recipe's run, numbered as they come.

    Attributes:
        folder: where.
        about: what the run is, written beside them.
        count: trainings that have begun.
    """

    folder: Path
    about: Mapping[str, Any] = field(default_factory=dict)
    count: int = 0

    def next(self) -> Path:
        """Return the folder of the next training."""
        self.count += 1
        return self.folder / str(self.count)

    def label(self) -> None:
        """Write what the run is, where that is not written yet."""
        path = self.folder / "run.json"
        if not path.is_file():
            write_text(path, json.dumps(dict(self.about), indent=2) + "\n")


_shelf: ContextVar[Shelf | None] = ContextVar("zoo_shelf", default=None)


def current_shelf() -> Shelf | None:
    """Return the folder that is in force, if any."""
    return _shelf.get()


def keep_trainings(shelf: Shelf | None) -> None:
    """Let every `zoo.fit` from here on keep a checkpoint in a folder; ``None`` ends that."""
    _shelf.set(shelf)
