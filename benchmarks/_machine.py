"""The machine that measured, and the code that was measured."""

import hashlib
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("keras", "tensorflow", "jax", "torch", "scikit-learn", "numpy")


def machine() -> dict[str, str]:
    """Return the processor, the cores this process may use, the card if there is one, and the versions."""
    found = {
        "processor": processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
    }
    if card := graphics_card():
        found["card"] = card
    found["backend"] = os.environ.get("KERAS_BACKEND", "tensorflow")
    found["python"] = platform.python_version()
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """Return the processor's name, as the system gives it."""
    file = Path("/proc/cpuinfo")
    if file.is_file():
        for line in file.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def graphics_card() -> str:
    """Return the name of the first NVIDIA card, or nothing."""
    if shutil.which("nvidia-smi") is None:
        return ""
    words = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(words, capture_output=True, text=True)
    return "" if done.returncode else done.stdout.strip().partition("\n")[0]


def fingerprint(script: Path) -> str:
    """Return twelve digits that change with the script, with what the scripts share, and with the zoo."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in [script, *sorted(here.glob("_*.py")), *sorted((ROOT / "zoo").rglob("*.py"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
