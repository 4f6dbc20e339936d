"""How long does one wait before anything happens?

    python benchmarks/startup.py

Whole processes that should answer at once, beside `import keras`, which every one of them would wait for if the zoo
imported Keras at its beginning. Then `zoo run digits_cnn`: what passes from the end of the backend's own import to the
beginning of the first step of training, tracing included. What is waited for is compared, so a busy machine counts.
"""

import subprocess
import sys
import tempfile
import time

from _harness import Benchmark, Values

COMMANDS = {
    "import zoo": ["-c", "import zoo"],
    "zoo list": ["-m", "zoo.cli", "list"],
    "zoo recipes": ["-m", "zoo.cli", "recipes"],
    "zoo show cnn": ["-m", "zoo.cli", "show", "cnn"],
}
FIRST_STEP = "zoo run digits_cnn, to its first step"
_HOOK = """
import contextlib, io, os, sys, time
import zoo.cli.work
load = zoo.cli.work.load_keras
def load_and_note():
    load()
    import keras
    def begin(*arguments):
        sys.__stdout__.write(repr(time.perf_counter() - loaded) + "\\n")
        sys.__stdout__.flush()
        os._exit(0)
    keras.callbacks.CallbackList.on_epoch_begin = begin
    loaded = time.perf_counter()
zoo.cli.work.load_keras = load_and_note
sys.argv = ["zoo", "run", "digits_cnn", "--output", sys.argv[1]]
with contextlib.redirect_stdout(io.StringIO()):
    zoo.cli.main()
"""


def measure(case: str, side: str) -> Values:
    if case == FIRST_STEP and side == "zoo":
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run(
                [sys.executable, "-c", _HOOK, scratch], capture_output=True, text=True, check=True
            )
        return {"wait": float(done.stdout)}
    words = COMMANDS.get(case, []) if side == "zoo" else ["-c", "import keras"]
    begin = time.perf_counter()
    subprocess.run([sys.executable, *words], capture_output=True, check=True)
    return {"wait": time.perf_counter() - begin}


BENCHMARK = Benchmark(
    __file__,
    "Start-up, beside `import keras`",
    measure,
    cases=[*COMMANDS, FIRST_STEP],
    sides=["zoo", "Keras"],
    units={"wait": "s"},
    headlines=["wait"],
    most={("import zoo", "wait"): 0.1, (FIRST_STEP, "wait"): 1.5}
    | {(name, "wait"): 0.3 for name in COMMANDS if name != "import zoo"},
    times=5,
)

if __name__ == "__main__":
    BENCHMARK.run()
