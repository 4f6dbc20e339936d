import importlib.util
import os
import pickle
import resource
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
from zoo import _files
from zoo.training import checkpoint
from zoo.training._checkpoint_file import CheckpointFile
from zoo.training._plain_state import NotPlain, from_plain, to_plain

SCRIPT = Path(__file__).with_name("resume_cases.py")
_spec = importlib.util.spec_from_file_location("resume_cases", SCRIPT)
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)
NAMES = [case.__name__ for case in cases.CASES]


class Killed(Exception):
    pass


class Break(keras.callbacks.Callback):
    """Breaks off in an epoch: at its end, or after a batch of it."""

    only_listens = by_epoch = True

    def __init__(self, epoch=-1, middle=False):
        super().__init__()
        self._epoch, self._middle, self._now = epoch, middle, 0

    def on_epoch_begin(self, epoch, logs=None):
        self._now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._middle and self._now == self._epoch:
            raise Killed

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self._epoch:
            raise Killed


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoint, "EVERY", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", 0)


@pytest.fixture
def tiny():
    """A network that learns in a moment, made anew by each call."""

    def make(optimizer="sgd"):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile(optimizer, "mse")
        return model

    return make


x, y = np.ones((8, 4), "float32"), np.arange(8, dtype="float32")


@pytest.mark.filterwarnings("ignore::zoo.PreflightWarning")  # a few epochs settle no statistics
@pytest.mark.parametrize("name", NAMES)
def test_a_training_that_is_taken_up_ends_with_the_same_bits(name, tmp_path):
    wanted = cases.train(name, None, extra=[Break()])
    for epoch, middle in ((1, False), (4, True)):
        with pytest.raises(Killed):
            cases.train(name, tmp_path, extra=[Break(epoch, middle)])
    assert not cases.unlike(cases.train(name, tmp_path, extra=[Break()]), wanted)


@pytest.mark.parametrize("name", ["plain", "plateau"])
def test_a_training_that_has_ended_is_given_back_at_once(name, tmp_path):
    wanted = cases.train(name, tmp_path)
    assert not cases.unlike(cases.train(name, tmp_path, extra=[]), wanted)


@pytest.mark.slow
def test_a_process_that_is_killed_at_random_moments_ends_with_the_same_bits():
    """Four kills a case; ``python tests/training/resume_cases.py 50 1`` kills as often as one likes."""
    names = ["plain", "dropout", "augmentation", "scheduled", "plateau", "two_outputs"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "4", "0", *names], capture_output=True, text=True, timeout=2400
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("killed 4 times") == len(names)


def test_epochs_may_grow(tmp_path):
    wanted = cases.train("dropout", None, epochs=7)
    cases.train("dropout", tmp_path, epochs=3)
    assert not cases.unlike(cases.train("dropout", tmp_path, epochs=7), wanted)
    with pytest.raises(zoo.InputError, match="epochs is 3, and 7 are done"):
        cases.train("dropout", tmp_path, epochs=3)


def test_what_the_seed_of_none_drew_is_kept(tmp_path, tiny):
    def train(extra):
        model = tiny()
        model.set_weights([np.ones((4, 1)), np.zeros(1)])
        rows = np.random.default_rng(0).normal(size=(64, 4))
        history = zoo.fit(model, rows, rows[:, 0], epochs=5, verbose=0, checkpoint=tmp_path, callbacks=extra)
        return history.history["loss"], model.get_weights()

    state = np.random.get_state()  # noqa: NPY002
    with pytest.raises(Killed):
        train([Break(2)])
    losses, weights = train([Break()])
    np.random.set_state(state)  # noqa: NPY002
    for path in tmp_path.iterdir():
        path.unlink()
    unbroken, theirs = train([Break()])
    assert losses == unbroken
    assert all(map(np.array_equal, weights, theirs))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"batch_size": 4}, "batch_size is 4 and was 32"),
        ({"seed": 1}, "seed is 1 and was 0"),
        ({"x": x + 1}, "the training data is not the same"),
        ({"validation_data": (x, y)}, "the validation data is not the same"),
        ({"class_weight": {0: 2.0}}, "class_weight is not the same"),
        (
            {"callbacks": [keras.callbacks.TerminateOnNaN()]},
            r"the callbacks are \['TerminateOnNaN'\] and were \[\]",
        ),
        ({"compiled": False}, "compiled is False and was auto"),
    ],
)
def test_another_training_is_refused(tmp_path, tiny, other, told):
    given = {"x": x, "y": y, "epochs": 2, "verbose": 0, "seed": 0, "checks": "off"}
    zoo.fit(tiny(), given.pop("x"), checkpoint=tmp_path, **given)
    with pytest.raises(zoo.InputError, match=f"of another training: {told}.*delete .* to begin anew"):
        zoo.fit(tiny(), other.pop("x", x), checkpoint=tmp_path, **{**given, **other})


