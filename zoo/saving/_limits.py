"""How large a file may be, and what it may ask for, before it counts as an attack."""

from __future__ import annotations

from dataclasses import dataclass

MiB, GiB = 2**20, 2**30


@dataclass(frozen=True)
class Limits:
    """What a model's file may hold and ask for; a file beyond it is refused before memory is taken.

    The defaults fit every model that a single machine trains. A file of your own that is larger opens with
    ``zoo.load_model(path, limits=zoo.Limits(expanded=...))``.

    Attributes:
        members: files in a ``.keras`` archive.
        objects: groups and arrays in an HDF5 file.
        expanded: bytes of an archive's members, or of a file's arrays, all together and unpacked.
        ratio: how many times larger than on the disk that may be, once it is over ``slack``.
        slack: bytes that any file may ask for, whatever it holds.
        json_bytes: bytes of one JSON document.
        json_depth: how deep lists and dictionaries stand in each other.
        attribute_bytes: bytes of one attribute of an HDF5 file.
        calls: calls of layers, those of a model within a model counted each time that it is called.
        memory: bytes that a model may take when it is built, as a multiple of the arrays in its file. Adam's
            memory takes two for each weight.
        finite: whether weights that are NaN or infinite are refused.

    Examples:
        >>> Limits(json_depth=400).json_depth
        400
    """

    members: int = 10_000
    objects: int = 200_000
    expanded: int = 64 * GiB
    ratio: float = 100.0
    slack: int = 64 * MiB
    json_bytes: int = 32 * MiB
    json_depth: int = 200
    attribute_bytes: int = 32 * MiB
    calls: int = 100_000
    memory: float = 6.0
    finite: bool = True
