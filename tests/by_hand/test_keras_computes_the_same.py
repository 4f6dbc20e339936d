"""The oracle is Keras: the same weights, the same updates; the same convolutions and their gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.by_hand import (
    MLPClassifier,
    MLPRegressor,
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from zoo.by_hand.optimizers import OPTIMIZERS

law = settings(max_examples=25)


@pytest.fixture(scope="module")
def keras():
    """Keras, imported when the first test needs it and not when the suite is collected."""
    return pytest.importorskip("keras")


@pytest.fixture
def tensorflow(keras):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the oracle for gradients is TensorFlow's GradientTape")
    return pytest.importorskip("tensorflow")


def keras_optimizer(keras, name, learning_rate):
    if name == "momentum":
        return keras.optimizers.SGD(learning_rate, momentum=0.9)
    return keras.optimizers.get({"class_name": name, "config": {"learning_rate": learning_rate}})


def keras_twin(keras, network, theta, optimizer, dtype):
    """The same network in Keras, with the weights of ``theta``."""
    *hidden, outputs = network.layer_sizes[1:]
    model = keras.Sequential([keras.Input((network.layer_sizes[0],))])
    for units in hidden:
        model.add(keras.layers.Dense(units, network.activation, dtype=dtype))
    softmax = network.head == "softmax"
    model.add(keras.layers.Dense(outputs, "softmax" if softmax else None, dtype=dtype))
    model.set_weights([array for layer in network.unpack(theta) for array in layer])
    model.compile(optimizer, "categorical_crossentropy" if softmax else "mse", jit_compile=False)
    return model


def largest_difference(ours, model):
    theirs = np.concatenate([weights.ravel() for weights in model.get_weights()])
    return np.abs(ours - theirs).max()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_first_hundred_updates_of_a_classifier(keras, optimizer):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 3, size=60)
    ours = MLPClassifier(
        (25, 25), activation="relu", optimizer=optimizer, learning_rate=0.01, max_iter=100, random_state=0
    ).fit(X, y)
    theta = ours.trace_.parameters
    model = keras_twin(keras, ours.network_, theta[0], keras_optimizer(keras, optimizer, 0.01), "float64")
    for update in range(1, 101):
        model.train_on_batch(X, np.eye(3)[y])
        if update in (1, 10, 100):
            assert largest_difference(theta[update], model) < 1e-5


@pytest.mark.parametrize(("optimizer", "activation"), [("sgd", "tanh"), ("adam", "sigmoid")])
def test_first_hundred_updates_of_a_regressor_in_float32(keras, optimizer, activation):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 3))
    y = np.sin(X[:, 0]) + X[:, 1]
    ours = MLPRegressor(
        (10,), activation=activation, optimizer=optimizer, learning_rate=0.01, max_iter=100, random_state=0
    ).fit(X, y)
    model = keras_twin(
        keras, ours.network_, ours.trace_.parameters[0], keras_optimizer(keras, optimizer, 0.01), "float32"
    )
    for _ in range(100):
        model.train_on_batch(X, y[:, None])
    assert largest_difference(ours.parameters_, model) < 1e-5
    np.testing.assert_allclose(model.predict_on_batch(X)[:, 0], ours.predict(X), atol=1e-4)


images = st.tuples(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 2), st.integers(4, 8), st.integers(4, 8), st.integers(1, 3)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(1, 3),
    st.sampled_from(["valid", "same"]),
)


@law
@given(images)
def test_conv2d_agrees_with_keras(keras, case):
    seed, shape, size, stride, padding = case
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=shape), rng.normal(size=(*size, shape[3], 2))
    theirs = keras.ops.convert_to_numpy(keras.ops.conv(x, kernel, strides=stride, padding=padding))
    np.testing.assert_allclose(conv2d(x, kernel, strides=stride, padding=padding), theirs, atol=1e-5)


@law
@given(images)
def test_max_pool2d_agrees_with_keras(keras, case):
    seed, shape, size, stride, padding = case
    x = np.random.default_rng(seed).normal(size=shape)
    theirs = keras.ops.convert_to_numpy(keras.ops.max_pool(x, size, strides=stride, padding=padding))
    np.testing.assert_allclose(max_pool2d(x, size, strides=stride, padding=padding), theirs, atol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_gradients_agree_with_keras(keras, tensorflow, padding, strides):
    tf = tensorflow
    rng = np.random.default_rng(0)
    x, kernel = tf.constant(rng.normal(size=(2, 7, 6, 3))), tf.constant(rng.normal(size=(3, 3, 3, 4)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, kernel])
        convolved = keras.ops.conv(x, kernel, strides=strides, padding=padding)
        pooled = keras.ops.max_pool(x, 3, strides=strides, padding=padding)
    dy, dp = rng.normal(size=convolved.shape), rng.normal(size=pooled.shape)
    dx, dkernel = conv2d_backward(dy, x, kernel, strides=strides, padding=padding)
    np.testing.assert_allclose(dx, tape.gradient(convolved, x, tf.constant(dy)), atol=1e-5)
    np.testing.assert_allclose(dkernel, tape.gradient(convolved, kernel, tf.constant(dy)), atol=1e-5)
    dx = max_pool2d_backward(dp, x, 3, strides=strides, padding=padding)
    np.testing.assert_allclose(dx, tape.gradient(pooled, x, tf.constant(dp)), atol=1e-5)


def test_of_equal_pixels_the_first_takes_the_gradient_as_in_tensorflow(keras, tensorflow):
    tf = tensorflow
    x = tf.ones((1, 4, 4, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        pooled = keras.ops.max_pool(x, 2)
    ours = max_pool2d_backward(np.ones((1, 2, 2, 1)), x)
    np.testing.assert_array_equal(ours, tape.gradient(pooled, x))
