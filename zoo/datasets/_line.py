"""Points around a straight line, with moments that are the same for every seed."""

from __future__ import annotations

from zoo._lazy import np
from zoo.datasets._registry import Samples

MEAN, DEVIATION = 0.465, 0.28  # of x; a line's descent depends on these two numbers and on nothing else


def around_a_line(w: float, b: float, *, n: int, noise: float, seed: int) -> Samples:
    """Draw ``n`` points (x, wx + b + noise), to which least squares fits exactly w and b.

    The drawn x are shifted and stretched to the mean and the deviation above. What the noise has in common
    with x and with a constant is taken out of it, so that it cannot tilt or lift the best line, and it is
    stretched until its mean square is ``noise ** 2``, which is then the least loss there is.

    Args:
        w: slope.
        b: height at x = 0.
        n: number of points.
        noise: root of the mean square of what is added to y; of one or two points a line misses nothing.
        seed: of everything drawn.
    """
    random = np.random.default_rng(seed)
    x, disturb = random.uniform(size=n), random.normal(size=n)
    x = (MEAN + DEVIATION * _standardized(x)).astype("float32").astype("float64")
    ones = np.column_stack([x, np.ones(n)])
    disturb = disturb - ones @ np.linalg.lstsq(ones, disturb, rcond=None)[0]
    y = w * x + b + (noise * _standardized(disturb) if n > 2 else 0.0)
    return Samples(x[:, None].astype("float32"), y.astype("float32"), feature_names=("x",))


def _standardized(values: np.ndarray) -> np.ndarray:
    """Return the values with mean 0 and deviation 1; a single one becomes 0."""
    scaled: np.ndarray = (values - values.mean()) / (values.std() or 1.0)
    return scaled
