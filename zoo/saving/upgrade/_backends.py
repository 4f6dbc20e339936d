"""What one backend's Keras 3 writes and another's cannot read."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from zoo.saving.documents import Documents

# Under PyTorch an optimizer is of a class of that backend's own, which has the name and the settings of the public one.
_OF_TORCH = re.compile(r"keras\.src\.backend\.torch\.optimizers\.torch_[a-z]+")


def for_any_backend(documents: Documents) -> Documents:
    """Name the optimizers that Keras wrote under PyTorch as it names them elsewhere.

    Examples:
        >>> adam = {"module": "keras.src.backend.torch.optimizers.torch_adam", "class_name": "Adam", "config": {}}
        >>> for_any_backend(Documents("keras", {}, {"optimizer": adam}, "3.15.0", "")).training["optimizer"]["module"]
        'keras.optimizers'
    """
    model, training = documents.model, _public(documents.training)
    if documents.form == "keras" and isinstance(model, dict) and training is not None:
        model = {**model, "compile_config": training}
    return dataclasses.replace(documents, model=model, training=training)


def _public(value: Any) -> Any:
    if isinstance(value, list):
        return [_public(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _public(item) for key, item in value.items()}
    if isinstance(made.get("module"), str) and _OF_TORCH.fullmatch(made["module"]):
        made["module"] = "keras.optimizers"
    return made
