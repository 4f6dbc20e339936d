"""Are losses, metrics and targets of several outputs those of the outputs that they name?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import keras

from zoo.errors import InputError
from zoo.training._arrange import targets_by_name
from zoo.training._parts import as_written, parts_of
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error, warning


def compiled_by_name(s: Situation) -> Iterator[Finding]:
    """A key of ``loss``, ``loss_weights`` or ``metrics`` is no output's name, or there are too many or too few.

    With the losses in a list Keras takes the weights of a dictionary by the alphabet, whatever the keys say: a misspelt
    one counts for an output of which nobody spoke. Of two losses for one output it uses the first alone.

    Example:
        model = keras.Model(x, [zeta, alpha])
        model.compile("sgd", loss=["mse", "mse"], loss_weights={"zetta": 100.0, "alpha": 1.0})
    Mend:
        model.compile("sgd", loss=["mse", "mse"], loss_weights={"zeta": 100.0, "alpha": 1.0})

    Cases: A6; keras-team/keras#20596, keras-team/keras#20346.
    """
    try:
        parts_of(s.model)
    except InputError as refused:
        yield error(str(refused))


def targets_by_output(s: Situation) -> Iterator[Finding]:
    """Targets come for another output, for too few or too many, or for one that has no loss.

    Keras hands a list to the keys of a dictionary by the alphabet; `zoo.fit` takes it in the order in which the outputs
    were written. An output whose name ``loss`` leaves out is not trained, and nothing says so.

    Example:
        model.compile("adam", loss={"size": "mse"})
        zoo.fit(model, x, {"size": size, "age": age})
    Mend:
        model.compile("adam", loss={"size": "mse", "age": "mse"})

    Cases: A6, A18.
    """
    if s.rows is None or s.purpose == "predict":
        return
    try:
        given, parts = targets_by_name(s.model, s.rows.y), parts_of(s.model)
    except InputError as refused:
        yield error(str(refused))
        return
    losses = (as_written(s.model) or {}).get("loss")
    for name, part in parts.items():
        if part.watched and name not in given and s.rows.y is not None:
            yield error(
                f"The output {name!r} has a {'metric' if part.loss is None else 'loss'} and no targets: y of the "
                f"{s.part} has {', '.join(map(repr, given)) or 'none'}.",
                f"Add y[{name!r}], or leave its loss out.",
            )
        if part.loss is None and name in given and isinstance(losses, Mapping) and name not in losses:
            yield warning(
                f"There are targets for the output {name!r}, and loss has no {name!r}: it is not trained.",
                f"Add loss={{..., {name!r}: ...}}, or say that it is meant: {name!r}: None.",
            )


def names_can_be_told_apart(s: Situation) -> Iterator[Finding]:
    """An output's name begins as the names of validation do.

    The history calls the loss of an output ``<output>_loss`` and the loss on the validation rows ``val_loss``. The loss
    of an output called "val" is written over by the other, and a callback that watches it watches something else.

    Example:
        model = keras.Model(x, [keras.layers.Dense(1, name="val")(x), keras.layers.Dense(1, name="size")(x)])
    Mend:
        model = keras.Model(x, [keras.layers.Dense(1, name="value")(x), keras.layers.Dense(1, name="size")(x)])

    Cases: A18; keras-team/keras#20244, keras-team/keras#21487.
    """
    names = [o.name for o in s.outputs]
    for name in names if len(names) > 1 else []:
        if name == "val" or name.startswith("val_"):
            yield error(
                f"An output is called {name!r}, and names that begin with val_ are those of the validation rows.",
                "Give the layer, or the key of the dictionary, another name.",
            )


def metrics_are_several(s: Situation) -> Iterator[Finding]:
    """Two metrics have one name, or one metric object stands for two outputs.

    Keras numbers the second of one name, ``mae_1``, which no callback finds under its name. One object in two places
    adds up what both see, and each reports the mixture.

    Example:
        error = keras.metrics.MeanAbsoluteError()
        model.compile("adam", "mse", metrics={"size": [error], "age": [error]})
    Mend:
        model.compile("adam", "mse", metrics={"size": ["mae"], "age": ["mae"]})

    Cases: A18.
    """
    if s.purpose == "predict":
        return
    try:
        parts = parts_of(s.model)
    except InputError:
        return  # which `compiled_by_name` says
    owners: dict[int, str] = {}
    for output, part in parts.items():
        for metric in (*part.metrics, *part.weighted):
            if not isinstance(metric, keras.metrics.Metric):
                continue
            if id(metric) in owners:
                yield error(
                    f"The metric {metric.name} of the output {output!r} is the same object as that of "
                    f"{owners[id(metric)]!r}; both would report what it has added up of the two.",
                    "Make an object for each, or write the metric's name.",
                )
            owners[id(metric)] = output
        names = [getattr(metric, "name", metric) for metric in part.metrics]
        for name, count in Counter(name for name in names if isinstance(name, str)).items():
            if count > 1:
                yield warning(
                    f"The output {output!r} has {count} metrics called {name!r}; Keras reports the second as {name}_1.",
                    "Leave one out, or give an object another name=.",
                )
