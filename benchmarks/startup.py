"""How long does one wait before anything happens?

    python benchmarks/startup.py

Whole processes, in turn, several times each; medians in seconds, and the ratio to `import keras`, which is
what every one of them would take if the zoo imported Keras at once.
"""

import os
import statistics
import subprocess
import sys
import time
from typing import Annotated

import typer

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import zoo": ["-c", "import zoo"],
    "zoo --help": ["-m", "zoo.cli", "--help"],
    "zoo list": ["-m", "zoo.cli", "list"],
    "zoo recipes": ["-m", "zoo.cli", "recipes"],
    "zoo show cnn": ["-m", "zoo.cli", "show", "cnn"],
    "zoo run digits_cnn --help": ["-m", "zoo.cli", "run", "digits_cnn", "--help"],
    "import keras": ["-c", "import keras"],
}


def main(times: Annotated[int, typer.Option(help="How often to run each.")] = 7) -> None:
    """Time the commands that should answer at once."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    for _ in range(times):
        for name, words in COMMANDS.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, *words], capture_output=True, check=True, env=environment)
            seconds[name].append(time.perf_counter() - begin)
    whole = statistics.median(seconds["import keras"])
    for name, values in seconds.items():
        middle = statistics.median(values)
        spread = f"{min(values):.3f} to {max(values):.3f}"
        print(f"{name:28} {middle:6.3f} s  ({spread})  {middle / whole:6.3f} of import keras")


if __name__ == "__main__":
    typer.run(main)
