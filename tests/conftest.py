"""What the whole suite shares: quiet frameworks, seeded starts, and the real data where it is."""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import zoo

# A machine with other work says nothing of a test.
settings.register_profile("zoo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zoo")


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture
def cold_cache(monkeypatch, tmp_path):
    """A user with an empty cache and no data folder."""
    monkeypatch.delenv("ZOO_DATA_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def data_folder():
    """The folder with the real datasets; the test is skipped where there is none."""
    folder = os.environ.get("ZOO_DATA_DIR")
    if not folder or not (Path(folder) / "mnist.npz").is_file():
        pytest.skip("ZOO_DATA_DIR names no folder with mnist.npz")
    return Path(folder)


@pytest.fixture(scope="session")
def digits():
    return zoo.load_dataset("digits", validation_split=0.2)


@pytest.fixture
def table():
    """64 rows of 4 numbers with three classes."""
    x = np.random.default_rng(0).random((64, 4), dtype="float32")
    return x, np.arange(64) % 3
