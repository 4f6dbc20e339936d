"""Pairs of handwritten digits, and their sum."""

from __future__ import annotations

from zoo._lazy import np
from zoo.arguments import Count
from zoo.datasets._registry import Samples, register_dataset

BLOCKS = 60


@register_dataset(
    task="multi-output",
    source="pairs, drawn by the zoo from a seed, of scikit-learn load_digits: UCI Optical Recognition of "
    "Handwritten Digits, test part",
    licence="CC BY 4.0",
)
def digit_sum(*, n: Count = 6000, seed: int = 0) -> Samples:
    """Pairs of real handwritten digits, 8x8 grey pixels in 0..1, with each digit and their sum.

    No picture stands on two sides of a split: the 1,797 pictures are first dealt into 60 blocks, about
    three of each digit in each, a pair is drawn inside one block, and blocks are split whole. Were pairs
    drawn first, nearly every picture of the test pairs would also be in a training pair.

    Each of the 100 pairs of digits is as frequent as any other, so a sum of 9 is ten times as frequent as
    one of 0 or 18.

    Args:
        n: number of pairs.
        seed: of the blocks and the pairs.
    """
    from sklearn.datasets import load_digits

    bunch, random = load_digits(), np.random.default_rng(seed)
    pictures = [random.permutation(np.flatnonzero(bunch.target == digit)) for digit in range(10)]
    blocks = [np.array_split(rows, BLOCKS) for rows in pictures]  # blocks[digit][block] -> rows
    digits = random.permutation(np.arange(n) % 100)
    block = random.permutation(np.arange(n) % BLOCKS)
    left_digit, right_digit = digits // 10, digits % 10
    left, right = (
        [random.choice(blocks[digit][b]) for digit, b in zip(side, block, strict=True)]
        for side in (left_digit, right_digit)
    )
    images = bunch.images[..., None].astype("float32")
    return Samples(
        x={"left": images[left], "right": images[right]},
        y={"left_digit": left_digit, "right_digit": right_digit, "sum": left_digit + right_digit},
        groups=block,
        scale=16.0,
    )
