"""The files that are spoilt: those of the zoo, a small one of each builder, and models with what these lack."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import keras
import numpy as np

import zoo

L = keras.layers
ROOT = Path(__file__).resolve().parents[2]


def make(folder: Path) -> list[dict]:
    """Write the files into a folder; return the path of each file, and of how many layers and arrays it is made.

    Files that the zoo does not open whole are left out: there would be nothing to spoil.
    """
    models = {**_builders(), **_others()}
    paths = [*sorted((ROOT / "saved_models").glob("*.*"))]
    if "ZOO_DATA_DIR" in os.environ:
        paths += sorted(Path(os.environ["ZOO_DATA_DIR"]).glob("old_models/*.h5"))
    for name, model in models.items():
        for suffix in (".keras", ".h5"):
            path = folder / f"{name}{suffix}"
            try:
                zoo.save_model(model, path, check=False)
            except zoo.ZooError:
                continue
            paths.append(path)
    found = []
    for path in paths:
        if path.suffix in (".keras", ".h5"):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = zoo.load_model(path)
            except zoo.ZooError as error:
                print(f"left out: {error}", flush=True)
                continue
            found.append(
                {"path": str(path), "parts": sum(1 for _ in model._flatten_layers()) + len(model.variables)}
            )
    return found


def _builders() -> dict[str, keras.Model]:
    found = {}
    for name in zoo.list_models():
        if name != "application":  # ninety layers of one kind
            found[name] = zoo.create_model(name, **zoo.model_info(name).example)
    return found


def _others() -> dict[str, keras.Model]:
    return {
        "trained": _trained(),
        "recurrent": keras.Sequential(
            [keras.Input((5, 2)), L.Bidirectional(L.LSTM(3, return_sequences=True)), L.GRU(2), L.Dense(1)]
        ),
        "words": _words(),
        "branches": _branches(),
        "pictures": keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                L.Rescaling(1 / 255),
                L.RandomFlip(),
                L.SeparableConv2D(4, 3, depthwise_regularizer="l2"),
                L.DepthwiseConv2D(3),
                L.Conv2DTranspose(2, 3),
                L.LayerNormalization(),
                L.TimeDistributed(L.Dense(2)),
                L.GlobalAveragePooling2D(),
                L.Dense(2, kernel_constraint="non_neg", activity_regularizer=keras.regularizers.L1(0.1)),
            ]
        ),
    }


def _trained() -> keras.Model:
    model = keras.Sequential(
        [keras.Input((4,)), L.Normalization(), L.Dense(3, "relu"), L.Dropout(0.5), L.Dense(1)]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0), keras.losses.Huber(0.5), metrics=["mae", "r2_score"]
    )
    x = np.random.default_rng(0).random((8, 4), "float32")
    model.layers[0].adapt(x)
    model.fit(x, x[:, :1], verbose=0)
    return model


def _words() -> keras.Model:
    text, number = (
        keras.Input((1,), dtype="string", name="text"),
        keras.Input((3,), dtype="int32", name="number"),
    )
    vocabulary = ["a", "b", "c"]
    one = L.TextVectorization(vocabulary=vocabulary, output_sequence_length=4)(text)
    two = L.StringLookup(vocabulary=vocabulary, output_mode="multi_hot")(text)
    found = [L.Flatten()(L.Embedding(9, 2)(one)), two, L.Flatten()(L.Embedding(9, 2, mask_zero=True)(number))]
    return keras.Model({"text": text, "number": number}, L.Dense(1)(L.Concatenate()(found)))


def _branches() -> keras.Model:
    inner = keras.Sequential([keras.Input((3,)), L.Dense(2, name="shared")], name="inner")
    one, two = keras.Input((3,), name="one"), keras.Input((3,), name="two")
    joined = L.Add()([inner(one), inner(two)])
    attended = L.MultiHeadAttention(1, 2)(L.Reshape((2, 1))(joined), L.Reshape((2, 1))(joined))
    outputs = {"left": L.Dense(1, "sigmoid", name="left")(L.Flatten()(attended)), "right": joined * 2.0 + 1.0}
    model = keras.Model([one, two], outputs)
    model.compile(
        "rmsprop", {"left": "binary_crossentropy", "right": "mse"}, metrics={"left": ["accuracy", "auc"]}
    )
    return model
