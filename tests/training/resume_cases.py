"""Trainings that a test breaks off and takes up again: built anew from nothing but a name, as a script would.

``python resume_cases.py KILLS SEED [CASE ...]`` kills processes that train them, at random moments, and compares what
they come to with a training without a break.
"""

import importlib
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import keras
import numpy as np

import zoo
import zoo.training.checkpoint
from zoo.training._all_variables import training_variables, values_of

EPOCHS = 12


class Counting(keras.callbacks.Callback):
    """A user's own: it has a list, a dictionary, an array and a generator of random numbers, and draws from NumPy's."""

    def __init__(self):
        super().__init__()
        self.losses, self.best, self.total = [], {}, np.zeros(2)
        self.own = np.random.default_rng(5)

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])
        self.best[epoch] = (min(self.losses), float(self.own.random()), float(np.random.random()))  # noqa: NPY002
        self.total = self.total + np.array([1, logs["loss"]])


def digits(rows=200):
    data = zoo.load_dataset("digits", validation_split=0.2)
    return (data.train.x[:rows], data.train.y[:rows]), (data.validation.x, data.validation.y)


def compiled(model, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=("accuracy",)):
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


def plain():
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(25, "relu"), keras.layers.Dense(1, "sigmoid")]
    )
    x = np.random.default_rng(0).normal(size=(1000, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("float32")
    return compiled(model, loss="binary_crossentropy"), (x, y), None, [], {"batch_size": 100}


def dropout():
    train, validation = digits()
    model = zoo.create_model("mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(32, 32), dropout=0.3)
    return compiled(model, keras.optimizers.SGD(0.05, momentum=0.9)), train, validation, [Counting()], {}


def augmentation():
    train, validation = digits(120)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomRotation(0.05),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.SpatialDropout2D(0.1),
            layers.GaussianNoise(0.1),
            layers.Flatten(),
            layers.Dense(10, "softmax"),
        ]
    )
    return compiled(model), train, validation, [], {}


def scheduled():
    train, validation = digits()
    model = zoo.create_model("mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(16,))
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 80)
    return compiled(model, keras.optimizers.AdamW(schedule)), train, validation, [], {}


def stepped():
    train, validation = digits()
    model = zoo.create_model("mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(16,), dropout=0.1)
    falling = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)
    return compiled(model), train, validation, [falling], {}


def plateau():
    train, validation = digits()
    model = zoo.create_model("mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(16,))
    slower = keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, factor=0.5, cooldown=1, min_delta=0.02)
    callbacks = [zoo.early_stopping(3, min_delta=0.01), slower, Counting()]
    return compiled(model, keras.optimizers.Adam(0.03)), train, validation, callbacks, {}


def one_cycle():
    train, validation = digits()
    model = zoo.create_model("mlp", input_shape=(8, 8, 1), num_classes=10, hidden=(16,))
    return compiled(model), train, validation, [zoo.OneCycle(0.02)], {}


def two_outputs():
    x = keras.Input((4,))
    shared = keras.layers.Dropout(0.2)(keras.layers.Dense(8, "tanh")(x))
    model = keras.Model(
        x,
        {
            "size": keras.layers.Dense(1, name="size")(shared),
            "kind": keras.layers.Dense(3, "softmax", name="kind")(shared),
        },
    )
    rows = np.random.default_rng(0).normal(size=(100, 4)).astype("float32")
    y = {"size": rows.sum(axis=1), "kind": np.arange(100) % 3}
    loss = {"size": "mse", "kind": "sparse_categorical_crossentropy"}
    model.compile(keras.optimizers.RMSprop(0.01, momentum=0.5), loss, metrics={"kind": ["accuracy"]})
    return model, (rows, y), None, [zoo.early_stopping(30, monitor="loss")], {"validation_split": 0.2}


def by_keras():
    model, train, validation, callbacks, arguments = dropout()
    return model, train, validation, [*callbacks, zoo.early_stopping(30)], {**arguments, "compiled": False}


CASES = (plain, dropout, augmentation, scheduled, stepped, plateau, one_cycle, two_outputs, by_keras)


def build(name):
    """Return a case's model and all that `zoo.fit` is given."""
    keras.utils.set_random_seed(3)
    model, train, validation, callbacks, arguments = {case.__name__: case for case in CASES}[name]()
    given = {"epochs": EPOCHS, "seed": 3, "validation_data": validation, "verbose": 0, "batch_size": 32}
    return model, train, callbacks, {**given, **arguments}


def outcome(model, history, callbacks):
    """Return all that a training has come to, as arrays and lists."""
    groups = training_variables(model)
    told = {
        f"{name} {place}": value
        for name, group in groups.items()
        for place, value in enumerate(values_of(group))
    }
    for name, values in history.history.items():
        told[f"history {name}"] = np.array(values)
    told["epochs"] = np.array(history.epoch)
    for place, callback in enumerate(callbacks):
        for name, value in vars(callback).items():
            if isinstance(value, int | float | np.ndarray | list | dict | None) and name != "params":
                told[f"callback {place} {name}"] = np.array(repr(value))
    return told


def train(name, folder, extra=(), **more):
    """Train a case with a checkpoint, or without where there is no folder."""
    model, data, callbacks, given = build(name)
    history = zoo.fit(model, data, callbacks=[*callbacks, *extra], checkpoint=folder, **{**given, **more})
    return outcome(model, history, callbacks)


def unlike(got, wanted):
    """Name what is not the same in two outcomes, to the last bit."""
    return [name for name in {**wanted, **got} if not _same(got.get(name), wanted.get(name))]


def _same(one, other):
    if one is None or other is None:
        return False
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


class Slowly(keras.callbacks.Callback):
    """Says when training has begun, and gives a killer time to strike."""

    only_listens = True

    def __init__(self, begun=None):
        super().__init__()
        self._begun = begun

    def on_train_begin(self, logs=None):
        if self._begun is not None:
            os.write(self._begun, b"!")

    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.02)


