"""A benchmark measures both sides, writes what it found, and a table that is older is noticed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
SCRIPT = """
from _harness import Benchmark

def measure(case, side):
    taken = {"zoo": 1.0, "Keras": 4.0 if case == "easy" else 0.5}[side]
    return {"time": taken, "loss": 0.1 if side == "zoo" or case != "odd" else 9.0}

def differs(case, values):
    return "the losses differ" if values["zoo"]["loss"] != values["Keras"]["loss"] else None

BENCHMARK = Benchmark(__file__, "Dummies", measure, cases=["easy", "hard"], sides=["zoo", "Keras"],
                      units={"time": "ms", "loss": ""}, headlines=["time"], differs=differs, times=2,
                      goals={(case, "time", "Keras"): 2 for case in ("easy", "hard")})

if __name__ == "__main__":
    BENCHMARK.run()
"""

if not BENCHMARKS.is_dir():
    pytest.skip("the benchmarks are not here", allow_module_level=True)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "dummy.py"
    path.write_text(SCRIPT)
    return path


def run(script, *words):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), str(ROOT)])}
    words = [sys.executable, str(script), *words]
    return subprocess.run(words, capture_output=True, text=True, env=environment)


def test_one_side_prints_json(script):
    done = run(script, "--case", "easy", "--side", "Keras")
    assert json.loads(done.stdout) == {"time": 4.0, "loss": 0.1}


def test_both_sides_are_compared_and_written_and_what_misses_its_goal_is_told(script, tmp_path):
    results = tmp_path / "results.json"
    results.write_text('{"other": {"kept": true}}')
    done = run(script, "--results", str(results))
    written = json.loads(results.read_text())
    assert written["other"] == {"kept": True}
    record = written["dummy"]
    assert record["machine"]["processor"]
    assert record["sides"] == ["zoo", "Keras"]
    easy, hard = (row for row in record["rows"] if row["value"] == "time")
    assert easy["ratios"]["Keras"] == {"median": 4.0, "low": 4.0, "high": 4.0}
    assert hard["ratios"]["Keras"]["median"] == 0.5
    assert done.returncode == 1
    assert record["missed"] == ["hard, time: 0.5 times Keras, not 2"]
    assert record["missed"][0] in done.stderr
    assert "4 (4 to 4)" in done.stdout


def test_sides_that_disagree_write_nothing(script, tmp_path):
    script.write_text(SCRIPT.replace('["easy", "hard"]', '["easy", "odd"]'))
    done = run(script, "--results", str(tmp_path / "results.json"))
    assert done.returncode == 1
    assert "odd: the losses differ" in done.stderr
    assert not (tmp_path / "results.json").exists()


def test_a_table_that_is_older_than_the_results_is_noticed(script, tmp_path):
    results = tmp_path / "results.json"
    run(script, "--results", str(results))
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from benchmark_tables import full_tables, headline_table, known
results = known(Path(sys.argv[2]))
print(headline_table(results))
print(full_tables(results))
"""

    def tables():
        words = [sys.executable, "-c", code, str(ROOT / "scripts"), str(results)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    before = tables()
    assert "| easy | time, ms | 1 | 4 | 4 (4 to 4) |" in before
    assert "Not reached: hard, time: 0.5 times Keras, not 2." in before
    results.write_text(results.read_text().replace('"median": 4.0', '"median": 5.0'))
    assert tables() != before


CLAIMS = [
    path for path in sorted(BENCHMARKS.glob("[a-z]*.py")) if "BENCHMARK = Benchmark(" in path.read_text()
]


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_every_script_says_what_it_does_and_waits_for_no_backend(path):
    code = f"import runpy, sys; sys.path.insert(0, {str(BENCHMARKS)!r}); runpy.run_path({str(path)!r})"
    listing = (
        "; print([name for name in sys.modules if name.startswith(('keras.', 'tensorflow.', 'torch.'))])"
    )
    done = subprocess.run([sys.executable, "-c", code + listing], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert f"python benchmarks/{path.name}" in path.read_text()
