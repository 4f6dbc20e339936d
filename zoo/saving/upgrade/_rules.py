"""How a rule is written: one difference between versions of Keras, as a function from a layer to a layer.

A layer is what files say of one, ``{"class_name": "Dense", "config": {"name": "dense", "units": 2}}``. A rule
returns the layer it was given where it has nothing to say of it, and never changes it in place. The first line of
its docstring is the sentence that a user reads when it was applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Layer = dict[str, Any]
_NUMBER = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True)
class Writer:
    """Who wrote a file.

    Attributes:
        version: of Keras, major and minor; ``(1, 0)`` where a file does not say.
        of_tensorflow: whether it was the Keras inside TensorFlow, whose defaults were others at times.
        backend: on which it ran.
        channels: where its layers had the channels of a picture, when they do not say so themselves.
    """

    version: tuple[int, int]
    of_tensorflow: bool
    backend: str
    channels: str = "channels_last"

    @property
    def is_current(self) -> bool:
        """Whether it was Keras 3, whose words need no upgrade."""
        return self.version[0] >= 3


Rule = Callable[[Layer, Writer], Layer]


def writer_of(keras_version: str, backend: str, model: Any = None) -> Writer:
    """Read who wrote a file from what it says.

    Examples:
        >>> writer_of("2.3.0-tf", "tensorflow")
        Writer(version=(2, 3), of_tensorflow=True, backend='tensorflow', channels='channels_last')
        >>> writer_of("", "").version
        (1, 0)
    """
    found = _NUMBER.match(keras_version)
    version = (int(found[1]), int(found[2])) if found else (1, 0)
    # From 2.4 on, Keras was TensorFlow's in any case.
    inside = "tf" in keras_version or (2, 4) <= version < (3, 0)
    said = _first_ordering(model)
    first = said == "th" if said in ("th", "tf") else backend == "theano"
    return Writer(version, inside, backend or "tensorflow", "channels_first" if first else "channels_last")


def _first_ordering(value: Any) -> Any:
    """Return what the first layer that says so wrote of the channels, ``th`` or ``tf``."""
    if isinstance(value, dict):
        if value.get("dim_ordering") in ("th", "tf"):
            return value["dim_ordering"]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for found in map(_first_ordering, value) if found), None)
    return None


def sentence(rule: Rule) -> str:
    """Return what a user reads of a rule that was applied."""
    return (rule.__doc__ or rule.__name__).strip().partition("\n")[0].rstrip(".")


def config_of(layer: Layer) -> dict[str, Any]:
    """Return a layer's settings, an empty dictionary where there are none."""
    config = layer.get("config")
    return config if isinstance(config, dict) else {}


def changed(layer: Layer, /, **settings: Any) -> Layer:
    """Return a layer with other settings.

    Examples:
        >>> changed({"class_name": "Dense", "config": {"units": 2}}, units=3)
        {'class_name': 'Dense', 'config': {'units': 3}}
    """
    return {**layer, "config": {**config_of(layer), **settings}}


def without(layer: Layer, *names: str) -> Layer:
    """Return a layer without some settings; the layer itself where it has none of them."""
    config = config_of(layer)
    if not config.keys() & set(names):
        return layer
    return {**layer, "config": {name: value for name, value in config.items() if name not in names}}


def renamed(layer: Layer, names: Mapping[str, str]) -> Layer:
    """Return a layer whose settings have other names; a name that is there already is kept.

    Examples:
        >>> renamed({"class_name": "Dense", "config": {"output_dim": 2}}, {"output_dim": "units"})
        {'class_name': 'Dense', 'config': {'units': 2}}
    """
    config = config_of(layer)
    found = [old for old in names if old in config]
    if not found:
        return layer
    made = {name: value for name, value in config.items() if name not in found}
    for old in found:
        made.setdefault(names[old], config[old])
    return {**layer, "config": made}


def of_class(layer: Layer, name: str) -> Layer:
    """Return a layer of another class, with the same settings."""
    return {**layer, "class_name": name}
