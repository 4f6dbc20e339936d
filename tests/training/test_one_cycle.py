import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo


def model_of_two(optimizer="sgd") -> keras.Model:
    model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(4,), seed=0)
    model.compile(optimizer, "binary_crossentropy")
    return model


@pytest.fixture(scope="module")
def blobs():
    train = zoo.load_dataset("two_blobs", n=200).train
    return train.x[:100], train.y[:100]


@given(
    steps=st.integers(30, 500),
    highest=st.floats(1e-4, 10),
    rise=st.floats(0.1, 0.9),
    begin=st.floats(0.01, 0.5),
    end=st.floats(1e-5, 0.5),
)
def test_the_rate_rises_once_falls_once_and_never_leaves_its_bounds(steps, highest, rise, begin, end):
    cycle = zoo.OneCycle(highest, rise=rise, begin=begin, end=end)
    rates = np.array([cycle.rate(step, steps) for step in range(steps)])
    top = int(rates.argmax())
    assert rates[0] == pytest.approx(begin * highest)
    assert rates[-1] == pytest.approx(end * highest)
    assert rates.max() <= highest * (1 + 1e-9)
    assert abs(top - rise * (steps - 1)) <= 1
    assert (np.diff(rates[: top + 1]) >= 0).all()
    assert (np.diff(rates[top:]) <= 0).all()


def test_each_step_is_taken_at_its_rate_and_the_compiled_one_comes_back(blobs):
    seen = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(self.model.optimizer.learning_rate))

    model, cycle = model_of_two(keras.optimizers.SGD(0.5)), zoo.OneCycle(0.1)
    history = zoo.fit(model, blobs, epochs=3, batch_size=20, callbacks=[cycle, Look()], verbose=0)
    assert len(seen) == 15
    np.testing.assert_allclose(seen, cycle.learning_rates, rtol=1e-6)
    np.testing.assert_allclose(history.history["learning_rate"], np.array(seen)[4::5], rtol=1e-6)
    assert float(model.optimizer.learning_rate) == 0.5


def test_a_training_that_goes_on_takes_the_rest_of_the_cycle(blobs):
    whole, rest = zoo.OneCycle(0.1), zoo.OneCycle(0.1)
    zoo.fit(model_of_two(), blobs, epochs=4, callbacks=whole, verbose=0)
    zoo.fit(model_of_two(), blobs, epochs=4, initial_epoch=2, callbacks=rest, verbose=0)
    assert rest.learning_rates == whole.learning_rates[8:]


def test_plain_keras_takes_it_too(blobs):
    cycle = zoo.OneCycle(0.1)
    model_of_two("adam").fit(*blobs, epochs=2, batch_size=25, callbacks=[cycle], verbose=0)
    assert len(cycle.learning_rates) == 8


def test_a_schedule_and_a_stream_without_an_end_are_refused(blobs):
    falling = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    with pytest.raises(zoo.InputError, match=r"compiled with a schedule.*Compile with a number"):
        zoo.fit(model_of_two(keras.optimizers.SGD(falling)), blobs, callbacks=zoo.OneCycle(0.1), verbose=0)

    def stream():
        for _ in range(8):
            yield blobs[0][:10], blobs[1][:10].reshape(-1, 1)

    cycle = zoo.OneCycle(0.1, steps_per_epoch=8)
    zoo.fit(model_of_two(), stream(), callbacks=cycle, verbose=0)
    assert cycle.learning_rates[7] == pytest.approx(1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_learning_rate": 0}, "max_learning_rate must be a number above 0; got 0"),
        ({"max_learning_rate": "0.1"}, "max_learning_rate must be"),
        ({"max_learning_rate": 0.1, "rise": 1.0}, "rise must be a share between 0 and 1"),
        ({"max_learning_rate": 0.1, "end": -1}, "end must be a number above 0"),
    ],
)
def test_wrong_arguments_are_named(options, words):
    with pytest.raises(zoo.InputError, match=words):
        zoo.OneCycle(**options)
