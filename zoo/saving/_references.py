"""Every class, function and piece of code that a configuration names, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zoo.saving.documents import Documents

# Values that Keras writes as a dictionary with a class_name, and that are no classes.
_VALUES = {
    "__keras_tensor__",
    "__bytes__",
    "__slice__",
    "__ellipsis__",
    "__tuple__",
    "TensorShape",
    "Ellipsis",
}
_ARRAYS = {"__numpy__", "__tensor__"}
_TYPES = {"__typespec__", "TypeSpec", "CompositeTensor"}
_DTYPES = {f"{kind}{bits}" for kind in ("int", "uint", "float") for bits in (4, 8, 16, 32, 64)}
_DTYPES |= {"bool", "string", "bfloat16", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"}
_LONGEST = 120
_BY_WORD = ("activation", "initializer", "regularizer", "constraint")
_COMPILED = ("loss", "metrics", "weighted_metrics", "optimizer")


@dataclass(frozen=True)
class Reference:
    """One thing that a configuration names.

    Attributes:
        place: where, ``layers[3] 'lambda_1' -> function``.
        layer: the name of the layer that it stands in, ``""`` outside of layers.
        kind: ``"class"``, ``"function"``, ``"word"`` (a short name, which only Keras' own lists explain),
            ``"code"``, ``"path"`` (of another file), ``"type"`` or ``"odd"``.
        module: as written, ``""`` where it is not.
        name: of the class or function; of a path, the path.
        registered_name: as written.
        compiled: whether it belongs to the compile settings.
    """

    place: str
    layer: str
    kind: str
    name: str
    module: str = ""
    registered_name: str = ""
    compiled: bool = False


def references(documents: Documents) -> Iterator[Reference]:
    """Yield all that a file's documents name."""
    yield from _in(documents.architecture, "", "", False)
    name = "compile_config" if documents.form == "keras" else "training_config"
    yield from _in(documents.training, name, "", True)


def layer_name(config: Any) -> str:
    """Return the name of a layer, or ``""``: ``config`` is a dictionary with a class and its settings."""
    inner = config.get("config") if isinstance(config, dict) else None
    for holder in (inner, config):
        name = holder.get("name") if isinstance(holder, dict) else None
        if isinstance(name, str):
            return name
    return ""


def plain(text: Any) -> str:
    """Return text from a file as it may be printed: short, and nothing in it that a terminal obeys."""
    short = str(text)[:_LONGEST]
    return short if short.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in short)


def _in(value: Any, place: str, layer: str, compiled: bool) -> Iterator[Reference]:
    if isinstance(value, list):
        place = place or "layers"  # a Sequential of old is a bare list of them
        for number, item in enumerate(value):
            name = layer_name(item) if "layers" in place.rpartition(" -> ")[2] else ""
            inside = f"{place}[{number}]" + (f" {plain(name)!r}" if name else "")
            yield from _in(item, inside, name or layer, compiled)
        return
    if not isinstance(value, dict):
        return
    if "class_name" in value or "registered_name" in value:
        yield from _of(value, place, layer, compiled)
    if value.get("class_name") in tuple(_ARRAYS):  # numbers, and many; a class_name may be anything
        return
    for key, inner in value.items():
        word = plain(key)
        inside = place if key == "config" else f"{place} -> {word}" if place else word
        if isinstance(inner, str):
            if word.endswith(_BY_WORD) or (compiled and key in _COMPILED):
                yield Reference(inside, layer, "word", inner, compiled=compiled)
        elif compiled and key in _COMPILED:
            yield from _words(inner, inside)
        # A wrapper holds a layer with a name of its own, which can be replaced too.
        named = layer_name(inner) if word.endswith(("layer", "cell")) else ""
        yield from _in(inner, inside + (f" {plain(named)!r}" if named else ""), named or layer, compiled)


def _of(value: dict[str, Any], place: str, layer: str, compiled: bool) -> Iterator[Reference]:
    """Yield what one dictionary with a ``class_name`` names."""
    name, config = value.get("class_name"), value.get("config")
    module, registered = value.get("module") or "", value.get("registered_name") or ""

    def one(kind: str, name: Any, module: str = "", registered: str = "", place: str = place) -> Reference:
        said = name if kind in ("class", "function") else plain(name)
        return Reference(place, layer, kind, said, module, registered, compiled)

    if not (isinstance(name, str) and isinstance(module, str) and isinstance(registered, str)):
        yield one("odd", repr(name))
    elif name == "__lambda__":
        yield one("code", "a Python lambda")
    elif name in _TYPES:
        yield one("type", value.get("spec_name") or value.get("type_spec") or name)
    elif name in _ARRAYS:
        dtype = config.get("dtype") if isinstance(config, dict) else None
        if not (isinstance(dtype, str) and dtype in _DTYPES):
            yield one("odd", f"an array of {dtype!r}")
    elif name == "function":
        yield one("function" if isinstance(config, str) else "odd", config, module, registered)
    elif name not in _VALUES:
        yield one("class", name, module, registered)
        if isinstance(config, dict):
            if name == "Lambda" or registered == "Lambda":
                yield from _code_in(config, place, layer, compiled)
            if isinstance(config.get("vocabulary"), str):
                yield one(
                    "path", config["vocabulary"], place=f"{place} -> vocabulary" if place else "vocabulary"
                )


def _code_in(config: dict[str, Any], place: str, layer: str, compiled: bool) -> Iterator[Reference]:
    """Yield the code that a Lambda holds: a list with it, its text, or the name of a function."""
    for argument in ("function", "output_shape", "mask"):
        value = config.get(argument)
        inside = f"{place} -> {argument}"
        if isinstance(value, str) and config.get(f"{argument}_type") != "lambda":
            yield Reference(
                inside, layer, "function", value, str(config.get("module") or ""), compiled=compiled
            )
        elif isinstance(value, str) or (
            isinstance(value, list) and any(isinstance(one, str) for one in value)
        ):
            yield Reference(inside, layer, "code", "Python code", compiled=compiled)


def _words(value: Any, place: str) -> Iterator[Reference]:
    """Yield the short names in the nesting of losses or metrics."""
    if isinstance(value, str):
        yield Reference(place, "", "word", value, compiled=True)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _words(item, f"{place}[{number}]")
    elif isinstance(value, dict) and "class_name" not in value:
        for key, item in value.items():
            yield from _words(item, f"{place}[{plain(key)!r}]")
