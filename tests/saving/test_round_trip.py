"""`save_model` refuses what would come back otherwise, and nothing else."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import zoo

L, ops = keras.layers, keras.ops
X = np.random.default_rng(0).random((8, 4), dtype="float32")


def chain(*layers):
    return keras.Sequential([keras.Input((4,)), *layers])


class Scale(L.Layer):
    """The case itself: ``k`` has a default, and get_config forgets it."""

    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self.k = k

    def call(self, x):
        return x * self.k

    def get_config(self):
        return super().get_config()


class Whole(Scale):
    def get_config(self):
        return {**super().get_config(), "k": self.k}


class WrittenByKeras(L.Layer):
    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self.k = k

    def call(self, x):
        return x * self.k


class Private(Scale):
    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self._k = k

    def call(self, x):
        return x * self._k


class Renamed(L.Layer):
    """Its argument has another name inside, and only matters in training."""

    def __init__(self, rate=0.1, **options):
        super().__init__(**options)
        self.p = rate

    def call(self, x, training=False):
        return keras.random.dropout(x, self.p) if training else x

    def get_config(self):
        return super().get_config()


class Needs(L.Layer):
    def __init__(self, k, **options):
        super().__init__(**options)
        self.k = k

    def call(self, x):
        return x * self.k

    def get_config(self):
        return super().get_config()


class OfArrays(Scale):
    def call(self, x):
        return x * ops.convert_to_tensor(self.k, "float32")


class DenseWithGain(L.Dense):
    def __init__(self, *args, gain=1.0, **options):
        super().__init__(*args, **options)
        self.gain = gain

    def call(self, x):
        return super().call(x) * self.gain


class Adapted(L.Layer):
    mean = 0.0

    def __init__(self, **options):
        super().__init__(**options)
        self.mean = 0.0

    def call(self, x):
        return x - self.mean


class OutsideAddWeight(L.Layer):
    def build(self, shape):
        self.kernel = tf.Variable(tf.random.normal((shape[-1], 2)))

    def call(self, x):
        return x @ self.kernel


class AVariable(L.Layer):
    def build(self, shape):
        self.kernel = keras.Variable(np.ones((shape[-1], 2), "float32"))

    def call(self, x):
        return x @ self.kernel


class Counter(L.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.calls, self.log = 0, []

    def call(self, x):
        self.calls += 1
        self.log.append(self.calls)
        return x * 2


class Noise(L.Layer):
    def call(self, x):
        return x + keras.random.normal(ops.shape(x))


class NoiseOfNumPy(L.Layer):
    def call(self, x):
        return x + np.random.rand()  # noqa: NPY002


class Lists(L.Layer):
    def __init__(self, units=3, **options):
        super().__init__(**options)
        self.units = units
        self.inside = [[L.Dense(units)], {"last": L.Dense(2)}]

    def call(self, x):
        return self.inside[1]["last"](self.inside[0][0](x))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Holds(L.Layer):
    def __init__(self, inner, **options):
        super().__init__(**options)
        self.inner = inner

    def call(self, x):
        return self.inner(x)


class Own(keras.Model):
    """Keras writes the defaults of a model's arguments, whatever they are."""

    def __init__(self, units=3, gain=1.0, **options):
        super().__init__(**options)
        self.units, self.gain = units, gain
        self.dense = L.Dense(units)

    def call(self, x):
        return self.dense(x) * self.gain


class OwnWhole(Own):
    def get_config(self):
        return {**super().get_config(), "units": self.units, "gain": self.gain}


class Regulariser(keras.regularizers.Regularizer):
    def __init__(self, s=0.1):
        self.s = s

    def __call__(self, weight):
        return self.s * ops.sum(weight**2)

    def get_config(self):
        return {}


class Loss(keras.Loss):
    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self.k = k

    def call(self, true, predicted):
        return self.k * ops.mean((true - predicted) ** 2, axis=-1)


class Metric(keras.metrics.MeanSquaredError):
    def __init__(self, k=1.0, **options):
        super().__init__(**options)
        self.k = k


def twice(x):
    return 2 * x


def annealed(layer, attribute, value):
    model = chain(layer)
    setattr(layer, attribute, value)
    return model


def called(model):
    model(X)
    return model


def compiled(**settings):
    model = chain(L.Dense(1))
    model.compile("sgd", **settings)
    return model


def standing_twice():
    dense = L.Dense(4)
    return chain(dense, L.Dense(4), dense)


def line(names):
    return f'return {{**super().get_config(), "{names}": self.{names}}}'


