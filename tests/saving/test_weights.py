"""Weights alone, and training that goes on from them."""

import keras
import numpy as np
import pytest

import zoo

L, opt = keras.layers, keras.optimizers
X = np.random.default_rng(0).random((32, 4), dtype="float32")
Y = X[:, :1]


def network(units=5, *, names=("hidden", "out")):
    hidden, out = names
    return keras.Sequential(
        [
            keras.Input((4,)),
            L.Dense(units, name=hidden),
            L.BatchNormalization(),
            L.Dropout(0.5),
            L.Dense(1, name=out),
        ]
    )


def compiled(optimizer=None, **options):
    model = network(**options)
    model.compile(optimizer or opt.Adam(0.01), "mse", run_eagerly=True)
    return model


def fitted(optimizer=None, epochs=2):
    model = compiled(optimizer)
    model.fit(X, Y, epochs=epochs, verbose=0)
    return model


@pytest.mark.parametrize(
    "make",
    [
        lambda: opt.Adam(0.01),
        lambda: opt.SGD(0.01),
        lambda: opt.SGD(0.01, momentum=0.9),
        lambda: opt.Adam(opt.schedules.CosineDecay(0.1, 10)),
        lambda: opt.AdamW(0.01, use_ema=True),
        lambda: opt.LossScaleOptimizer(opt.RMSprop(0.01)),
    ],
)
def test_training_goes_on_with_exactly_the_losses_of_the_uninterrupted_run(make, tmp_path):
    model = fitted(make())
    zoo.save_weights(model, tmp_path / "half.weights.h5")
    again = compiled(make())
    zoo.load_weights(again, tmp_path / "half.weights.h5")
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) == 2
    losses = [m.fit(X, Y, epochs=3, shuffle=False, verbose=0).history["loss"] for m in (model, again)]
    assert losses[0] == losses[1]


def test_a_learning_rate_that_was_changed_comes_back(tmp_path):
    model = fitted()
    model.optimizer.learning_rate = 0.125
    zoo.save_weights(model, tmp_path / "w.weights.h5")
    again = compiled()
    zoo.load_weights(again, tmp_path / "w.weights.h5")
    assert float(again.optimizer.learning_rate) == 0.125


def test_a_file_that_keras_wrote_gives_the_optimizer_its_memory(tmp_path):
    model = fitted()
    model.save_weights(tmp_path / "keras.weights.h5")
    again = compiled()
    zoo.load_weights(again, tmp_path / "keras.weights.h5")
    for mine, theirs in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_weights_saved_before_the_first_step_are_no_mistake(tmp_path):
    for number, save in enumerate((zoo.save_weights, lambda model, path: model.save_weights(path))):
        model, again = compiled(), compiled()
        save(model, tmp_path / f"{number}.weights.h5")
        zoo.load_weights(again, tmp_path / f"{number}.weights.h5")
        np.testing.assert_array_equal(model.get_weights()[0], again.get_weights()[0])
        assert int(again.optimizer.iterations) == 0


def uncompiled(path):
    zoo.save_weights(network(), path)


