"""A model's file after a few mutations, the same ones for the same seed."""

from __future__ import annotations

import io
import json
import random
import warnings
import zipfile
from typing import Any

import h5py
import numpy as np

WORDS = (
    "Lambda", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer", "Functional", "Sequential", "Model", "Dense",
    "Conv2D", "LSTM", "GRU", "RNN", "Bidirectional", "TimeDistributed", "Embedding", "Flatten", "Reshape", "InputLayer",
    "StringLookup", "TextVectorization", "Hashing", "Normalization", "Discretization", "MelSpectrogram", "Operation",
    "Dropout", "BatchNormalization", "ReLU", "function", "relu", "linear", "softmax", "mse", "Adam", "SGD", "L2",
    "GlorotUniform", "Identity", "__lambda__", "__tuple__", "__keras_tensor__", "__numpy__", "__tensor__",
    "__ellipsis__",
    "eval", "exec", "system", "get_file", "load_model", "open", "print", "Popen", "deserialize",
    "enable_unsafe_deserialization",
)  # fmt: skip
MODULES = (
    "builtins", "os", "sys", "subprocess", "posix", "numpy", "keras", "keras.layers", "keras.models", "keras.utils",
    "keras.saving", "keras.config", "keras.src.utils.file_utils", "keras.src.saving.serialization_lib", "keras.ops",
    "keras.initializers", "keras.activations", "tensorflow", "zoo.models._sampling", "zoo", "", None, "importlib",
)  # fmt: skip
TEXTS = (
    "",
    "a",
    "/etc/passwd",
    "../../etc/passwd",
    "https://example.org/x",
    "x" * 10_000,
    "\0",
    "字\ud7ff",
    "{}",
    "None",
    "1e999",
)
NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 2**31 - 1, 2**31, 2**40, 2**63, 10**30, -(2**40), 0.5, -0.5, 1e-300, 1e308, float("nan"),
    float("inf"), True, False,
)  # fmt: skip


def mutated(content: bytes, suffix: str, seed: str) -> tuple[bytes, str]:
    """Return a file's bytes after one to three mutations, and what was done.

    Args:
        content: of a whole file.
        suffix: ``".keras"`` or ``".h5"``.
        seed: the same one does the same.
    """
    draw, done = random.Random(seed), []
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        try:
            if "bytes" in "".join(done):  # no library is asked to open what may be broken
                content, what = _bytes(content, draw)
            else:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    content, what = (_keras if suffix == ".keras" else _h5)(content, draw)
        except Exception:  # an earlier mutation has left nothing of the kind
            content, what = _bytes(content, draw)
        done.append(what)
    return content, ", ".join(done)


