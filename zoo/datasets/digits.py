"""Handwritten digits, built in."""

from __future__ import annotations

from zoo.datasets._registry import Samples, register_dataset


@register_dataset(
    task="classification",
    source="scikit-learn load_digits: UCI Optical Recognition of Handwritten Digits, test part",
    licence="CC BY 4.0",
)
def digits() -> Samples:
    """1,797 real handwritten digits, 8x8 grey pixels in 0..1."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    names = tuple(str(name) for name in bunch.target_names)
    return Samples(bunch.images[..., None].astype("float32"), bunch.target, class_names=names, scale=16.0)
