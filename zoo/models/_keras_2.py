"""Functions that Keras 2 computed in another way than Keras 3 does under the same name; old files name them."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="zoo")  # type: ignore[untyped-decorator]
def hard_sigmoid_keras_2(x: Any) -> Any:
    """Hard sigmoid of Keras 1 and 2: ``clip(0.2 x + 0.5, 0, 1)``, in Keras 3 ``clip(x / 6 + 0.5, 0, 1)``.

    The gates of their LSTM and GRU were these by default.

    Args:
        x: any tensor.

    Returns:
        A tensor of the same shape.

    Examples:
        >>> [round(float(y), 3) for y in hard_sigmoid_keras_2(keras.ops.array([-3.0, 0.0, 1.0, 3.0]))]
        [0.0, 0.5, 0.7, 1.0]
    """
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)