def _bytes(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    if not content:
        return b"\0" * draw.randrange(100), "bytes made"
    data, at = bytearray(content), draw.randrange(len(content))
    # Headers and tables lie at the ends, and decide more than the numbers between.
    if draw.random() < 0.5:
        first, last = min(at, draw.randrange(4096)), max(0, len(data) - 1 - draw.randrange(1024))
        at = draw.choice((first, last))
    how = draw.choice(("flip", "flips", "cut", "drop", "double", "zero", "insert", "number"))
    length = draw.choice((1, 4, 8, 64, 1000))
    if how == "flip":
        data[at] ^= 1 << draw.randrange(8)
    elif how == "flips":
        for _ in range(draw.randrange(2, 30)):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif how == "cut":
        del data[at:]
    elif how == "drop":
        del data[at : at + length]
    elif how == "double":
        data[at:at] = data[at : at + length]
    elif how == "zero":
        data[at : at + length] = bytes(length)
    elif how == "insert":
        data[at:at] = draw.randbytes(length)
    else:
        data[at : at + 8] = draw.choice(
            (b"\xff" * 8, b"\0" * 8, (2**40).to_bytes(8, "little"), b"\x7f" + b"\xff" * 7)
        )
    return bytes(data), f"bytes {how} at {at}"


# -- archives ----------------------------------------------------------------------------------------------


def _keras(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    how = draw.choices(("config", "weights", "metadata", "archive", "bytes"), (50, 25, 3, 10, 12))[0]
    if how == "bytes":
        return _bytes(content, draw)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    if how == "archive":
        return _archive(members, draw)
    name = {"config": "config.json", "metadata": "metadata.json", "weights": "model.weights.h5"}[how]
    if name.endswith(".json") and draw.random() < 0.95:
        document, what = _document(json.loads(members[name]), draw)
        members[name] = _dumped(document)
    elif name.endswith(".h5") and draw.random() < 0.8:
        members[name], what = _hdf5(members[name], draw)
    else:
        members[name], what = _bytes(members[name], draw)
    return _zipped(members), f"{name}: {what}"


def _zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", kind) as archive:
        for name, value in members.items():
            archive.writestr(zipfile.ZipInfo(name), value, kind)
    return memory.getvalue()


def _archive(members: dict[str, bytes], draw: random.Random) -> tuple[bytes, str]:
    how = draw.choice(
        ("drop", "rename", "swap", "add", "bomb", "link", "double", "many", "deflate", "empty", "asset")
    )
    name = draw.choice(sorted(members))
    memory = io.BytesIO()
    if how == "drop":
        del members[name]
    elif how == "rename":
        members[
            draw.choice(("../" + name, "/" + name, name.upper(), "x/" + name, name + "\0", ".", name * 50))
        ] = members.pop(name)
    elif how == "swap":
        other = draw.choice(sorted(members))
        members[name], members[other] = members[other], members[name]
    elif how == "add":
        members[draw.choice(("assets/a.txt", "../../evil", "/tmp/evil", "code.py", "assets/../../x"))] = b"x"
    elif how == "asset":
        members["assets/_layer/vocabulary.txt"] = draw.choice(
            (b"", b"\xff\xfe", b"a\na\na", b"x" * 100_000, b"a\n\nb")
        )
    elif how == "empty":
        members[name] = b""
    elif how == "deflate":
        return _zipped(
            members, draw.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
        ), "archive deflate"
    with zipfile.ZipFile(memory, "w") as archive:
        for key, value in members.items():
            archive.writestr(zipfile.ZipInfo(key), value)
        if how == "bomb":
            archive.writestr(
                zipfile.ZipInfo(draw.choice((name, "assets/a"))), bytes(20_000_000), zipfile.ZIP_DEFLATED
            )
        elif how == "link":
            info = zipfile.ZipInfo(draw.choice(("assets", "config.json", "assets/link")))
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        elif how == "double":
            archive.writestr(zipfile.ZipInfo(name), draw.choice(sorted(members.values())))
        elif how == "many":
            for number in range(draw.choice((10, 3000))):
                archive.writestr(zipfile.ZipInfo(f"assets/{number}"), b"")
    return memory.getvalue(), f"archive {how} {name[:40]!r}"


# -- JSON --------------------------------------------------------------------------------------------------


def _dumped(document: Any) -> bytes:
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found, waiting = [], [(node, path)]
    while waiting and len(found) < 20_000:
        node, path = waiting.pop()
        found.append(path)
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        waiting += [(value, (*path, key)) for key, value in items]
    return found


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def _document(document: Any, draw: random.Random) -> tuple[Any, str]:
    places = [path for path in _places(document) if path]
    if not places:
        return _odd_value(document, draw), "whole document"
    path = draw.choice(places)
    holder, key = _at(document, path[:-1]), path[-1]
    how = draw.choices(
        ("value", "near", "drop", "name", "swap", "key", "double", "nest"), (30, 20, 12, 18, 8, 5, 4, 3)
    )[0]
    if how == "value":
        holder[key] = _odd_value(holder[key], draw)
    elif how == "near":
        holder[key] = _near(holder[key], draw)
    elif how == "drop":
        del holder[key]
    elif how == "name":
        named = [
            p
            for p in places
            if p[-1] in ("class_name", "module", "registered_name", "config", "name", "activation", "dtype")
        ]
        path = draw.choice(named or places)
        holder, key = _at(document, path[:-1]), path[-1]
        holder[key] = (
            draw.choice(MODULES if key == "module" else WORDS) if draw.random() < 0.8 else draw.choice(TEXTS)
        )
    elif how == "swap":
        holder[key] = json.loads(json.dumps(_at(document, draw.choice(places))))
    elif how == "key" and isinstance(holder, dict):
        words = (
            "vocabulary",
            "weights",
            "units",
            "filepath",
            "url",
            "function",
            "fn",
            "batch_shape",
            "layers",
            "input_shape",
        )
        holder[draw.choice((*words, *map(str, holder)))] = _odd_value(holder[key], draw)
    elif how == "double" and isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(holder[key])))
    else:
        inner = holder[key]
        for _ in range(draw.choice((1, 50, 300))):
            inner = draw.choice(([inner], {"class_name": "Sequential", "config": {"layers": [inner]}}))
        holder[key] = inner
    return document, f"{how} at {'/'.join(map(str, path))[-80:]}"


