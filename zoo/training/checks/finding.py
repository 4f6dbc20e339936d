"""What a check says: a finding, with what was expected, what came, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        level: ``"error"`` cannot be meant, ``"warning"`` is rarely meant.
        message: what was expected and what came, with the value, the row and the column where they are known.
        mend: what to do about it, a line of code where one is enough.
        check: the check's name; `zoo.preflight` fills it in.

    Examples:
        >>> print(error("y goes from 1 to 3; labels go from 0 to 2.", "Use y - 1."))
        y goes from 1 to 3; labels go from 0 to 2. Use y - 1.
    """

    level: Level
    message: str
    mend: str
    check: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.mend}".strip()


def error(message: str, mend: str = "") -> Finding:
    """Return a finding of what cannot be meant."""
    return Finding("error", message, mend)


def warning(message: str, mend: str = "") -> Finding:
    """Return a finding of what is rarely meant."""
    return Finding("warning", message, mend)
