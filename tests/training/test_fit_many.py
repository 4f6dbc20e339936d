import keras
import numpy as np
import pytest

import zoo
from zoo.training import fit_many as fit_many_module

SPARSE = "sparse_categorical_crossentropy"
SHAPE = {"input_shape": (4,), "num_classes": 3, "hidden": (8,)}


def compiled(optimizer="adam", **others):
    return {"optimizer": optimizer, "loss": SPARSE, "metrics": ["accuracy"], **others}


@pytest.fixture(scope="module")
def iris():
    return zoo.load_dataset("iris", validation_split=0.2)  # 96 rows: batches of 36, 36 and 24


def alone(name, variant, data, compile, fit, shape=SHAPE):
    """Train one variant as someone would who has only that one."""
    rest = {
        k: v
        for k, v in variant.items()
        if k not in ("seed", "learning_rate", "weight_decay", "initial_scale")
    }
    model = zoo.create_model(name, **shape, **rest, seed=variant["seed"])
    for weights in model.trainable_variables:
        if len(weights.shape) > 1:
            weights.assign(weights * variant.get("initial_scale", 1.0))
    model.compile(**compile)
    if "learning_rate" in variant:
        model.optimizer.learning_rate = variant["learning_rate"]
    if "weight_decay" in variant:
        model.optimizer.weight_decay = variant["weight_decay"]
    history = zoo.fit(model, *data, **fit, seed=variant["seed"], verbose=0, checks="off")
    return model, history.history


def largest_difference(many, number, model, history):
    pairs = [*zip(model.get_weights(), many.model(number).get_weights(), strict=True)]
    pairs += [(history[name], values[number]) for name, values in many.history.items()]
    assert set(history) == set(many.history)
    return max(np.abs(np.asarray(a, float) - np.asarray(b, float)).max() for a, b in pairs)


CASES = {
    "sgd": (lambda: keras.optimizers.SGD(0.1), {"seed": [0, 3]}),
    "momentum and one norm over all gradients": (
        lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, global_clipnorm=0.2),
        {"seed": [1, 2]},
    ),
    "rmsprop at two rates": (
        lambda: keras.optimizers.RMSprop(0.01),
        {"learning_rate": [0.01, 0.001], "seed": [5]},
    ),
    "adam with two decays and two starts": (
        lambda: keras.optimizers.AdamW(0.01),
        [{"seed": 0, "weight_decay": 0.5}, {"seed": 1, "weight_decay": 0.0, "initial_scale": 3.0}],
    ),
    "two penalties": ("adam", [{"seed": 0, "l2": 0.1}, {"seed": 0, "l1": 0.01}, {"seed": 0}]),
    "dropout": ("adam", {"seed": [0, 1], "dropout": [0.5]}),
    "batch normalisation": ("adam", {"seed": [0, 1], "batch_normalization": [True]}),
    "a schedule": (
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 9)),
        {"seed": [0, 1]},
    ),
}


LONGER = ("rmsprop at two rates", "momentum and one norm over all gradients", "a schedule")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LONGER else []) for name in CASES]
)
def test_each_network_is_what_it_were_alone(iris, name):
    make, variants = CASES[name]
    optimizer = (lambda: make) if isinstance(make, str) else make
    fit = {"epochs": 3, "batch_size": 36}
    many = zoo.fit_many(
        "mlp", variants, iris, compile=compiled(optimizer()), **fit, verbose=0, checks="off", **SHAPE
    )
    for number in (0, 1) if "penalties" in name else (1,):
        variant = many.variants[number]
        one = alone("mlp", variant, (iris,), compiled(optimizer()), fit)
        assert largest_difference(many, number, *one) < 1e-4
    assert np.abs(many.model(0).get_weights()[0] - many.model(-1).get_weights()[0]).max() > 1e-3


def test_the_fused_program_computes_the_same(iris, monkeypatch):
    fit = {"epochs": 3, "batch_size": 36}
    monkeypatch.setattr(fit_many_module, "_FUSED_FROM", 0)
    many = zoo.fit_many("mlp", 5, iris, compile=compiled(), **fit, verbose=0, **SHAPE)
    one = alone("mlp", {"seed": 4}, (iris,), compiled(), fit)
    assert largest_difference(many, 4, *one) < 1e-4


def test_folds_of_different_sizes_are_what_they_were_alone(iris):
    x, y = iris.train.x[:50], iris.train.y[:50]
    folds = [
        (np.arange(50)[np.arange(50) % 3 != fold], np.arange(50)[np.arange(50) % 3 == fold])
        for fold in range(3)
    ]
    many = zoo.fit_many(
        "mlp",
        {"fold": range(3)},
        x,
        y,
        folds=folds,
        compile=compiled(),
        epochs=2,
        verbose=0,
        checks="off",
        **SHAPE,
    )
    for fold in (0, 2):  # 33 rows to learn from and 17 to judge by, and 34 and 16
        train, validation = folds[fold]
        fit = {"epochs": 2, "validation_data": (x[validation], y[validation])}
        one = alone("mlp", {"seed": 0}, (x[train], y[train]), compiled(), fit)
        assert largest_difference(many, fold, *one) < 1e-4


