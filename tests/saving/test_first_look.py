"""Files that bring the HDF5 library down, or keep it busy for ever, end another process and not this one."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

import zoo
from zoo.saving import _first_look
from zoo.saving._first_look import look_first
from zoo.saving._limits import Limits


@pytest.fixture(params=[".keras", ".h5"])
def file(request, tmp_path):
    return zoo.save_model(
        zoo.create_model("linear", input_shape=(3,), seed=0), tmp_path / f"a{request.param}"
    )


def _reader():
    _first_look.prepare()
    return _first_look._READER._process


def test_a_whole_file_passes_and_the_process_stays(file):
    look_first(file, Limits())
    first = _reader().pid
    look_first(file, Limits())
    assert _reader().pid == first


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a process is stopped and crashed by signals here")
def test_a_crash_is_told_and_the_next_file_opens(file):
    look_first(file, Limits())
    process = _reader()
    os.kill(process.pid, signal.SIGSTOP)  # so that the question finds it there, and no answer comes
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGSEGV)
    threading.Timer(0.5, os.kill, (process.pid, signal.SIGCONT)).start()
    with pytest.raises(zoo.BrokenModelError, match="crashed"):
        zoo.load_model(file)
    assert zoo.load_model(file).count_params() == 4
    assert _reader().pid != process.pid


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the processor's time is bounded by a signal")
def test_a_file_without_an_end_is_told(tmp_path, monkeypatch):
    path = tmp_path / "long.h5"
    with h5py.File(path, "w") as file:
        for number in range(5000):
            file.create_group(str(number))
    look_first(path, Limits())
    monkeypatch.setattr(_first_look, "_SECONDS", 0.01)
    with pytest.raises(zoo.BrokenModelError, match="no end"):
        look_first(path, Limits())


def test_a_process_that_hangs_is_ended_by_the_clock(file, monkeypatch):
    look_first(file, Limits())
    process = _reader()
    monkeypatch.setattr(_first_look, "_START", 0.5)
    monkeypatch.setattr(_first_look, "_SECONDS", 0.01)
    os.kill(process.pid, signal.SIGSTOP)
    begin = time.monotonic()
    with pytest.raises(zoo.BrokenModelError, match="no end"):
        look_first(file, Limits())
    assert time.monotonic() - begin < 60


def test_one_text_that_is_told_a_thousand_times_is_refused_before_memory_is_taken(tmp_path):
    path = zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tmp_path / "a.h5")
    text, count = "x" * 60_000, 4_000
    with h5py.File(path, "r+") as file:
        names = np.array(["first", *[f"{number:04d}" for number in range(1, count)]], dtype=object)
        names[0] = text
        file.attrs.create("layer_names_more", names, dtype=h5py.string_dtype())
    content = bytearray(path.read_bytes())
    first = content.index(len(text).to_bytes(4, "little"))  # 4 bytes of length, 8 of address, 4 of number
    for number in range(1, count):
        content[first + 16 * number : first + 16 * number + 16] = content[first : first + 16]
    path.write_bytes(content)
    with pytest.raises(zoo.UnsafeModelError, match="far more memory"):
        zoo.load_model(path)
    assert not zoo.inspect_model(path).safe


def test_the_process_ends_with_the_one_that_started_it(file):
    code = (
        "import sys, zoo; from zoo.saving import _first_look as look; from zoo.saving._limits import Limits; "
        "from pathlib import Path; look.look_first(Path(sys.argv[1]), Limits()); print(look._READER._process.pid)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, file], capture_output=True, text=True, check=True
    )
    assert not ran.stderr
    assert not Path(f"/proc/{int(ran.stdout)}").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_has_a_process_of_its_own(file):
    look_first(file, Limits())
    code = (
        "import os, sys, zoo; from zoo.saving import _first_look as look; from zoo.saving._limits import Limits; "
        "from pathlib import Path; path = Path(sys.argv[1]); look.look_first(path, Limits())\n"
        "first = look._READER._process.pid; child = os.fork()\n"
        "look.look_first(path, Limits())\n"
        "assert (look._READER._process.pid == first) == bool(child)\n"
        "look._READER.end() if not child else None\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 0)"
    )
    subprocess.run([sys.executable, "-c", code, file], check=True, timeout=120)


def test_a_python_that_cannot_be_started_is_told_and_the_file_opens(file, monkeypatch):
    monkeypatch.setattr(_first_look, "_READER", _first_look._Reader())
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.warns(UserWarning, match="without a look"):
        assert zoo.load_model(file).count_params() == 4
