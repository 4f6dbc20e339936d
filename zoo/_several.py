"""Several digits in one picture: where each lies, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zoo._lazy import np

_INK = 0.35  # of the strongest: what is less is paper
_SPECK = 0.2  # a piece less high and less wide than this share of the largest is a speck or a dot
_OVER = 0.35  # two pieces that share so much of the narrower one's width are one digit's


@dataclass(frozen=True)
class Box:
    """Rows ``top`` to below ``bottom`` and columns ``left`` to below ``right`` of a picture."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """How many rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """How many columns."""
        return self.right - self.left

    def joined(self, other: Box) -> Box:
        """The box around both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


def digits_in(ink: np.ndarray) -> list[Box]:
    """Return a box around each digit: lines from the top down, a line from left to right.

    Strokes that touch are one piece; pieces above each other are one digit, as an open four and the bar of a five
    are; specks are left aside.

    Args:
        ink: ``(height, width)``, 0 on the paper.

    Examples:
        >>> sheet = np.zeros((30, 60))
        >>> sheet[5:25, 10:13] = sheet[5:25, 40:43] = 1
        >>> [(box.left, box.right) for box in digits_in(sheet)]
        [(10, 13), (40, 43)]
    """
    from scipy import ndimage

    pieces, _ = ndimage.label(ink > _INK * ink.max(initial=1e-6), np.ones((3, 3)))
    boxes = [
        Box(rows.start, rows.stop, columns.start, columns.stop)
        for rows, columns in ndimage.find_objects(pieces)
    ]
    largest = max((max(box.height, box.width) for box in boxes), default=0)
    boxes = [box for box in boxes if max(box.height, box.width) > _SPECK * largest]
    boxes = _joined(boxes, largest)
    return [box for line in _lines(boxes) for box in sorted(line, key=lambda box: box.left)]


def _joined(boxes: list[Box], largest: int) -> list[Box]:
    """Join pieces that lie above each other, until none do."""
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            shared = min(one.right, other.right) - max(one.left, other.left)
            gap = max(one.top, other.top) - min(one.bottom, other.bottom)
            if shared > _OVER * min(one.width, other.width) and gap < 0.3 * largest:
                if gap > 0 and min(one.height, other.height) > 0.7 * largest:
                    continue  # two lines of digits, near each other
                rest = [box for box in boxes if box not in (one, other)]
                return _joined([*rest, one.joined(other)], largest)
    return boxes


def _lines(boxes: list[Box]) -> list[list[Box]]:
    """Put boxes into lines: the middle of each lies within the height of the line's first one."""
    lines: list[list[Any]] = []
    for box in sorted(boxes, key=lambda box: box.top):
        middle = (box.top + box.bottom) / 2
        line = next((line for line in lines if line[0].top <= middle <= line[0].bottom), None)
        if line is None:
            lines.append([box])
        else:
            line.append(box)
    return lines
