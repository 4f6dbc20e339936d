"""Fashion-MNIST: clothes in MNIST's format."""

from __future__ import annotations

import gzip
import os

from zoo._lazy import np
from zoo.datasets._files import data_file
from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets.mnist import npz_images
from zoo.errors import MissingFileError

_NAMES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_PARTS = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}


@register_dataset(
    task="classification",
    source="Xiao, Rasul and Vollgraf (2017), Zalando Research",
    licence="MIT",
    file="fashion_mnist.npz",
)
def fashion_mnist(*, path: str | os.PathLike[str] | None = None) -> Samples:
    """70,000 real pictures of clothes, 28x28 grey pixels in 0..1, ten kinds; 10,000 for testing.

    Args:
        path: the file, in the layout of ``mnist.npz``.
    """
    if path is not None:
        return npz_images(data_file("fashion_mnist.npz", path=path), _NAMES)
    try:
        return npz_images(data_file("fashion_mnist.npz"), _NAMES)
    except MissingFileError as missing:
        try:
            parts = [data_file(name, checksums=(sha,), url=_URL + name) for name, sha in _PARTS.items()]
        except MissingFileError:
            raise MissingFileError(
                f"{missing} The dataset fashion_mnist_sample is its first few thousand pictures."
            ) from None
    train_images, train_labels, test_images, test_labels = (gzip.decompress(p.read_bytes()) for p in parts)
    return Samples(
        _images(train_images),
        _labels(train_labels),
        test=(_images(test_images), _labels(test_labels)),
        class_names=_NAMES,
        scale=255.0,
    )


@register_dataset(
    task="classification",
    source="Xiao, Rasul and Vollgraf (2017), Zalando Research; the first rows of each part",
    licence="MIT",
    file="fashion_mnist_sample.npz",
)
def fashion_mnist_sample(*, path: str | os.PathLike[str] | None = None) -> Samples:
    """The first 1,813 training and 1,770 test pictures of Fashion-MNIST, where the whole is not at hand.

    Args:
        path: the file, in the layout of ``mnist.npz``.
    """
    return npz_images(data_file("fashion_mnist_sample.npz", path=path), _NAMES)


def _images(idx: bytes) -> np.ndarray:
    """Read an IDX file of images: a header of 16 bytes, then pixels."""
    return np.frombuffer(idx, np.uint8, offset=16).reshape(-1, 28, 28, 1)


def _labels(idx: bytes) -> np.ndarray:
    return np.frombuffer(idx, np.uint8, offset=8)
