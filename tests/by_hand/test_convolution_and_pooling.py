import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.by_hand import conv2d, conv2d_backward, gradient_check, max_pool2d, max_pool2d_backward
from zoo.errors import InputError

law = settings(max_examples=25)
seeds = st.integers(0, 2**32 - 1)
paddings = st.sampled_from(["valid", "same"])
strides = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))


def test_every_pixel_is_an_inner_product_with_the_filter():
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(3, 2, 3, 4))
    y = conv2d(x, kernel, strides=(2, 1))
    assert y.shape == (2, 2, 5, 4)
    for n, i, j, o in np.ndindex(y.shape):
        window = x[n, 2 * i : 2 * i + 3, j : j + 2]
        assert y[n, i, j, o] == pytest.approx((window * kernel[..., o]).sum())


@law
@given(seeds, st.floats(-3, 3), st.floats(-3, 3), paddings, strides)
def test_convolution_is_linear_in_images_and_in_filters(seed, a, b, padding, strides):
    rng = np.random.default_rng(seed)
    x, u, kernel, other = (rng.normal(size=shape) for shape in [(1, 6, 5, 2)] * 2 + [(3, 2, 2, 3)] * 2)
    conv = lambda x, kernel: conv2d(x, kernel, padding=padding, strides=strides)  # noqa: E731
    np.testing.assert_allclose(
        conv(a * x + b * u, kernel), a * conv(x, kernel) + b * conv(u, kernel), atol=1e-10
    )
    np.testing.assert_allclose(
        conv(x, a * kernel + b * other), a * conv(x, kernel) + b * conv(x, other), atol=1e-10
    )


@settings(max_examples=10)
@given(seeds, paddings, strides)
def test_convolution_gradients_agree_with_central_differences(seed, padding, strides):
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=(2, 5, 4, 2)), rng.normal(size=(2, 3, 2, 2))
    weights = rng.normal(size=conv2d(x, kernel, padding=padding, strides=strides).shape)

    def loss_and_gradient(theta):
        x, kernel = theta[:80].reshape(2, 5, 4, 2), theta[80:].reshape(2, 3, 2, 2)
        y = conv2d(x, kernel, padding=padding, strides=strides)
        dx, dkernel = conv2d_backward(weights * y, x, kernel, padding=padding, strides=strides)
        return (weights * y**2).sum() / 2, np.concatenate([dx.ravel(), dkernel.ravel()])

    assert gradient_check(loss_and_gradient, np.concatenate([x.ravel(), kernel.ravel()])).error < 1e-6


@settings(max_examples=10)
@given(seeds, st.integers(1, 3), paddings, strides)
def test_pooling_hands_all_of_the_gradient_to_the_winners(seed, size, padding, strides):
    rng = np.random.default_rng(seed)
    x = rng.permutation(2 * 5 * 4 * 3).reshape(2, 5, 4, 3).astype(float)
    y = max_pool2d(x, size, padding=padding, strides=strides)
    dy = rng.normal(size=y.shape)
    dx = max_pool2d_backward(dy, x, size, padding=padding, strides=strides)
    assert dx.sum() == pytest.approx(dy.sum())
    assert set(np.unique(x[dx != 0])) <= set(np.unique(y))
    check = gradient_check(
        lambda theta: (
            (dy * max_pool2d(theta.reshape(x.shape), size, padding=padding, strides=strides)).sum(),
            dx.ravel(),
        ),
        x.ravel(),
    )
    assert check.error < 1e-6


def test_a_thousand_digits_are_quick():
    rng = np.random.default_rng(0)
    assert conv2d(rng.normal(size=(100, 28, 28, 1)), rng.normal(size=(3, 3, 1, 8)), padding="same").shape == (
        100,
        28,
        28,
        8,
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv2d(np.ones((5, 5)), np.ones((3, 3, 1, 1))), "images of shape"),
        (
            lambda: conv2d(np.ones((1, 5, 5, 2)), np.ones((3, 3, 1, 1))),
            r"got \(1, 5, 5, 2\) and \(3, 3, 1, 1\)",
        ),
        (lambda: conv2d(np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))), "or use padding='same'"),
        (lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), padding="sama"), "Did you mean 'same'"),
        (
            lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), strides=0),
            "strides must be a positive",
        ),
        (lambda: max_pool2d(np.ones((1, 4, 4, 1)), (1.5, 2)), r"pool_size must be a positive.*\(1.5, 2\)"),
        (
            lambda: conv2d(np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 1)), strides=1.5),
            "strides must be a positive",
        ),
        (lambda: conv2d(np.ones((1, 4, 4, 1)), np.ones((0, 2, 1, 1))), r"got.*\(0, 2, 1, 1\)"),
        (lambda: max_pool2d(np.ones((4, 4))), r"images must have shape \(n, height, width, channels\)"),
        (lambda: max_pool2d_backward(np.ones((1, 3, 3, 1)), np.ones((1, 4, 4, 1))), "dy must have the shape"),
    ],
)
def test_what_cannot_be_meant_is_an_input_error(call, message):
    with pytest.raises(InputError, match=message):
        call()
