import numpy as np
import pytest
from sklearn.decomposition import PCA

import zoo
from zoo.by_hand import conv2d, whitening_filters


@pytest.fixture
def images(digits):
    return digits.train.x[:300]


def answers(images, **options) -> np.ndarray:
    kernel, bias = whitening_filters(images, **options)
    return (conv2d(images, kernel) + bias).reshape(-1, kernel.shape[-1])


def test_the_answers_are_uncorrelated_and_of_size_one(images):
    half = answers(images, size=3, count=10, noise=0.0)[:, :5]
    np.testing.assert_allclose(np.cov(half.T), np.eye(5), atol=1e-9)
    np.testing.assert_allclose(half.mean(axis=0), 0, atol=1e-9)


def test_they_are_scikit_learn_s_whitened_principal_components_up_to_the_sign(images):
    windows = np.lib.stride_tricks.sliding_window_view(images[..., 0], (3, 3), axis=(1, 2)).reshape(-1, 9)
    theirs = PCA(n_components=4, whiten=True, svd_solver="full").fit_transform(windows.astype(float))
    ours = answers(images, size=3, count=8, noise=0.0)[:, :4]
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-6)


def test_the_second_half_answers_the_opposite(images):
    both = answers(images, size=5, count=12)
    np.testing.assert_allclose(both[:, 6:], -both[:, :6], atol=1e-9)


def test_directions_of_almost_no_variance_are_not_blown_up():
    flat = np.random.default_rng(0).normal(scale=1e-6, size=(20, 6, 6, 1))
    assert np.abs(answers(flat, size=3, count=18)).max() < 1e-3


def test_several_channels_make_one_patch():
    colour = np.random.default_rng(0).random((40, 6, 6, 3))
    half = answers(colour, size=2, count=24, noise=0.0)[:, :12]
    np.testing.assert_allclose(np.cov(half.T), np.eye(12), atol=1e-9)


@pytest.mark.parametrize("count", [0, 1, 7, 20])
def test_an_impossible_number_of_filters_is_refused(images, count):
    with pytest.raises(zoo.InputError, match="count must be even, from 2 to 18"):
        whitening_filters(images, size=3, count=count)


def test_images_without_channels_or_smaller_than_a_patch_are_refused(images):
    for wrong in (images[..., 0], images[:, :2]):
        with pytest.raises(zoo.InputError, match="images must have the shape"):
            whitening_filters(wrong, size=3)
