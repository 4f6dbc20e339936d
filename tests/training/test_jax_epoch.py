"""Compiled epochs under JAX give what Keras' own `fit` gives there; all cases run in one process of their own."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed"),
]
CASES = (
    "dropout",
    "batch_normalisation",
    "two_outputs",
    "pictures",
    "learning_rate_cycle",
    "rows_in_parts",
    "stop_at_nan",
    "taken_up_again",
    "early_stopping",
    "another_model",
    "no_metrics",
    "without_xla",
)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """What went wrong in each case."""
    script = Path(__file__).with_name("jax_epoch_cases.py")
    written = tmp_path_factory.mktemp("jax") / "outcome.json"
    subprocess.run(
        [sys.executable, str(script), str(written), *CASES],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        check=True,
    )
    return json.loads(written.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_compiled_epochs_do_what_keras_does(case, outcome):
    assert outcome[case] == ""
