"""Old ``.h5`` files whose layers have a ``/`` in their names."""

import json

import h5py
import keras
import numpy as np
import pytest

import zoo
from zoo._files import sha256

L = keras.layers
X = np.random.default_rng(0).random((8, 4), dtype="float32")


def with_slashes(path):
    """Turn a file of Keras 3 into one of Keras 2: each X in a name becomes a /."""
    with h5py.File(path, "r+") as file:
        for name in ("model_config", "training_config"):
            if name in file.attrs:
                file.attrs[name] = _slash(json.loads(file.attrs[name]))
        group = file["model_weights"]
        group.attrs["layer_names"] = [str(name).replace("X", "/") for name in group.attrs["layer_names"]]
        for name in [name for name in group if "X" in name]:
            group.move(name, name.replace("X", "/"))
    return path


def _slash(config):
    def walk(item):
        if isinstance(item, dict):
            return {(key.replace("X", "/")): walk(value) for key, value in item.items()}
        if isinstance(item, list):
            return [walk(value) for value in item]
        return item.replace("X", "/") if isinstance(item, str) else item

    return json.dumps(walk(config))


def chain():
    return keras.Sequential([keras.Input((4,)), L.Dense(2, name="blockXd")])


def taken():
    names = ("blockXd", "block_d", "block_d_1", "block")
    return keras.Sequential([keras.Input((4,)), *(L.Dense(3, name=name) for name in names)])


def functional():
    inputs = keras.Input((4,), name="inXa")
    x = L.Dense(4, name="aXb")(inputs)
    x = L.Add(name="mXsum")([x, L.Dense(4, name="aXc")(x)])
    return keras.Model(inputs, [L.Dense(2, name="outXo")(x), L.Dense(2, name="plain")(x)], name="netXa")


def nested():
    inner = keras.Sequential(
        [keras.Input((4,)), L.Dense(3, name="eXd"), L.BatchNormalization()], name="encXa"
    )
    inputs = keras.Input((4,))
    return keras.Model(inputs, L.Concatenate()([inner(inputs), inner(L.Dense(4, name="eXd")(inputs))]))


def nested_functional():
    inside = keras.Input((4,), name="pXi")
    inner = keras.Model(inside, L.Dense(3, name="pXd")(inside), name="pXm")
    inputs = keras.Input((4,))
    return keras.Model(inputs, L.Dense(1)(inner(inputs)))


def wrapped():
    layers = [
        L.Reshape((2, 2)),
        L.Bidirectional(L.LSTM(2, return_sequences=True, name="lXa"), name="bXa"),
        L.TimeDistributed(L.Dense(2, name="tXd"), name="tXa"),
        L.RNN(L.LSTMCell(2, name="cXa"), name="rXa"),
    ]
    return keras.Sequential([keras.Input((4,)), *layers])


def operations():
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.ops.relu(inputs) + L.Dense(4, name="aXb")(inputs))


@pytest.mark.parametrize(
    "build",
    [chain, taken, functional, nested, nested_functional, wrapped, operations],
    ids=lambda b: b.__name__,
)
def test_the_weights_arrive_and_the_renaming_is_told(build, tmp_path):
    model = build()
    model.save(tmp_path / "old.h5")
    path = with_slashes(tmp_path / "old.h5")
    before = sha256(path)
    with pytest.warns(
        UserWarning, match=r"^old.h5: a layer's name holds no '/' in Keras 3, so '.*' is now '.*"
    ):
        loaded = zoo.load_model(path)
    predicted = [keras.tree.flatten(m(X, training=False)) for m in (model, loaded)]
    for one, other in zip(*predicted, strict=True):
        np.testing.assert_array_equal(one, other)
    assert sha256(path) == before


def test_a_slash_becomes_an_underscore_and_a_number_where_that_is_taken(tmp_path):
    for build, names in ((chain, ["block_d"]), (taken, ["block_d_2", "block_d", "block_d_1", "block"])):
        build().save(tmp_path / "old.h5")
        with pytest.warns(UserWarning, match=rf"'block/d' is now '{names[0]}'"):
            loaded = zoo.load_model(with_slashes(tmp_path / "old.h5"))
        assert [layer.name for layer in loaded.layers] == names


def test_losses_by_the_old_names_follow(tmp_path):
    model = functional()
    model.compile(
        "adam",
        {"outXo": "mse", "plain": "mae"},
        loss_weights={"outXo": 100.0, "plain": 1.0},
        run_eagerly=True,
    )
    model.fit(X, [X[:, :2]] * 2, verbose=0)
    model.save(tmp_path / "old.h5")
    with pytest.warns(UserWarning, match="'out/o' is now 'out_o'|and 1 more"):
        loaded = zoo.load_model(with_slashes(tmp_path / "old.h5"))
    losses = [m.evaluate(X, [X[:, :2]] * 2, verbose=0, return_dict=True) for m in (model, loaded)]
    assert losses[1]["loss"] == losses[0]["loss"]
    assert losses[1]["out_o_loss"] == losses[0]["outXo_loss"]


def test_a_file_without_slashes_is_not_copied(tmp_path, monkeypatch):
    zoo.save_model(zoo.create_model("linear", input_shape=(3,)), tmp_path / "new.h5")
    monkeypatch.setattr("shutil.copyfile", lambda *_: pytest.fail("it was copied"))
    zoo.load_model(tmp_path / "new.h5")
