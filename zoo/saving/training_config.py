"""The compile settings in an ``.h5``: what Keras writes there under ``training_config``, read back.

Keras 3 writes ``loss="mse"`` and reads it as the name of a class, looks losses up among the metrics, forgets how
a metric was spelled, and builds the optimizer for no weights, so that all of its memory but the number of steps
is dropped. Here each word is given to `keras.Model.compile` as the user wrote it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import h5py
import keras

from zoo.errors import InputError

_OPTIONS = ("loss_weights", "run_eagerly", "steps_per_execution", "jit_compile")
_COUNTERS = ("learning_rate", "step_counter", "dynamic_scale")  # what an optimizer has beside its slots
_ALREADY_WORDS = ("accuracy", "acc", "crossentropy", "ce")  # `compile` makes of them what fits the output


def read_training_config(file: h5py.File) -> dict[str, Any] | None:
    """Return the compile settings of a file as they are written, or None where it was saved uncompiled."""
    text = file.attrs.get("training_config")
    if text is None:
        return None
    read: dict[str, Any] = json.loads(text.decode() if isinstance(text, bytes) else text)
    return read


def compile_arguments(
    config: Mapping[str, Any], *, custom_objects: Mapping[str, Any], renamed: Mapping[str, str]
) -> dict[str, Any]:
    """Turn written compile settings into the arguments of `keras.Model.compile`.

    Args:
        config: as a file holds it, in the words of Keras 3.
        custom_objects: losses, metrics and optimizers of the user's own, by name.
        renamed: the new names of renamed layers; an output may be called by one.

    Raises:
        InputError: a loss, a metric or the optimizer is nothing that Keras or ``custom_objects`` knows; names it.
    """
    arguments: dict[str, Any] = {name: config[name] for name in _OPTIONS if config.get(name) is not None}
    arguments["loss"] = _read("loss", config.get("loss"), custom_objects)
    for name in ("metrics", "weighted_metrics"):
        arguments[name] = _one_list(_read("metric", config.get(name), custom_objects))
    arguments["optimizer"] = _optimizer(config["optimizer_config"], custom_objects)
    return {name: _rename_keys(value, renamed) for name, value in arguments.items()}


def compile_written(
    model: keras.Model,
    config: Mapping[str, Any],
    *,
    custom_objects: Mapping[str, Any],
    renamed: Mapping[str, str],
    restore: Callable[[], str],
) -> list[str]:
    """Compile a model by written settings and give its optimizer the memory it had; return what could not be done.

    Args:
        model: to be compiled.
        config: as `compile_arguments` takes it.
        custom_objects: as of `compile_arguments`.
        renamed: as of `compile_arguments`.
        restore: gives the optimizer its memory; returns nothing, or why it starts afresh.
    """
    try:
        model.compile(**compile_arguments(config, custom_objects=custom_objects, renamed=renamed))
    except (InputError, ValueError, TypeError, KeyError) as error:
        reason = str(error) if isinstance(error, InputError) else " ".join(str(error).split())[:200]
        return [not_compiled(f": {reason} cannot be read")]
    try:
        lost = restore()
    except InputError as error:
        lost = f"{error} cannot be read"
    return [f"the optimizer's memory was not read ({lost}); it starts afresh."] if lost else []


def not_compiled(why: str) -> str:
    """Return the sentence on a model that is left uncompiled; ``why`` goes on where it says so."""
    return (
        f"the weights were read, the compile settings were not{why}. Call model.compile again, or give "
        "custom_objects={name: object} for what is your own."
    )


def restore_state(file: h5py.File, model: keras.Model) -> str:
    """Give a model's optimizer the memory it had: its steps, momenta and the like.

    Returns:
        Nothing, or why the optimizer starts afresh.
    """
    optimizer = model.optimizer
    if "optimizer_weights" not in file or optimizer is None:
        return ""
    group = file["optimizer_weights"]
    names = [_text(name) for name in _attribute(group, "weight_names")]
    arrays = [_dataset(group, name) for name in names]
    if not optimizer.built:
        optimizer.build(_built_for(model, names))
    places = list(optimizer.variables)
    if not _of_keras_3(names):
        places = [place for place in places if place.path.rpartition("/")[2] != "learning_rate"]
        written = (read_training_config(file) or {}).get("optimizer_config", {}).get("class_name", "")
        arrays = _in_keras_3_order(arrays, type(optimizer).__name__, written)
        if len(arrays) == len(places) - 1 and arrays and arrays[0].shape != ():
            places = places[1:]
    return _assign(optimizer, places, [array[()] for array in arrays])


def place_state(model: keras.Model, arrays: Sequence[Any]) -> str:
    """Give a model's optimizer the memory that a ``.keras`` file of Keras 2 holds for it.

    Args:
        model: compiled.
        arrays: in the file's order: the number of steps, then those of each weight; no learning rate.

    Returns:
        Nothing, or why the optimizer starts afresh.
    """
    optimizer = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    places = [place for place in optimizer.variables if place.path.rpartition("/")[2] != "learning_rate"]
    return _assign(optimizer, places, arrays)


def _assign(optimizer: keras.Optimizer, places: Sequence[Any], arrays: Sequence[Any]) -> str:
    if [tuple(place.shape) for place in places] != [array.shape for array in arrays]:
        return f"{len(arrays)} arrays are written, and {type(optimizer).__name__} has {len(places)} of other shapes"
    for place, array in zip(places, arrays, strict=True):
        place.assign(array)
    return ""


# -- words into objects ---------------------------------------------------------------------------------


def _read(kind: str, config: Any, custom: Mapping[str, Any]) -> Any:
    """Return losses or metrics in the nesting they are written in, strings as strings."""
    if config is None or (isinstance(config, str) and kind == "metric" and config in _ALREADY_WORDS):
        return config
    if isinstance(config, str):
        return _named(kind, config, custom)
    if isinstance(config, Mapping) and "class_name" in config:
        return _built(kind, config, custom)
    if isinstance(config, Mapping):
        return {name: _read(kind, value, custom) for name, value in config.items()}
    if isinstance(config, Sequence):
        return [_read(kind, value, custom) for value in config]
    raise InputError(f"the {kind} {config!r}")


def _named(kind: str, name: str, custom: Mapping[str, Any]) -> Any:
    own = custom.get(name, keras.saving.get_registered_object(name))
    if own is not None:
        return own() if inspect.isclass(own) else own
    room = keras.losses if kind == "loss" else keras.metrics
    try:
        room.get(name)
    except ValueError as error:
        raise InputError(f"the {kind} {name!r}") from error
    return name  # as it was written, so that its name in the history stays


def _built(kind: str, config: Mapping[str, Any], custom: Mapping[str, Any]) -> Any:
    name, inner = config["class_name"], dict(config["config"])
    if isinstance(inner.get("fn"), str):
        function = _named(kind, inner["fn"], custom)
        inner["fn"] = keras.metrics.get(function) if isinstance(function, str) else function
        if name == "MeanMetricWrapper":
            return keras.metrics.MeanMetricWrapper(**inner)
    room = keras.losses if kind == "loss" else keras.metrics
    try:
        made = room.deserialize({**config, "config": inner}, custom_objects=dict(custom))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"the {kind} {name!r}") from error
    if not callable(made):  # of an unknown class Keras returns the name
        raise InputError(f"the {kind} {name!r}")
    return made


def _optimizer(config: Mapping[str, Any] | str, custom: Mapping[str, Any]) -> keras.Optimizer:
    if isinstance(config, str):
        try:
            return keras.optimizers.get(config)
        except ValueError as error:
            raise InputError(f"the optimizer {config!r}") from error
    name, inner = config["class_name"], dict(config["config"])
    own = custom.get(name, keras.saving.get_registered_object(name))
    cls: Any = own or getattr(keras.optimizers, name, None)
    if not hasattr(cls, "from_config"):
        raise InputError(f"the optimizer {name!r}")
    try:
        with keras.saving.custom_object_scope(dict(custom)):
            return cls.from_config(inner)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"the optimizer {name!r}") from error


def _one_list(metrics: Any) -> Any:
    """Return ``[[a, b]]``, which Keras 2 wrote for a single output, as ``[a, b]``."""
    if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list):
        return metrics[0]
    return metrics


def _rename_keys(value: Any, renamed: Mapping[str, str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {renamed.get(name, name): inner for name, inner in value.items()}


# -- the optimizer's memory -------------------------------------------------------------------------------


def _built_for(model: keras.Model, names: Sequence[str]) -> list[Any]:
    """Return the weights that the optimizer was built for: those its arrays are called after.

    They are not always those that can be trained now: layers may have been frozen after `compile`.
    """
    slots = [
        tail
        for _, _, tail in (name.partition("/") for name in names)
        if "_" in tail and tail not in _COUNTERS
    ]
    called = {weight.path.replace("/", "_") + "_": weight for weight in model.weights}
    used = {start for slot in slots for start in called if slot.startswith(start)}
    if not all(any(slot.startswith(start) for start in used) for slot in slots):
        return list(model.trainable_variables)  # called otherwise, as in a file with other layer names
    return [weight for start, weight in called.items() if start in used] or list(model.trainable_variables)


def _of_keras_3(names: Sequence[str]) -> bool:
    return not any(name.endswith(":0") for name in names)


def _in_keras_3_order(arrays: list[h5py.Dataset], optimizer: str, written: str) -> list[h5py.Dataset]:
    """Return Keras 2's arrays in the order of Keras 3: Adam's pair for each weight, not all of one and then all."""
    whole = (
        1 if arrays and arrays[0].shape == () else 0
    )  # Keras until 2.2 did not always write the number of steps
    steps, slots = arrays[:whole], arrays[whole:]
    if optimizer in ("Adam", "Adamax", "Nadam", "Adadelta") and not written.startswith("Custom>"):
        third = len(slots) // 3
        if third and all(slot.shape == (1,) for slot in slots[2 * third :]):
            slots = slots[: 2 * third]  # the rest stands where amsgrad's arrays would be
        half = len(slots) // 2
        slots = [slot for pair in zip(slots[:half], slots[half:], strict=False) for slot in pair]
    return [*steps, *slots]


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return an array of a file that holds it itself: no link in a file leads out of it."""
    for part in name.split("/"):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise InputError(f"the optimizer's array {name!r}, which is not in the file")
        group = group[part]
    if not isinstance(group, h5py.Dataset) or group.external or group.is_virtual:
        raise InputError(f"the optimizer's array {name!r}, which is not in the file")
    return group


def _attribute(group: h5py.Group, name: str) -> list[Any]:
    """Return an attribute that Keras cuts into pieces, ``name0``, ``name1``, where it is long."""
    if name in group.attrs:
        return list(group.attrs[name])
    pieces: list[Any] = []
    while f"{name}{len(pieces)}" in group.attrs:
        pieces.append(group.attrs[f"{name}{len(pieces)}"])
    return [item for piece in pieces for item in piece]


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
