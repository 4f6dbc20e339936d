"""A model's weights alone, with the memory of its optimizer, so that training goes on where it stopped."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import h5py
import keras

from zoo._files import atomic_path
from zoo._hdf5 import write_hdf5
from zoo.errors import BrokenModelError, InputError, MissingFileError
from zoo.saving._same_model import (
    KIND,
    SEEDS,
    arrays_in,
    build_optimizer,
    check_layers,
    check_memory,
    check_optimizer,
    kind_of,
    never_stepped,
)

_SUFFIX = ".weights.h5"


def save_weights(model: keras.Model, path: str | os.PathLike[str]) -> Path:
    """Write a model's weights and its optimizer's memory to a file, whole or not at all.

    The state of the random numbers of Dropout and the like is kept too, so that training that is taken up draws
    what it would have drawn.

    Args:
        model: a built `keras.Model`. A compiled one takes along its optimizer's steps, momenta and learning rate.
        path: ends in ``.weights.h5``.

    Returns:
        The path.

    Raises:
        InputError: another suffix, or the model is not built.

    Examples:
        >>> import tempfile, zoo
        >>> model = zoo.create_model("linear", input_shape=(3,))
        >>> save_weights(model, tempfile.mkdtemp() + "/line.weights.h5").name
        'line.weights.h5'
    """
    target = _checked(path)
    _check_built(model)
    build_optimizer(model)
    with atomic_path(target) as temporary:
        _write(model, temporary)
    return target


def load_weights(model: keras.Model, path: str | os.PathLike[str], *, optimizer: bool = True) -> None:
    """Read weights into a model, and its optimizer's memory too, so that training goes on as if never stopped.

    Keras drops the optimizer's memory on the way into a freshly compiled model, and goes on with other losses.
    Here it is read, or said to be missing. All is compared before anything is read: a model is never left
    half loaded.

    Args:
        model: a built model of the same layers, compiled with an optimizer of the same kind.
        path: what `save_weights` wrote, or ``model.save_weights`` of Keras 3.
        optimizer: whether the optimizer's memory is read too (True); ``False`` reads the weights alone, for
            predicting or for training anew.

    Raises:
        MissingFileError: there is no such file.
        InputError: the layers or shapes are other ones, names them; or the optimizer's memory is missing in the file,
            or belongs to another kind of optimizer, or the model is not compiled.
        BrokenModelError: the file is damaged.

    Examples:
        >>> import tempfile, zoo
        >>> path = tempfile.mkdtemp() + "/line.weights.h5"
        >>> first, second = (zoo.create_model("linear", input_shape=(3,)) for _ in range(2))
        >>> _ = save_weights(first, path)
        >>> load_weights(second, path, optimizer=False)
        >>> bool((first.get_weights()[0] == second.get_weights()[0]).all())
        True
    """
    source = _checked(path)
    if not source.is_file():
        raise MissingFileError(f"There is no file {source}.")
    _check_built(model)
    try:
        with h5py.File(source) as file:
            theirs, kind = dict(arrays_in(file)), kind_of(file)
            fresh = never_stepped(file, theirs)
    except OSError as error:
        raise BrokenModelError(f"{source} cannot be read as weights: {error}") from error
    if optimizer:
        check_optimizer(model, source, theirs, kind)
    with tempfile.TemporaryDirectory() as folder:
        now = Path(folder) / f"now{_SUFFIX}"
        _write(model, now)
        with h5py.File(now) as file:
            ours = dict(arrays_in(file))
            check_layers(file, ours, theirs, model, source)
        if optimizer and not fresh:
            check_memory(ours, theirs, model, source)
        _read(model, source, now, optimizer)


def _read(model: keras.Model, source: Path, before: Path, optimizer: bool) -> None:
    """Let Keras read the file; whatever goes wrong, the model is as it was."""
    try:
        _load(model, source, [] if optimizer else _optimizers(model))
    except BaseException as error:
        _load(model, before, [])
        if isinstance(error, Exception):
            reason = " ".join(str(error).split())[:200]
            raise BrokenModelError(f"{source} cannot be read as weights: {reason}") from error
        raise


def _load(model: keras.Model, file: Path, untouched: list[Any]) -> None:
    variables = [variable for optimizer in untouched for variable in optimizer.variables]
    kept = [keras.ops.convert_to_numpy(variable.value) for variable in variables]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
        model.load_weights(file)
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
    with h5py.File(file) as opened:
        seeds = dict(opened.get(SEEDS, {}).items())
        for number, state in enumerate(_seed_states(model)):
            if len(seeds) == len(_seed_states(model)):  # a file that Keras wrote has none
                state.assign(seeds[str(number)][()])


def _write(model: keras.Model, path: Path) -> None:
    def save(target: Any) -> None:
        model.save_weights(target)
        with h5py.File(target, "r+") as file:
            if getattr(model, "optimizer", None) is not None:
                file.attrs[KIND] = type(model.optimizer).__name__
            for number, state in enumerate(_seed_states(model)):
                file[f"{SEEDS}/{number}"] = keras.ops.convert_to_numpy(state.value)

    write_hdf5(save, path)


def _seed_states(model: keras.Model) -> list[Any]:
    """Return the states of the random generators of all layers, in their order."""
    return [
        seed.state for layer in model._flatten_layers() for seed in getattr(layer, "_seed_generators", [])
    ]


def _optimizers(model: keras.Model) -> list[Any]:
    return [thing for thing in vars(model).values() if isinstance(thing, keras.Optimizer)]


def _check_built(model: keras.Model) -> None:
    if not model.built:
        raise InputError(
            f"The model {model.name!r} is not built, so it has no weights yet. Start a Sequential model with "
            "keras.Input(shape), or call the model once on a batch of data."
        )


def _checked(path: str | os.PathLike[str]) -> Path:
    target = Path(path).expanduser()
    if not target.name.endswith(_SUFFIX):
        whole = target.suffix in (".keras", ".h5")
        way_out = " zoo.load_model and zoo.save_model are for whole models." if whole else ""
        raise InputError(f"A file of weights ends in {_SUFFIX}; got {str(path)!r}.{way_out}")
    return target
