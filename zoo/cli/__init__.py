"""The command line: it parses, and leaves the work to the public API."""

from zoo.cli import convert, look, verify, work
from zoo.cli._app import app, main

__all__ = ["app", "convert", "look", "main", "verify", "work"]
