"""What does Keras compute on? The backend, the devices, and why a graphics card lies idle."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from zoo._lazy import keras
from zoo.errors import InputError, UnknownNameError, did_you_mean

BACKENDS = ("tensorflow", "jax", "torch")


def installed_backends() -> list[str]:
    """List the backends of Keras that are installed here, TensorFlow first; nothing is imported.

    Examples:
        >>> "tensorflow" in installed_backends()
        True
    """
    return [name for name in BACKENDS if importlib.util.find_spec(name) is not None]


def backend_version() -> str:
    """Return the version of Keras' backend, under whichever name it was installed; ``""`` where that is not known.

    Examples:
        >>> backend_version() != ""
        True
    """
    backend = keras.config.backend()
    for name in (backend, f"{backend}-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name)
    return ""


def check_backend(name: str) -> None:
    """Refuse a backend that cannot be had here.

    Raises:
        UnknownNameError: Keras has no such backend.
        InputError: it is not installed.
    """
    if name not in BACKENDS:
        hint = did_you_mean(name, BACKENDS) or f" There are {', '.join(BACKENDS)}."
        raise UnknownNameError(f"No backend {name!r}.{hint}")
    if name not in installed_backends():
        raise InputError(f"The backend {name!r} is not installed; `pip install {name}` brings it.")


def choose_backend(name: str) -> None:
    """Let Keras use a backend, which can be said only before Keras is imported.

    Raises:
        UnknownNameError: Keras has no such backend.
        InputError: it is not installed, or Keras already runs on another.
    """
    check_backend(name)
    if "keras.src" not in sys.modules:  # the lazy module alone is not yet Keras
        os.environ["KERAS_BACKEND"] = name
    elif keras.config.backend() != name:
        raise InputError(
            f"Keras already runs on {keras.config.backend()} in this process. Set KERAS_BACKEND={name} before "
            "it is imported, or run it from the command line with --backend."
        )


def devices() -> dict[str, Any]:
    """Say what Keras computes on.

    Returns:
        ``backend`` and its ``version``, ``cpu`` and ``gpu`` (lists of Keras' names for devices), ``cards``
        (what the system says is there), and ``idle``: why a card is not used, or ``None``.

    Examples:
        >>> devices()["cpu"]
        ['cpu:0']
    """
    backend = keras.config.backend()
    found = {kind: _seen(kind) for kind in ("cpu", "gpu")}
    cards = _cards()
    return {
        "backend": backend,
        "version": backend_version(),
        **found,
        "cards": cards,
        "idle": _why_idle(backend) if cards and not found["gpu"] else None,
    }


@contextlib.contextmanager
def use(device: str | None = None, *, mixed_precision: bool = False) -> Iterator[None]:
    """Compute the block on a device, in mixed precision if wanted.

    Args:
        device: ``cpu``, ``gpu`` or ``gpu:1``; ``None`` leaves the choice to Keras: a graphics card if it
            sees one.
        mixed_precision: multiply in 16 bits and keep weights in 32: float16 on a graphics card, bfloat16
            elsewhere, where float16 is slow.

    Raises:
        InputError: there is no such device.
    """
    if device is None and not mixed_precision:
        yield
        return
    names = [*_seen("cpu"), *_seen("gpu")]
    chosen = next((n for n in names if n in (device, f"{device}:0")), None)
    if device is not None and chosen is None:
        raise InputError(
            f"There is no device {device!r}; Keras sees {', '.join(names)}. `zoo devices` says more."
        )
    on_card = (chosen or names[-1]).startswith("gpu")
    before = keras.config.dtype_policy()
    if mixed_precision:
        keras.config.set_dtype_policy("mixed_float16" if on_card else "mixed_bfloat16")
    try:
        with keras.device(chosen) if chosen else contextlib.nullcontext():
            yield
    finally:
        keras.config.set_dtype_policy(before)


def _seen(kind: str) -> list[str]:
    """List the devices of a kind. Where there is none TensorFlow lists none, and JAX raises."""
    try:
        return list(keras.distribution.list_devices(kind))
    except RuntimeError:
        return []


def _cards() -> list[str]:
    """Ask the system, not the framework, which graphics cards there are."""
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return ["Apple's own"]
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        told = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.partition(" (UUID")[0] for line in told.stdout.splitlines() if line.startswith("GPU")]


def _why_idle(backend: str) -> str:
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden in ("", "-1"):
        return f"CUDA_VISIBLE_DEVICES={hidden!r} hides it. Unset it."
    if platform.system() == "Darwin":
        return "TensorFlow uses Apple's graphics only with the package tensorflow-metal."
    if backend == "jax":
        return "This JAX computes on the processor only. Install it with CUDA: pip install 'jax[cuda12]'"
    if backend == "torch":
        return "This PyTorch computes on the processor only. Install a build with CUDA: see pytorch.org"
    import tensorflow as tf

    install = "pip install 'keras-model-zoo[gpu]'"
    if not tf.test.is_built_with_cuda():
        return f"This TensorFlow is built without CUDA. In a new environment: {install}"
    if not _has_cuda_packages():
        return f"TensorFlow finds no CUDA libraries. Install them beside it: {install}"
    return "TensorFlow has CUDA and its libraries, so the driver is probably too old: nvidia-smi shows it."


def _has_cuda_packages() -> bool:
    names = (str(package.metadata["Name"]) for package in importlib.metadata.distributions())
    return any(name.startswith("nvidia-cudnn") for name in names)
