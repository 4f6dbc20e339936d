"""How are many small networks trained together?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from zoo.errors import InputError
from zoo.training._arguments import at_least
from zoo.training._compiled import settle
from zoo.training._data import Rows
from zoo.training._interrupt import stop_on_interrupt
from zoo.training._many_backend import known_backend
from zoo.training._many_checks import alike, can_be_mapped, rows_are_numbers
from zoo.training._many_groups import first_group, group_size
from zoo.training._many_rows import groups, shares
from zoo.training._many_step import JUDGED_AT_ONCE, Batch, Networks, stateless
from zoo.training._many_variants import Builder, expand
from zoo.training._model_weights import draws_random_numbers
from zoo.training._task import training_task
from zoo.training._weights import weigh
from zoo.training.many import Many
from zoo.training.preflight import Checks, findings, known, tell
from zoo.training.progress import Verbose, progress_callback

_FUSED_FROM = 2.5e8  # updates of single weights, from which on XLA saves more than it takes to compile


def fit_many(
    builder: str | Callable[..., keras.Model],
    variants: int | Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]],
    data: Any,
    y: Any = None,
    *,
    compile: Mapping[str, Any] | None = None,
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    folds: Any = None,
    verbose: Verbose = "auto",
    class_weight: Mapping[Any, Any] | str | None = None,
    sample_weight: Any = None,
    group_size: int | None = None,
    checks: Checks = "auto",
    **arguments: Any,
) -> Many:
    """Train many small networks of one architecture together, each as `zoo.fit` would train it alone.

    The weights of all are stacked, and a step of all is one computation: what a small network spends outside the
    network is spent once. Each has the weights, the losses and the metrics of
    ``zoo.fit(model, data, seed=seed)`` after ``zoo.create_model(..., seed=seed)``, up to rounding.

    A variant has a ``seed`` (of its first weights, its order of rows and its dropout; 0 by default) and may have a
    ``learning_rate``, a ``weight_decay``, an ``initial_scale`` (its first weights, biases left out, are multiplied
    by it) and a ``fold``. Whatever else it has goes to the builder, and so do those that the builder takes by name.
    The factors of L1 and L2 may differ, as may an optimizer's betas, rho and epsilon; nothing else.

    Args:
        builder: a name for `zoo.create_model`, or a function that returns a model.
        variants: a number of seeds; a list of dictionaries; or a dictionary of lists, whose every combination is
            a variant: ``{"learning_rate": [0.1, 0.01], "seed": range(10)}``.
        data: a `Dataset` (its validation rows are used), ``(x, y)``, or ``x`` with ``y``; no stream. It is held once.
        y: targets, where ``data`` is ``x``.
        compile: arguments of ``model.compile``; each model gets its own optimizer and metrics of the same settings.
            ``None`` where the function returns compiled models.
        epochs: how often to go through the rows.
        batch_size: rows a step; 32 by default.
        validation_data: rows to judge all by after each epoch.
        validation_split: share of the rows to use for that, cut by each variant's seed, as `zoo.fit` does.
        folds: a number, a splitter of scikit-learn, or pairs ``(train, validation)`` of row numbers. A variant of
            ``fold`` 0 is judged by the first fold's rows and learns from the others. A number makes
            stratified folds, shuffled by the seed 0.
        verbose: as for `zoo.fit`; what is shown is the mean over the variants.
        class_weight: as for `zoo.fit`.
        sample_weight: weight of each row in the loss.
        group_size: how many are trained at once; by default as many as fit into 1 GiB.
        checks: as for `zoo.fit`.
        **arguments: of the builder, the same for all.

    Returns:
        A `Many`: histories, models, and intervals over the seeds. After Ctrl-C it has the epochs there were.

    Raises:
        InputError: variants of different architectures, a training step that cannot be mapped, or data that does not
            fit; says what to change. There are no callbacks and no early stopping: networks that are trained
            together end together.

    Examples:
        >>> import zoo
        >>> data = zoo.load_dataset("iris", validation_split=0.2)
        >>> fit = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
        >>> many = fit_many(
        ...     "softmax_regression", 8, data, compile=fit, epochs=3, verbose=0, input_shape=(4,), num_classes=3
        ... )
        >>> many.history["val_loss"].shape
        (8, 3)
        >>> low, high = many.interval("val_loss")[1:]
        >>> bool(low < high)
        True

    Source: the deck, "batch_size", "depth", "width": an effect has to be told from luck.
    """
    if "callbacks" in arguments:
        raise InputError(
            "fit_many takes no callbacks: networks that are trained together end together. Look at Many.history, or "
            "train each with zoo.fit(..., callbacks=...)."
        )
    begin = time.perf_counter()
    known_backend()
    known(checks)
    batch_size = 32 if batch_size is None else batch_size
    at_least("batch_size", batch_size)
    if group_size is not None:
        at_least("group_size", group_size)
    told = expand(variants)
    made = Builder(builder, arguments, compile, told)
    samples = made.samples(told)
    models = {number: made.model(told[number]) for number in dict.fromkeys(samples)}
    model = models[0]
    can_be_mapped(model)
    alike(models, told)
    task = training_task(
        model,
        data,
        y,
        sample_weight=sample_weight,
        validation_data=validation_data,
        class_weight=class_weight,
        epochs=epochs,
    )
    rows = _held(task.data, checks, task, folds)
    settle(model, rows)
    pool = _device(weigh(model, rows, class_weight))
    validation = None
    if folds is None and not validation_split and task.validation is not None:
        validation = _device(weigh(model, task.validation.known_rows))
    parts = shares(rows, told, folds=folds, validation_split=validation_split)
    networks = _networks(model, pool, len(told) * epochs * -(-len(parts[0].train) // batch_size))
    many = Many(told, made, networks, rows, epochs)
    size = group_size or _size(networks, batch_size, parts, validation)
    starts = made.starts(told)
    all_models = {number: models[sample] for number, sample in enumerate(samples)}
    for numbers in groups(parts, size):
        many.groups.append(first_group(numbers, networks, made, told, all_models, starts))
    bar = progress_callback(verbose) or keras.callbacks.Callback()
    bar.set_params({"epochs": epochs, "steps": 1})
    with stop_on_interrupt(model) as interruption:
        model.stop_training = False
        bar.on_train_begin()
        try:
            for epoch in range(epochs):
                bar.on_epoch_begin(epoch)
                logs: dict[str, np.ndarray] = {}
                for group in many.groups:
                    order = np.stack([parts[n].order(told[n]["seed"], epoch) for n in group.variants])
                    figures = group.train(networks, order, pool, batch_size)
                    own = [part for n in group.variants if (part := parts[n].validation) is not None]
                    if own or validation is not None:
                        judged = group.judge(networks, validation or pool, np.stack(own) if own else None)
                        figures |= {f"val_{name}": value for name, value in judged.items()}
                    for name, value in figures.items():
                        logs.setdefault(name, np.full(len(told), np.nan))[group.variants] = value
                many.add_epoch(logs)
                bar.on_epoch_end(epoch, {name: float(np.mean(value)) for name, value in logs.items()})
                if model.stop_training:
                    break
        except KeyboardInterrupt:  # the second Ctrl-C: what is there is given back as well
            pass
        finally:
            bar.on_train_end()
    many.interrupted, many.seconds = interruption.count > 0, time.perf_counter() - begin
    return many


def _held(part: Any, checks: Checks, task: Any, folds: Any) -> Rows:
    """Return the training rows, looked at as `zoo.fit` does."""
    if part.supply is not None or (task.validation is not None and task.validation.supply is not None):
        raise InputError(
            "fit_many needs arrays, since every variant has its own order of rows; got a stream."
        )
    if checks != "off":
        tell(findings(task), checks)
    rows: Rows = part.known_rows
    rows_are_numbers([rows.x, [] if rows.y is None else rows.y])
    return rows


def _networks(model: keras.Model, pool: Batch, steps: int) -> Networks:
    """Build a model's metrics and its optimizer, and make the step of them.

    What runs how was measured; see docs/decisions/0013.
    """
    few = keras.tree.map_structure(lambda array: array[:2], pool)
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(few)
    guess = model(x)
    model.compute_loss(x=x, y=y, y_pred=guess, sample_weight=sample_weight)
    model.compute_metrics(x, y, guess, sample_weight=sample_weight)
    model.reset_metrics()
    optimizer = stateless(model.optimizer)
    optimizer.build(model.trainable_variables)
    layers = model._flatten_layers()
    # Kernels of convolutions cannot be stacked without slowing them down, nor can a loop over time.
    dense = all(len(variable.shape) <= 2 for variable in model.trainable_variables)
    loops = any(isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional) for layer in layers)
    side_by_side = dense and not loops
    # XLA draws other random numbers than TensorFlow does, and a model trained alone has TensorFlow's.
    pays = steps * model.count_params() > _FUSED_FROM
    return Networks(
        model,
        optimizer,
        side_by_side=side_by_side,
        fused=side_by_side and pays and not draws_random_numbers(model),
    )


def _size(networks: Networks, batch_size: int, parts: Any, validation: Batch | None) -> int:
    judged = 0 if parts[0].validation is None else len(parts[0].validation)
    if validation is not None:
        judged = len(keras.tree.flatten(validation)[0])
    return group_size(networks, max(batch_size, min(judged, JUDGED_AT_ONCE)), parts[0])


def _device(rows: Rows) -> Batch:
    """Put rows on the device."""
    return tuple(
        keras.tree.map_structure(keras.ops.convert_to_tensor, part)
        for part in rows.as_tuple()
        if part is not None
    )
