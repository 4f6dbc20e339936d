"""How a model's outputs stand, and whose a value is: by name or in the order written, never by the alphabet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from zoo.errors import InputError, did_you_mean

_Path = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """The outputs of a functional or Sequential model.

    Keras walks through a dictionary by the alphabet: ``y`` as a list for the outputs ``{"zeta": z, "alpha": a}`` gives
    alpha what was meant for zeta, without a word. Here a list is in the order in which the outputs were written.

    Attributes:
        names: of the outputs, in the order written: the keys of a dictionary, or the layers' names. A name that comes
            twice (a layer that is called twice) is numbered: ``head``, ``head_1``.
        order: the same names in the order of ``model.outputs``.
        form: ``"one"`` tensor, a ``"list"`` (or tuple), a ``"dict"``, or ``"nested"``.
        struct: the outputs themselves, as they were given.
        paths: where each name is in ``struct``.
    """

    names: tuple[str, ...]
    order: tuple[str, ...]
    form: str
    struct: Any
    paths: Mapping[_Path, str]

    def pack(self, values: Mapping[str, Any]) -> Any:
        """Return values, one for each name, in the form of the model's outputs."""
        if self.form == "one":
            return values[self.names[0]]
        packed = keras.tree.pack_sequence_as(self.struct, [values[name] for name in self.order])
        return {key: packed[key] for key in self.struct} if self.form == "dict" else packed

    def spread(self, value: Any, label: str) -> dict[str, Any]:
        """Return what a dictionary, a list or a nest of both holds for each name.

        Args:
            value: a dictionary by name may leave names out; a list has an item for each output, in the order written.
            label: how messages call the value: ``loss_weights``, ``y``, ...

        Raises:
            InputError: a key is no output's name, or a list has another length.
        """
        found: dict[str, Any] = {}
        if isinstance(value, Mapping):
            nested = (
                self.form == "nested" and isinstance(self.struct, Mapping) and set(value) <= set(self.struct)
            )
            if nested:
                self._match(self.struct, value, (), found, label)
                return found
            for key in value:
                if key not in self.names:
                    raise InputError(self.unknown(key, label))
            return {name: value[name] for name in self.names if name in value}
        if len(value) == len(self.names) and not (self.form == "nested" and _nested(value)):
            return dict(zip(self.names, value, strict=True))
        if self.form != "nested":
            raise InputError(
                f"The model has {len(self.names)} output(s), {_listed(self.names)}; {label} has {len(value)} item(s). "
                f"Give it one for each, or a dictionary by name."
            )
        self._match(self.struct, value, (), found, label)
        return found

    def unknown(self, key: Any, label: str) -> str:
        """Say that a key is no output's name."""
        return (
            f"{label}[{key!r}] is no output of the model; its outputs are {_listed(self.names)}."
            f"{did_you_mean(str(key), self.names)}"
        )

    def _match(self, struct: Any, value: Any, path: _Path, found: dict[str, Any], label: str) -> None:
        """Walk through the outputs and a nest of values side by side."""
        if path in self.paths:
            found[self.paths[path]] = value
        elif isinstance(struct, Mapping) and isinstance(value, Mapping) and set(value) <= set(struct):
            for key in value:
                self._match(struct[key], value[key], (*path, key), found, label)
        elif _is_list(struct) and _is_list(value) and len(struct) == len(value):
            for i, (part, item) in enumerate(zip(struct, value, strict=True)):
                self._match(part, item, (*path, i), found, label)
        else:
            shown = keras.tree.map_structure(lambda _: "*", self.struct)
            raise InputError(
                f"{label} has another form than the model's outputs, {shown}. Give it that form, or a dictionary by "
                f"name: {_listed(self.names)}."
            )


def layout_of(model: keras.Model) -> Layout | None:
    """Return how a model's outputs stand; ``None`` for a model of a class of its own, which has none to show."""
    tensors = list(getattr(model, "outputs", None) or [])
    if not tensors:
        return None
    struct = getattr(model, "_outputs_struct", None)
    named = getattr(model, "output_names", None) or [t._keras_history.operation.name for t in tensors]
    if struct is None or not keras.tree.is_nested(struct) or (_is_list(struct) and len(struct) == 1):
        return Layout((named[0],), (named[0],), "one", tensors[0], {(): named[0]})
    flat = isinstance(struct, Mapping | list | tuple) and not any(
        keras.tree.is_nested(part) for part in (struct.values() if isinstance(struct, Mapping) else struct)
    )
    by_key = flat and isinstance(struct, Mapping)
    in_order = [path for path, _ in keras.tree.flatten_with_path(struct)]
    written = list(_walk(struct))
    raw = {p: str(p[0]) if by_key else name for p, name in zip(in_order, named, strict=True)}
    paths = dict(zip(written, _numbered([raw[path] for path in written]), strict=True))
    return Layout(
        names=tuple(paths.values()),
        order=tuple(paths[path] for path in in_order),
        form="dict" if by_key else "list" if flat else "nested",
        struct=struct,
        paths=paths,
    )


def _walk(struct: Any, path: _Path = ()) -> Iterator[_Path]:
    """Yield where each tensor is, in the order written."""
    if isinstance(struct, Mapping):
        for key, part in struct.items():
            yield from _walk(part, (*path, key))
    elif _is_list(struct):
        for i, part in enumerate(struct):
            yield from _walk(part, (*path, i))
    else:
        yield path


def _numbered(names: list[str]) -> list[str]:
    """Number the names that come again."""
    seen: list[str] = []
    for name in names:
        free, count = name, 0
        while free in seen:
            count += 1
            free = f"{name}_{count}"
        seen.append(free)
    return seen


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _nested(value: Any) -> bool:
    return any(isinstance(item, list | tuple | Mapping) for item in value)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
