"""When to stop."""

from __future__ import annotations

import keras

from zoo.training._callback_facts import Mode, better


def early_stopping(
    patience: int = 5,
    *,
    monitor: str = "val_loss",
    mode: Mode = "auto",
    min_delta: float = 0.0,
    start_from_epoch: int = 0,
) -> keras.callbacks.EarlyStopping:
    """Stop when the validation gets no better, and keep the best weights.

    `zoo.fit` gives the best weights back however training ends: by this callback, at the last epoch, or by
    Ctrl-C.

    Args:
        patience: epochs without improvement to wait for.
        monitor: the metric to watch.
        mode: whether less or more of it is better; ``"auto"`` goes by its name, or by what Keras knows
            of the metric.
        min_delta: the least change that counts as an improvement.
        start_from_epoch: epochs to wait before watching.

    Returns:
        Keras' own callback, with ``restore_best_weights=True``.

    Examples:
        >>> early_stopping(patience=3).restore_best_weights
        True

    Source: the deck, "validation data" and "early stopping".
    """
    return keras.callbacks.EarlyStopping(
        monitor=monitor,
        mode=better(monitor) if mode == "auto" else mode,
        patience=patience,
        min_delta=min_delta,
        start_from_epoch=start_from_epoch,
        restore_best_weights=True,
    )
