import numpy as np
import pytest

import zoo


def test_every_frame_shows_another_moment():
    seen = np.zeros((20, 4))
    seen[:, 0] = np.linspace(-2, 2, 20)
    moving = zoo.plots.cart_pole_animation(seen, np.linspace(0, 1, 20), every=5)
    assert moving.labels == ("step 0", "step 5", "step 10", "step 15")
    frames = [np.asarray(frame.convert("RGB")) for frame in moving.frames]
    assert all((frames[i] != frames[i + 1]).any() for i in range(3))


def test_the_steps_of_something_else_are_refused():
    with pytest.raises(zoo.InputError, match=r"observations must be \(steps, 4\)"):
        zoo.plots.cart_pole_animation(np.zeros((5, 3)), np.zeros(5))
    with pytest.raises(zoo.InputError, match="of one episode"):
        zoo.plots.cart_pole_animation(np.zeros((5, 4)), np.zeros(4))