LOST = {
    "an argument": (
        lambda: chain(Scale(7.0), L.Dense(1)),
        r"\(Scale\) leaves out 'k'. k is 7.0 .* default 1.0",
        "k",
    ),
    "in a nested model": (lambda: chain(keras.Sequential([Scale(3.0)])), r"\(Scale\) leaves out 'k'", "k"),
    "in a wrapper": (
        lambda: keras.Sequential([keras.Input((3, 4)), L.TimeDistributed(Scale(3.0))]),
        r"\(Scale\) leaves out 'k'",
        "k",
    ),
    "a private attribute": (lambda: chain(Private(7.0)), r"leaves out 'k'. k is 7.0", None),
    "under another name": (
        lambda: chain(Renamed(0.5)),
        r"leaves out 'rate'. self.p is 0.5 .* back as 0.1",
        None,
    ),
    "without a default": (lambda: chain(Needs(7.0)), r"could not be opened again.* does not return 'k'", "k"),
    "an array": (
        lambda: chain(OfArrays(np.arange(4.0))),
        r"leaves out 'k'. k is array\(\[0., 1., 2., 3.\]\)",
        "k",
    ),
    "of a subclass": (lambda: chain(DenseWithGain(3, gain=2.0)), r"leaves out 'gain'. gain is 2.0", "gain"),
    "not seen by a sample": (lambda: chain(Scale(1.0 + 1e-9)), r"leaves out 'k'. k is 1.000000001", "k"),
    "set later": (lambda: annealed(Adapted(), "mean", 0.3), r"self.mean of .*\(Adapted\) is 0.3", None),
    "no Keras weight": (
        lambda: chain(OutsideAddWeight()),
        r"self.kernel of .* of other values.* self.add_weight",
        None,
    ),
    "no get_config": (lambda: chain(Holds(L.Dense(3))), r"\(Holds\) has no get_config.*\(inner\)", "inner"),
    "a model's shape": (lambda: called(Own(5)), r"\(Own\) does not return 'units' as given", "units"),
    "a model's number": (lambda: called(Own(gain=2.0)), r"\(Own\) gives another value of 'gain'", None),
    "a loss": (lambda: compiled(loss=Loss(3.0)), r"the loss Loss leaves out 'k'. k is 3.0", "k"),
    "a metric": (
        lambda: compiled(loss="mse", metrics=[Metric(3.0)]),
        r"the metric Metric leaves out 'k'",
        "k",
    ),
    "a regulariser": (
        lambda: chain(L.Dense(1, kernel_regularizer=Regulariser(0.2))),
        r"the Regulariser leaves out 's'. s is 0.2",
        "s",
    ),
    "a lambda": (lambda: chain(L.Dense(1, activation=lambda x: x)), r"activation of .* is a lambda", None),
    "Lambda": (lambda: chain(L.Lambda(lambda x: x)), r"the Lambda layer 'lambda.*' holds code", None),
    "a layer twice": (standing_twice, r"stands twice in the Sequential", None),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("case", LOST)
def test_what_would_come_back_otherwise_is_refused_with_the_way_out(case, suffix, tmp_path):
    build, words, argument = LOST[case]
    if suffix == ".h5" and "model's" in case:
        pytest.skip("an .h5 keeps no subclassed model at all")
    path = tmp_path / f"model{suffix}"
    path.write_text("the old file")
    with pytest.raises(zoo.InputError, match=rf"(?s)^model{suffix} was not written: .*{words}") as refused:
        zoo.save_model(build(), path)
    assert path.read_text() == "the old file"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if argument:
        assert f'"{argument}": self.{argument}' in str(refused.value)


def test_check_false_writes_it_as_it_is(tmp_path):
    path = zoo.save_model(chain(Scale(7.0)), tmp_path / "model.keras", check=False)
    assert zoo.load_model(path, custom_objects={"Scale": Scale}).layers[0].k == 1.0


def test_the_lines_in_the_message_mend_it(tmp_path):
    with pytest.raises(zoo.InputError) as refused:
        zoo.save_model(chain(Scale(7.0)), tmp_path / "model.keras")
    lines = [text for text in str(refused.value).splitlines() if text.startswith("    ")]
    room = {"Scale": Scale}
    exec("class Mended(Scale):\n" + "\n".join(lines), room)
    path = zoo.save_model(chain(room["Mended"](7.0)), tmp_path / "model.keras")
    assert zoo.load_model(path, custom_objects={"Mended": room["Mended"]}).layers[0].k == 7.0


def words_and_numbers():
    """Two inputs and two outputs by name; integers, and words; an axis of any length."""
    numbers, words = (
        keras.Input((None,), dtype="int32", name="n"),
        keras.Input((1,), dtype="string", name="w"),
    )
    x = L.GlobalAveragePooling1D()(L.Embedding(5, 3)(numbers))
    x = Whole(2.0)(L.Concatenate()([x, L.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(words)]))
    return keras.Model({"n": numbers, "w": words}, {"whole": L.Dense(2)(x), "part": x})


def pictures():
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, Whole(2.0)(L.Conv2D(4, 5)(L.MaxPooling2D(4)(L.Conv2D(4, 3)(inputs)))))


def with_state():
    inputs = keras.Input((5, 3), batch_size=2)
    return keras.Model(inputs, Whole(3.0)(L.LSTM(4, stateful=True)(inputs)))


