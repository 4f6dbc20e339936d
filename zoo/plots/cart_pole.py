"""The cart and its pole, drawn from what the player sees."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patches import Rectangle

from zoo.errors import InputError
from zoo.plots._style import BLUE, GREY, VERMILION, picture, styled
from zoo.plots.animate import Animation

_EDGE, _POLE = 2.4, 1.0  # metres: where the track ends, and the pole's length
_WIDTH, _HEIGHT = 0.5, 0.25  # of the cart


@styled
def cart_pole_animation(
    observations: Any, values: Any, *, every: int = 4, frames_per_second: float = 12.5
) -> Animation:
    """Let an episode of CartPole run: cart and pole above, the critic's word for each moment below.

    Args:
        observations: position, speed, angle and turning at each step, ``(steps, 4)``, in metres, radians
            and seconds.
        values: what the critic said at each step, ``(steps,)``.
        every: steps from one frame to the next; the game takes 50 steps a second.
        frames_per_second: how fast it goes; 12.5 frames of every fourth step are as fast as the game.

    Returns:
        An `Animation`.

    Raises:
        InputError: these are not the steps of an episode.

    Examples:
        >>> moving = cart_pole_animation(np.zeros((9, 4)), np.ones(9))
        >>> moving.labels
        ('step 0', 'step 4', 'step 8')

    Source: the deck, "Game Robot".
    """
    seen, said = np.asarray(observations), np.asarray(values).reshape(-1)
    if seen.ndim != 2 or seen.shape[1] != 4 or len(seen) != len(said) or not len(seen):
        raise InputError(
            "observations must be (steps, 4) and values (steps,), of one episode; got "
            f"{seen.shape} and {said.shape}."
        )
    figure = picture(6.4, 4.4)
    track, below = figure.subplots(2, 1, height_ratios=[3, 1.4])
    track.set(xlim=(-2.7, 2.7), ylim=(-0.2, 1.5), aspect="equal", yticks=[], xlabel="position in metres")
    track.grid(False)
    track.spines["left"].set_visible(False)
    track.axhline(0, color=GREY, linewidth=1, zorder=0)
    for edge in (-_EDGE, _EDGE):
        track.axvline(edge, color=GREY, linewidth=1, linestyle=":")
    cart = track.add_patch(Rectangle((0, 0), _WIDTH, _HEIGHT, color=BLUE))
    (pole,) = track.plot([], [], color=VERMILION, linewidth=5, solid_capstyle="round")
    heading = track.set_title("step 0")
    below.plot(said, color="#cccccc")
    (line,) = below.plot([], [], color=BLUE)
    (dot,) = below.plot([], [], "o", color=BLUE)
    below.set(xlabel="step", ylabel="value", xlim=(0, max(len(said) - 1, 1)))
    below.set_ylim(min(0, said.min()), max(1.05, 1.05 * said.max()))
    steps = range(0, len(seen), every)

    def draw(frame: int) -> list[Artist]:
        step = steps[frame]
        position, _, angle, _ = seen[step]
        cart.set_xy((position - _WIDTH / 2, 0))
        top = position + _POLE * np.sin(angle), _HEIGHT + _POLE * np.cos(angle)
        pole.set_data([position, top[0]], [_HEIGHT, top[1]])
        heading.set_text(f"step {step}, pole at {np.degrees(angle):+.1f}°")
        line.set_data(range(step + 1), said[: step + 1])
        dot.set_data([step], [said[step]])
        return [heading, cart, pole, line, dot]

    draw(0)
    return Animation(
        figure,
        draw,
        [f"step {step}" for step in steps],
        frames_per_second=frames_per_second,
        title="CartPole",
    )
