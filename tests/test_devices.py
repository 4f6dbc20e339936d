import os
import subprocess
import sys

import keras
import pytest

import zoo
from zoo import devices


@pytest.fixture
def machine_with_a_card(monkeypatch, tmp_path):
    """A machine whose nvidia-smi names a card that no framework can see."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU 0: NVIDIA Example (UUID: GPU-1234)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    if keras.distribution.list_devices("gpu"):
        pytest.skip("this machine has a graphics card that works")


def test_it_says_what_keras_sees():
    found = devices.devices()
    assert found["backend"] == keras.config.backend()
    assert found["cpu"] == ["cpu:0"]
    assert bool(found["idle"]) == bool(found["cards"] and not found["gpu"])


def test_a_card_that_lies_idle_is_named_with_the_reason(machine_with_a_card, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    found = devices.devices()
    assert found["cards"] == ["GPU 0: NVIDIA Example"]
    assert "pip install" in found["idle"] or "driver" in found["idle"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert "CUDA_VISIBLE_DEVICES='-1' hides it" in devices.devices()["idle"]


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(zoo.InputError, match="no device 'gpu:7'; Keras sees cpu:0"), devices.use("gpu:7"):
        pass


def test_mixed_precision_lasts_for_the_block_and_the_last_layer_keeps_32_bits():
    with devices.use("cpu", mixed_precision=True):
        model = zoo.create_model("mlp", input_shape=(4,), num_classes=3, hidden=(8,), seed=0)
    assert keras.config.dtype_policy().name == "float32"
    hidden, last = model.layers
    assert (hidden.dtype_policy.name, hidden.kernel.dtype) == ("mixed_bfloat16", "float32")
    assert last.compute_dtype == "float32"


def test_the_policy_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), devices.use(mixed_precision=True):
        _ = 1 / 0
    assert keras.config.dtype_policy().name == "float32"


def test_a_recipe_runs_on_a_device_and_in_mixed_precision(tmp_path):
    run = zoo.run_recipe("digits_mlp", output=tmp_path, epochs=1, device="cpu", mixed_precision=True)
    assert run.model.layers[1].compute_dtype == "bfloat16"
    assert run.metrics["test_accuracy"] > 0.5
    loaded = zoo.load_model(run.folder / "model.keras")
    assert loaded.layers[1].compute_dtype == "bfloat16"


def test_a_backend_is_chosen_before_keras_is_imported():
    other = next(name for name in devices.BACKENDS if name != keras.config.backend())
    with pytest.raises(zoo.InputError, match=r"already runs on|is not installed"):
        devices.choose_backend(other)
    devices.choose_backend(keras.config.backend())
    with pytest.raises(zoo.UnknownNameError, match="No backend 'jaxx'. Did you mean 'jax'"):
        devices.choose_backend("jaxx")
    code = (
        "import os, zoo, zoo.devices as d; d.choose_backend('tensorflow'); print(os.environ['KERAS_BACKEND'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "tensorflow\n"


def test_memory_is_taken_as_it_is_needed():
    code = "import os, zoo; print(os.environ['TF_FORCE_GPU_ALLOW_GROWTH'])"
    unset = {k: v for k, v in os.environ.items() if k != "TF_FORCE_GPU_ALLOW_GROWTH"}
    for environment, expected in (
        (unset, "true"),
        ({**unset, "TF_FORCE_GPU_ALLOW_GROWTH": "false"}, "false"),
    ):
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        assert told.stdout.strip() == expected


def test_a_kind_of_device_that_the_backend_does_not_know_is_none_at_all(monkeypatch):
    def as_jax_does(kind):
        if kind == "gpu":
            raise RuntimeError("Unknown backend: 'gpu' requested")
        return ["cpu:0"]

    monkeypatch.setattr(keras.distribution, "list_devices", as_jax_does)
    assert devices.devices()["gpu"] == []
    with devices.use("cpu"):
        pass
