"""A recipe's run: its parameters and its folder."""

from zoo.runs.run import Run, versions
from zoo.runs.session import Session, current_session, session

__all__ = ["Run", "Session", "current_session", "session", "versions"]
