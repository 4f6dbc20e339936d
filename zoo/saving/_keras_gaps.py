"""What Keras' own writers leave out or break, mended while a file is written."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import keras


@contextlib.contextmanager
def whole_settings(model: keras.Model) -> Iterator[None]:
    """Let what a model was compiled with be written whole, and leave it as it was.

    - ``Huber(delta=0.3)``, ``CosineSimilarity(axis=0)`` and others leave arguments out of ``get_config``, so they
      would come back with their defaults.
    - Writing an ``.h5`` takes the optimizer out of the model's own settings, so that the next ``.keras`` file
      would hold another one.
    - Two arrays of Adafactor share a name, which no ``.h5`` can.
    """
    settings = getattr(model, "_compile_config", None)
    if settings is None:
        yield
        return
    before = dict(settings.config)
    if model.compiled and getattr(model, "optimizer", None) is not None:
        before.setdefault("optimizer", model.optimizer)  # a file written by Keras alone may have taken it out
    settings.config.update(before)
    completed = [thing for thing in keras.tree.flatten(before) if _complete(thing)]
    paths = _part_names(model)
    try:
        yield
    finally:
        settings.config.update(before)
        for thing in completed:
            del thing.get_config
        for variable, path in paths:
            variable._path = path


def _complete(thing: Any) -> bool:
    """Add what a loss or metric of Keras leaves out of its configuration; say whether that was needed."""
    given = getattr(thing, "_fn_kwargs", None)
    if not given or not type(thing).__module__.startswith("keras."):
        return False
    config = thing.get_config()
    known = inspect.signature(type(thing).__init__).parameters
    lacking = {name: value for name, value in given.items() if name in known and name not in config}
    if lacking:
        whole = {**config, **lacking}
        thing.get_config = lambda: dict(whole)
    return bool(lacking)


def _part_names(model: keras.Model) -> list[tuple[Any, str]]:
    """Number the optimizer's arrays that share a name; return them with the name they had."""
    seen: set[str] = set()
    renamed = []
    for variable in getattr(getattr(model, "optimizer", None), "variables", []):
        path = variable.path
        if path in seen:
            renamed.append((variable, path))
            variable._path = f"{path}_{len(seen)}"
        seen.add(variable.path)
    return renamed
