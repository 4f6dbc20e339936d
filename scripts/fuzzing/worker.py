"""What the zoo makes of one file, in a process that may be killed."""

from __future__ import annotations

import gc
import math
import os
import resource
import sys
import sysconfig
import tempfile
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzzing.mutations import mutated

MiB = 2**20
# What no file may bring about; each is an event of Python's audit hooks.
FORBIDDEN = (
    "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.startfile", "subprocess.Popen", "socket.connect",
    "socket.getaddrinfo", "urllib.Request", "pickle.find_class", "shutil.unpack_archive", "os.symlink", "os.link",
    "ctypes.dlopen", "webbrowser.open", "ftplib.connect", "http.client.connect",
)  # fmt: skip


class Watch:
    """Notes what is done that no file may bring about: programs, connections, files read or written elsewhere."""

    def __init__(self, folder: Path) -> None:
        fine = [
            folder,
            Path(sys.prefix),
            Path(sys.base_prefix),
            Path(sysconfig.get_path("stdlib")),
            "/proc",
            "/sys",
            "/dev",
        ]
        self._fine = tuple(str(path) for path in (*fine, *filter(None, sys.path), tempfile.gettempdir()))
        self.seen: list[str] = []
        self.on = False
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if "zoo.saving._first_look" in str(arguments):
            return  # the process that looks at HDF5 first, started anew after it died
        if event in FORBIDDEN or (
            event == "marshal.loads" and "importlib" not in sys._getframe(1).f_code.co_filename
        ):
            self.seen.append(f"{event} {str(arguments)[:200]}")
        elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - links are followed by whom it serves
            if not path.startswith(self._fine):
                self.seen.append(f"open {path} {arguments[1]}")


def serve(pipe: Connection, sources: list[dict], seed: int, memory: int) -> None:
    """Answer numbers of mutations with what came of them, until there are no more."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - what TensorFlow says of a broken model is no news
    os.dup2(sys.stderr.fileno(), 2)
    import keras

    import zoo

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(Path(folder))
        judged(zoo.create_model("mlp", input_shape=(3,), num_classes=2))  # what is loaded once, is loaded
        gc.collect()
        gc.freeze()  # what Keras and TensorFlow are made of is not looked through for each file
        ground = _resident()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_virtual() + 4 * memory, hard))
        pipe.send(("ready", ground))
        answered = 0
        while (number := pipe.recv()) is not None:
            pipe.send((number, *attempt(number, sources, seed, Path(folder), watch), _resident() - ground))
            answered += 1
            if answered % 200 == 0:  # it collects garbage, which costs more than a file does
                keras.backend.clear_session()


def source_of(number: int, sources: list[dict], seed: int) -> tuple[Path, bytes, str]:
    """Return the file that a number spoils, its bytes afterwards, and what was done: always the same."""
    import random

    draw = random.Random(f"{seed} {number}")
    # The time that a file takes goes by its parts. One with a tenth of them is taken thirty times as often.
    source = Path(draw.choices(sources, [one["parts"] ** -1.5 for one in sources])[0]["path"])
    content, done = mutated(source.read_bytes(), source.suffix, f"{seed} {number} {source.name}")
    return source, content, done


def attempt(
    number: int, sources: list[dict], seed: int, folder: Path, watch: Watch
) -> tuple[str, str, str, float]:
    """Return what came of a mutation: an outcome, what it was, what is said of it, and the seconds it took."""
    source, content, done = source_of(number, sources, seed)
    path = folder / f"spoilt{source.suffix}"
    path.write_bytes(content)
    begin = time.perf_counter()
    watch.seen.clear()
    watch.on = True
    outcome, told = look_and_load(path)
    watch.on = False
    if watch.seen:
        outcome, told = "FAILED: something was run", "; ".join(dict.fromkeys(watch.seen))
    return outcome, f"{source.name}: {done}", told, time.perf_counter() - begin


def look_and_load(path: Path) -> tuple[str, str]:
    """Return what the inspector and the loader make of a file: an outcome, and what is said of it."""
    import zoo

    try:
        report = zoo.inspect_model(path)
    except BaseException:
        return "FAILED: the inspector raised", traceback.format_exc()
    try:
        model = zoo.load_model(path)
    except zoo.UnsafeModelError as error:
        return _sentence("unsafe", str(error), path, report)
    except zoo.BrokenModelError as error:
        return _sentence("broken", str(error), path, report)
    except BaseException:
        return "FAILED: the loader raised", traceback.format_exc()
    if report.problems:
        return "FAILED: opened what the inspector refuses", " ".join(report.problems)
    return judged(model)


def _sentence(outcome: str, told: str, path: Path, report: Any) -> tuple[str, str]:
    """Hold a refusal to its form: one sentence of its own that names the file."""
    if path.name not in told or "Traceback" in told or len(told) > 2000:
        return "FAILED: the message", told
    if outcome == "unsafe" and not report.problems and report.verdict == "safe to open":
        return "refused in the building", told
    return outcome, told


def judged(model: Any) -> tuple[str, str]:
    """Say whether a model predicts on a sample."""
    import numpy as np

    from zoo.saving._sample import outputs_of, random_rows

    told = ""
    if not model.inputs:
        return "FAILED: a model without inputs", repr(model)
    # An axis that the spoilt file leaves open may be one that a layer was built for all the same.
    built_for = {weight.shape[-2] for weight in model.weights if len(weight.shape) > 1}
    fixed = [math.prod(size or 1 for size in tensor.shape[1:]) for tensor in model.inputs]
    built_for |= {built // known for built in built_for for known in fixed if built % known == 0}
    for side in (8, 32, 96, 1, *sorted(built_for)):
        numbers = sum(2 * math.prod(size or side for size in tensor.shape[1:]) for tensor in model.inputs)
        if numbers > 5e6 or any((tensor.shape[0] or 0) > 10_000 for tensor in model.inputs):
            return "opened, too large to sample", ""
        try:
            outputs = outputs_of(model, random_rows(model, 2, side))
        except Exception:
            told = told or traceback.format_exc()
            continue
        return (
            ("opened, and predicts", "")
            if all(isinstance(o, np.ndarray) for o in outputs)
            else ("FAILED: outputs", "")
        )
    return "FAILED: a model that does not predict", told


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _virtual() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
