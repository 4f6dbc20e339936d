"""Files that ask for more than they hold, or lead out of themselves: refused before memory is taken."""

import gc
import io
import json
import resource
import struct
import zipfile

import h5py
import keras
import numpy as np
import pytest

import zoo

L = keras.layers


def refused(path, match, **options):
    with pytest.raises(zoo.UnsafeModelError, match=match) as caught:
        zoo.load_model(path, **options)
    assert str(path) in str(caught.value)
    report = zoo.inspect_model(path, options.get("limits"))
    assert not report.safe
    return str(caught.value)


# -- archives -------------------------------------------------------------------------------------------


def with_member(forger, name, data=b"x", **facts):
    """Add a member to a sound archive."""
    path = forger.with_members(lambda name, data: data)
    with zipfile.ZipFile(path, "a") as archive:
        member = zipfile.ZipInfo(name)
        for fact, value in facts.items():
            setattr(member, fact, value)
        archive.writestr(member, data)
    return path


@pytest.mark.parametrize("name", ["../out.txt", "assets/../../out.txt", "/etc/out", "C:/out", "a\\..\\out"])
def test_a_members_name_leads_nowhere(name, forger):
    refused(with_member(forger, name), "has a name that leads out of the archive")
    assert not (forger.folder.parent / "out.txt").exists()


def test_a_link_is_no_member(forger):
    refused(with_member(forger, "assets/a", b"/etc/passwd", external_attr=0o120777 << 16), "is a link")


def test_a_member_stands_there_once(forger):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = with_member(forger, "config.json", b"{}")
    refused(path, "'config.json' stands there twice")


def test_an_encrypted_member_is_refused(forger):
    path = with_member(forger, "assets/a")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    refused(path, "is encrypted")


def test_other_packings_are_refused(forger):
    refused(
        with_member(forger, "assets/a", compress_type=zipfile.ZIP_BZIP2), "packed in a way that Keras never"
    )


def test_members_are_counted(forger):
    path = forger.with_members(lambda name, data: data)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20):
            archive.writestr(f"assets/{number}", b"")
    message = refused(path, "holds 23 members, more than 10", limits=zoo.Limits(members=10))
    assert "zoo.Limits(members=...)" in message
    assert zoo.load_model(path).built


def test_an_archive_that_unpacks_to_far_more_is_refused(forger):
    path = forger.with_members(lambda name, data: data)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("assets/a", "w") as member:
        for _ in range(80):
            member.write(bytes(2**20))
    assert path.stat().st_size < 2**17
    refused(path, r"'assets/a', which unpacks from [\d,]+ bytes to 83,886,080")


def test_a_member_that_lies_about_its_size_is_no_member(forger):
    path = forger.with_members(lambda name, data: data)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/a", bytes(10**6))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)  # the size unpacked
    path.write_bytes(data)
    with pytest.raises(
        zoo.BrokenModelError, match="forged.keras cannot be read as a model: the archive is damaged"
    ):
        zoo.load_model(path)


# -- documents ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [".keras", ".h5"])
@pytest.mark.parametrize("depth", [300, 100_000])
def test_a_document_is_not_deeper_than_the_limit(form, depth, forger):
    text = '{"a":' * depth + "1" + "}" * depth
    if form == ".keras":
        path = forger.with_members(lambda name, data: text if name == "config.json" else data)
    else:

        def change(file):
            del file.attrs["model_config"]
            file.attrs.create("model_config", text, dtype=h5py.string_dtype())

        path = forger.with_hdf5(change)
    refused(path, "nested deeper than 200")


def test_a_document_is_not_longer_than_the_limit(forger):
    message = refused(forger.whole[".keras"], "bytes, more than 100", limits=zoo.Limits(json_bytes=100))
    assert "zoo.Limits(json_bytes=...)" in message
    refused(forger.whole[".h5"], "bytes, more than 100", limits=zoo.Limits(json_bytes=100))


@pytest.mark.parametrize("form", [".keras", ".h5"])
def test_a_few_lines_cannot_ask_for_millions_of_calls(form, forger):
    model = {"class_name": "Dense", "config": {"name": "deep", "units": 4}}
    for depth in range(20):
        node = [[["a", 0, 0, {}]]] * 2
        layers = [
            {
                "class_name": "InputLayer",
                "name": "a",
                "config": {"name": "a", "batch_shape": [None, 4]},
                "inbound_nodes": [],
            },
            {**model, "name": "b", "inbound_nodes": node},
        ]
        config = {
            "name": f"m{depth}",
            "layers": layers,
            "input_layers": [["a", 0, 0]],
            "output_layers": [["b", 0, 0]],
        }
        model = {"class_name": "Functional", "config": config}
    path = forger.with_documents(form, {**model, "compile_config": None})
    refused(path, "calls its layers more than 100,000 times")


# -- HDF5 -----------------------------------------------------------------------------------------------

KERNEL = "model_weights/first/small/first/kernel"


def instead_of_the_kernel(make):
    def change(file):
        del file[KERNEL]
        make(file)

    return change


def external_storage(file):
    file.create_dataset(KERNEL, (4, 3), "f4", external=[("/etc/passwd", 0, 48)])


def virtual(file):
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4, 3))
    file.create_virtual_dataset(KERNEL, layout)


def external_link(file):
    file[KERNEL] = h5py.ExternalLink("/tmp/other.h5", "/x")


