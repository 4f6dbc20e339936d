"""What a model was compiled with comes back from a file: losses, metrics, weights of losses, the optimizer."""

import json
import warnings

import h5py
import keras
import numpy as np
import pytest

import zoo

L, K, M, opt = keras.layers, keras.losses, keras.metrics, keras.optimizers
X = np.random.default_rng(0).random((32, 4), dtype="float32")
CLASSES = np.arange(32) % 3


def one():
    return keras.Sequential([keras.Input((4,)), L.Dense(5), L.BatchNormalization(), L.Dense(1)]), X[:, :1]


def classes():
    return keras.Sequential([keras.Input((4,)), L.Dense(3, "softmax")]), CLASSES


def two():
    """Two outputs, the first of them the last by the alphabet."""
    inputs = keras.Input((4,))
    outputs = [L.Dense(1, name="zeta")(inputs), L.Dense(3, "softmax", name="alpha")(inputs)]
    return keras.Model(inputs, outputs), [X[:, :1], CLASSES]


class Unregistered(keras.Loss):
    def call(self, true, predicted):
        return keras.ops.mean((true - predicted) ** 2, axis=-1)


def my_loss(true, predicted):
    return keras.ops.mean(keras.ops.abs(true - predicted), axis=-1)


@keras.saving.register_keras_serializable("tests")
class MyLoss(keras.Loss):
    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self.k = k

    def call(self, true, predicted):
        return self.k * keras.ops.mean((true - predicted) ** 2, axis=-1)

    def get_config(self):
        return {**super().get_config(), "k": self.k}


CROSS = "sparse_categorical_crossentropy"
SETTINGS = {
    "a word": (one, {"loss": "mse", "metrics": ["mae"]}),
    "a list of one": (one, {"loss": ["mse"], "metrics": ["mae", "mse"]}),
    "functions": (one, {"loss": K.mean_squared_error, "metrics": [M.mean_absolute_error]}),
    "objects": (one, {"loss": K.LogCosh(reduction="sum"), "metrics": [M.RootMeanSquaredError(name="root")]}),
    "weighted metrics": (one, {"loss": "mae", "metrics": ["mse"], "weighted_metrics": ["mae"]}),
    "a loss of one's own": (one, {"loss": MyLoss(3.0)}),
    "a wrapped function": (
        one,
        {"loss": "mse", "metrics": [M.MeanMetricWrapper(K.mean_squared_error, name="w")]},
    ),
    "an argument that Keras leaves out": (one, {"loss": K.Huber(0.1)}),
    "another that Keras leaves out": (one, {"loss": K.CosineSimilarity(axis=0)}),
    "accuracy": (classes, {"loss": CROSS, "metrics": ["accuracy"]}),
    "nested metrics": (classes, {"loss": CROSS, "metrics": [["acc", M.SparseTopKCategoricalAccuracy(2)]]}),
    "two in lists": (
        two,
        {"loss": ["mse", CROSS], "metrics": [["mae"], ["accuracy"]], "loss_weights": [3.0, 1.0]},
    ),
    "two in dicts": (
        two,
        {
            "loss": {"zeta": "mse", "alpha": K.SparseCategoricalCrossentropy()},
            "metrics": {"zeta": ["mae", M.RootMeanSquaredError()], "alpha": "accuracy"},
            "loss_weights": {"zeta": 3.0, "alpha": 1.0},
            "weighted_metrics": {"alpha": ["accuracy"]},
        },
    ),
    "none for one of two": (two, {"loss": [None, CROSS], "metrics": [None, ["accuracy"]]}),
}


def trained(build, optimizer="adam", **settings):
    model, y = build()
    model.compile(optimizer, run_eagerly=True, **settings)  # a graph takes longer to trace than to save here
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Gradients do not exist")  # of the output without a loss
        model.fit(X, y, epochs=2, verbose=0)
    return model, y


