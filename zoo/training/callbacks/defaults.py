"""What one wants in nearly every training."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import keras

from zoo.errors import InputError
from zoo.training._arguments import at_least
from zoo.training._callback_facts import Mode, better
from zoo.training.callbacks.nan import ExplainNaN
from zoo.training.callbacks.stopping import early_stopping


def default_callbacks(
    patience: int = 10,
    *,
    monitor: str = "val_loss",
    mode: Mode = "auto",
    min_delta: float = 0.0,
    factor: float | None = 0.5,
    log_to: str | Path | None = None,
    tensorboard: bool = False,
) -> list[keras.callbacks.Callback]:
    """Stop in time with the best weights, slow down on a plateau, and explain a NaN.

    The learning rate falls after a third of the patience without improvement, so that it can fall three
    times before the training ends. `zoo.fit` gives the best weights back however it ends: at the last epoch,
    early, or by Ctrl-C.

    Args:
        patience: epochs without improvement to wait for before stopping.
        monitor: the metric to watch.
        mode: whether less or more of it is better; ``"auto"`` goes by its name.
        min_delta: the least change that counts as an improvement.
        factor: what the learning rate is multiplied by on a plateau; ``None`` leaves it alone, as it must
            be beside a schedule or `zoo.OneCycle`.
        log_to: a folder, such as ``run.folder``: each epoch's metrics are added to its ``log.csv`` at once.
        tensorboard: write what TensorBoard shows into ``log_to`` as well.

    Returns:
        `EarlyStopping`, `ReduceLROnPlateau`, `TerminateOnNaN` with an explanation and, where asked for,
        `CSVLogger` and `TensorBoard`: Keras' own, in a list to which more can be added.

    Raises:
        InputError: an argument cannot be meant, or the package ``tensorboard`` is wanted and not installed.

    Examples:
        >>> [type(callback).__name__ for callback in default_callbacks(patience=6)]
        ['EarlyStopping', 'ReduceLROnPlateau', 'ExplainNaN']

    Source: the deck, "early stopping" and "learning rate decay".
    """
    at_least("patience", patience)
    if factor is not None and not 0 < factor < 1:
        raise InputError(f"factor must be between 0 and 1, or None to leave the rate alone; got {factor!r}.")
    if tensorboard and log_to is None:
        raise InputError("TensorBoard needs a folder: pass log_to=, such as log_to=run.folder.")
    callbacks = [early_stopping(patience, monitor=monitor, mode=mode, min_delta=min_delta)]
    if factor is not None:
        plateau = keras.callbacks.ReduceLROnPlateau(
            monitor=monitor,
            mode=better(monitor) if mode == "auto" else mode,
            factor=factor,
            patience=max(1, patience // 3),
            min_delta=min_delta,
        )
        callbacks.append(plateau)
    callbacks.append(ExplainNaN())
    if log_to is not None:
        folder = Path(log_to)
        callbacks.append(_LogCSV(folder / "log.csv"))
        if tensorboard:
            callbacks.append(_tensorboard(folder / "tensorboard"))
    return callbacks


class _LogCSV(keras.callbacks.CSVLogger):  # type: ignore[misc]
    """Keras' own, which makes the folder when training begins and not before."""

    def on_train_begin(self, logs: object = None) -> None:
        Path(self.filename).parent.mkdir(parents=True, exist_ok=True)
        super().on_train_begin(logs)


def _tensorboard(folder: Path) -> keras.callbacks.TensorBoard:
    missing = [name for name in ("tensorboard", "tensorflow") if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"The package {missing[0]} is not installed. Run `pip install {missing[0]}`, or leave out "
            "tensorboard=True: log.csv holds the same figures."
        )
    return keras.callbacks.TensorBoard(str(folder))
