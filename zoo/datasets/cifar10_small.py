"""A part of CIFAR-10: small colour photographs of ten things."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from zoo._lazy import np
from zoo.arguments import Rule
from zoo.datasets._files import data_file
from zoo.datasets._registry import Samples, register_dataset

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
Classes = Annotated[
    Sequence[str],
    Rule(
        f"two or more different names out of {', '.join(CLASS_NAMES)}",
        lambda value: (
            isinstance(value, Sequence)
            and len(value) == len(set(value)) > 1
            and set(value) <= set(CLASS_NAMES)
        ),
        lambda: list(CLASS_NAMES),
    ),
]


@register_dataset(
    task="classification",
    source="Krizhevsky (2009), CIFAR-10: the first 500 and 100 photographs a class, as JPEG",
    licence="none stated by its author",
    file="cifar10_small.tar",
)
def cifar10_small(*, classes: Classes = CLASS_NAMES, path: str | os.PathLike[str] | None = None) -> Samples:
    """6,000 real photographs of 32x32 pixels in colour, 0..1; 100 of each of ten classes for testing."""
    file = data_file(
        "cifar10_small.tar",
        checksums=("280a44672b645317759733c6f7674dd96ae8981b4b71d54e4b852317ca4637e5",),
        path=path,
    )
    splits = _photographs(file, classes)
    return Samples(*splits["train"], test=splits["test"], class_names=tuple(classes), scale=255.0)


def _photographs(file: Path, classes: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Read ``<folder>/<split>/<class>/<number>.jpg`` out of an archive, in the order of the names."""
    from PIL import Image

    images: dict[str, list[Any]] = {"train": [], "test": []}
    labels: dict[str, list[int]] = {"train": [], "test": []}
    with tarfile.open(file) as archive:
        members = {member.name: member for member in archive if member.isfile()}
        for name in sorted(members):
            _, split, class_name, _ = name.split("/")
            content = archive.extractfile(members[name]) if class_name in classes else None
            if content is not None:
                images[split].append(np.asarray(Image.open(content).convert("RGB")))
                labels[split].append(classes.index(class_name))
    return {split: (np.stack(images[split]), np.array(labels[split])) for split in images}
