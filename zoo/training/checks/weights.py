"""Do the weights of classes and of rows say what is meant?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zoo.errors import InputError
from zoo.training._class_weights import class_tables, labels_of
from zoo.training._situation import Situation
from zoo.training._weights import guessed_output, row_weights
from zoo.training.checks.finding import Finding, error, warning
from zoo.training.checks.wording import listed


def class_weights_are_of_classes(s: Situation) -> Iterator[Finding]:
    """A key of ``class_weight`` is no class, a weight is no weight, or a class has none.

    Keras looks each label up and takes 1 where it finds nothing: with keys that were read from JSON ("0", "1") no
    weight counts at all, with keys that begin at 1 each goes to the neighbour, and there is no word of either. The
    zoo reads digits as numbers, and refuses what is no class.

    Example:
        zoo.fit(model, x, np.arange(64) % 3, class_weight={1: 1.0, 2: 50.0, 3: 1.0})
    Mend:
        zoo.fit(model, x, np.arange(64) % 3, class_weight={0: 1.0, 1: 50.0, 2: 1.0})

    Cases: A5, A17; keras-team/keras#23220, keras-team/keras#11735, keras-team/keras#20701, tensorflow/tensorflow#41448.
    """
    if s.class_weight is None or s.rows is None:
        return
    outputs = s.outputs or guessed_output(s.model, s.rows)
    try:
        tables = class_tables(outputs, s.class_weight)
        labels = {o.name: labels_of(o) for o in outputs if o.name in tables}
    except InputError as refused:
        yield error(str(refused))
        return
    for o in outputs:
        if o.name not in tables:
            continue
        missing = [
            c for c in np.unique(labels[o.name]).tolist() if c not in tables[o.name] and c != o.ignored
        ]
        if missing:
            yield warning(
                f"class_weight has no weight for the class {listed(missing)} of {o.label}, which counts 1.",
                f"Write it down if that is meant: {missing[0]!r}: 1.0.",
            )


def sample_weights_are_weights(s: Situation) -> Iterator[Finding]:
    """``sample_weight`` is of another shape, negative, not finite, or 0 throughout.

    Keras multiplies whatever comes: a NaN ruins the loss, a negative weight makes it fall for ever, and weights for
    rows are lined up with the last axis of a picture's loss.

    Example:
        zoo.fit(model, x, y, sample_weight=np.zeros(len(x)))
    Mend:
        zoo.fit(model, x, y, sample_weight=np.ones(len(x)))

    Cases: A17.
    """
    if s.rows is None or s.rows.sample_weight is None:
        return
    outputs = s.outputs or guessed_output(s.model, s.rows)
    try:
        weights = row_weights(s.model, outputs, s.rows.sample_weight)
    except InputError as refused:
        yield error(str(refused))
        return
    for name, mine in weights.items():
        if not mine.any():
            yield warning(
                f"sample_weight[{name!r}] is 0 in every row: the output {name!r} is not trained.",
                f"Leave sample_weight[{name!r}] out, where each row is to count 1.",
            )
