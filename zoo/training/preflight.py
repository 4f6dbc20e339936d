"""What Keras would do silently, said before the first step.

A check is a small function that looks at the model, the data and the callbacks, and yields a finding for each
thing that cannot be meant (an error) or is rarely meant (a warning): what was expected, what came, and the
line that mends it. `CHECKS` lists all of them, in the order in which they are run. They stand in groups:
where one group has found an error, the later groups are left out, since a wrong shape makes everything after
it noise.
"""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import keras

from zoo.errors import InputError, PreflightWarning
from zoo.training._data import needs_targets
from zoo.training._situation import Purpose, Situation
from zoo.training._task import Task, judging_task, prediction_task, training_task
from zoo.training.checks import (
    afterwards,
    by_name,
    columns,
    labels,
    losses,
    metrics,
    shapes,
    statistics,
    streams,
    values,
    weights,
)
from zoo.training.checks import callbacks as callback_checks
from zoo.training.checks import model as model_checks
from zoo.training.checks.arguments import compiled, epochs_are_left
from zoo.training.checks.checkpoints import best_file_is_known
from zoo.training.checks.finding import Finding, error

Check = Callable[[Situation], Iterator[Finding]]
Checks = Literal["auto", "error", "warn", "off"]


def _given(check: Callable[..., Iterator[Finding]], arguments: Callable[[Situation], Any]) -> Check:
    """Let a check take what it looks at from a situation; it is left out where there is nothing of the kind."""

    @functools.wraps(check)
    def of_situation(s: Situation) -> Iterator[Finding]:
        found = arguments(s)
        return iter(()) if found is None else check(*found)

    return of_situation


def _stream(s: Situation) -> tuple[Any] | None:
    return None if s.supply is None else (s.supply,)


def _columns(s: Situation) -> tuple[Any, ...] | None:
    """Return what `columns_agree` compares: the columns that came, and those that the model learned from."""
    if s.rows is None or s.learned is None:
        return None
    return s.rows.columns, s.learned.columns, s.part, "training data"


def _if_fit(check: Check) -> Check:
    """Let a check look once, at the training data of a fit."""
    return _given(check, lambda s: (s,) if s.purpose == "fit" and not s.validating else None)


CHECKS: tuple[tuple[Check, ...], ...] = (
    (
        compiled,
        epochs_are_left,
        by_name.compiled_by_name,
        by_name.names_can_be_told_apart,
        by_name.metrics_are_several,
    ),
    (
        _given(streams.stream_ends, _stream),
        _given(streams.stream_is_long_enough, _stream),
        _given(
            streams.batches_are_pairs,
            lambda s: s.supply and (s.supply, s.purpose != "predict" and needs_targets(s.model)),
        ),
        _given(streams.rows_are_batched, lambda s: s.supply and (s.supply, s.model)),
        _given(
            streams.nothing_beside_a_stream,
            lambda s: (
                (s.part, *(s.extra.get(n) for n in ("y", "sample_weight", "batch_size")))
                if s.supply
                else None
            ),
        ),
        _given(streams.streams_differ, lambda s: (s.beside, s.supply) if s.beside and s.supply else None),
    ),
    (
        values.no_text,
        shapes.input_shapes,
        by_name.targets_by_output,
        _given(columns.columns_agree, _columns),
        _given(
            columns.odd_columns,
            lambda s: (s.rows.x, "x", s.part, s.rows.columns) if s.rows and s.rows.columns else None,
        ),
    ),
    (shapes.target_shapes,),
    (values.finite, weights.sample_weights_are_weights),
    (
        losses.last_layer_fits_loss,
        labels.label_range,
        labels.rows_are_distributions,
        losses.targets_within_reach,
        losses.targets_suit_loss,
        weights.class_weights_are_of_classes,
        metrics.metrics_know_logits,
        metrics.metrics_fit_targets,
        metrics.metrics_are_telling,
    ),
    (labels.every_class_is_there, labels.majority, values.picture_scale, values.same_scale),
    (
        callback_checks.monitored_metrics_exist,
        callback_checks.directions_are_known,
        callback_checks.rates_can_be_set,
        _if_fit(best_file_is_known),
    ),
    (
        _if_fit(model_checks.weights_are_finite),
        _if_fit(model_checks.something_can_learn),
        _if_fit(model_checks.frozen_as_compiled),
        _if_fit(model_checks.learning_rate_is_not_zero),
        _if_fit(model_checks.layers_begin_apart),
        _if_fit(model_checks.normalization_is_adapted),
    ),
)
AFTERWARDS = (
    afterwards.numbers_stay_finite,
    afterwards.steps_are_taken,
    afterwards.weights_move,
    statistics.statistics_are_settled,
)
ALL_CHECKS: tuple[Callable[..., Iterator[Finding]], ...] = (
    *(one for group in CHECKS for one in group),
    *AFTERWARDS,
)