def in_a_child(case, folder, result, after=None):
    """Train in a process of its own; kill it so many seconds after training has begun. Say whether it was killed.

    The child is forked from a process that has imported TensorFlow and has not used it, which saves importing it anew.
    """
    hear, begun = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(hear)
            done = train(case, folder, extra=[Slowly(begun)])
            with result.open("wb") as file:
                np.savez(file, **done)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(begun)
    os.read(hear, 1)
    os.close(hear)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the training {case} has failed")
    return False


def read(path):
    with np.load(path) as file:
        return dict(file)


def killed_at_random(case, kills, seed, scratch):
    """Kill a training so many times at random moments, and let it end; return how many trainings that took.

    One that ends before it is killed begins anew in another folder.
    """
    chance, result = random.Random(f"{case} {seed}"), scratch / f"{case}.npz"
    begin = time.perf_counter()
    in_a_child(case, None, result)
    wanted, longest = read(result), 0.9 * (time.perf_counter() - begin)
    done, trainings, folder = 0, 0, scratch / f"{case}_0"
    while True:
        after = chance.uniform(0, min(longest, 1.0)) if done < kills else None
        if in_a_child(case, folder, result, after):
            done += 1
            continue
        trainings += 1
        if wrong := unlike(read(result), wanted):
            raise SystemExit(
                f"{case}, killed {done} time(s) with seed {seed}: not the same are {', '.join(wrong)}"
            )
        if done >= kills:
            return trainings
        folder = scratch / f"{case}_{trainings}"


def main(cases, kills, seed):
    """Kill each case's training so many times."""
    # Whatever a training needs is imported, and nothing computed: a fork of a TensorFlow that has threads hangs.
    for name in ("tensorflow", "zoo.datasets", "zoo.models", "sklearn.datasets", "zoo.training.fit"):
        importlib.import_module(name)
    zoo.training.checkpoint.EVERY, zoo.training.checkpoint.SHARE = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases:
            trainings = killed_at_random(case, kills, seed, Path(scratch))
            print(
                f"{case}: killed {kills} times, {trainings} training(s) ended with the same bits", flush=True
            )


if __name__ == "__main__":
    main(sys.argv[3:] or [case.__name__ for case in CASES], int(sys.argv[1]), int(sys.argv[2]))