def assert_comes_back(model, loaded, y):
    for one, other in zip(
        keras.tree.flatten(model(X, training=False)),
        keras.tree.flatten(loaded(X, training=False)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    evaluated = [m.evaluate(X, y, verbose=0, return_dict=True) for m in (model, loaded)]
    assert evaluated[0] == evaluated[1]
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    states = [[keras.ops.convert_to_numpy(v) for v in m.optimizer.variables] for m in (model, loaded)]
    assert [v.shape for v in states[0]] == [v.shape for v in states[1]]
    for one, other in zip(*states, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("case", SETTINGS)
def test_evaluate_is_equal_before_and_after(case, tmp_path):
    build, settings = SETTINGS[case]
    model, y = trained(build, **settings)
    for suffix in (".h5", ".keras"):
        assert_comes_back(model, zoo.load_model(zoo.save_model(model, tmp_path / f"zoo{suffix}")), y)
    if "Keras" not in case:  # what Keras leaves out cannot be read from its own file
        model.save(tmp_path / "keras.h5")
        assert_comes_back(model, zoo.load_model(tmp_path / "keras.h5"), y)


@pytest.mark.parametrize(
    "optimizer",
    [
        opt.SGD(0.01),
        opt.SGD(0.01, momentum=0.9, nesterov=True),
        opt.RMSprop(0.01, momentum=0.5, centered=True),
        opt.Adagrad(0.01),
        opt.Adadelta(0.01),
        opt.Adafactor(0.01),
        opt.Adamax(0.01),
        opt.AdamW(0.01, weight_decay=0.1),
        opt.Adam(0.01, amsgrad=True),
        opt.Adam(0.01, use_ema=True, clipnorm=1.0),
        opt.Adam(0.01, gradient_accumulation_steps=2),
        opt.Adam(opt.schedules.CosineDecay(0.1, 10)),
        opt.Adam(opt.schedules.PiecewiseConstantDecay([1], [0.1, 0.2])),
        opt.Ftrl(0.01),
        opt.Lion(0.01),
        opt.Nadam(0.01),
        opt.LossScaleOptimizer(opt.Adam(0.01)),
    ],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_every_optimizer_keeps_its_memory_in_an_h5(optimizer, tmp_path):
    model, y = trained(one, optimizer, loss="mse", metrics=["mae"])
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / "model.h5"))
    assert_comes_back(model, loaded, y)


def test_training_goes_on_from_an_h5_with_the_same_losses(tmp_path):
    model, y = trained(one, loss="mse")
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / "model.h5"))
    losses = [m.fit(X, y, epochs=3, shuffle=False, verbose=0).history["loss"] for m in (model, loaded)]
    assert losses[0] == losses[1]


def test_an_optimizer_keeps_its_memory_of_weights_that_were_frozen_later(tmp_path):
    model, _ = trained(one, loss="mse")
    model.layers[0].trainable = False
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / "model.h5"))
    for mine, theirs in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.warns(
        UserWarning, match=r"model.keras: the optimizer's memory was not read: layers were frozen"
    ):
        zoo.load_model(zoo.save_model(model, tmp_path / "model.keras"))


def test_an_h5_leaves_the_model_its_optimizer_for_the_next_file(tmp_path):
    model, y = trained(one, opt.Adam(0.007), loss="mse")
    model.save(tmp_path / "by_keras.h5")  # which takes the optimizer out of the model's settings
    zoo.save_model(model, tmp_path / "model.h5")
    assert_comes_back(model, zoo.load_model(zoo.save_model(model, tmp_path / "model.keras")), y)


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
@pytest.mark.parametrize(
    "loss", [my_loss, lambda true, predicted: keras.ops.mean(true - predicted, axis=-1), Unregistered()]
)
def test_a_loss_that_cannot_be_read_leaves_the_model_uncompiled_and_is_named(loss, suffix, tmp_path, recwarn):
    model, y = trained(one, loss=loss)
    path = zoo.save_model(model, tmp_path / f"own{suffix}")
    recwarn.clear()
    if loss.__class__.__name__ == "function" and loss.__name__ == "<lambda>" and suffix == ".keras":
        with pytest.raises(zoo.UnsafeModelError, match=r"at compile_config -> loss it holds a Python lambda"):
            zoo.load_model(path)
        assert not zoo.load_model(path, compile=False).compiled
        return
    loaded = zoo.load_model(path)
    (told,) = [str(w.message) for w in recwarn if "own" in str(w.message)]
    assert told.startswith(f"own{suffix}: the weights were read, the compile settings were not")
    assert getattr(loss, "__name__", "Unregistered").strip("<>") in told
    assert not loaded.compiled
    np.testing.assert_array_equal(model(X, training=False), loaded(X, training=False))
    if loss is my_loss:
        known = zoo.load_model(path, custom_objects={"my_loss": my_loss})
        assert_comes_back(model, known, y)


def keras_2(path, config):
    """Give an ``.h5`` compile settings as Keras 2 wrote them."""
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.12.0"
        del file["optimizer_weights"]


@pytest.mark.parametrize(
    ("optimizer", "rates"),
    [
        ({"class_name": "SGD", "config": {"lr": 0.9, "momentum": 0.5, "decay": 0.0}}, [0.9, 0.9]),
        ({"class_name": "Adam", "config": {"lr": 0.5, "decay": 0.25, "epsilon": 1e-7}}, [0.5, 0.25]),
        (
            {
                "class_name": "Custom>Adam",
                "config": {"learning_rate": 0.5, "is_legacy_optimizer": False, "jit_compile": True},
            },
            [0.5, 0.5],
        ),
    ],
)
def test_the_compile_settings_of_keras_2_are_understood(optimizer, rates, tmp_path):
    model, y = trained(classes, loss=CROSS, metrics=["accuracy"])
    path = zoo.save_model(model, tmp_path / "old.h5")
    loss = {"class_name": "SparseCategoricalCrossentropy", "config": {"reduction": "auto", "name": "s"}}
    accuracy = {
        "class_name": "MeanMetricWrapper",
        "config": {"name": "accuracy", "dtype": "float32", "fn": "sparse_categorical_accuracy"},
    }
    keras_2(
        path,
        {
            "loss": loss,
            "metrics": [[accuracy]],
            "weighted_metrics": None,
            "loss_weights": None,
            "sample_weight_mode": None,
            "optimizer_config": optimizer,
        },
    )
    loaded = zoo.load_model(path)
    evaluated = [m.evaluate(X, y, verbose=0, return_dict=True) for m in (model, loaded)]
    assert evaluated[0] == pytest.approx(evaluated[1])
    loaded.optimizer.build(loaded.trainable_variables)
    for steps, rate in zip((0, 4), rates, strict=True):
        loaded.optimizer.iterations.assign(steps)
        assert float(loaded.optimizer.learning_rate) == pytest.approx(rate)  # lr / (1 + decay * steps)


