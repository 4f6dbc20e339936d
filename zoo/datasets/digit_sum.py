"""Pairs of handwritten digits, and their sum."""

from __future__ import annotations

from typing import Any, Literal

from zoo._lazy import np
from zoo.arguments import Count
from zoo.datasets._registry import Samples, register_dataset
from zoo.datasets.mnist import mnist

BLOCKS = 60
_TEST_SHARE = 6  # of MNIST's pictures one in seven is for testing: as many pairs as training pairs, by six


@register_dataset(
    task="multi-output",
    source="pairs, drawn by the zoo from a seed, of scikit-learn load_digits: UCI Optical Recognition of "
    "Handwritten Digits, test part; or of MNIST",
    licence="CC BY 4.0; of MNIST CC BY-SA 3.0",
)
def digit_sum(*, n: Count = 6000, pictures: Literal["digits", "mnist"] = "digits", seed: int = 0) -> Samples:
    """Pairs of real handwritten digits, 8x8 grey pixels in 0..1, with each digit and their sum.

    No picture stands on two sides of a split: the 1,797 pictures are first dealt into 60 blocks, about
    three of each digit in each, a pair is drawn inside one block, and blocks are split whole. Were pairs
    drawn first, nearly every picture of the test pairs would also be in a training pair.

    Each of the 100 pairs of digits is as frequent as any other, so a sum of 9 is ten times as frequent as
    one of 0 or 18.

    Args:
        n: number of pairs; of MNIST those to learn from, with a sixth as many of its test pictures besides.
        pictures: ``"digits"``, or ``"mnist"`` with 28x28 pixels, whose own test pictures make the test pairs.
        seed: of the blocks and the pairs.
    """
    random = np.random.default_rng(seed)
    if pictures == "mnist":
        whole = mnist()
        test_images, test_labels = whole.test  # type: ignore[misc]  # MNIST has one
        x, y, block = _pairs(whole.x, whole.y, n, BLOCKS, random)
        test_x, test_y, _ = _pairs(test_images, test_labels, n // _TEST_SHARE, 1, random)
        return Samples(x, y, test=(test_x, test_y), groups=block, scale=255.0)
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x, y, block = _pairs(bunch.images[..., None].astype("float32"), bunch.target, n, BLOCKS, random)
    return Samples(x, y, groups=block, scale=16.0)


def _pairs(images: Any, labels: Any, n: int, blocks: int, random: Any) -> tuple[Any, Any, Any]:
    """Deal pictures into blocks and draw pairs inside them; return inputs, targets, and each pair's block."""
    rows = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    dealt = [np.array_split(own, blocks) for own in rows]  # dealt[digit][block] -> rows
    digits = random.permutation(np.arange(n) % 100)
    block = random.permutation(np.arange(n) % blocks)
    left_digit, right_digit = digits // 10, digits % 10
    left, right = (
        [random.choice(dealt[digit][b]) for digit, b in zip(side, block, strict=True)]
        for side in (left_digit, right_digit)
    )
    x = {"left": images[left], "right": images[right]}
    y = {"left_digit": left_digit, "right_digit": right_digit, "sum": left_digit + right_digit}
    return x, y, block