def preflight(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    purpose: Purpose | None = None,
    verbose: bool = True,
    **arguments: Any,
) -> list[Finding]:
    """Look at a model and its data as `zoo.fit` does before the first step, and print what is found as a table.

    Args:
        model: a `keras.Model`.
        data: as for `zoo.fit`.
        y: targets, where ``data`` is ``x``.
        purpose: ``"fit"``, ``"evaluate"`` or ``"predict"``; by default ``"fit"``, or ``"predict"`` where there
            are no targets.
        verbose: print the table.
        **arguments: others of `zoo.fit`: ``epochs``, ``initial_epoch``, ``validation_data``,
            ``validation_split``, ``callbacks``, ``class_weight``, ``sample_weight``, ``seed``.

    Returns:
        The findings, errors first: each has a ``level`` (``"error"`` or ``"warning"``), a ``message``, a
        ``mend``, and the name of its ``check``. None if all is well.

    Examples:
        >>> import numpy as np, zoo
        >>> model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
        >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> found = preflight(model, np.ones((6, 4)), np.array([1, 2, 3, 1, 2, 3]), verbose=False)
        >>> [(finding.level, finding.check) for finding in found]
        [('error', 'label_range')]
        >>> found[0].mend
        'They seem to start at 1: use y - 1.'
    """
    purpose = purpose or _purpose(model, data, y)
    if purpose not in ("fit", "evaluate", "predict"):
        raise InputError(f'purpose must be "fit", "evaluate" or "predict"; got {purpose!r}.')
    try:
        task = _task(model, data, y, purpose, arguments)
    except InputError as refused:
        found = [dataclasses.replace(error(str(refused)), check="data")]
    else:
        found = findings(task)
    if verbose:
        _print(found)
    return found


def findings(task: Task) -> list[Finding]:
    """Run every check on the rows of a task and on its validation rows; errors come first."""
    found: list[Finding] = []
    for situation in task.situations():
        for group in CHECKS:
            mine = [
                dataclasses.replace(one, check=check.__name__) for check in group for one in check(situation)
            ]
            found += mine
            if any(one.level == "error" for one in mine):
                break  # what comes later would be noise
    return sorted(dict.fromkeys(found), key=lambda one: one.level != "error")


def tell(found: Sequence[Finding], checks: Checks = "auto", *, stacklevel: int = 3) -> None:
    """Raise or warn of findings.

    Args:
        found: what the checks have found.
        checks: ``"auto"`` raises errors and warns of warnings, ``"error"`` raises both, ``"warn"`` warns of
            both, ``"off"`` is silent.
        stacklevel: of the warnings: whose line is named.

    Raises:
        InputError: something cannot be meant.
    """
    known(checks)
    if checks == "off":
        return
    grave = [one for one in found if checks == "error" or (checks == "auto" and one.level == "error")]
    if grave:
        told = (
            str(grave[0]) if len(grave) == 1 else "\n".join(f"{i}. {one}" for i, one in enumerate(grave, 1))
        )
        raise InputError(f'{told} (checks="warn" goes on all the same.)')
    for one in found:
        warnings.warn(str(one), PreflightWarning, stacklevel=stacklevel)


def known(checks: Checks) -> None:
    """Refuse a word for ``checks`` that there is not."""
    if checks not in ("auto", "error", "warn", "off"):
        raise InputError(f'checks must be "auto", "error", "warn" or "off"; got {checks!r}.')


def _purpose(model: keras.Model, data: Any, y: Any) -> Purpose:
    """Say what data is for: to learn from where there are targets, else to predict."""
    told = isinstance(data, tuple) or any(hasattr(data, name) for name in ("y", "train", "element_spec"))
    return "fit" if told or y is not None or not needs_targets(model) else "predict"


def _task(model: keras.Model, data: Any, y: Any, purpose: Purpose, arguments: dict[str, Any]) -> Task:
    if purpose == "fit":
        return training_task(model, data, y, **arguments)
    return (
        judging_task(model, data, y, **arguments) if purpose == "evaluate" else prediction_task(model, data)
    )


def _print(found: Sequence[Finding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not found:
        console.print("Preflight: nothing found.")
        return
    table = Table("level", "check", "found", "mend", box=box.SIMPLE_HEAD, show_lines=True)
    for one in found:
        level = Text(one.level, style="bold red" if one.level == "error" else "yellow")
        table.add_row(level, one.check, Text(one.message), Text(one.mend))
    console.print(table)