def test_a_real_file_of_keras_2_12_opens_compiled(data_folder):
    path = data_folder / "old_models/dense_2.12_reduction_auto.h5"
    if not path.is_file():
        pytest.skip("ZOO_DATA_DIR has no folder old_models")
    model = zoo.load_model(path)
    assert isinstance(model.loss, K.CategoricalCrossentropy)
    assert model.loss.reduction == "sum_over_batch_size"
    assert int(model.optimizer.iterations) == 54_750
    with h5py.File(path) as file:
        first = file["optimizer_weights/m/dense/kernel:0"][()]
    np.testing.assert_array_equal(model.optimizer.variables[2], first)
    rows = np.eye(model.output_shape[-1])
    assert set(model.evaluate(np.zeros((len(rows), 50)), rows, verbose=0, return_dict=True)) == {
        "loss",
        "accuracy",
    }


@pytest.mark.parametrize(("name", "module"), [("Adam", "torch_adam"), ("RMSprop", "torch_rmsprop")])
def test_an_optimizer_of_the_torch_backend_comes_back_on_any(name, module, forger, tmp_path):
    model, y = classes()
    model.compile(getattr(opt, name)(0.25), "sparse_categorical_crossentropy")
    model.fit(X, y, verbose=0)
    whole = forger.of(zoo.save_model(model, tmp_path / "here.keras"))
    config = whole.documents(".keras")
    config["compile_config"]["optimizer"] |= {
        "module": f"keras.src.backend.torch.optimizers.{module}",
        "registered_name": name,
    }
    other = whole.with_documents(".keras", config)
    assert zoo.inspect_model(other).verdict == "safe to open"
    found = zoo.load_model(other).optimizer
    assert isinstance(found, getattr(opt, name))
    for one, same in zip(found.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), same.numpy())


def test_an_optimizers_array_outside_the_file_is_not_followed(tmp_path):
    model, _ = trained(one, loss="mse")
    path = zoo.save_model(model, tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        group = file["optimizer_weights"]
        name = group.attrs["weight_names"][-1]
        del group[name]
        group[name] = h5py.ExternalLink("/etc/passwd", "/")
    with pytest.raises(
        zoo.UnsafeModelError, match=r"model.h5 was not opened: 'optimizer_weights/.*' in it is a link"
    ):
        zoo.load_model(path)


def test_code_in_the_compile_settings_is_not_run(tmp_path):
    model, _ = trained(one, loss="mse")
    path = zoo.save_model(model, tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["training_config"])
        config["loss"] = {
            "class_name": "__lambda__",
            "config": {"value": "4wEAAAA=", "defaults": None, "closure": None},
        }
        file.attrs["training_config"] = json.dumps(config)
    with pytest.raises(zoo.UnsafeModelError, match=r"at training_config -> loss it holds a Python lambda"):
        zoo.load_model(path)
    assert not zoo.load_model(path, compile=False).compiled


def test_operations_and_words_of_keras_come_back_from_an_h5(tmp_path):
    a, b = keras.Input((6, 8)), keras.Input((6, 8))
    x = keras.ops.relu(a * 2.0 + b) - keras.ops.mean(b, axis=1, keepdims=True)
    model = keras.Model([a, b], [L.Add()([x, a]), L.Attention(score_mode="dot")([x, b])])
    model.save(tmp_path / "model.h5")
    loaded = zoo.load_model(tmp_path / "model.h5")
    inputs = [np.random.default_rng(k).random((3, 6, 8), dtype="float32") for k in (0, 1)]
    for mine, theirs in zip(model(inputs, training=False), loaded(inputs, training=False), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_normalization_layer_comes_back_from_an_h5(tmp_path):
    layer = L.Normalization()
    layer.adapt(9 * X + 3)
    model = keras.Sequential([keras.Input((4,)), layer])
    loaded = zoo.load_model(zoo.save_model(model, tmp_path / "model.h5"))
    np.testing.assert_array_equal(model(X, training=False), loaded(X, training=False))
