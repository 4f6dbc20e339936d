"""Is XLA worth its compilation for this model? Measured once, and remembered."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import platformdirs

from zoo._files import write_text
from zoo.devices import backend_version
from zoo.training._epoch_backend import always_xla
from zoo.training._epoch_functions import Trainer, signature_of
from zoo.training._epoch_plan import Call, Plan
from zoo.training._model_weights import draws_random_numbers

# XLA saves TensorFlow's own work of some tenths of a millisecond a step, so that a step which takes much longer gains
# nothing that would pay for seconds of compiling; and of convolutions on a processor it makes slower ones.
_SHORT_STEP = 3e-3
_WORTH = 3.0  # seconds that a training must take before XLA is tried
_FEWEST = 1000  # steps before anything is measured

_known: dict[str, Timing] = {}


@dataclass(frozen=True)
class Timing:
    """What was measured of a model on this machine.

    Attributes:
        graph: seconds a step without XLA.
        xla: seconds a step with it, or ``None`` where it was not tried or cannot compile this.
        compiling: seconds that it took to compile.
    """

    graph: float
    xla: float | None = None
    compiling: float | None = None

    def pays(self, steps: int) -> bool:
        """Say whether so many steps are sooner done with XLA, its compilation included."""
        if self.xla is None or self.compiling is None:
            return False
        return steps * (self.graph - self.xla) > self.compiling

    def is_worth_trying(self, steps: int) -> bool:
        """Say whether XLA may gain enough for its compilation."""
        return self.compiling is None and self.graph < _SHORT_STEP and steps * self.graph > _WORTH


def choose(
    model: keras.Model, make: Callable[[bool], Trainer], leaves: Any, sample: Call, steps: int
) -> Trainer:
    """Return the function that trains so many steps soonest.

    The choice depends on what was measured the first time on this machine, which is kept on disk, so that the same
    training chooses the same again: the two ways round differently.

    Args:
        model: the model, as it is before training.
        make: makes a function, with XLA or without.
        leaves: the data.
        sample: a call of some steps, to be timed; what it changes is put back.
        steps: how many steps there will be.
    """
    if model.jit_compile or always_xla():
        return make(True)
    # XLA draws other random numbers: dropout would switch off other units than it does in Keras' own loop.
    steady = not draws_random_numbers(model)
    if steps < _FEWEST or not steady or not all(layer.supports_jit for layer in model._flatten_layers()):
        return make(False)
    if (key := _key(model, sample, leaves)) is None:
        return make(False)
    timing = _recall(key)
    if timing is None:
        graph = make(False)
        timing = Timing(_time(graph, leaves, sample))
        _remember(key, timing)
    if timing.is_worth_trying(steps):
        begin, worked = time.perf_counter(), time.process_time()
        timing = replace(timing, compiling=0.0)
        with contextlib.suppress(Exception):  # whatever XLA cannot compile, TensorFlow can run
            xla = make(True)
            _time(xla, leaves, sample, warm=False)
            # What other programs took of the clock meanwhile is not kept for other days.
            compiling = min(time.perf_counter() - begin, time.process_time() - worked)
            timing = replace(
                timing, xla=_time(xla, leaves, _as_called(sample, xla.plan)), compiling=compiling
            )
        _remember(key, timing)
    return make(timing.pays(steps))


def _as_called(sample: Call, plan: Plan) -> Call:
    """Return a call to time XLA by: whole epochs, where it puts all rows in order before the first step of each."""
    if not plan.whole:
        return sample
    return replace(sample, last=plan.rows // plan.batch_size, tail=plan.rows % plan.batch_size > 0)


def _time(trainer: Trainer, leaves: Any, sample: Call, *, warm: bool = True) -> float:
    """Return the seconds a step; the variables are put back."""
    variables = trainer.variables
    before = [variable.numpy() for variable in variables]
    try:
        if warm:
            trainer.run(leaves, replace(sample, last=min(1, sample.last)))
        best, spent, begin = float("inf"), 0.0, time.perf_counter()
        while spent < (0.05 if warm else 1e-9):
            start = time.perf_counter()
            trainer.run(leaves, sample)
            best = min(best, time.perf_counter() - start)
            spent = time.perf_counter() - begin
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
    return best / max(1, len(sample.orders) * (sample.last - sample.first + sample.tail))


def _key(model: keras.Model, sample: Call, leaves: Any) -> str | None:
    signature = signature_of(model)
    if signature is None:
        return None
    shapes = "-".join("x".join(map(str, leaf.shape)) for leaf in leaves)
    versions = (
        keras.version(),
        backend_version(),
        platform.processor() or platform.machine(),
        os.cpu_count(),
    )
    return " ".join(map(str, (signature, shapes, sample.last, *versions)))


def _file() -> Path:
    return Path(platformdirs.user_cache_dir("keras-model-zoo")) / "compiled.json"


def _recall(key: str) -> Timing | None:
    if key not in _known:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            _known[key] = Timing(**json.loads(_file().read_text(encoding="utf-8"))[key])
    return _known.get(key)


def _remember(key: str, timing: Timing) -> None:
    _known[key] = timing
    told: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(_file().read_text(encoding="utf-8"))
    told[key] = asdict(timing)
    with contextlib.suppress(OSError):  # a cache that cannot be written is none
        write_text(_file(), json.dumps(told, indent=1) + "\n")