def test_a_validation_split_is_each_seeds_own(iris):
    fit = {"epochs": 2, "validation_split": 0.3}
    data = iris.train.x, iris.train.y
    many = zoo.fit_many("mlp", 2, *data, compile=compiled(), **fit, verbose=0, checks="off", **SHAPE)
    one = alone("mlp", {"seed": 1}, data, compiled(), fit)
    assert largest_difference(many, 1, *one) < 1e-4


def test_weights_of_rows_and_classes_count(iris):
    fit = {"epochs": 2, "class_weight": {0: 5.0}, "sample_weight": np.linspace(0, 1, len(iris.train.y))}
    data = iris.train.x, iris.train.y
    compile = compiled(weighted_metrics=["accuracy"])
    many = zoo.fit_many("mlp", 2, *data, compile=compile, **fit, verbose=0, checks="off", **SHAPE)
    one = alone("mlp", {"seed": 1}, data, compile, fit)
    assert largest_difference(many, 1, *one) < 1e-4


def test_convolutions_are_trained_one_after_another_and_the_same(digits):
    shape = {"input_shape": (8, 8, 1), "num_classes": 10, "filters": (4,)}
    data, fit = (digits.train.x[:100], digits.train.y[:100]), {"epochs": 2}
    many = zoo.fit_many("cnn", 2, *data, compile=compiled(), **fit, verbose=0, checks="off", **shape)
    one = alone("cnn", {"seed": 1}, data, compiled(), fit, shape)
    assert largest_difference(many, 1, *one) < 1e-4


def test_several_inputs_and_outputs_go_by_name():
    data = zoo.load_dataset("two_in_two_out", n=200, validation_split=0.2)
    names = {"output_names": ("total", "product")}
    losses = {"optimizer": "adam", "loss": "mse", "metrics": {"total": ["mae"], "product": ["mae"]}}
    many = zoo.fit_many("two_in_two_out", 2, data, compile=losses, epochs=2, verbose=0, checks="off", **names)
    one = alone("two_in_two_out", {"seed": 1}, (data,), losses, {"epochs": 2}, shape=names)
    assert largest_difference(many, 1, *one) < 1e-4


def test_a_network_that_becomes_nan_touches_no_other(iris):
    variants = {"learning_rate": [0.1, 1e30]}
    many = zoo.fit_many("mlp", variants, iris, compile=compiled("sgd"), epochs=3, verbose=0, **SHAPE)
    assert np.isnan(many.history["loss"][1]).any()
    assert np.isfinite(many.history["loss"][0]).all()
    one = zoo.fit_many("mlp", [many.variants[0]], iris, compile=compiled("sgd"), epochs=3, verbose=0, **SHAPE)
    np.testing.assert_allclose(one.history["loss"][0], many.history["loss"][0], atol=1e-5)


def test_groups_change_nothing(iris):
    arguments = {"compile": compiled(), "epochs": 2, "verbose": 0, **SHAPE}
    whole = zoo.fit_many("mlp", 3, iris, **arguments)
    parts = zoo.fit_many("mlp", 3, iris, group_size=2, **arguments)
    assert [group.variants for group in parts.groups] == [[0, 1], [2]]
    np.testing.assert_allclose(whole.history["val_loss"], parts.history["val_loss"], atol=1e-5)


@pytest.fixture(scope="module")
def many(iris):
    variants = {"learning_rate": [0.01, 0.001], "seed": range(3)}
    return zoo.fit_many("mlp", variants, iris, compile=compiled(), epochs=2, verbose=0, **SHAPE)


def test_the_result_says_what_there_is(many, iris):
    assert repr(many).startswith("Many: 6 networks 'mlp', 2 epochs")
    table = many.to_frame()
    assert list(table.columns[:4]) == ["variant", "learning_rate", "seed", "epoch"]
    assert len(table) == 12
    judged = many.evaluate(iris.test)
    alone = zoo.evaluate(many.model(4), iris.test)
    assert alone == pytest.approx({name: values[4] for name, values in judged.items()}, abs=1e-5)
    history = many.history_of(-1)
    assert history.history["loss"] == many.history["loss"][5].tolist()


