"""The checksum of a model's numbers, whatever file they stand in."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np


def weights_sum(model: Any) -> str:
    """Return the SHA-256 of a model's weights: types, shapes and bytes, in Keras' order.

    Two files of the same weights never have the same checksum, since a file says when it was written. The weights do.

    Args:
        model: a built `keras.Model`.
    """
    digest = hashlib.sha256()
    for array in model.get_weights():
        digest.update(f"{array.dtype} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