def soft_link(file):
    file[KERNEL] = h5py.SoftLink("/model_weights/first/small/first/bias")


def text(file):
    file.create_dataset(KERNEL, (4, 3), h5py.string_dtype())


def empty_chunks(file):
    file.create_dataset(KERNEL, (10**5, 10**5), "f4", chunks=(1, 10))


def a_huge_chunk(file):
    file.create_dataset(KERNEL, (4, 3), "f4", maxshape=(None, None), chunks=(10**5, 2000))


def zeros(file):
    file.create_dataset(
        KERNEL, (40, 2**20), "f4", compression="gzip", chunks=(1, 2**20), data=np.zeros((40, 2**20), "f4")
    )


def a_circle(file):
    file["model_weights/first/again"] = file["model_weights"]


def a_plugin(file):
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((4, 3))
    made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    kernel, name = KERNEL.rpartition("/")[::2]
    h5py.h5d.create(file[kernel].id, name.encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4, 3)), made)


HDF5 = {
    external_storage: "is stored in another file, '/etc/passwd'",
    virtual: "is a virtual array",
    external_link: "is a link",
    soft_link: "is a link",
    text: "is no array of numbers",
    empty_chunks: r"declares 40,000,000,000 bytes and stores 0",
    a_huge_chunk: r"declares 800,000,000 bytes",
    zeros: r"declares 167,772,160 bytes and stores [\d,]+",
    a_circle: "is a group that stands there twice",
    a_plugin: "packed by the filter 32015",
}


@pytest.mark.parametrize("attack", HDF5, ids=lambda attack: attack.__name__)
def test_an_hdf5_file_holds_its_own_arrays_and_no_more(attack, forger):
    change = attack if attack is a_circle else instead_of_the_kernel(attack)
    refused(forger.with_hdf5(change), HDF5[attack])


@pytest.mark.parametrize(
    "attack", [external_link, external_storage, virtual], ids=lambda attack: attack.__name__
)
def test_the_same_holds_for_the_file_in_an_archive(attack, forger):
    def change(name, data):
        if name != "model.weights.h5":
            return data
        held = io.BytesIO(data)
        with h5py.File(held, "r+") as file:
            file.create_group("model_weights/first/small/first")
            attack(file)
        return held.getvalue()

    refused(forger.with_members(change), HDF5[attack])


def test_objects_and_attributes_are_counted(forger):
    refused(forger.whole[".h5"], "holds more than 5 groups and arrays", limits=zoo.Limits(objects=5))
    refused(forger.whole[".h5"], r"attribute '\w+_names' of \d+ bytes", limits=zoo.Limits(attribute_bytes=20))


def test_a_legal_packing_opens(forger):
    def change(file):
        kernel = file[KERNEL][()]
        del file[KERNEL]
        file.create_dataset(KERNEL, data=kernel, compression="gzip", shuffle=True, fletcher32=True)

    np.testing.assert_array_equal(
        zoo.load_model(forger.with_hdf5(change)).get_weights()[0],
        zoo.load_model(forger.whole[".h5"]).get_weights()[0],
    )


# -- memory ---------------------------------------------------------------------------------------------


def layers_that_ask_for_much():
    return {
        "a dense layer": ("Dense", {"units": 2**31}),
        "an embedding": ("Embedding", {"input_dim": 2**40, "output_dim": 2**10}),
        "a kernel": ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": [2**33]}),
        "a cell": ("GRUCell", {"units": 2**20}),
    }


@pytest.mark.parametrize("form", [".keras", ".h5"])
@pytest.mark.parametrize("case", layers_that_ask_for_much())
def test_ten_kilobytes_cannot_ask_for_gigabytes(case, form, forger):
    name, settings = layers_that_ask_for_much()[case]
    config = forger.documents(form)
    made = {"class_name": name, "config": {"name": "last", **settings}}
    if form == ".keras" or name == "GRUCell":
        made |= {"module": "keras.layers", "registered_name": None}
    if name == "GRUCell":
        made = {"class_name": "RNN", "config": {"name": "last", "cell": made}}
        config["config"]["layers"][0]["config"]["batch_shape"] = [None, 3, 4]
        if form == ".keras":
            made |= {"module": "keras.layers", "registered_name": None}
    config["config"]["layers"][2] = made
    path = forger.with_documents(form, config)
    assert path.stat().st_size < 40_000
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(zoo.UnsafeModelError, match=r"asks for '[\w/]+' of shape .*zoo.Limits\(memory=...\)"):
        zoo.load_model(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_the_memory_that_a_model_takes_is_bounded_by_what_the_file_holds(forger, tmp_path):
    model = keras.Sequential([keras.Input((4,)), L.Dense(300), L.Dense(300)])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 4)), np.ones((2, 300)), verbose=0)
    path = zoo.save_model(model, tmp_path / "m.keras")
    assert zoo.load_model(path, limits=zoo.Limits(slack=0)).count_params() == model.count_params()
    refused_at = zoo.Limits(slack=0, memory=0.5, ratio=1e9)
    with pytest.raises(zoo.UnsafeModelError, match="asks for '.*kernel"):
        zoo.load_model(path, limits=refused_at)
    keras.Variable(np.zeros(10**6))  # nothing is counted outside


def test_limits_are_plain_numbers():
    assert json.dumps(vars(zoo.Limits()))
