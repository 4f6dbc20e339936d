"""The same file under another backend: TensorFlow, JAX or PyTorch, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zoo._feed import feed
from zoo.devices import check_backend
from zoo.errors import BrokenModelError, MissingFileError


def predict_under(backend: str, path: str | os.PathLike[str], x: Any) -> Any:
    """Predict with a saved model under a backend, whichever this process runs on.

    Keras chooses its backend when it is imported and keeps it, so another process does the work: it takes
    the seconds that importing takes.

    Args:
        backend: ``"tensorflow"``, ``"jax"`` or ``"torch"``.
        path: a ``.keras`` or ``.h5`` file.
        x: inputs, ``(rows, *input_shape)``, or a dictionary of several by name.

    Returns:
        The predictions, a NumPy array, or a dictionary of several by the outputs' names.

    Raises:
        UnknownNameError: no backend of that name.
        InputError: the backend is not installed.
        MissingFileError: there is no such file.
        BrokenModelError: the model cannot be read or run there; says why.

    Examples:
        >>> import keras, tempfile, zoo
        >>> model = zoo.create_model("linear", input_shape=(3,))
        >>> path = zoo.save_model(model, tempfile.mkdtemp() + "/line.keras")
        >>> predict_under(keras.config.backend(), path, np.ones((2, 3))).shape
        (2, 1)
    """
    source = Path(path).expanduser().resolve()
    check_backend(backend)
    if not source.is_file():
        raise MissingFileError(f"There is no file {source}.")
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder) / "inputs.npz", Path(folder) / "outputs.npz"
        np.savez(inputs, **_named(x))
        words = [str(source), str(inputs), str(outputs)]
        code = "from zoo.saving.backends import _predict_file; _predict_file()"
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=_environment(backend), capture_output=True, text=True
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BrokenModelError(f"{source} cannot be run under {backend}: {reason}")
        return _unnamed(outputs)


def _predict_file() -> None:
    """Predict in the process that `predict_under` starts: model, inputs and outputs are its arguments."""
    from zoo.saving import load_model

    path, inputs, outputs = sys.argv[1:]
    model = load_model(path, compile=False)
    prediction = model.predict(feed(_unnamed(inputs)), verbose=0)
    if isinstance(prediction, list | tuple):
        prediction = dict(zip(model.output_names, prediction, strict=True))
    np.savez(outputs, **_named(prediction))


def _environment(backend: str) -> dict[str, str]:
    """Return this process' environment with another backend, and with this zoo to import."""
    here = str(Path(__file__).parents[2])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": os.pathsep.join(paths)}


def _named(arrays: Any) -> dict[str, Any]:
    """Return arrays by name, so that a file can hold them; a single one is called ``only``."""
    if isinstance(arrays, Mapping):
        return {f"by {name}": _plain(array) for name, array in arrays.items()}
    return {"only": _plain(arrays)}


def _plain(array: Any) -> np.ndarray:
    """Return an array; text, which pandas gives as objects, as NumPy's own: objects are not read back."""
    plain = np.asarray(array)
    text = plain.dtype.kind == "O" and all(isinstance(value, str) for value in plain.flat)
    return plain.astype(str) if text else plain


def _unnamed(file: str | os.PathLike[str]) -> Any:
    """Read what `_named` made: one array, or a dictionary of them."""
    with np.load(file, allow_pickle=False) as arrays:
        if "only" in arrays:
            return arrays["only"]
        return {name.removeprefix("by "): arrays[name] for name in arrays}