REFUSED = {
    "no optimizer in the file": (uncompiled, compiled, r"holds no optimizer's memory"),
    "the model is not compiled": (None, network, r"is not compiled, .* Call model.compile first"),
    "another kind": (None, lambda: compiled("sgd"), r"holds the memory of Adam, and .* is compiled with SGD"),
    "a kind of the same size": (None, lambda: compiled("adamw"), r"memory of Adam, and .* with AdamW"),
    "a schedule": (
        None,
        lambda: compiled(opt.Adam(opt.schedules.CosineDecay(0.1, 10))),
        r"does not fit Adam .* a learning rate schedule",
    ),
    "of Keras' own file": (
        lambda path: fitted(opt.SGD(0.1, momentum=0.5)).save_weights(path),
        lambda: compiled("rmsprop"),
        r"holds the memory of SGD, and .* with RMSprop",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_optimizer_that_cannot_go_on_is_an_error_unless_it_is_left_out(case, tmp_path):
    write, build, words = REFUSED[case]
    path = tmp_path / "w.weights.h5"
    if write:
        write(path)
    else:
        zoo.save_weights(fitted(), path)
    model = build()
    before = model.get_weights()
    with pytest.raises(zoo.InputError, match=rf"(?s){words}.*optimizer=False reads the weights alone"):
        zoo.load_weights(model, path)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    zoo.load_weights(model, path, optimizer=False)
    assert any((one != other).any() for one, other in zip(before, model.get_weights(), strict=True))


def test_weights_alone_leave_the_optimizer_as_it_was(tmp_path):
    zoo.save_weights(fitted(epochs=5), tmp_path / "w.weights.h5")
    model = fitted(epochs=2)
    memory = [variable.numpy() for variable in model.optimizer.variables]
    zoo.load_weights(model, tmp_path / "w.weights.h5", optimizer=False)
    for value, variable in zip(memory, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(value, variable)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (
            lambda: compiled(units=6),
            r"layer 'hidden' has an array \(4, 6\) where the file has \(4, 5\).* and \d more",
        ),
        (
            lambda: keras.Sequential(
                [keras.Input((4,)), L.Dense(5), L.Dense(5, name="extra"), L.Dense(1, name="last")]
            ),
            r"the layer 'extra' has an array \(5, 5\) where the file has \(5, 1\)",
        ),
        (
            lambda: keras.Sequential([keras.Input((4,)), L.Dense(5), L.BatchNormalization()]),
            r"the file has an array \(5, 1\) at 'layers/dense_1/vars/0' for no layer",
        ),
    ],
)
def test_another_model_is_told_by_its_layers_and_left_as_it_was(build, words, tmp_path):
    zoo.save_weights(fitted(), tmp_path / "w.weights.h5")
    model = build()
    before = model.get_weights()
    with pytest.raises(
        zoo.InputError, match=rf"holds the weights of another model .*{words}.*Nothing was read"
    ):
        zoo.load_weights(model, tmp_path / "w.weights.h5", optimizer=False)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_other_names_make_no_difference(tmp_path):
    zoo.save_weights(fitted(), tmp_path / "w.weights.h5")
    zoo.load_weights(compiled(names=("one", "other")), tmp_path / "w.weights.h5")


def test_an_interrupted_reader_leaves_the_model_as_it_was(tmp_path, monkeypatch):
    zoo.save_weights(fitted(), tmp_path / "w.weights.h5")
    model = compiled()
    before = model.get_weights()
    load, calls = keras.Model.load_weights, []

    def half(self, file):
        calls.append(file)
        if len(calls) == 1:
            self.layers[0].set_weights([9 * w for w in self.layers[0].get_weights()])
            raise KeyboardInterrupt
        load(self, file)

    monkeypatch.setattr(keras.Model, "load_weights", half)
    with pytest.raises(KeyboardInterrupt):
        zoo.load_weights(model, tmp_path / "w.weights.h5")
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_models_of_the_zoo_with_two_optimizers_go_on(tmp_path):
    pictures = np.random.default_rng(0).random((8, 8, 8, 1), dtype="float32")
    models = [zoo.create_model("gan", input_shape=(8, 8, 1)) for _ in range(2)]
    for model in models:
        model.compile(run_eagerly=True)
    models[0].fit(pictures, verbose=0)
    zoo.save_weights(models[0], tmp_path / "gan.weights.h5")
    zoo.load_weights(models[1], tmp_path / "gan.weights.h5")
    for name in ("optimizer", "discriminator_optimizer"):
        for mine, theirs in zip(*(getattr(model, name).variables for model in models), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    zoo.load_weights(
        zoo.create_model("gan", input_shape=(8, 8, 1)), tmp_path / "gan.weights.h5", optimizer=False
    )


def test_files_that_are_no_weights_are_told_apart(tmp_path):
    model = compiled()
    (tmp_path / "broken.weights.h5").write_bytes(b"half a fi")
    with pytest.raises(zoo.BrokenModelError, match=r"broken.weights.h5 cannot be read as weights"):
        zoo.load_weights(model, tmp_path / "broken.weights.h5")
    with pytest.raises(zoo.MissingFileError, match=r"no file .*none.weights.h5"):
        zoo.load_weights(model, tmp_path / "none.weights.h5")
    for call in (zoo.save_weights, zoo.load_weights):
        with pytest.raises(zoo.InputError, match=r"ends in .weights.h5; .*zoo.load_model"):
            call(model, tmp_path / "model.keras")
        with pytest.raises(zoo.InputError, match=r"'lazy' is not built"):
            call(keras.Sequential([L.Dense(1)], name="lazy"), tmp_path / "broken.weights.h5")
