"""The command line: it parses, and leaves the work to the public API."""

from zoo.cli import convert, export, inspect, look, predict, verify, work
from zoo.cli._app import app, main

__all__ = ["app", "convert", "export", "inspect", "look", "main", "predict", "verify", "work"]
