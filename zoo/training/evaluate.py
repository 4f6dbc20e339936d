"""How good is it? Metrics by name, with the interval that the number of rows allows."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from zoo._feed import feed
from zoo.training._compiled import outputs_by_name, settle
from zoo.training._data import Rows, as_rows, by_name, needs_targets
from zoo.training._stream_weights import batch_weigher
from zoo.training._streams import plainly
from zoo.training._task import judging_task, prediction_task
from zoo.training._weights import weigh
from zoo.training.preflight import Checks, findings, known, tell


def evaluate(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    batch_size: int = 256,
    steps: int | None = None,
    checks: Checks = "auto",
) -> dict[str, float]:
    """Return the model's loss and metrics on some rows, by name.

    Args:
        model: a compiled model.
        data: a split, ``(x, y)``, or ``x`` with ``y``; also a stream.
        y: targets, where ``data`` is ``x``.
        sample_weight: weight of each row in the loss.
        batch_size: rows a step.
        steps: batches to judge by, where the data is a stream that does not end.
        checks: as for `zoo.fit`.

    Returns:
        Plain Python floats by metric name; with several outputs ``<output>_<metric>``.

    Raises:
        InputError: the rows do not fit the model.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("diabetes")
        >>> model = zoo.create_model("linear", input_shape=(10,), seed=0)
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> sorted(evaluate(model, data.test))
        ['loss', 'mae']
    """
    known(checks)
    task = judging_task(model, data, y, sample_weight=sample_weight, steps=steps)
    if checks != "off":
        tell(findings(task), checks)
    rows, supply = task.data.rows, task.data.supply
    settle(model, rows)
    told: dict[str, Any] = {"verbose": 0, "return_dict": True}
    if supply is not None:
        supply.weigh = batch_weigher(model, None, rows)
        with plainly(supply):
            values = model.evaluate(supply.feed, steps=supply.steps, **told)
    else:
        judged = weigh(model, task.data.known_rows)
        weights = judged.sample_weight
        values = model.evaluate(
            feed(judged.x), judged.y, sample_weight=weights, batch_size=batch_size, **told
        )
    return {name: float(value) for name, value in values.items()}


def predict(
    model: keras.Model,
    data: Any,
    *,
    batch_size: int = 256,
    steps: int | None = None,
    checks: Checks = "auto",
) -> Any:
    """Return a model's predictions for some rows: ``model.predict``, with the checks of `zoo.fit`.

    Args:
        model: a `keras.Model`.
        data: inputs, a split (its targets are left out), or a stream. Several inputs are a list, or a
            dictionary by name.
        batch_size: rows a step.
        steps: batches to predict, where the data is a stream that does not end.
        checks: as for `zoo.fit`.

    Returns:
        What ``model.predict`` returns: an array ``(rows, ...)``, or a list or dictionary of them.

    Raises:
        InputError: the rows do not fit the model; always the same sentence, whatever was called before.

    Examples:
        >>> import numpy as np, zoo
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> predict(model, np.ones((2, 4))).shape
        (2, 3)
        >>> predict(model, np.ones(4))
        Traceback (most recent call last):
        zoo.errors.InputError: x of the data has the shape (4,); ... The batch axis is missing: use
        x[np.newaxis]. ...
    """
    known(checks)
    task = prediction_task(model, data, steps=steps)
    if checks != "off":
        tell(findings(task), checks)
    supply = task.data.supply
    if supply is not None:
        with plainly(supply):
            return model.predict(supply.feed, steps=supply.steps, verbose=0)
    return model.predict(feed(task.data.known_rows.x), batch_size=batch_size, verbose=0)


def intervals(model: keras.Model, data: Any, *, seed: int = 0) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each metric that is a mean over rows.

    Accuracy has Wilson's interval of a share; mean squared and mean absolute error have the bootstrap's
    (percentiles of 2,000 resamplings of the rows).

    Args:
        model: a compiled model with fixed outputs.
        data: a split, or ``(x, y)``.
        seed: of the bootstrap.

    Returns:
        ``(low, high)`` by the names that `evaluate` uses: ``accuracy``, ``mse``, ``mae``.
    """
    rows = as_rows(data) if needs_targets(model) else None
    if rows is None:
        return {}
    outputs = outputs_by_name(model, rows)
    predictions = by_name(_predict(model, rows), [output.name for output in outputs])
    found = {}
    for output in outputs:
        if output.y is None:
            continue
        prefix = "" if len(outputs) == 1 else f"{output.name}_"
        guess = np.asarray(predictions[output.name])
        if "crossentropy" in output.loss:
            found[f"{prefix}accuracy"] = _wilson(
                _hits(guess, output.y, threshold=0.0 if output.from_logits else 0.5)
            )
        elif output.loss:
            error = guess.reshape(len(rows), -1) - output.y.reshape(len(rows), -1)
            found[f"{prefix}mse"] = mean_interval((error**2).mean(axis=1), seed)
            found[f"{prefix}mae"] = mean_interval(np.abs(error).mean(axis=1), seed)
    return found


def _predict(model: keras.Model, rows: Rows) -> Any:
    predictions = model.predict(feed(rows.x), batch_size=256, verbose=0)
    return predictions if isinstance(predictions, dict | list) else [predictions]


def _hits(guess: np.ndarray, y: np.ndarray, threshold: float) -> np.ndarray:
    """Say of each row whether the predicted class is the right one."""
    if guess.shape[-1] == 1:
        return np.equal(guess.ravel() > threshold, y.ravel() > 0.5)
    labels = y.argmax(axis=-1) if y.shape == guess.shape else y.reshape(guess.shape[:-1])
    return np.ravel(guess.argmax(axis=-1) == labels)


def _wilson(hits: np.ndarray) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def mean_interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the bootstrap's 95 % interval of a mean: percentiles of 2,000 resamplings of the values."""
    random = np.random.default_rng(seed)
    means = [random.choice(values, len(values)).mean() for _ in range(2000)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
