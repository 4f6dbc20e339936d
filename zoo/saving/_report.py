"""What a look into a model's file has found, as a record and as a page of text."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from zoo.saving._facts import LayerFacts

_MOST_SHOWN = 40


@dataclass(frozen=True)
class Name:
    """A class or function that a configuration names.

    Attributes:
        place: where, ``layers[3] 'lambda_1' -> function``.
        name: with its module, where the file says that.
        standing: ``"Keras"``, ``"zoo"``, ``"yours"``, ``"word"``, ``"unknown"`` or ``"unsafe"``.
    """

    place: str
    name: str
    standing: str


@dataclass(frozen=True)
class Report:
    """What a model's file is, found without building it.

    Attributes:
        path: the file.
        format: ``".keras"`` or ``".h5"``.
        keras_version: which Keras wrote it, ``""`` where it does not say.
        model: the model's class and name.
        layers: each layer with the settings that tell its shape, those of inner models after them.
        parameters: how many numbers its weights are, counted in its arrays.
        weight_bytes: memory that the weights need.
        memory_bytes: with the optimizer's memory, where the file has it.
        compiled: whether loss and optimizer are in it.
        names: every class and function that it names, and where.
        problems: why `zoo.load_model` refuses it; empty where it opens.
        notes: what else is worth knowing.
        safe: whether it holds nothing that could run code, read other files or eat the memory.
        whole: whether it is an undamaged model.
    """

    path: str
    format: str
    keras_version: str = ""
    model: str = ""
    layers: tuple[LayerFacts, ...] = ()
    parameters: int = 0
    weight_bytes: int = 0
    memory_bytes: int = 0
    compiled: bool = False
    names: tuple[Name, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    safe: bool = True
    whole: bool = True
    _shown: int = field(default=_MOST_SHOWN, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, as ``zoo inspect --json`` prints them."""
        return {key: value for key, value in asdict(self).items() if not key.startswith("_")}

    def __repr__(self) -> str:
        """Return the report as a page of text."""
        if not self.layers and self.problems:
            return "\n".join([f"{self.path}: {self.verdict}", *(f"  {one}" for one in self.problems)])
        version = f", written by Keras {self.keras_version}" if self.keras_version else ""
        told = [
            f"{self.path}: {self.verdict}",
            f"  {self.format}{version}{', compiled' if self.compiled else ''}",
            f"  {self.model}, {self.parameters:,} parameters, {_size(self.weight_bytes)} of weights, "
            f"{_size(self.memory_bytes)} with the optimizer's memory",
        ]
        told += [
            f"    {'  ' * layer.depth}{layer.name:<24} {layer.class_name:<20} {layer.settings}".rstrip()
            for layer in self.layers[: self._shown]
        ]
        if len(self.layers) > self._shown:
            told.append(f"    ... and {len(self.layers) - self._shown} more layers")
        kinds: dict[str, dict[str, None]] = {}
        for name in self.names:
            kinds.setdefault(name.standing, {})[name.name] = None
        told += [
            f"  names {_STANDINGS[kind]}: {', '.join(kinds[kind])}" for kind in _STANDINGS if kind in kinds
        ]
        return "\n".join([*told, *(f"  {one}" for one in (*self.problems, *self.notes))])

    @property
    def verdict(self) -> str:
        """One word or two: what to do with it."""
        if not self.whole:
            return "broken"
        if not self.safe:
            return "not safe"
        return "needs objects of your own" if self.problems else "safe to open"


_STANDINGS = {
    "Keras": "of Keras",
    "zoo": "of the zoo",
    "yours": "of yours",
    "word": "as words",
    "unknown": "that nothing here has",
    "unsafe": "that are refused",
}


def _size(count: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000  # type: ignore[assignment]
    return ""