def test_an_interval_is_students(many):
    from scipy.stats import ttest_1samp

    values = many.history["val_loss"][:3, -1]
    found = many.interval("val_loss", by="learning_rate")[0.01]
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert found == pytest.approx((values.mean(), expected.low, expected.high))
    assert many.interval(many.history["val_loss"][:, -1]) == many.interval("val_loss")
    with pytest.raises(zoo.UnknownNameError, match="Did you mean 'val_loss'"):
        many.interval("val_los")


def test_a_model_goes_on_where_it_ended(iris):
    arguments = {"compile": compiled("rmsprop"), "verbose": 0, **SHAPE}
    model = zoo.fit_many("mlp", 1, iris, epochs=2, **arguments).model(0)
    zoo.fit(model, iris, epochs=3, initial_epoch=2, seed=0, verbose=0)
    longer = zoo.fit_many("mlp", 1, iris, epochs=3, **arguments).model(0)
    for one, other in zip(model.get_weights(), longer.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_starts_are_drawn_again_only_where_that_is_the_same():
    built = []

    def build(seed, odd):
        built.append(seed)
        kernel = keras.initializers.Constant(np.random.rand()) if odd else "glorot_uniform"  # noqa: NPY002
        model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(3, "softmax", kernel_initializer=kernel)]
        )
        model.compile("sgd", SPARSE)
        return model

    x, y = np.random.default_rng(0).random((12, 4)), np.arange(12) % 3
    for odd in (False, True):
        built.clear()
        many = zoo.fit_many(build, 6, x, y, epochs=1, verbose=0, checks="off", odd=odd)
        assert len(built) == (7 if odd else 3)
        keras.utils.set_random_seed(5)
        model = build(5, odd)
        zoo.fit(model, x, y, epochs=1, seed=5, verbose=0, checks="off")
        np.testing.assert_allclose(model.get_weights()[0], many.model(5).get_weights()[0], atol=1e-6)


def test_what_cannot_be_trained_together_is_refused(iris):
    def refused(match, *arguments, **others):
        with pytest.raises(zoo.InputError, match=match):
            zoo.fit_many(*arguments, **{"compile": compiled(), "verbose": 0, **SHAPE, **others})

    refused(r"has the shape \(4, 9\), not \(4, 8\)", "mlp", [{"hidden": (8,)}, {"hidden": (9,)}], iris)
    refused("activation is tanh, not relu", "mlp", [{"activation": "relu"}, {"activation": "tanh"}], iris)
    refused("rate is 0.5, not 0.1", "mlp", [{"dropout": 0.1}, {"dropout": 0.5}], iris)
    refused("takes no callbacks", "mlp", 2, iris, callbacks=[])
    refused("no folds. Pass folds=5", "mlp", {"fold": [0]}, iris)
    refused("there are folds 0 to 2", "mlp", {"fold": [3]}, iris, folds=3)
    refused("is not compiled", "mlp", 2, iris, compile=None)
    refused("variants must be", "mlp", "seeds", iris)
    refused("must be a list", "mlp", {"seed": 3}, iris)
    refused("a learning rate schedule", "mlp", {"learning_rate": [0.1]}, iris, compile=compiled(scheduled()))
    refused("use_ema", "mlp", 2, iris, compile=compiled(keras.optimizers.SGD(use_ema=True)))
    refused("hiden.*Did you mean 'hidden'", "mlp", [{"hiden": 3}], iris)
    with pytest.raises(zoo.InputError, match="takes no 'width'. It takes nothing"):
        zoo.fit_many(lambda: None, [{"width": 3}], iris)


def scheduled():
    return keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))


def test_a_step_of_its_own_and_strange_state_are_refused(iris):
    class Own(keras.Sequential):
        def train_step(self, data):
            return {}

    class Unseeded(keras.layers.Layer):
        def call(self, x):
            return x + keras.random.normal(keras.ops.shape(x))

    def build(own):
        layers = [keras.Input((4,)), *([] if own else [Unseeded()]), keras.layers.Dense(3, "softmax")]
        model = (Own if own else keras.Sequential)(layers)
        model.compile("sgd", SPARSE)
        return model

    for own, match in (
        (True, "has a train_step of its own"),
        (False, "a variable that is not among the model's"),
    ):
        with pytest.raises(zoo.InputError, match=match):
            zoo.fit_many(build, 2, iris, verbose=0, own=own)


def test_ctrl_c_leaves_the_epochs_there_were(iris, monkeypatch):
    import signal

    from zoo.training._many_groups import Group

    train = Group.train

    def pressed(self, *arguments):
        signal.raise_signal(signal.SIGINT)
        return train(self, *arguments)

    monkeypatch.setattr(Group, "train", pressed)
    many = zoo.fit_many("mlp", 2, iris, compile=compiled(), epochs=5, verbose=0, **SHAPE)
    assert many.interrupted
    assert many.history["val_loss"].shape == (2, 1)
    assert "1 of 5 epochs" in repr(many)
