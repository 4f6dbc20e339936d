"""What of Keras a file may name, told without importing Keras.

Keras lists its public names in small files of plain imports, ``keras/layers/__init__.py`` and so on. They are read
as text: that takes hundredths of a second, where importing Keras takes seconds, and it is right for the version
that is installed.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import MissingPackageError

_CLASSES = (
    "layers",
    "initializers",
    "regularizers",
    "constraints",
    "losses",
    "metrics",
    "optimizers",
    "optimizers/schedules",
    "dtype_policies",
    "quantizers",
    "models",
    "random",
)
_FUNCTIONS = ("activations", "losses", "metrics")
# Each of these runs code, or reads a file, that its configuration names.
RUN_CODE = ("Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer")
_NO_PARTS = ("Input", "InputSpec", "LegacyOptimizerWarning")
_TOP: tuple[str, ...] = (
    "Model",
    "Sequential",
    "DTypePolicy",
    "FloatDTypePolicy",
    "Initializer",
    "Layer",
    "Loss",
    "Metric",
)
_TOP += ("Optimizer", "Regularizer", "Quantizer")
_NOT_LISTED = {
    "keras.utils.FeatureSpace": ("keras.src.layers.preprocessing.feature_space", "FeatureSpace"),
    "keras.src.layers.preprocessing.feature_space.Cross": (
        "keras.src.layers.preprocessing.feature_space",
        "Cross",
    ),
    "keras.src.layers.preprocessing.feature_space.Feature": (
        "keras.src.layers.preprocessing.feature_space",
        "Feature",
    ),
    "keras.models.Functional": ("keras.src.models.functional", "Functional"),
    "keras.src.losses.losses.LossFunctionWrapper": ("keras.src.losses.losses", "LossFunctionWrapper"),
}
_IMPORT = re.compile(r"^from (keras\.src[\w.]*) import \(?\s*(\w+) as (\w+)", re.MULTILINE)
_OPERATION = re.compile(
    r"^class ([A-Z]\w*)\((?:operation\.)?(?:Operation|SegmentReduction|Absolute|Conjugate)\)"
)
# A file of the zoo names these: its own layers and models.
OWN = (
    "zoo>GAN",
    "zoo>Sampling",
    "zoo>RandomWindow",
    "zoo>DigitCanvas",
    "zoo>hard_sigmoid_keras_2",
    "zoo>LocallyConnected1D",
    "zoo>LocallyConnected2D",
)
OPERATION = "keras.ops>"  # the name of an operation in an .h5, see model_config


@dataclass(frozen=True)
class Part:
    """A class or function of Keras that a file may name: where it is public, and where it is written."""

    path: str
    module: str
    name: str
    is_class: bool


@functools.cache
def parts() -> dict[str, Part]:
    """Return what a file may name by every full name it has: ``keras.layers.Dense`` and the module's own."""
    found: dict[str, Part] = {}
    root = _root()
    for room in ("", *dict.fromkeys((*_CLASSES, *_FUNCTIONS))):
        text = (root / room / "__init__.py").read_text(encoding="utf-8")
        for module, name, public in _IMPORT.findall(text):
            is_class = name[0].isupper()
            rooms = _CLASSES if is_class else _FUNCTIONS
            wanted = public in _TOP if not room else room in rooms
            if wanted and name not in (*RUN_CODE, *_NO_PARTS, "serialize", "deserialize", "get"):
                dotted = ".".join(filter(None, ("keras", *room.split("/"), public)))
                _add(found, Part(dotted, module, name, is_class))
    for path, (module, name) in _NOT_LISTED.items():
        _add(found, Part(path, module, name, True))
    for file in sorted((root / "src/ops").glob("*.py")):
        if not file.stem.endswith("_test"):
            for line in file.read_text(encoding="utf-8").splitlines():
                if line.startswith("class ") and (match := _OPERATION.match(line)):
                    module = f"keras.src.ops.{file.stem}"
                    _add(found, Part(f"{module}.{match[1]}", module, match[1], True))
    return found


@functools.cache
def bare_names() -> dict[str, list[Part]]:
    """Return what a file may name by its last name alone, as old files do; an operation with a mark before it too."""
    found: dict[str, list[Part]] = {}
    for path, part in parts().items():
        operation = part.module.startswith("keras.src.ops.")
        name = path.rpartition(".")[2]
        spellings = {name, f"{OPERATION}{name}"} if operation else {name}
        if path.startswith("keras.optimizers."):
            spellings.add(name.lower())
        for spelling in spellings:
            found.setdefault(spelling, []).append(part)
    return found


def _add(found: dict[str, Part], part: Part) -> None:
    found[part.path] = part
    found.setdefault(f"{part.module}.{part.name}", part)


def _root() -> Path:
    spec = importlib.util.find_spec("keras")
    if spec is None or spec.origin is None:
        raise MissingPackageError("Keras is not installed; `pip install keras`.")
    return Path(spec.origin).parent
