"""What a person sees while a network learns: one bar on a terminal, one line an epoch elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any, Literal

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from zoo.errors import InputError

Verbose = Literal["auto"] | int | None


def progress_callback(verbose: Verbose) -> keras.callbacks.Callback | None:
    """Return the callback that shows progress.

    Args:
        verbose: ``"auto"`` or ``None`` choose: a bar on a terminal or in a notebook, lines in a pipe.
            0 is silent, 1 the bar, 2 the lines.
    """
    if verbose not in ("auto", None, 0, 1, 2):
        raise InputError(
            f'verbose must be "auto", 0 (silent), 1 (a bar) or 2 (a line an epoch); got {verbose!r}.'
        )
    if verbose == 0:
        return None
    console = Console()
    bar = verbose == 1 or (verbose != 2 and (console.is_terminal or console.is_jupyter))
    return RichProgress(console) if bar else EpochLines()


def metrics_line(logs: dict[str, float] | None) -> str:
    """Write metrics as ``loss 0.1234  accuracy 0.9712``: the losses first, the learning rate not at all.

    Examples:
        >>> metrics_line({"loss": 0.5, "val_loss": 12345.678})
        'loss 0.5000  val_loss 1.235e+04'
    """
    shown = {name: value for name, value in (logs or {}).items() if name != "learning_rate"}
    order = sorted(shown, key=lambda name: (name.startswith("val_"), name.removeprefix("val_") != "loss"))
    return "  ".join(f"{name} {_short(float(shown[name]))}" for name in order)


def _short(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"


class EpochLines(keras.callbacks.Callback):  # type: ignore[misc]
    """A plain line an epoch, for pipes and logs."""

    only_listens = True

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the epoch's clock."""
        self._begin = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Print the epoch's line."""
        seconds = time.perf_counter() - self._begin
        print(f"epoch {epoch + 1}/{self.params['epochs']}  {metrics_line(logs)}  {seconds:.1f} s", flush=True)


class _Metrics(ProgressColumn):
    """The newest metrics; not a TextColumn, whose markup would read brackets in a name."""

    def render(self, task: Task) -> Text:
        return Text(str(task.fields.get("metrics", "")))


class RichProgress(keras.callbacks.Callback):  # type: ignore[misc]
    """One bar for the whole training, with the newest metrics and the seconds left.

    `zoo.fit` shows it of itself; plain Keras takes it in place of its own bar an epoch.

    Args:
        console: rich's, where to draw; by default standard output.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris")
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> bar = RichProgress(Console(quiet=True))  # RichProgress() draws
        >>> _ = model.fit(data.train.x, data.train.y, epochs=2, callbacks=[bar], verbose=0)

    Source: the deck, its loops that print a line every so many steps.
    """

    by_epoch = True  # the bar moves with every call of a compiled epoch
    only_listens = True

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        self._console = console

    def on_train_begin(self, logs: Any = None) -> None:
        """Draw the empty bar."""
        self._epochs = self.params["epochs"]
        self._steps = self.params.get("steps") or 1
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=24),
            _Metrics(),
            TimeRemainingColumn(compact=True),
            console=self._console or Console(),
            refresh_per_second=8,
        )
        self._task = self._progress.add_task("", total=self._epochs * self._steps, epoch=f"0/{self._epochs}")
        self._progress.start()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Name the epoch."""
        self._epoch = epoch
        self._progress.update(self._task, epoch=f"{epoch + 1}/{self._epochs}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=self._epoch * self._steps + batch + 1)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Show the epoch's metrics."""
        self._progress.update(self._task, completed=(epoch + 1) * self._steps, metrics=metrics_line(logs))

    def on_train_end(self, logs: Any = None) -> None:
        """Leave the last line standing."""
        self._progress.stop()
        sys.stdout.flush()
