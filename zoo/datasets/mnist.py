"""MNIST, the handwritten digits of the deck."""

from __future__ import annotations

import os

from zoo._lazy import np
from zoo.datasets._files import data_file
from zoo.datasets._registry import Samples, register_dataset

_CHECKSUMS = (
    "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",  # as Keras publishes it
    "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",  # the same arrays, packed anew
)


@register_dataset(
    task="classification",
    source="LeCun, Cortes and Burges (1998), in the layout that Keras publishes",
    licence="CC BY-SA 3.0",
    file="mnist.npz",
)
def mnist(*, path: str | os.PathLike[str] | None = None) -> Samples:
    """70,000 real handwritten digits, 28x28 grey pixels in 0..1; 10,000 of them for testing."""
    file = data_file(
        "mnist.npz",
        checksums=_CHECKSUMS,
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        path=path,
    )
    return npz_images(file, tuple("0123456789"))


def npz_images(file: str | os.PathLike[str], class_names: tuple[str, ...]) -> Samples:
    """Read grey images of bytes from a file in Keras' layout: x_train, y_train, x_test, y_test."""
    with np.load(file, allow_pickle=False) as arrays:
        return Samples(
            arrays["x_train"][..., None],
            arrays["y_train"],
            test=(arrays["x_test"][..., None], arrays["y_test"]),
            class_names=class_names,
            scale=255.0,
        )
