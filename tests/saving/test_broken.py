"""Files that are damaged, or something else: one sentence, and never half a model."""

import io
import json
import shutil
import zipfile

import h5py
import keras
import numpy as np
import pytest

import zoo

L = keras.layers
FORMS = [".keras", ".h5"]


def broken(path, match):
    """Assert that a file is told to be broken, in one sentence that names it, and by the inspector too."""
    with pytest.raises(zoo.BrokenModelError, match=match) as caught:
        zoo.load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path} cannot be read as a model: ")
    assert "Traceback" not in message
    assert "\n" not in message
    assert len(message) < 600 + len(str(path))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return zoo.inspect_model(path)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_anywhere_is_broken(form, forger):
    whole = forger.whole[form].read_bytes()
    path = forger.folder / f"cut{form}"
    sizes = {
        0,
        1,
        4,
        8,
        30,
        100,
        *(len(whole) * part // 40 for part in range(40)),
        len(whole) - 22,
        len(whole) - 1,
    }
    for size in sorted(sizes):
        path.write_bytes(whole[:size])
        report = broken(path, "it is empty" if not size else "cut off|damaged|is not")
        assert not report.whole
        assert report.verdict == "broken"


def test_one_wrong_byte_in_the_weights_is_found(forger):
    data = bytearray(forger.whole[".keras"].read_bytes())
    at = data.index(np.float32(1).tobytes() if np.float32(1).tobytes() in data else b"\x89HDF") + 200
    for place in (at, at + 3000):
        changed = bytearray(data)
        changed[place] ^= 0xFF
        path = forger.folder / "flipped.keras"
        path.write_bytes(changed)
        broken(path, "the archive is damaged .*CRC")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.keras", b"", "it is empty"),
        ("a.h5", b"", "it is empty"),
        ("a.keras", b"\x80\x04K\x01.", "looks like a pickle"),
        ("a.h5", b'{"class_name": "Sequential"}', "is JSON, at most an architecture"),
        ("a.h5", b"<!DOCTYPE html><html>", "web page"),
        ("a.keras", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("a.h5", b"\x1f\x8b\x08\x00", "compressed by gzip"),
        ("a.keras", b"\x1c\x00\x00\x00TFL3" + bytes(30), "LiteRT"),
        ("a.h5", bytes(4000), "it is not HDF5"),
        ("a.keras", bytes(4000), "it is not a ZIP archive"),
    ],
)
def test_what_a_file_is_instead_is_told(name, content, told, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    broken(path, told)


def test_a_wrong_ending_is_told(forger):
    for own, other in ((".keras", ".h5"), (".h5", ".keras")):
        path = forger.folder / f"renamed{other}"
        shutil.copy(forger.whole[own], path)
        broken(path, f"by its content. Give it the ending {own}")
    with pytest.raises(zoo.InputError, match="is a folder"):
        zoo.load_model(forger.folder)


def test_archives_without_their_parts(forger):
    for name in ("config.json", "model.weights.h5"):
        path = forger.with_members(lambda member, data, left_out=name: None if member == left_out else data)
        broken(path, f"has no {name}")
    path = forger.with_members(lambda name, data: b"[1, 2" if name == "config.json" else data)
    broken(path, "its config.json is no JSON")
    path = forger.with_members(lambda name, data: b"[1, 2]" if name == "config.json" else data)
    broken(path, "its config.json is no configuration")
    path = forger.with_members(lambda name, data: b"not HDF5" if name == "model.weights.h5" else data)
    broken(path, "the file of weights in it is damaged")


def test_weights_alone_show_how_they_are_loaded(forger, tmp_path):
    model = zoo.load_model(forger.whole[".keras"])
    model.save_weights(tmp_path / "w.weights.h5")
    broken(
        tmp_path / "w.weights.h5",
        r"weights alone.*zoo.load_weights\(model, 'w.weights.h5'\) or model.load_weights\('w.weights.h5'\)",
    )

    def only_weights(file):  # as Keras 2 wrote them
        for name in list(file.attrs):
            del file.attrs[name]
        for name in ("layer_names", "backend", "keras_version"):
            file.attrs[name] = file["model_weights"].attrs[name]

    broken(forger.with_hdf5(only_weights), r"weights alone.*model.load_weights\('forged.h5'\)")

    def nothing(file):
        only_weights(file)
        file.clear()

    broken(forger.with_hdf5(nothing), "neither a configuration nor weights")


def change_weights(forger, form, change):
    """Write a sound file with other arrays: ``change`` gets the group of the layer ``first``."""
    if form == ".h5":
        return forger.with_hdf5(lambda file: change(file["model_weights/first/small/first"], "kernel"))

    def rewrite(name, data):
        if name != "model.weights.h5":
            return data
        held = io.BytesIO(data)
        with h5py.File(held, "r+") as file:
            change(file["layers/dense/vars"], "0")
        return held.getvalue()

    return forger.with_members(rewrite)


@pytest.mark.parametrize("form", FORMS)
def test_missing_and_misshapen_weights_are_told(form, forger):
    def missing(group, name):
        del group[name]

    def other_shape(group, name):
        del group[name]
        group[name] = np.zeros((4, 4), "float32")

    broken(change_weights(forger, form, missing), "'?first'?|kernel")
    broken(change_weights(forger, form, other_shape), r"\(4, 3\).*\(4, 4\)")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_told(form, value, forger):
    def one_of_them(group, name):
        group[name][1, 2] = value

    path = change_weights(forger, form, one_of_them)
    report = broken(path, "first.*holds NaN or infinity, so its training had failed. limits=zoo.Limits")
    assert not report.whole
    limits = zoo.Limits(finite=False)
    assert np.isnan(zoo.load_model(path, limits=limits).get_weights()[0][1, 2]) == np.isnan(value)
    assert zoo.inspect_model(path, limits).whole


def test_an_array_beside_the_weights_is_a_number_too(forger):
    def change(file):
        file["model_weights/more"] = np.array([np.nan])

    report = broken(forger.with_hdf5(change), "'model_weights/more' holds NaN or infinity")
    assert not report.whole


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c["config"].pop("layers"), "."),
        (lambda c: c["config"]["layers"][2]["config"].pop("units"), "units"),
        (lambda c: c["config"]["layers"][2]["config"].update(units=-1), "."),
        (lambda c: c["config"]["layers"][2]["config"].update(units="many"), "."),
        (lambda c: c["config"]["layers"][2]["config"].update(activation="bogus"), "bogus"),
        (lambda c: c["config"].update(layers=[]), "."),
        (lambda c: c["config"].update(layers=7), "."),
        (lambda c: c["config"]["layers"].pop(1), "."),
        (
            lambda c: c["config"]["layers"][0]["config"].update(batch_shape=[None, 2, None, 4]),
            "'small' was built for inputs of 2 axes, and takes 4",
        ),
    ],
)
def test_a_configuration_that_makes_no_model_is_broken(form, change, told, forger):
    config = forger.documents(form)
    change(config)
    path = forger.with_documents(form, config)
    with pytest.raises(zoo.BrokenModelError, match=told) as caught:
        zoo.load_model(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 600 + len(str(path))


@pytest.mark.parametrize(
    ("layer", "given", "changed"),
    [
        (L.Conv2D, (2, 3), {"dilation_rate": [1, 0.5]}),
        (L.AveragePooling2D, (2,), {"strides": [2, 1.5]}),
    ],
)
def test_steps_of_half_a_pixel_are_told(layer, given, changed, tmp_path):
    path = tmp_path / "half.h5"
    zoo.save_model(keras.Sequential([keras.Input((8, 8, 1)), layer(*given, name="seen")]), path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"].update(changed)
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(zoo.BrokenModelError, match=rf"{next(iter(changed))} of its layer 'seen' is .*\.5"):
        zoo.load_model(path)


@pytest.mark.parametrize("encoding", ["utf-88", {"utf": 8}, 7])
def test_an_encoding_that_is_none_is_told(encoding, forger, tmp_path):
    words = keras.Input((1,), dtype="string")
    model = keras.Model(words, L.StringLookup(vocabulary=["a", "b"], name="look")(words))
    whole = forger.of(zoo.save_model(model, tmp_path / "words.keras"))
    config = whole.documents(".keras")
    config["config"]["layers"][1]["config"]["encoding"] = encoding
    with pytest.raises(zoo.BrokenModelError, match="encoding of its layer 'look'"):
        zoo.load_model(whole.with_documents(".keras", config))


def test_a_list_where_a_layer_takes_one_tensor_is_told(tmp_path):
    x, norm = keras.Input((4,)), L.BatchNormalization(name="norm")
    norm.build((None, 4))
    model = keras.Model(x, norm([x]))
    path = zoo.save_model(model, tmp_path / "list.keras", check=False)
    with pytest.raises(zoo.BrokenModelError, match="'norm' takes one tensor, and is given a list"):
        zoo.load_model(path)


def test_the_zip_itself_may_be_packed(forger):
    path = forger.folder / "packed.keras"
    with (
        zipfile.ZipFile(forger.whole[".keras"]) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert zoo.load_model(path).built
    assert json.dumps(zoo.inspect_model(path).as_dict())


def test_a_damaged_list_of_contents_is_told(forger):
    path = forger.folder / "list.keras"
    path.write_bytes(forger.whole[".keras"].read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03", 1))
    assert broken(path, "the archive is damaged").verdict == "broken"
