"""How is it kept, and can I trust it? Models to files and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo._files import atomic_path
from zoo.errors import InputError
from zoo.pretrained import check_shipped
from zoo.saving import _first_look
from zoo.saving._kinds import FORMS
from zoo.saving._limits import Limits
from zoo.saving.untrusted import checked_path

if TYPE_CHECKING:  # a look into a file needs no Keras, so it is imported where models are
    import keras

__all__ = ["load_model", "save_model"]


def save_model(model: keras.Model, path: str | os.PathLike[str], *, check: bool = True) -> Path:
    """Write a model to a file, whole or not at all.

    The file is written beside its place, flushed to the disk and renamed, so a crash, a full disk or Ctrl-C leaves
    the old file as it was. Before that it is opened again, and held against the model in memory: weights,
    predictions, and what a ``get_config`` of your own leaves out, which would come back as its default, without a
    word. Of a model of Keras' own layers that has more than 50 of them, or more than a million parameters, the
    weights alone are read again, since building it takes seconds.

    Args:
        model: any `keras.Model`; a compiled one takes its optimizer's state along.
        path: ends in ``.keras``, or in ``.h5`` for programs that read the older format.
        check: whether to open it again (True), some ten milliseconds a layer; ``False`` writes what would come
            back otherwise, too.

    Returns:
        The path.

    Raises:
        InputError: another suffix; or the file would come back otherwise, or could not be opened again: names the
            class, the layer and the argument, and shows the lines that mend it.
        UnwritableFileError: the disk is full, or the folder is closed to us.

    Examples:
        >>> import tempfile, zoo
        >>> model = zoo.create_model("linear", input_shape=(3,))
        >>> save_model(model, tempfile.mkdtemp() + "/line.keras").name
        'line.keras'
    """
    from zoo.saving._keras_gaps import whole_settings
    from zoo.saving._opening import READERS, reopen
    from zoo.saving.round_trip import check_keepable, check_round_trip, explain_unwritable

    target = Path(path).expanduser()
    if target.suffix not in FORMS:
        raise InputError(f"A model's file ends in .keras or .h5; got {str(path)!r}.")
    form = READERS[FORMS[target.suffix]]
    if check:
        check_keepable(model, target.suffix, target.name)
    with atomic_path(target) as temporary:
        try:
            with whole_settings(model):
                form.write(model, temporary)
        except NotImplementedError as error:
            raise explain_unwritable(model, error, target.name) from error
        if check:
            check_round_trip(model, temporary, reopen, target.name)
    return target


def load_model(
    path: str | os.PathLike[str],
    *,
    trusted: bool = False,
    custom_objects: Mapping[str, Any] | None = None,
    replace: Mapping[str, keras.Layer] | None = None,
    compile: bool = True,
    limits: Limits | None = None,
) -> keras.Model:
    """Read a model from a file, whoever wrote it; nothing in the file is run.

    The file is looked at before anything is built. All that it names must be a part of Keras, of the zoo or of
    yours; it may name no file beside it, and ask for no more memory than its numbers need. What is broken is told in
    one sentence, and a model is returned whole or not at all. ``docs/security.md`` says what is promised.

    Files of the zoo's own ``saved_models/`` are held against their checksum first. An ``.h5`` opens compiled as
    it was saved, by Keras 3 or 2, with its optimizer's memory. A loss or metric that nothing here knows leaves
    the model uncompiled, and a layer called ``block/d``, which Keras 3 refuses, is called ``block_d``: a warning
    says so. The file stays as it is.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        trusted: open what would be refused for what it names, code in Lambda layers among it. That code may do all
            that you may. The limits stay.
        custom_objects: layers, losses and functions of your own that the file names. What you have registered with
            ``keras.saving.register_keras_serializable`` is known without that.
        replace: layers of yours by the names of those in the file that they stand in for, at any depth. A Lambda is
            opened so without running its code: ``replace={"lambda_1": keras.layers.Rescaling(1 / 127.5, -1)}``.
        compile: restore loss, metrics and optimizer too.
        limits: what a file may hold and ask for, `Limits`.

    Returns:
        The model.

    Raises:
        MissingFileError: there is no such file.
        InputError: the suffix is neither ``.keras`` nor ``.h5``; or ``replace`` names no layer of the file.
        UnsafeModelError: the file names what could run code or read files, or is beyond the limits: names the file,
            the place in its configuration, and the ways out.
        BrokenModelError: the file is damaged, no model, weights alone, or not the one in the manifest; or its weights
            are missing, of other shapes, NaN or infinite.

    Examples:
        >>> import tempfile, zoo
        >>> path = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tempfile.mkdtemp() + "/a.h5")
        >>> load_model(path).count_params()
        4
    """
    source = checked_path(path)
    limits = limits or Limits()
    known = check_shipped(source)
    if not known:
        _first_look.prepare()  # while Keras is imported

    from zoo.saving._opening import open_checked

    if not known:
        _first_look.look_first(source, limits)

    return open_checked(
        source,
        trusted=trusted,
        custom_objects=custom_objects,
        replace=replace,
        compile=compile,
        limits=limits,
    )