def noisy_training():
    model = chain(Whole(2.0), L.Dropout(0.5), L.GaussianNoise(0.1), L.BatchNormalization(), L.Dense(1))
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, X[:, :1], verbose=0)
    return model


def zoos(name):
    def build():
        model = zoo.create_model(name, input_shape=(8, 8, 1))
        model.compile()
        return model

    return build


FINE = {
    "the default": lambda: chain(Scale(1.0)),
    "whole": lambda: chain(Whole(7.0)),
    "written by Keras": lambda: chain(WrittenByKeras(7.0)),
    "not set later": lambda: chain(Adapted()),
    "a Keras variable": lambda: chain(AVariable()),
    "a counter": lambda: called(chain(Counter())),
    "noise": lambda: chain(Noise()),
    "noise of NumPy": lambda: chain(NoiseOfNumPy()),
    "layers in lists": lambda: chain(Lists(5)),
    "a whole model": lambda: called(OwnWhole(5, 2.0)),
    "a default model": lambda: called(Own()),
    "a function": lambda: chain(L.Dense(3, activation=twice)),
    "a Lambda of a function": lambda: chain(L.Lambda(twice)),
    "a default loss": lambda: compiled(loss=Loss()),
    "two of each": words_and_numbers,
    "pictures of any size": pictures,
    "state": with_state,
    "dropout": noisy_training,
    "gan": zoos("gan"),
    "vae": zoos("variational_autoencoder"),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("case", FINE)
def test_what_comes_back_is_written_and_nothing_in_the_model_changes(case, suffix, tmp_path):
    if suffix == ".h5" and "model" in case:
        pytest.skip("an .h5 keeps no subclassed model at all")
    model = FINE[case]()
    states = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    before = [variable.numpy() for variable in model.variables]
    optimizer = [variable.numpy() for variable in getattr(getattr(model, "optimizer", None), "variables", [])]
    zoo.save_model(model, tmp_path / f"model{suffix}")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # noqa: NPY002
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, variable)
    for value, variable in zip(
        optimizer, getattr(getattr(model, "optimizer", None), "variables", []), strict=True
    ):
        np.testing.assert_array_equal(value, variable)


def test_a_subclassed_model_in_an_h5_is_sent_to_the_other_format(tmp_path):
    with pytest.raises(
        zoo.InputError, match=r"An .h5 keeps functional and Sequential models; save this one as .keras"
    ):
        zoo.save_model(called(OwnWhole()), tmp_path / "model.h5")


def test_a_learned_vocabulary_in_an_h5_is_sent_to_the_other_format(tmp_path):
    layer = L.StringLookup()
    layer.adapt(["a", "b", "c"])
    model = keras.Sequential([keras.Input((1,), dtype="string"), layer])
    with pytest.raises(
        zoo.InputError, match=r"keep the vocabulary .* learned with adapt. Save the model as .keras"
    ):
        zoo.save_model(model, tmp_path / "model.h5")
    zoo.save_model(model, tmp_path / "model.keras")


def large():
    """More than a million parameters, and more than fifty layers."""
    return chain(*(L.Dense(150) for _ in range(52)))


def spoilt(monkeypatch, array="kernel"):
    """Let Keras' writers change one number on the way into the file."""
    written = keras.Model.save

    def save(model, *arguments, **options):
        weight = next(w for w in reversed(model.weights) if array in w.path)
        value = weight.numpy()
        weight.assign(value + 1e-3)
        written(model, *arguments, **options)
        weight.assign(value)

    monkeypatch.setattr("keras.Model.save", save)


def test_a_large_model_of_keras_layers_is_not_built_again(tmp_path, monkeypatch):
    monkeypatch.setattr("keras.models.load_model", lambda *_, **__: pytest.fail("it was opened"))
    for suffix in (".keras", ".h5"):
        zoo.save_model(large(), tmp_path / f"model{suffix}")
    with pytest.raises(pytest.fail.Exception, match="it was opened"):
        zoo.save_model(chain(Whole(2.0)), tmp_path / "model.keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    ("build", "words"),
    [
        (
            lambda: chain(L.Dense(3), L.BatchNormalization(), L.Dense(2)),
            r"the weight '.*kernel' \(3, 2\) comes back",
        ),
        (large, r"read again, the file does not hold the weight '.*kernel' \(150, 150\) as it is in memory"),
    ],
)
def test_a_number_that_changes_on_the_way_to_the_disk_is_seen(build, words, suffix, tmp_path, monkeypatch):
    path = tmp_path / f"model{suffix}"
    path.write_text("the old file")
    spoilt(monkeypatch)
    with pytest.raises(zoo.InputError, match=words):
        zoo.save_model(build(), path)
    assert path.read_text() == "the old file"
    zoo.save_model(build(), path, check=False)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_a_large_model_of_other_numbers_is_found_again(dtype, suffix, tmp_path):
    model = keras.Sequential([keras.Input((4,)), *(L.Dense(3, dtype=dtype) for _ in range(51))])
    zoo.save_model(model, tmp_path / f"model{suffix}")
