"""How the checks describe shapes, labels and values, and what they suggest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zoo.training._outputs import Output


def bare(label: str) -> str:
    """Return a label without its key: ``x`` of ``x['left']``."""
    return label.partition("[")[0]


def is_numeric(array: np.ndarray) -> bool:
    """Say whether an array of objects holds numbers."""
    return all(isinstance(value, int | float | np.number) for value in array.ravel()[:1000])


def fits(got: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Say whether a shape is the expected one; ``None`` fits any size."""
    return len(got) == len(expected) and all(e in (None, g) for g, e in zip(got, expected, strict=True))


def with_rows(shape: tuple[int | None, ...]) -> str:
    """Write a shape with its batch axis, such as ``(rows, 28, 28, 1)``."""
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"(rows, {', '.join(sizes)})" if sizes else "(rows,)"


def shape_hint(got: tuple[int, ...], expected: tuple[int | None, ...], label: str) -> str:
    """Say how the shape that came turns into the one expected, where that can be seen."""
    if fits(got, expected):
        return f" The batch axis is missing: use {label}[np.newaxis]."
    if len(got) == 4 and fits((*got[2:], got[1]), expected):
        return f" Channels come first here and last in the model: use np.moveaxis({label}, 1, -1)."
    if None not in expected and int(np.prod(got[1:])) == int(np.prod([e or 1 for e in expected])):
        return f" The numbers are there: {label}.reshape(-1, {', '.join(map(str, expected))}) has that shape."
    return ""


def mismatch(o: Output, expected: str) -> str:
    """Say which shape the targets have and which the output and its loss expect."""
    shape = o.y.shape if o.y is not None else None
    return f"{o.label} has the shape {shape}; the output {o.name!r} with {o.loss} expects {expected}."


def integers(array: np.ndarray) -> bool:
    """Say whether an array holds whole numbers, of whatever type."""
    return array.dtype.kind in "iub" or (array.dtype.kind == "f" and bool((array == np.round(array)).all()))


def one_hot(array: np.ndarray) -> bool:
    """Say whether each row has a single 1 and is 0 elsewhere."""
    return array.ndim >= 2 and bool((array.sum(axis=-1) == 1).all()) and bool(np.isin(array, (0, 1)).all())


def out_of_range(o: Output, part: str, low: Any, high: Any) -> str:
    """Say which labels the output has no unit for, and what to do about it."""
    text = (
        f"{o.label} of the {part} goes from {low:g} to {high:g}; the output {o.name!r} has {o.units} units, so "
        f"labels go from 0 to {(o.units or 1) - 1}."
    )
    if low == 1 and high == o.units:
        return f"{text} They seem to start at 1: use {o.label} - 1."
    if low < 0:
        return f"{text} Encode them: names, y = np.unique(y, return_inverse=True)."
    return f"{text} Give the last layer {int(high) + 1} units, or encode the labels anew with np.unique."


def camel(name: str) -> str:
    """Write a loss's name as its class is called: ``BinaryCrossentropy``."""
    return "".join(part.capitalize() for part in name.split("_"))


def some(values: Sequence[Any]) -> str:
    """List the first few values."""
    return ", ".join(map(str, values[:5])) + (", ..." if len(values) > 5 else "")
