"""However a writer ends, the file is a whole model, the old one or the new one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("writer_to_kill.py")


def run(folder, suffix, kills, sign):
    words = [sys.executable, str(SCRIPT), str(folder), suffix, str(kills), sign]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": ""}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_is_whole_after_each_of_a_hundred_kills(tmp_path, suffix):
    told = run(tmp_path, suffix, 100, "SIGKILL")
    assert told["killed"] == 100
    assert told["halfway"] >= 30, "the writers were hardly ever caught at work"
    assert told["seen"] == [1.0, 2.0]
    assert told["opened"] == 75_350
    assert told["left"] == [f"model{suffix}"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_is_whole_and_alone_after_each_ctrl_c(tmp_path, suffix):
    told = run(tmp_path, suffix, 20, "SIGINT")
    assert told["killed"] == 20
    assert told["halfway"] <= 1
    assert told["left"] == [f"model{suffix}"]
