"""How the checks describe shapes, labels and values, and what they suggest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from zoo.training._outputs import Output


def fits(got: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Say whether a shape is the expected one; ``None`` fits any size."""
    return len(got) == len(expected) and all(e in (None, g) for g, e in zip(got, expected, strict=True))


def with_rows(shape: tuple[int | None, ...]) -> str:
    """Write a shape with its batch axis, such as ``(rows, 28, 28, 1)``."""
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"(rows, {', '.join(sizes)})" if sizes else "(rows,)"


def shape_mend(got: tuple[int, ...], expected: tuple[int | None, ...], label: str) -> str:
    """Say how the shape that came turns into the one expected, where that can be seen."""
    rest, sizes = got[1:], ", ".join("-1" if size is None else str(size) for size in expected)
    if fits(got, expected):
        return f"The batch axis is missing: use {label}[np.newaxis]."
    if fits((*got, 1), expected):
        return f"The batch axis and the channels are missing: use {label}[np.newaxis, ..., np.newaxis]."
    if len(rest) > 1 and fits((*rest[1:], rest[0]), expected):
        return f"Channels come first here and last in the model: use np.moveaxis({label}, 1, -1)."
    if len(rest) > 1 and fits((rest[-1], *rest[:-1]), expected):
        return f"Channels come last here and first in the model: use np.moveaxis({label}, -1, 1)."
    if len(rest) > 1 and fits((rest[1], rest[0], *rest[2:]), expected):
        return f"The axes 1 and 2 are exchanged: use np.swapaxes({label}, 1, 2)."
    if len(rest) == 3 == len(expected) and fits(rest[:2], expected[:2]):
        if rest[2] == 1:
            return f"The pictures are grey: use np.repeat({label}, {expected[2]}, axis=-1)."
        if expected[2] == 1:
            grey = f"{label}[..., :3].mean(axis=-1, keepdims=True)"
            return f"The pictures have {rest[2]} channels: {grey} makes them grey."
    if None not in expected and rest:
        most = int(np.prod([e or 1 for e in expected]))
        if int(np.prod(rest)) == most:
            return f"The numbers are there: {label}.reshape(-1, {sizes}) has that shape."
        if int(np.prod(got)) == most:
            return f"One row without its batch axis: {label}.reshape(1, {sizes}) has that shape."
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


def out_of_range(o: Output, part: str, low: Any, high: Any) -> tuple[str, str]:
    """Say which labels the output has no unit for, and what to do about it."""
    text = (
        f"{o.label} of the {part} goes from {low:g} to {high:g}; the output {o.name!r} has {o.units} units, so "
        f"labels go from 0 to {(o.units or 1) - 1}."
    )
    if low >= 1 and high == o.units:
        return text, f"They seem to start at 1: use {o.label} - 1."
    if low < 0:
        return text, "Encode them: names, y = np.unique(y, return_inverse=True)."
    return text, f"Give the last layer {int(high) + 1} units, or encode the labels anew with np.unique."


def camel(name: str) -> str:
    """Write a loss's name as its class is called: ``BinaryCrossentropy``."""
    return "".join(part.capitalize() for part in name.split("_"))


def listed(values: Iterable[Any], most: int = 5) -> str:
    """List the first few values, with dots where there are more.

    Examples:
        >>> listed([3, 1]), listed(range(9), most=3)
        ('3, 1', '0, 1, 2, ...')
    """
    shown = [str(value) for value in itertools.islice(values, most + 1)]
    return ", ".join(shown[:most]) + ", ..." * (len(shown) > most)