def test_another_model_is_refused(tmp_path, tiny):
    given = {"epochs": 2, "verbose": 0, "seed": 0, "checkpoint": tmp_path}
    zoo.fit(tiny(), x, y, **given)
    with pytest.raises(zoo.InputError, match="what the model was compiled with is not the same"):
        zoo.fit(tiny("adam"), x, y, **given)
    with pytest.raises(zoo.InputError, match="the learning rate is 0.5 and was 0.0"):
        zoo.fit(tiny(keras.optimizers.SGD(0.5)), x, y, **given)
    larger = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    larger.compile("sgd", "mse")
    with pytest.raises(zoo.InputError, match="the model's architecture is not the same"):
        zoo.fit(larger, x, y, **given)


def test_early_stopping_may_be_given_more_patience(tmp_path, tiny):
    rows = np.random.default_rng(0).normal(size=(16, 4))

    def train(patience, folder, *extra):
        stopping = zoo.early_stopping(patience, monitor="loss", min_delta=1e9)
        history = zoo.fit(
            tiny(),
            rows,
            rows[:, 0],
            epochs=8,
            verbose=0,
            seed=0,
            callbacks=[stopping, *extra],
            checkpoint=folder,
        )
        return len(history.epoch), stopping.wait

    with pytest.raises(Killed):
        train(4, tmp_path, Break(2))
    assert train(6, tmp_path, Break()) == (7, 6)


def test_a_csv_file_goes_on(tmp_path, tiny):
    def train(folder, log, *extra):
        zoo.fit(
            tiny(),
            x,
            y,
            epochs=5,
            verbose=0,
            seed=0,
            checkpoint=folder,
            callbacks=[keras.callbacks.CSVLogger(log), *extra],
        )
        return log.read_text()

    whole = train(None, tmp_path / "whole.csv", Break())
    with pytest.raises(Killed):
        train(tmp_path / "kept", tmp_path / "log.csv", Break(3))
    assert train(tmp_path / "kept", tmp_path / "log.csv", Break()) == whole


class Speaking(keras.callbacks.Callback):
    """Has a state that no attribute shows."""

    def __init__(self):
        super().__init__()
        self._inside = type("Inside", (), {"epochs": 0})()

    def on_epoch_end(self, epoch, logs=None):
        self._inside.epochs += 1

    def get_state(self):
        return {"epochs": self._inside.epochs}

    def set_state(self, state):
        self._inside.epochs = state["epochs"]


def test_a_callback_may_say_what_its_state_is(tmp_path, tiny):
    with pytest.raises(Killed):
        zoo.fit(tiny(), x, y, epochs=5, verbose=0, callbacks=[Speaking(), Break(2)], checkpoint=tmp_path)
    speaking = Speaking()
    zoo.fit(tiny(), x, y, epochs=5, verbose=0, callbacks=[speaking, Break()], checkpoint=tmp_path)
    assert speaking.get_state() == {"epochs": 5}


def test_a_state_that_cannot_be_kept_is_told_before_training(tmp_path, tiny):
    class Mute(Speaking):
        get_state = set_state = None

    with pytest.warns(
        zoo.PreflightWarning, match=r"cannot keep Mute._inside \(Inside\): after a break it begins anew"
    ):
        zoo.fit(tiny(), x, y, epochs=1, verbose=0, callbacks=Mute(), checkpoint=tmp_path)


