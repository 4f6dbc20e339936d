import keras
import numpy as np
import pytest

import zoo
from zoo.training.evaluate import intervals


def test_values_are_plain_floats_by_name():
    data = zoo.load_dataset("diabetes")
    model = zoo.create_model("linear", input_shape=(10,), seed=0)
    model.compile("sgd", "mse", metrics=["mae"])
    values = zoo.evaluate(model, data.test)
    guess = model.predict(data.test.x, verbose=0).ravel()
    assert values["mae"] == pytest.approx(np.abs(guess - data.test.y).mean(), rel=1e-5)
    assert values["loss"] == pytest.approx(((guess - data.test.y) ** 2).mean(), rel=1e-5)
    assert all(type(v) is float for v in values.values())


def test_a_class_may_be_absent_where_nothing_is_learned():
    data = zoo.load_dataset("iris")
    model = zoo.create_model("softmax_regression", input_shape=(4,), num_classes=3, seed=0)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    first = data.test.y == 0
    assert 0 <= zoo.evaluate(model, data.test.x[first], data.test.y[first])["accuracy"] <= 1
    with pytest.raises(zoo.InputError, match="goes from 1 to 3"):
        zoo.evaluate(model, data.test.x, data.test.y + 1)


@pytest.mark.parametrize(("right", "low", "high"), [(98, 0.9300, 0.9945), (100, 0.9630, 1.0)])
def test_accuracy_has_wilsons_interval(right, low, high):
    """Against the published values for 98 and 100 right of 100."""
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Activation("sigmoid")(inputs))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x = np.where(np.arange(100) % 2, 5.0, -5.0)
    y = (x > 0).astype(int)
    y[: 100 - right] = 1 - y[: 100 - right]
    assert intervals(model, (x[:, None], y))["accuracy"] == pytest.approx((low, high), abs=1e-3)


def test_an_error_has_an_interval_that_holds_its_mean():
    data = zoo.load_dataset("two_in_two_out", n=300)
    model = zoo.create_model("two_in_two_out", output_names=("total", "product"), seed=0)
    model.compile("sgd", "mse", metrics={"total": ["mae"], "product": ["mae"]})
    values, spread = zoo.evaluate(model, data.test), intervals(model, data.test)
    for name in ("total_mae", "product_mae"):
        low, high = spread[name]
        assert low < values[name] < high
