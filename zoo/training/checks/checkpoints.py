"""Files of the best epoch that an earlier run has left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from zoo.training._best import known_best, read_best, watched
from zoo.training._model_weights import iterations_of
from zoo.training._situation import Situation
from zoo.training.checks.finding import Finding, warning


def best_file_is_known(s: Situation) -> Iterator[Finding]:
    """A best file of an earlier run, of which nothing says how good it is, would be replaced by the first epoch.

    `ModelCheckpoint` forgets its best value with the process. `zoo.fit` keeps it beside the file, as
    ``best.keras.json``, and goes on from it; of a file that plain Keras wrote, or that was changed since, or
    that was kept by another metric, it knows nothing. It also says so where a model that begins anew has to
    beat the file of another run.

    Example:
        model.fit(x, y, callbacks=[ModelCheckpoint("best.keras", "loss", save_best_only=True)])
        zoo.fit(model, x, y, callbacks=ModelCheckpoint("best.keras", "loss", save_best_only=True))
    Mend:
        ModelCheckpoint("best.keras", "loss", save_best_only=True, initial_value_threshold=0.2)

    Cases: A14; keras-team/keras#17012, #12803.
    """
    for callback in watched(s.callbacks):
        path = Path(callback.filepath)
        if callback.best is not None or not path.is_file():
            continue
        known, best = known_best(callback), read_best(path)
        if known is not None:
            if not iterations_of(s.model):
                yield warning(
                    f"{path.name} holds the best epoch of an earlier run, with {known.monitor} {known.value:.4g}, and "
                    "this model begins anew: the file will be replaced only by something better.",
                    f"To begin that anew too, delete {path.name} or name another file.",
                )
            continue
        if best is None:
            why = "nothing beside it says how good it is"
        elif best.monitor != callback.monitor or callback.mode not in ("auto", best.mode):
            why = f"it was kept by {best.monitor} ({best.mode}), not by {callback.monitor}"
        else:
            why = "it was changed since its value was noted"
        yield warning(
            f"{path.name} is there from an earlier run, and {why}: the first epoch will replace it.",
            "Pass its value, ModelCheckpoint(..., initial_value_threshold=...), name another file, or delete it.",
        )
