"""Is there anything to do, and is the model ready for it?"""

from __future__ import annotations

from collections.abc import Iterator

from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, error


def compiled(s: Situation) -> Iterator[Finding]:
    """The model has not been compiled.

    An uncompiled model has no loss to lessen and no metric to measure. Keras says so only once training has
    begun, after the data has been brought in.

    Example:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        zoo.fit(model, x, y)
    Mend:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    """
    if s.purpose != "predict" and not s.model.compiled:
        yield error(
            "The model is not compiled.",
            "Call model.compile first, for example "
            'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"]).',
        )


def epochs_are_left(s: Situation) -> Iterator[Finding]:
    """No epoch is left to train.

    ``epochs`` is where training ends, not how long it lasts: Keras counts from the first epoch of all, so
    that ``initial_epoch=5, epochs=5`` does nothing, returns an empty history, and says nothing.

    Example:
        zoo.fit(model, x, y, epochs=5)
        zoo.fit(model, x, y, initial_epoch=5, epochs=5)
    Mend:
        zoo.fit(model, x, y, initial_epoch=5, epochs=10)
    """
    if s.purpose == "fit" and s.initial_epoch >= s.epochs:
        yield error(
            f"initial_epoch={s.initial_epoch} is not below epochs={s.epochs}: no epoch is left, since epochs counts "
            "from the first of all.",
            f"To train {s.epochs} more, pass epochs={s.initial_epoch + s.epochs}.",
        )
