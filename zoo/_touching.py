"""Digits that touch: where to cut what hangs together, by what its parts read as."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from zoo._lazy import np
from zoo._several import Box

_WIDE = 0.75  # two digits are hardly narrower than this share of their height
_NARROW, _BROAD = 0.1, 1.3  # shares of the height that one digit's width lies between
_MOST = 8  # places to cut at that are tried
Answer = TypeVar("Answer")


def parted(
    ink: np.ndarray, box: Box, read: Callable[[Box], tuple[float, Answer]], *, least: float
) -> list[Answer]:
    """Return what the digits of a box read as, if cuts from top to bottom leave parts that all read well.

    Of the ways to cut where little ink is in the way, it is one of fewest cuts, and of these the one whose worst part
    reads best.

    Args:
        ink: ``(height, width)``, 0 on the paper.
        box: around one piece.
        read: gives how probable the likeliest class of a part is, and whatever is kept of it.
        least: what each part's probability has to reach.

    Returns:
        What was kept of each part, from left to right; none where no cuts do.

    Examples:
        >>> sheet = np.zeros((20, 20))
        >>> sheet[:, 2:4] = sheet[:, 18:] = sheet[10, 2:] = 1
        >>> thin = lambda part: (1.0 if part.width < 12 else 0.0, (part.left, part.right))
        >>> parted(sheet, Box(0, 20, 2, 20), thin, least=0.5)
        [(2, 10), (10, 20)]
    """
    if box.width < _WIDE * box.height:
        return []
    edges = [box.left, *places_to_cut(ink, box), box.right]

    @functools.cache
    def part(left: int, right: int) -> tuple[float, Answer | None]:
        inside = _trimmed(ink, replace(box, left=left, right=right))
        fits = _NARROW * box.height <= right - left <= _BROAD * box.height
        return read(inside) if fits and inside is not None else (0.0, None)

    # The fewest cuts that do: a zero is not two brackets.
    for cuts in range(1, len(edges) - 1):
        ways = [
            [part(left, right) for left, right in itertools.pairwise((box.left, *inner, box.right))]
            for inner in itertools.combinations(edges[1:-1], cuts)
        ]
        best = max(ways, key=lambda way: min(probability for probability, _ in way))
        if min(probability for probability, _ in best) >= least:
            return [answer for _, answer in best if answer is not None]
    return []


def places_to_cut(ink: np.ndarray, box: Box) -> list[int]:
    """Return the columns of a box where less ink is in the way than beside them, the least inked few of them."""
    from scipy.signal import find_peaks

    column = ink[box.top : box.bottom, box.left : box.right].sum(axis=0)
    # Of level ones the middle.
    lowest, _ = find_peaks(-column, distance=max(1, round(_NARROW * box.height)))
    lowest = lowest[np.argsort(column[lowest], kind="stable")[:_MOST]]
    return sorted(box.left + int(place) for place in lowest)


def _trimmed(ink: np.ndarray, box: Box) -> Box | None:
    """Return a box without the empty rows above and below what it holds."""
    rows = np.flatnonzero((ink[box.top : box.bottom, box.left : box.right] > 0).any(axis=1))
    if not len(rows):
        return None
    return replace(box, top=box.top + int(rows[0]), bottom=box.top + int(rows[-1]) + 1)
