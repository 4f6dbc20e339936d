"""The package's front page: its names, what they say of themselves, what they lean on, how long they are."""

import ast
import inspect
import sys
from pathlib import Path

import pytest

from zoo import by_hand

FILES = sorted(Path(by_hand.__file__).parent.glob("*.py"))
RECORDS = {"Trace", "GradientCheck", "Optimizer"}  # shown where they are made or built upon


def test_all_is_what_the_package_offers():
    names = {name for name, value in vars(by_hand).items() if not (name[0] == "_" or inspect.ismodule(value))}
    assert set(by_hand.__all__) == names


@pytest.mark.parametrize("name", sorted(set(by_hand.__all__) - RECORDS))
def test_every_public_name_says_what_it_is_with_an_example_and_its_source(name):
    doc = inspect.getdoc(getattr(by_hand, name))
    assert ">>> " in doc
    assert "Source: " in doc


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_algorithm_stays_short_and_needs_only_numpy_and_scikit_learn(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert imported <= {"numpy", "sklearn", "zoo"} | sys.stdlib_module_names