def _odd_value(value: Any, draw: random.Random) -> Any:
    kind = draw.choice(("number", "number", "text", "word", "none", "list", "dict", "object"))
    if kind == "number":
        return draw.choice(NUMBERS)
    if kind == "text":
        return draw.choice(TEXTS)
    if kind == "word":
        return draw.choice(WORDS)
    if kind == "list":
        return draw.choice(
            ([], [[]], [value], [value] * 3, [2**31, 2**31], [None, 10**9], [None] * 20, ["a", 1, {}])
        )
    if kind == "dict":
        return draw.choice(({}, {"a": value}, {"class_name": draw.choice(WORDS)}))
    if kind == "object":
        name = draw.choice(WORDS)
        config = draw.choice(
            ({}, {"name": "x"}, value, name, {"units": 2**31}, {"rate": "a"}, ["4wEAAAA=", None, None])
        )
        return {
            "module": draw.choice(MODULES),
            "class_name": name,
            "config": config,
            "registered_name": draw.choice((None, name)),
        }
    return None


def _near(value: Any, draw: random.Random) -> Any:
    """Return what could stand there: another number, another word."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return draw.choice(
            (value + 1, value - 1, value * 2, -value, value * 1000, value / 2, str(value), [value])
        )
    if isinstance(value, str):
        return draw.choice(
            (value[:-1], value + "x", value.upper(), value[::-1], draw.choice(WORDS), f"zoo>{value}")
        )
    if isinstance(value, list):
        return draw.choice((value[::-1], value[1:], value[:-1], value * 2, tuple(value)))
    if isinstance(value, dict):
        keys = list(value)
        draw.shuffle(keys)
        return {key: value[key] for key in keys[: max(1, len(keys) - 1)]}
    return draw.choice(NUMBERS)


# -- HDF5 --------------------------------------------------------------------------------------------------


def _h5(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    how = draw.choices(("config", "hdf5", "bytes"), (50, 35, 15))[0]
    if how == "bytes":
        return _bytes(content, draw)
    if how == "hdf5":
        return _hdf5(content, draw)
    memory = io.BytesIO(content)
    with h5py.File(memory, "r+") as file:
        names = [name for name in ("model_config", "training_config") if name in file.attrs]
        name = names[0] if len(names) == 1 or draw.random() < 0.75 else names[1]
        text = file.attrs[name]
        document, what = _document(json.loads(text), draw)
        del file.attrs[name]
        file.attrs[name] = (
            np.bytes_(_dumped(document)) if draw.random() < 0.95 else draw.choice((1, b"{", "", [1, 2]))
        )
    return memory.getvalue(), f"{name}: {what}"


def _hdf5(content: bytes, draw: random.Random) -> tuple[bytes, str]:
    memory = io.BytesIO(content)
    with h5py.File(memory, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        arrays = [name for name in names if isinstance(file[name], h5py.Dataset)]
        how = draw.choices(("array", "delete", "attribute", "link", "add"), (45, 15, 20, 12, 8))[0]
        name = draw.choice(arrays or names)
        if how == "array" and arrays:
            what = _array(file, name, draw)
        elif how == "delete":
            name = draw.choice(names)
            del file[name]
            what = "deleted"
        elif how == "attribute":
            name, what = _attribute(file, ["/", *names], draw)
        elif how == "link":
            del file[name]
            what = _link(file, name, draw)
        else:
            what = "added beside"
            file[f"{name}_more"] = np.ones(draw.choice(((), (3,), (2, 2))))
    return memory.getvalue(), f"{how} {name[-60:]}: {what}"


def _array(file: h5py.File, name: str, draw: random.Random) -> str:
    value = file[name][()]
    how = draw.choice(
        ("nan", "inf", "shape", "type", "text", "empty", "scalar", "vast", "packed", "same", "huge", "group")
    )
    del file[name]
    if how in ("nan", "inf"):
        spoilt = np.array(value, "float32")
        spoilt.reshape(-1)[draw.randrange(max(1, spoilt.size)) : None : 7] = float(how)
        file[name] = spoilt
    elif how == "shape":
        file[name] = np.ones(
            draw.choice(((1,), (3, 3), (*np.shape(value), 1), np.shape(value)[::-1], (2,) * 9)), "float32"
        )
    elif how == "type":
        file[name] = np.asarray(value).astype(
            draw.choice(("float64", "int8", "float16", "bool", "complex64", "uint64"))
        )
    elif how == "text":
        file[name] = np.full(np.shape(value), b"x")
    elif how == "empty":
        file[name] = h5py.Empty("f")
    elif how == "scalar":
        file[name] = 1.0
    elif how == "vast":
        file.create_dataset(name, draw.choice(((2**40,), (2**20, 2**20), (2**33, 1))), "float32", chunks=True)
    elif how == "packed":
        file.create_dataset(
            name, data=np.zeros(3_000_000, "float32"), compression=draw.choice(("gzip", "lzf"))
        )
    elif how == "huge":
        file[name] = np.array(value, "float32") * 1e38
    elif how == "group":
        file.create_group(name)
    else:
        file[name] = value
    return how


def _attribute(file: h5py.File, names: list[str], draw: random.Random) -> tuple[str, str]:
    holders = [name for name in names if len(file[name].attrs)] or names
    name = draw.choice(holders)
    attributes = file[name].attrs
    key = draw.choice([*attributes, "weight_names", "layer_names", "name", "keras_version", "backend"])
    how = draw.choice(("delete", "text", "number", "list", "bytes", "long"))
    if key in attributes:
        del attributes[key]
    if how != "delete":
        values = {
            "text": draw.choice(TEXTS).replace("\0", ""),
            "number": 7,
            "bytes": b"\xff\xfe",
            "long": "x" * 50_000,
        }
        attributes[key] = values.get(how, np.array([b"a", b"../b", b""]))
    return name, f"attribute {key} {how}"


def _link(file: h5py.File, name: str, draw: random.Random) -> str:
    how = draw.choice(("soft", "loop", "external", "outside", "virtual", "nowhere"))
    if how == "soft":
        file[name] = h5py.SoftLink("/")
    elif how == "loop":
        file[name] = h5py.SoftLink(f"/{name}")
    elif how == "nowhere":
        file[name] = h5py.SoftLink("/no/such/place")
    elif how == "external":
        file[name] = h5py.ExternalLink("/etc/passwd", "/")
    elif how == "outside":
        file.create_dataset(name, (10,), "uint8", external=[("/etc/passwd", 0, 10)])
    else:
        layout = h5py.VirtualLayout((10,), "float32")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (10,))
        file.create_virtual_dataset(name, layout)
    return f"link {how}"
