"""Is a network as often right as it says?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, picture, styled


@styled
def calibration(confidence: Any, right: Any, *, steps: int = 10) -> Figure:
    """Draw the share of right answers over how sure the network was, in steps of confidence.

    Args:
        confidence: of each answer, the probability of what was answered, 0 to 1.
        right: whether each answer was right.
        steps: into how many steps 0 to 1 is cut; one without an answer has no point.

    Returns:
        A figure: on the dotted line a network is as often right as it says, below it too sure; the bars are how many
        answers each step has.

    Raises:
        InputError: the two have no answers, or not equally many.

    Examples:
        >>> figure = calibration([0.95, 0.9, 0.55], [True, True, False])
        >>> figure.axes[0].get_ylabel()
        'share that is right'

    Source: Guo, Pleiss, Sun and Weinberger (2017).
    """
    from sklearn.calibration import calibration_curve

    confidence, right = np.ravel(confidence), np.ravel(right)
    if not len(confidence) or len(confidence) != len(right):
        raise InputError(
            f"Each answer has a confidence and is right or not; got {len(confidence)} and {len(right)} of them."
        )
    share, mean = calibration_curve(right, confidence, n_bins=steps)
    figure = picture(4.2, 4.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    above.plot([0, 1], [0, 1], ":", color=GREY)
    above.plot(mean, share, "o-", color=BLUE)
    above.set(ylabel="share that is right", ylim=(-0.02, 1.02))
    below.hist(confidence, bins=np.linspace(0, 1, steps + 1), color=GREY)
    below.set(xlabel="how sure the network is", ylabel="answers", xlim=(0, 1))
    return figure