def test_a_stream_begins_anew_and_says_so(tmp_path, tiny):
    def batches():
        while True:
            yield x, y

    with pytest.warns(zoo.PreflightWarning, match="a stream, which cannot be rewound"), pytest.raises(Killed):
        zoo.fit(
            tiny(), batches(), epochs=4, steps_per_epoch=2, verbose=0, callbacks=Break(1), checkpoint=tmp_path
        )
    with pytest.warns(zoo.PreflightWarning, match="cannot be rewound"):
        history = zoo.fit(
            tiny(), batches(), epochs=4, steps_per_epoch=2, verbose=0, callbacks=Break(), checkpoint=tmp_path
        )
    assert history.epoch == [0, 1, 2, 3]


def test_ctrl_c_leaves_the_last_whole_epoch(tmp_path):
    class Press(Break):
        def on_train_batch_end(self, batch, logs=None):
            if self._now == self._epoch:
                signal.raise_signal(signal.SIGINT)

        def on_epoch_end(self, epoch, logs=None):
            pass

    Press.__name__ = "Break"
    wanted = cases.train("by_keras", None, extra=[Break()])
    stopped = cases.train("by_keras", tmp_path, extra=[Press(3)])
    assert stopped["epochs"].tolist() == [0, 1, 2, 3]
    assert not cases.unlike(cases.train("by_keras", tmp_path, extra=[Break()]), wanted)


def test_a_full_disk_does_not_end_a_training(tmp_path, tiny):
    class FullDisk(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch in (1, 2):
                resource.setrlimit(resource.RLIMIT_FSIZE, (256, resource.RLIM_INFINITY))

        def on_epoch_begin(self, epoch, logs=None):
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(Killed):
            zoo.fit(tiny(), x, y, epochs=6, verbose=0, callbacks=[FullDisk(), Break(3)], checkpoint=tmp_path)
    said = [str(one.message) for one in told if "could not be written" in str(one.message)]
    assert len(said) == 1
    assert "Training goes on" in said[0]
    assert CheckpointFile(tmp_path).read()[0]["epoch"] == 1  # the one before the disk was full
    zoo.fit(tiny(), x, y, epochs=6, verbose=0, callbacks=[FullDisk(), Break()], checkpoint=tmp_path)
    assert CheckpointFile(tmp_path).read()[0]["epoch"] == 6
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_a_damaged_file_is_said_to_be_damaged(tmp_path, tiny):
    zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)
    path = tmp_path / "checkpoint.npz"
    whole = path.read_bytes()
    for spoiled in (whole[:-40], whole[: len(whole) // 2], b"", whole.replace(b"version", b"nothing")):
        path.write_bytes(spoiled)
        with pytest.raises(zoo.BrokenModelError, match=r"checkpoint\.npz .*to begin anew"):
            zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)


def test_a_strangers_file_runs_no_code(tmp_path, tiny):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "owned"),)

    evil = np.empty(1, dtype=object)
    evil[0] = Evil()
    np.savez(tmp_path / "checkpoint.npz", document=evil)
    with pytest.raises(zoo.BrokenModelError):
        zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)
    (tmp_path / "checkpoint.npz").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(zoo.BrokenModelError):
        zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)
    assert not (tmp_path / "owned").exists()


def test_two_processes_do_not_share_a_folder(tmp_path, tiny):
    other = CheckpointFile(tmp_path)
    other.hold()
    with pytest.raises(zoo.InputError, match="Another process is training"):
        zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)
    other.close()
    zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)


def test_what_a_killed_process_was_writing_is_cleared_away(tmp_path, tiny):
    _files._beside(tmp_path / "checkpoint.npz").write_text("half")  # whose process lives, and has no lock
    zoo.fit(tiny(), x, y, verbose=0, checkpoint=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_values_come_back_as_they_were():
    values = [
        None,
        True,
        3,
        0.1,
        float("-inf"),
        "text",
        b"bytes",
        (1, [2, {3, 4}], frozenset([5])),
        {1: "a", (2, 3): np.float32(0.1)},
        np.arange(6, dtype="int8").reshape(2, 3),
        np.array(["ä", "b"]),
    ]
    arrays = []
    back = from_plain(to_plain(values, arrays), arrays)
    assert repr(back) == repr(values)
    endless = []
    endless.append(endless)
    for no in (object(), endless, np.array([object()]), lambda: 0):
        with pytest.raises(NotPlain):
            to_plain(no, [])
