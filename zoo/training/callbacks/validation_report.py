"""Which classes does it confuse, while it learns?"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from zoo._feed import feed
from zoo._files import write_text
from zoo.errors import InputError
from zoo.training._arguments import at_least
from zoo.training._compiled import outputs_by_name
from zoo.training._data import as_rows, by_name
from zoo.training._outputs import Output
from zoo.training._task import Part, Task
from zoo.training.preflight import findings, tell


class ValidationReport(keras.callbacks.Callback):  # type: ignore[misc]
    """Count every few epochs which class is taken for which, and each class's precision and recall.

    The last record is of the model as training leaves it: put this after early stopping, and it is that of
    the best weights. ``zoo.plots.validation_report(report)`` draws it. Like Keras' `History`, it begins anew
    with each training.

    Args:
        split: rows with ``x`` and ``y``, such as ``data.validation``, or ``(x, y)``. Of several outputs each
            that tells classes apart is reported.
        every: epochs from one record to the next.
        folder: where to write, such as ``run.folder``: ``validation_report.csv`` with precision, recall and
            F1 a class, and ``validation_confusion.csv`` with the counts. Nothing is written by default.
        class_names: one a class, or, by output, several lists; numbers by default.

    Attributes:
        epochs: how many epochs had passed at each record.
        matrices: by output, the counts at each record, ``(classes, classes)``: true down, predicted across.
        names: by output, the classes' names.

    Raises:
        InputError: an argument cannot be meant; at the start of training, when no output of the model tells
            classes apart, or the rows do not fit it.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris", validation_split=0.2)
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy")
        >>> report = ValidationReport(data.validation, every=2, class_names=data.class_names)
        >>> _ = zoo.fit(model, data, epochs=3, callbacks=report, verbose=0)
        >>> report.epochs, int(report.matrices["probability"][-1].sum()) == len(data.validation)
        ([2, 3], True)

    Source: the deck, "validation data"; precision and recall are scikit-learn's.
    """

    def __init__(
        self,
        split: Any,
        *,
        every: int = 5,
        folder: str | Path | None = None,
        class_names: Sequence[str] | dict[str, Sequence[str]] = (),
    ) -> None:
        super().__init__()
        at_least("every", every)
        rows = None if split is None else as_rows(split)
        if rows is None:
            raise InputError(
                "ValidationReport needs rows with x and y, such as data.validation of "
                f"load_dataset(..., validation_split=0.2); got {type(split).__name__}."
            )
        self._rows, self._class_names = rows, class_names
        self.every = every
        self.folder = None if folder is None else Path(folder)
        self._begin([])

    def _begin(self, outputs: Sequence[Output]) -> None:
        self._outputs, self._passed = outputs, 0
        self.epochs: list[int] = []
        self.matrices: dict[str, list[np.ndarray]] = {output.name: [] for output in outputs}
        self.names = {output.name: self._names(output) for output in outputs}

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the outputs that tell classes apart."""
        outputs = [output for output in outputs_by_name(self.model, self._rows) if _tells_classes(output)]
        if not outputs:
            raise InputError(
                "ValidationReport is for classes, and no output of this model tells classes apart with a "
                "cross entropy loss. For numbers, the history holds the error of each epoch."
            )
        tell(findings(Task(self.model, "evaluate", Part("data", self._rows))))
        self._begin(outputs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record every few epochs."""
        self._passed = epoch + 1
        if self._passed % self.every == 0:
            self._record()

    def on_train_end(self, logs: Any = None) -> None:
        """Record the model that is left, in place of a record of the same epoch."""
        if not self._passed:  # no epoch of this training has ended
            return
        if self.epochs and self.epochs[-1] == self._passed:
            self.epochs.pop()
            for matrices in self.matrices.values():
                matrices.pop()
        self._record()

    def table(self, output: str | None = None) -> list[dict[str, Any]]:
        """Return a row a record and class: its epoch, precision, recall, F1 and number of rows.

        Args:
            output: of a model with several; by default the first.
        """
        name = output or next(iter(self.matrices))
        rows = []
        for epoch, matrix in zip(self.epochs, self.matrices[name], strict=True):
            for label, figures in zip(self.names[name], _figures(matrix), strict=True):
                rows.append({"epoch": epoch, "class": label, **figures})
        return rows

    def _record(self) -> None:
        from sklearn.metrics import confusion_matrix

        said = self.model.predict(feed(self._rows.x), batch_size=256, verbose=0)
        parts = by_name(said if isinstance(said, dict | list) else [said], _all_names(self.model))
        self.epochs.append(self._passed)
        for output in self._outputs:
            guesses, truth = _classes(np.asarray(parts[output.name]), output), _truth(output)
            counts = confusion_matrix(truth, guesses, labels=range(len(self.names[output.name])))
            self.matrices[output.name].append(counts)
        if self.folder is not None:
            self._write(self.folder)

    def _write(self, folder: Path) -> None:
        report, confusion = [], []
        for name, matrices in self.matrices.items():
            first = {"output": name} if len(self.matrices) > 1 else {}
            report += [{**first, **row} for row in self.table(name)]
            for epoch, matrix in zip(self.epochs, matrices, strict=True):
                for label, counts in zip(self.names[name], matrix, strict=True):
                    for guess, count in zip(self.names[name], counts, strict=True):
                        confusion.append(
                            {**first, "epoch": epoch, "true": label, "predicted": guess, "rows": int(count)}
                        )
        write_text(folder / "validation_report.csv", _csv(report))
        write_text(folder / "validation_confusion.csv", _csv(confusion))

    def _names(self, output: Output) -> list[str]:
        count = max(output.units or 0, 2)
        given = self._class_names
        names = given.get(output.name, ()) if isinstance(given, dict) else given
        if names and len(names) != count:
            raise InputError(
                f"class_names must name the {count} classes of {output.name!r}; got {len(names)}. Of several "
                "outputs, give a dictionary by their names."
            )
        return [str(name) for name in names] if names else [str(k) for k in range(count)]


def _tells_classes(output: Output) -> bool:
    """Say whether an output is one class a row: a softmax, or one yes or no."""
    if "crossentropy" not in output.loss or output.y is None or len(output.shape) != 1:
        return False
    return output.units == 1 or not output.loss.startswith("binary")


def _classes(said: np.ndarray, output: Output) -> np.ndarray:
    if output.units == 1:
        said = np.hstack([1 - said, said] if not output.from_logits else [-said, said])
    classes: np.ndarray = said.argmax(axis=1)
    return classes


def _truth(output: Output) -> np.ndarray:
    y = np.asarray(output.y)
    labels: np.ndarray = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return labels.astype(int)


def _figures(matrix: np.ndarray) -> list[dict[str, float]]:
    """Return each class's figures from the counts."""
    from sklearn.metrics import precision_recall_fscore_support

    truth, guesses = (np.repeat(index.ravel(), matrix.ravel()) for index in np.indices(matrix.shape))
    found = precision_recall_fscore_support(truth, guesses, labels=range(len(matrix)), zero_division=0)
    return [
        {"precision": float(p), "recall": float(r), "f1": float(f), "rows": int(n)}
        for p, r, f, n in zip(*found, strict=True)
    ]


def _all_names(model: keras.Model) -> list[str]:
    return [output.name for output in outputs_by_name(model, None)]


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
