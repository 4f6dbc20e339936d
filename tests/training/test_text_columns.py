"""Text goes from a table into a model that looks it up, and nowhere else."""

import keras
import numpy as np
import pandas as pd
import pytest

import zoo
from zoo._feed import feed


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    kind = random.choice(["flat", "loft", "house"], 120)
    area = random.uniform(20, 120, 120)
    return pd.DataFrame({"area": area, "kind": kind, "rent": 10 + (kind == "loft") + area / 100})


@pytest.fixture
def model():
    made = zoo.create_model(
        "wide_and_deep",
        numeric={"area": (70.0, 30.0)},
        categorical={"kind": ("flat", "house", "loft")},
        targets=("rent",),
        hidden=(8,),
        seed=0,
    )
    made.compile(keras.optimizers.Adam(0.05), loss={"rent": "mse"}, metrics={"rent": ["mae"]})
    return made


def columns(frame):
    return dict(frame[["area", "kind"]]), {"rent": frame["rent"]}


def test_a_data_frame_with_text_is_learned_judged_and_kept(frame, model, tmp_path):
    x, y = columns(frame)
    history = zoo.fit(model, x, y, epochs=30, validation_split=0.2, verbose=0, seed=0)
    assert history.history["loss"][-1] < 0.1 * history.history["loss"][0]
    figures = zoo.evaluate(model, x, y)
    for suffix in (".keras", ".h5"):
        loaded = zoo.load_model(zoo.save_model(model, tmp_path / f"model{suffix}"), compile=False)
        words = keras.ops.convert_to_tensor(frame["kind"].to_numpy(str)[:, None])
        rows = {"area": frame[["area"]].to_numpy("float32"), "kind": words}
        np.testing.assert_array_equal(
            loaded.predict(rows, verbose=0)["rent"], model.predict(rows, verbose=0)["rent"]
        )
    assert figures["mae"] == pytest.approx(
        np.abs(model.predict(rows, verbose=0)["rent"].ravel() - frame["rent"]).mean(), rel=1e-4
    )


def test_a_gap_in_a_text_column_is_named(frame, model):
    frame.loc[3, "kind"] = None
    x, y = columns(frame)
    with pytest.raises(zoo.InputError, match=r"x\['kind'\] of the training data holds .*Fill the gaps"):
        zoo.fit(model, x, y)


def test_numbers_in_place_of_text_are_named(frame, model):
    x, y = columns(frame.assign(kind=1.5))
    with pytest.raises(zoo.InputError, match=r"x\['kind'\] of the training data holds 1.5.*takes text"):
        zoo.fit(model, x, y)


def test_text_in_place_of_numbers_is_still_refused(frame, model):
    x, y = columns(frame.assign(area="large"))
    with pytest.raises(zoo.InputError, match=r"x\['area'\] of the training data holds text \('large'"):
        zoo.fit(model, x, y)


def test_predictions_are_drawn_of_a_table_with_text():
    data = zoo.load_dataset("rents", n=300)
    model = zoo.create_model(
        "wide_and_deep",
        numeric={"area": (70, 30)},
        categorical={"kind": ("flat",)},
        targets=("rent", "weeks"),
    )
    rows = zoo.Split({name: data.test.x[name] for name in ("area", "kind")}, data.test.y)
    assert len(zoo.plots.predictions(model, rows).axes) == 2


def test_a_validation_report_reads_words():
    x = {"kind": np.array(["flat", "loft"] * 4)}
    model = zoo.create_model(
        "wide_and_deep", numeric={}, categorical={"kind": ("flat", "loft")}, output_activation="sigmoid"
    )
    model.compile("adam", "binary_crossentropy")
    y = np.arange(8) % 2
    report = zoo.ValidationReport((x, y))
    zoo.fit(model, x, y, callbacks=report, verbose=0)
    assert report.matrices["target"][-1].sum() == 8


def test_a_backend_that_knows_no_text_is_told(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(zoo.InputError, match="Only the TensorFlow backend reads text, and this is jax"):
        feed({"kind": np.array(["flat"])})
