"""Files for the tests that open what strangers might write: a sound model, and ways to change it."""

import base64
import json
import marshal
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for what the tests of this folder share, `old_files`
L = keras.layers


class Forger:
    """A small compiled model in both formats, and copies of it with something else in them."""

    def __init__(self, folder: Path, whole: dict[str, Path]):
        self.folder, self.whole = folder, whole
        self.marker = folder / "it_ran"

    def documents(self, suffix):
        """Return a sound file's configuration, to be changed."""
        if suffix == ".keras":
            with zipfile.ZipFile(self.whole[suffix]) as archive:
                return json.loads(archive.read("config.json"))
        with h5py.File(self.whole[suffix]) as file:
            config = json.loads(file.attrs["model_config"])
            return {**config, "compile_config": json.loads(file.attrs["training_config"])}

    def with_documents(self, suffix, config, name="forged"):
        """Write a sound file with another configuration."""
        path = self.folder / f"{name}{suffix}"
        if suffix == ".keras":
            return self.with_members(
                lambda name, data: json.dumps(config) if name == "config.json" else data, path
            )
        path.write_bytes(self.whole[suffix].read_bytes())
        model = {key: value for key, value in config.items() if key != "compile_config"}
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = json.dumps(model)
            file.attrs["training_config"] = json.dumps(config["compile_config"])
        return path

    def with_members(self, change, path=None):
        """Write a sound archive with other members: ``change`` gets each name and content."""
        path = path or self.folder / "forged.keras"
        with zipfile.ZipFile(self.whole[".keras"]) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                data = change(name, source.read(name))
                if data is not None:
                    target.writestr(name, data)
        return path

    def of(self, path):
        """Return a forger of another sound file."""
        return Forger(self.folder, {path.suffix: path})

    def with_hdf5(self, change):
        """Write a sound ``.h5`` changed by a function of the open file."""
        path = self.folder / "forged.h5"
        path.write_bytes(self.whole[".h5"].read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def code(self):
        """Return Python code, as Keras writes a lambda, that leaves a mark where it runs."""
        run = compile(
            f"lambda x: __import__('pathlib').Path({str(self.marker)!r}).touch() or x", "<code>", "eval"
        )
        (function,) = [part for part in run.co_consts if hasattr(part, "co_code")]
        text = base64.b64encode(marshal.dumps(function)).decode()
        return {"class_name": "__lambda__", "config": {"code": text, "defaults": None, "closure": None}}


@pytest.fixture(scope="session")
def sound_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    model = keras.Sequential(
        [keras.Input((4,)), L.Dense(3, "relu", name="first"), L.Dense(2, "softmax", name="last")],
        name="small",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.ones((2, 4)), np.ones(2), verbose=0)  # an optimizer that never stepped is not written whole
    files = {suffix: folder / f"whole{suffix}" for suffix in (".keras", ".h5")}
    for path in files.values():
        model.save(path)
    return files


@pytest.fixture
def forger(tmp_path, sound_files):
    return Forger(tmp_path, sound_files)
