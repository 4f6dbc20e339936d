"""Is a file of weights one of this model, and of its optimizer? Asked before anything is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras

from zoo.errors import InputError

# What Keras leaves out: which optimizer it was, and how far each layer's random numbers have come.
KIND, SEEDS = "zoo_optimizer", "zoo_seeds"


def arrays_in(file: h5py.File) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the place of each array in a file, ``layers/dense/vars/0``, with its shape."""
    found: list[tuple[str, tuple[int, ...]]] = []

    def look(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            found.append((name, thing.shape))

    file.visititems(look)
    yield from found


def _of_optimizer(place: str) -> bool:
    return place.partition("/")[0].endswith("optimizer")


def check_layers(
    file: h5py.File, ours: dict[str, Any], theirs: dict[str, Any], model: keras.Model, source: Path
) -> None:
    """Compare the arrays of all layers: ``file`` is how Keras would write this model."""
    told = []
    order = [layer.name for layer in model._flatten_layers()]
    named = [
        (_layer_name(file, place), place, shape)
        for place, shape in ours.items()
        if not (_of_optimizer(place) or place.startswith(SEEDS))
    ]
    for name, place, shape in sorted(named, key=lambda one: order.index(one[0]) if one[0] in order else -1):
        layer = repr(name)
        if place not in theirs:
            told.append(f"the layer {layer} has an array {shape} that the file lacks")
        elif theirs[place] != shape:
            told.append(f"the layer {layer} has an array {shape} where the file has {theirs[place]}")
    folders = {place.partition("/")[0] for place in ours if not place.startswith(SEEDS)}
    told += [
        f"the file has an array {shape} at {place!r} for no layer"
        for place, shape in theirs.items()
        if place not in ours and not _of_optimizer(place) and place.partition("/")[0] in folders
    ]
    if told:
        more = f", and {len(told) - 3} more" if len(told) > 3 else ""
        raise InputError(
            f"{source.name} holds the weights of another model than {model.name!r}: {'; '.join(told[:3])}{more}. "
            "Nothing was read. Build the model as it was when the file was written."
        )


def _layer_name(file: h5py.File, place: str) -> str:
    """Return the name of the layer that an array belongs to, as Keras notes it beside the array."""
    parts = place.split("/")
    for end in range(len(parts), 0, -1):
        name = file["/".join(parts[:end])].attrs.get("name")
        if name:
            return name.decode() if isinstance(name, bytes) else str(name)
    return place


def check_optimizer(model: keras.Model, source: Path, theirs: dict[str, Any], kind: str) -> None:
    """Refuse a model or a file without an optimizer, and build the model's, so that there is a place for its memory."""
    way_out = "optimizer=False reads the weights alone"
    if not model.compiled or getattr(model, "optimizer", None) is None:
        raise InputError(
            f"{model.name!r} is not compiled, so its optimizer's memory in {source.name} has no place. Call "
            f"model.compile first, as it was when the file was written; {way_out}."
        )
    if not any(_of_optimizer(place) for place in theirs):
        raise InputError(
            f"{source.name} holds no optimizer's memory: the model was not compiled when it was written. "
            f"Training would begin anew from these weights; {way_out}, if that is meant."
        )
    ours = type(model.optimizer).__name__
    if kind not in ("", ours):
        raise InputError(
            f"{source.name} holds the memory of {kind}, and {model.name!r} is compiled with {ours}. Compile it with "
            f"{kind}; {way_out}."
        )
    build_optimizer(model)


def kind_of(file: h5py.File) -> str:
    """Return the class of the optimizer in a file; of one that Keras wrote, by the name it gives by default."""
    kind = file.attrs.get(KIND, "")
    if not kind and "optimizer/vars" in file:
        name = str(file["optimizer/vars"].attrs.get("name", "")).rstrip("0123456789_").replace("_", "")
        kind = {one.lower(): one for one in dir(keras.optimizers)}.get(name, "")
    return str(kind)


def never_stepped(file: h5py.File, arrays: dict[str, Any]) -> bool:
    """Whether the optimizer in a file was not built yet when Keras wrote it: there is nothing to go on from."""
    memory = [place for place in arrays if _of_optimizer(place)]
    return bool(memory) and all(arrays[place] == () and file[place][()] < 1 for place in memory)


def check_memory(ours: dict[str, Any], theirs: dict[str, Any], model: keras.Model, source: Path) -> None:
    mine, others = (
        [shape for place, shape in sorted(arrays.items()) if _of_optimizer(place)]
        for arrays in (ours, theirs)
    )
    if mine != others:
        raise InputError(
            f"The optimizer's memory in {source.name} does not fit {type(model.optimizer).__name__} of {model.name!r}: "
            f"{len(others)} arrays there, {len(mine)} here. It was another kind of optimizer, or other settings "
            "(momentum, a learning rate schedule), or other layers were frozen. Nothing was read. optimizer=False "
            "reads the weights alone."
        )


def build_optimizer(model: keras.Model) -> None:
    optimizer = getattr(model, "optimizer", None)
    if model.compiled and optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
