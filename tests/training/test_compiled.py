"""What was written is what is computed: by the outputs' names, and with the accuracy that fits the loss."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zoo
from zoo.training._arrange import arrange, arrange_batch
from zoo.training._compiled import metrics_of, outputs_by_name, settle
from zoo.training._data import Rows
from zoo.training._parts import parts_of

Dense = keras.layers.Dense
NAMES = ("zeta", "alpha", "mid")  # neither this order nor any part of it is the alphabet's
VALUES = {"zeta": 1.0, "alpha": 2.0, "mid": 4.0}  # targets; every output gives 0
LOSSES = {"zeta": "mse", "alpha": "mae", "mid": "mse"}
LOSS_OF = {"zeta": 1.0, "alpha": 2.0, "mid": 16.0}
WEIGHTS = {"zeta": 100.0, "alpha": 10.0, "mid": 1.0}
METRICS = {"zeta": ["mae"], "alpha": ["mse"], "mid": ["mae"]}
METRIC_OF = {"zeta": 1.0, "alpha": 4.0, "mid": 4.0}
ROWS = {"zeta": np.array([1.0, 1, 1, 5]), "alpha": np.full(4, 3.0), "mid": np.array([1.0, 0, 0, 0])}
X = np.ones((4, 2), "float32")
FORMS = ("list", "tuple", "dict", "reversed dict")


def heads(*names):
    """An input, and outputs that give 0 whatever comes."""
    x = keras.Input((2,))
    return x, {name: Dense(1, name=name, kernel_initializer="zeros")(x) for name in names}


def three(outputs="list", **compiled) -> keras.Model:
    x, found = heads(*NAMES)
    form = {"list": list(found.values()), "tuple": tuple(found.values()), "dict": found}
    form["keys"] = {f"k_{name}": found[name] for name in NAMES}
    model = keras.Model(x, form[outputs])
    model.compile("sgd", run_eagerly=True, **compiled)
    return model


def written(values, form, prefix=""):
    if form in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[form](values[name] for name in NAMES)
    order = NAMES if form == "dict" else NAMES[::-1]
    return {f"{prefix}{name}": values[name] for name in order}


def targets(names=NAMES, rows=4):
    return {name: np.full((rows, 1), VALUES[name], "float32") for name in names}


def judged(model, y, sample_weight=None):
    settle(model, Rows(X, y))
    assert not settle(model, Rows(X, y)), "settling twice changes nothing"
    y, sample_weight = arrange(model, y, sample_weight)
    return model.evaluate(X, y, sample_weight=sample_weight, verbose=0, return_dict=True)


COMBINATIONS = list(
    itertools.product(
        ("list", "tuple", "dict", "keys"),
        ("one", *FORMS),
        (None, *FORMS),
        (None, *FORMS),
        FORMS,
        (None, "one", *FORMS),
    )
)


@given(st.sampled_from(COMBINATIONS))
@settings(max_examples=40)
def test_every_form_of_everything_means_what_its_names_say(combination):
    outputs, loss, weights, metrics, y, rows = combination
    prefix = "k_" if outputs == "keys" else ""
    compiled = {"loss": "mse" if loss == "one" else written(LOSSES, loss, prefix)}
    if weights:
        compiled["loss_weights"] = written(WEIGHTS, weights, prefix)
    if metrics:
        compiled["metrics"] = written(METRICS, metrics, prefix)
    given_rows = {None: None, "one": ROWS["zeta"]}.get(rows, rows and written(ROWS, rows, prefix))

    figures = judged(three(outputs, **compiled), written(targets(), y, prefix), given_rows)

    mean = {name: 1.0 if rows is None else ROWS["zeta" if rows == "one" else name].mean() for name in NAMES}
    expected = {
        f"{prefix}{n}_loss": (VALUES[n] ** 2 if loss == "one" else LOSS_OF[n]) * mean[n] for n in NAMES
    }
    total = sum((WEIGHTS[n] if weights else 1) * expected[f"{prefix}{n}_loss"] for n in NAMES)
    if metrics:
        expected |= {f"{prefix}{n}_{METRICS[n][0]}": METRIC_OF[n] for n in NAMES}
    assert figures == pytest.approx({"loss": total, **expected}, rel=1e-5)


@given(
    st.lists(st.floats(0, 100, width=32), min_size=3, max_size=3),
    st.permutations(NAMES),
    st.sampled_from(("list", "dict", "keys")),
)
@settings(max_examples=20)
def test_the_total_is_the_sum_of_weight_times_loss_by_name(numbers, order, outputs):
    prefix = "k_" if outputs == "keys" else ""
    weight = dict(zip(NAMES, numbers, strict=True))
    model = three(outputs, loss=["mse"] * 3, loss_weights={prefix + name: weight[name] for name in order})
    figures = judged(model, [targets()[name] for name in NAMES])
    by_name = sum(weight[name] * figures[f"{prefix}{name}_loss"] for name in NAMES)
    assert figures["loss"] == pytest.approx(by_name, rel=1e-4, abs=1e-4)


def test_loss_weights_by_name_are_the_same_as_in_a_list():
    x, found = heads("zeta", "alpha")
    y = [np.full((4, 1), 1.0), np.full((4, 1), 2.0)]
    for weights in (
        [100.0, 1.0],
        {"zeta": 100.0, "alpha": 1.0},
        {"alpha": 1.0, "zeta": 100.0},
        {"zeta": 100},
    ):
        model = keras.Model(x, list(found.values()))
        model.compile("sgd", loss=["mse", "mse"], loss_weights=weights)
        assert judged(model, y)["loss"] == pytest.approx(104.0)


@pytest.mark.parametrize(
    ("compiled", "told"),
    [
        (
            {"loss": ["mse"] * 3, "loss_weights": {"zetta": 1.0}},
            "loss_weights['zetta'] is no output.*zeta, alpha, mid.*'zeta'",
        ),
        ({"loss": {"zeta": "mse", "alpho": "mse"}}, "loss['alpho'] is no output.*Did you mean 'alpha'"),
        ({"loss": "mse", "metrics": {"midd": ["mae"]}}, "metrics['midd'] is no output.*Did you mean 'mid'"),
        ({"loss": "mse", "weighted_metrics": {"midd": ["mae"]}}, "weighted_metrics['midd'] is no output"),
        ({"loss": ["mse", "mse"]}, "The model has 3 output.*loss has 2 item"),
        ({"loss": "mse", "loss_weights": [1.0, 2.0]}, "loss_weights has 2 item"),
        ({"loss": "mse", "metrics": ["mae", "mse"]}, "metrics has 2 item.*metrics={'zeta': "),
        (
            {"loss": "mse", "loss_weights": {"zeta": float("nan")}},
            "loss_weights of 'zeta' must be a number; got nan",
        ),
    ],
)
def test_what_names_no_output_or_is_of_another_number_is_said(compiled, told):
    pattern = told.replace("[", r"\[")
    with pytest.raises(zoo.InputError, match=pattern):
        settle(three(**compiled))


def test_a_second_loss_of_one_output_is_refused_where_keras_drops_it():
    x, found = heads("zeta")
    model = keras.Model(x, found["zeta"])
    model.compile("sgd", loss=["mse", "mae"])
    with pytest.raises(zoo.InputError, match="'zeta' has 2 losses.*first alone"):
        settle(model)


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (targets(("zeta",))["zeta"], "has 3 outputs, zeta, alpha, mid, and y is one array"),
        ([targets()["zeta"]] * 2, "y has 2 item"),
        (targets(("zeta", "mid")), "'alpha' has a loss or a metric and no targets.*'zeta', 'mid'"),
        ({**targets(), "midd": X}, r"y\['midd'\] is no output.*Did you mean 'mid'"),
    ],
)
def test_targets_that_are_too_few_or_of_no_output_are_said(y, told):
    with pytest.raises(zoo.InputError, match=told):
        arrange(three(loss="mse"), y)


def test_outputs_without_a_loss_need_no_targets():
    for y in (targets(("zeta", "mid")), [targets()["zeta"], targets()["mid"]]):
        model = three(loss=["mse", None, "mae"], loss_weights={"mid": 10.0}, metrics={"zeta": "mae"})
        assert judged(model, y) == pytest.approx({"loss": 41.0, "zeta_loss": 1, "mid_loss": 4, "zeta_mae": 1})
    model = three("dict", loss={"mid": "mse"})
    assert judged(model, targets()["mid"]) == pytest.approx({"loss": 16.0})


def test_one_metric_in_a_list_is_for_every_output():
    figures = judged(three(loss="mse", metrics=["mae"]), targets())
    assert [figures[f"{name}_mae"] for name in NAMES] == [1.0, 2.0, 4.0]


def test_a_name_that_comes_twice_is_numbered():
    """Keras writes one loss over the other: two outputs of one layer are both called by its name."""
    x, found = heads("zeta")
    model = keras.Model(x, [found["zeta"], found["zeta"]])
    model.compile("sgd", loss=["mse", "mae"], loss_weights={"zeta": 10.0, "zeta_1": 1.0}, metrics=["mse"])
    figures = judged(model, [targets()["zeta"], targets()["alpha"]])
    assert figures == pytest.approx(
        {"loss": 12.0, "zeta_loss": 1.0, "zeta_1_loss": 2.0, "zeta_mse": 1.0, "zeta_1_mse": 4.0}
    )


@pytest.mark.parametrize("form", ["lists", "dicts"])
@pytest.mark.parametrize("loss", ["nested", "flat", "by name"])
def test_nested_outputs_are_called_by_their_layers_in_losses_and_metrics_alike(form, loss):
    x, found = heads(*NAMES)
    shape = {
        "lists": lambda v: [[v["zeta"], v["alpha"]], v["mid"]],
        "dicts": lambda v: {"q": {"zz": v["zeta"], "aa": v["alpha"]}, "b": v["mid"]},
    }[form]
    model = keras.Model(x, shape(found))
    losses = {"nested": shape(LOSSES), "flat": [LOSSES[n] for n in NAMES], "by name": LOSSES}[loss]
    model.compile("sgd", loss=losses, loss_weights=WEIGHTS, metrics=shape({n: METRICS[n] for n in NAMES}))
    figures = judged(model, shape(targets()))
    expected = {f"{n}_loss": LOSS_OF[n] for n in NAMES} | {
        f"{n}_{METRICS[n][0]}": METRIC_OF[n] for n in NAMES
    }
    assert figures == pytest.approx({"loss": 136.0, **expected})


@pytest.mark.parametrize("outputs", ["list", "dict", "keys"])
def test_history_and_evaluate_name_metrics_by_one_rule(outputs):
    model = three(outputs, loss="mse", metrics=["mae"], weighted_metrics=[["mse"], [], []])
    y, _ = arrange(model, [targets()[name] for name in NAMES])
    settle(model, Rows(X, y))
    figures = set(model.evaluate(X, y, verbose=0, return_dict=True))
    prefix = "k_" if outputs == "keys" else ""
    assert figures == {"loss", f"{prefix}zeta_mse"} | {
        f"{prefix}{n}_{m}" for n in NAMES for m in ("loss", "mae")
    }
    history = model.fit(X, y, validation_data=(X, y), verbose=0).history
    assert set(history) == figures | {f"val_{name}" for name in figures}


def test_batches_of_a_stream_are_arranged_with_tuples_for_lists():
    model = three("list", loss="mse")
    x, y, weight = arrange_batch(model, (X, targets(), {"mid": ROWS["mid"]}))
    assert x is X
    assert [float(part[0, 0]) for part in y] == [1.0, 2.0, 4.0]
    assert [part.tolist() for part in weight] == [[1, 1, 1, 1], [1, 1, 1, 1], [1, 0, 0, 0]]
    assert isinstance(y, tuple)
    assert arrange_batch(model, X) is X


# Which accuracy.


def net(units, activation=None, loss="binary_crossentropy", **compiled) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(units, activation, name="out")])
    model.compile(keras.optimizers.Adam(0.01), loss, **(compiled or {"metrics": ["accuracy"]}))
    return model


def table(rows=64):
    return np.random.rand(rows, 4).astype("float32")  # noqa: NPY002 - the seed of the cases


def test_accuracy_of_several_yes_or_no_labels_is_their_share():
    keras.utils.set_random_seed(0)
    x = table()
    y = (np.random.rand(64, 5) > 0.8).astype("float32")  # noqa: NPY002
    model = net(5, "sigmoid")
    assert settle(model, Rows(x, y))
    assert model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] == pytest.approx(0.634375)
    right = (model.predict(x, verbose=0) > 0.5) == y
    assert right.mean() == pytest.approx(0.634375)


def test_accuracy_of_logits_is_cut_at_zero():
    keras.utils.set_random_seed(0)
    x = table()
    y = (x[:, 0] > 0.3).astype("float32")
    model = net(1, None, keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y, epochs=25, verbose=0)
    assert settle(model, Rows(x, y))
    assert model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] == pytest.approx(0.734375)


LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)
MULTI = (np.arange(320).reshape(64, 5) % 3 == 0).astype("float32")
ONE_HOT = np.eye(5, dtype="float32")[np.arange(64) % 5]
YES = (np.arange(64) % 2).astype("float32")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "metric", "kind", "threshold"),
    [
        (5, "sigmoid", "binary_crossentropy", MULTI, "accuracy", "BinaryAccuracy", 0.5),
        (5, "sigmoid", "binary_crossentropy", MULTI, "acc", "BinaryAccuracy", 0.5),
        (5, "sigmoid", "binary_focal_crossentropy", MULTI.astype(int), "accuracy", "BinaryAccuracy", 0.5),
        (5, "sigmoid", "mse", MULTI, "accuracy", "BinaryAccuracy", 0.5),
        (5, None, LOGITS, MULTI, "accuracy", "BinaryAccuracy", 0.0),
        (5, "sigmoid", "binary_crossentropy", ONE_HOT, "accuracy", None, None),
        (5, None, LOGITS, ONE_HOT, "accuracy", None, None),
        (5, "softmax", "categorical_crossentropy", ONE_HOT, "accuracy", None, None),
        (5, "softmax", "sparse_categorical_crossentropy", np.arange(64) % 5, "accuracy", None, None),
        (1, "sigmoid", "binary_crossentropy", YES, "accuracy", None, None),
        (1, None, LOGITS, YES, "accuracy", "BinaryAccuracy", 0.0),
        (1, None, LOGITS, YES, "binary_accuracy", "BinaryAccuracy", 0.0),
        (1, None, LOGITS, YES, "BinaryAccuracy", "BinaryAccuracy", 0.0),
        (1, None, LOGITS, YES, keras.metrics.binary_accuracy, "BinaryAccuracy", 0.0),
        (1, "tanh", "hinge", YES, "accuracy", "BinaryAccuracy", 0.0),
        (1, "sigmoid", "binary_crossentropy", YES, "binary_accuracy", None, None),
        (1, None, "mse", YES, "mae", None, None),
    ],
)
def test_which_accuracy_a_name_becomes(units, activation, loss, y, metric, kind, threshold):
    for argument in ("metrics", "weighted_metrics"):
        model = net(units, activation, loss, **{argument: [metric]})
        assert settle(model, Rows(table(), y)) == (kind is not None)
        (found,) = metrics_of(model)["out"]
        if kind is None:
            assert found is metric
        else:
            assert (type(found).__name__, found.threshold) == (kind, threshold)
        shown = metric if isinstance(metric, str) else metric.__name__
        assert shown in model.evaluate(table(), y, verbose=0, return_dict=True)


def test_other_names_know_logits_too():
    model = net(1, None, LOGITS, metrics=["binary_crossentropy", "AUC", "precision"])
    x, y = table(), YES[:, None]
    settle(model, Rows(x, y))
    figures = model.evaluate(x, y, verbose=0, return_dict=True)
    assert figures["binary_crossentropy"] == pytest.approx(figures["loss"], rel=1e-5)
    p = keras.ops.sigmoid(model.predict(x, verbose=0))
    for name, metric in (("AUC", keras.metrics.AUC()), ("precision", keras.metrics.Precision())):
        metric.update_state(y, p)
        assert figures[name] == pytest.approx(float(metric.result()), abs=1e-3)


def test_a_metric_object_is_never_exchanged():
    mine = keras.metrics.CategoricalAccuracy()
    model = net(5, "sigmoid", metrics=[mine])
    assert not settle(model, Rows(table(), MULTI))
    assert metrics_of(model)["out"] == [mine]


@pytest.mark.parametrize("outputs", ["list", "dict"])
@pytest.mark.parametrize(
    "metrics", [["accuracy"], [["accuracy"], ["accuracy"]], {"tags": "accuracy", "kind": ["accuracy"]}]
)
def test_each_output_has_the_accuracy_that_fits_it(outputs, metrics):
    x = keras.Input((4,))
    found = {"tags": Dense(5, "sigmoid", name="tags")(x), "kind": Dense(5, "softmax", name="kind")(x)}
    model = keras.Model(x, found if outputs == "dict" else list(found.values()))
    model.compile("sgd", ["binary_crossentropy", "categorical_crossentropy"], metrics=metrics)
    rows = table()
    y = [MULTI, ONE_HOT]
    settle(model, Rows(rows, y))
    y, _ = arrange(model, y)
    figures = model.evaluate(rows, y, verbose=0, return_dict=True)
    said = model.predict(rows, verbose=0)
    tags, kind = (said["tags"], said["kind"]) if outputs == "dict" else said
    assert figures["tags_accuracy"] == pytest.approx(((tags > 0.5) == MULTI).mean())
    assert figures["kind_accuracy"] == pytest.approx((kind.argmax(1) == ONE_HOT.argmax(1)).mean())


def test_a_class_of_ones_own_is_settled_by_its_targets():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = Dense(5, "sigmoid")

        def call(self, x):
            return self.head(x)

    model = Own()
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x = table()
    assert settle(model, Rows(x, MULTI))
    assert not settle(model, Rows(x, MULTI))
    figures = model.evaluate(x, MULTI, verbose=0, return_dict=True)
    assert figures["accuracy"] == pytest.approx(((model.predict(x, verbose=0) > 0.5) == MULTI).mean())


# What stays.


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_the_optimizer_goes_on_and_a_settled_model_is_saved_and_loaded(suffix, tmp_path):
    x = table()
    model = net(5, "sigmoid", keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
    model.fit(x, MULTI, verbose=0)
    twin = keras.models.clone_model(model)
    twin.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    twin.set_weights(model.get_weights())
    twin.optimizer.build(twin.trainable_variables)
    for mine, theirs in zip(twin.optimizer.variables, model.optimizer.variables, strict=True):
        mine.assign(theirs)
    optimizer, steps = model.optimizer, int(model.optimizer.iterations)

    assert settle(model, Rows(x, MULTI))

    assert model.optimizer is optimizer
    assert int(optimizer.iterations) == steps == 2
    model.fit(x, MULTI, verbose=0, shuffle=False)
    twin.fit(x, MULTI, verbose=0, shuffle=False)
    for mine, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    figures = model.evaluate(x, MULTI, verbose=0, return_dict=True)
    model.save(tmp_path / f"m.{suffix}")
    loaded = keras.models.load_model(tmp_path / f"m.{suffix}")
    assert loaded.evaluate(x, MULTI, verbose=0, return_dict=True) == pytest.approx(figures)
    assert not settle(loaded, Rows(x, MULTI))


def test_the_switches_stay_as_they_were():
    model = keras.Sequential([keras.Input((4,)), Dense(5, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["acc"], steps_per_execution=3, jit_compile=True)
    model.layers[0].trainable = False
    settle(model, Rows(table(), MULTI))
    assert (model.steps_per_execution, model.jit_compile, model.run_eagerly) == (3, True, False)
    with pytest.warns(UserWarning, match="trainable"):  # a layer frozen since compile is still told
        model._warn_if_trainable_state_changed()


def test_a_scaled_loss_keeps_its_scale():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((4,)), Dense(5, "sigmoid", dtype="float32")])
    finally:
        keras.mixed_precision.set_global_policy("float32")
    for scaled in (True, False):
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], auto_scale_loss=scaled)
        before = model.optimizer
        assert settle(model, Rows(table(), MULTI))
        assert model.optimizer is before
        assert isinstance(before, keras.optimizers.LossScaleOptimizer) == (
            scaled and model.dtype_policy.name == "mixed_float16"
        )


def test_what_is_right_already_is_not_touched():
    model = net(3, "softmax", "sparse_categorical_crossentropy", metrics=["accuracy"], loss_weights=2.0)
    x, y = table(), np.arange(64) % 3
    model.fit(x, y, verbose=0)
    compiled, function = model._compile_loss, model.train_function
    assert not settle(model, Rows(x, y))
    assert model._compile_loss is compiled
    assert model.train_function is function


def test_a_training_step_of_ones_own_and_an_uncompiled_model_are_left_alone():
    gan = zoo.create_model("gan", input_shape=(8, 8, 1))
    gan.compile(keras.optimizers.Adam())
    assert not settle(gan)
    assert not settle(keras.Sequential([keras.Input((4,)), Dense(1)]))
    assert parts_of(keras.Sequential([keras.Input((4,)), Dense(1)])) == {}


def test_each_output_is_shown_with_its_own_loss_and_targets():
    model = three("dict", loss=["mse", "mae", "hinge"])
    shown = outputs_by_name(model, Rows(X, [targets()[name] for name in NAMES]))
    assert [(o.name, o.loss, float(o.y[0, 0])) for o in shown] == [
        ("zeta", "mean_squared_error", 1.0),
        ("alpha", "mean_absolute_error", 2.0),
        ("mid", "hinge", 4.0),
    ]


# Through the doors.


@pytest.mark.parametrize("form", ["list", "tuple", "dict", "lists", "dicts"])
@pytest.mark.parametrize("given", ["one", "by name", "all"])
def test_fit_and_evaluate_agree_in_every_form_of_outputs(form, given):
    x, found = heads(*NAMES)
    shape = {
        "list": lambda v: [v[name] for name in NAMES],
        "tuple": lambda v: tuple(v[name] for name in NAMES),
        "dict": lambda v: {name: v[name] for name in NAMES},
        "lists": lambda v: [[v["zeta"], v["alpha"]], v["mid"]],
        "dicts": lambda v: {"q": {"zz": v["zeta"], "aa": v["alpha"]}, "b": v["mid"]},
    }[form]
    model = keras.Model(x, shape(found))
    model.compile(keras.optimizers.SGD(0.0), "mse", loss_weights={"alpha": 10.0}, metrics={"alpha": "mae"})
    rows = np.ones((8, 2), "float32")
    y = shape(targets(rows=8))
    weight = {"one": np.full(8, 2.0), "by name": {"mid": np.full(8, 2.0)}}
    weight["all"] = shape({name: np.full(8, 2.0) for name in NAMES})
    # Without the checks: one would say that a rate of 0 moves nothing, which is what makes the figures exact here.
    arguments = {
        "sample_weight": weight[given],
        "validation_data": (rows, y),
        "batch_size": 4,
        "checks": "off",
    }
    history = zoo.fit(model, rows, y, verbose=0, **arguments)
    mean = {name: 2.0 if given != "by name" or name == "mid" else 1.0 for name in NAMES}
    expected = {f"{name}_loss": VALUES[name] ** 2 * mean[name] for name in NAMES} | {"alpha_mae": 2.0}
    expected["loss"] = expected["zeta_loss"] + 10 * expected["alpha_loss"] + expected["mid_loss"]
    plain = {"loss": 57.0, "zeta_loss": 1.0, "alpha_loss": 4.0, "mid_loss": 16.0, "alpha_mae": 2.0}
    last = {name: values[-1] for name, values in history.history.items()}
    assert last == pytest.approx(expected | {f"val_{name}": value for name, value in plain.items()})
    assert zoo.evaluate(model, rows, y) == pytest.approx(plain)
