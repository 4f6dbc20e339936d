"""What a model's file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Documents:
    """What a model's file says of itself, as parsed JSON, nothing built.

    Attributes:
        form: the format.
        model: ``config.json`` or ``model_config``: a dictionary, or a bare list in very old files; None where the
            file holds weights alone.
        training: ``compile_config`` of a ``.keras``, ``training_config`` of an ``.h5``; None where saved uncompiled.
        keras_version: which wrote it; ``""`` where it does not say.
        backend: on which it ran; ``""`` where it does not say.
    """

    form: Literal["keras", "h5"]
    model: Any
    training: Any
    keras_version: str
    backend: str
