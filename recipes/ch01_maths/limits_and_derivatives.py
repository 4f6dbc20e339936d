# %% [markdown]
# # Limits and derivatives: nearer, and nearer
# A limit is the number that $f(x)$ comes near to as $x$ comes near to some point. A derivative is a limit too: the
# slope of a shorter and shorter piece of a curve. Both can be watched: shorten the step, look, shorten it again. In
# the end 25 neurons take one step of gradient descent, and the step is the slope.
#
# Data: none but functions. Expect slopes that agree with Keras' to four digits behind the point, in ten seconds.
# Source: the deck, "Limits", "Derivatives" and "Maxima & Minima".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run limits_and_derivatives --learning_rate 0.05`
run = zoo.Run("limits_and_derivatives", epochs=60, learning_rate=0.02, animation=True, seed=0)

# %% [markdown]
# ## A hole, and three ways to have no limit
# $(x^2 - 4) / (x - 2)$ is not defined at 2, and yet it is clear what belongs there. The others: $1 / (1 - x)$ leaves
# upwards on the left of 1 and downwards on the right; the sign of $x$, itself 0 at 0, jumps there; $\sin(1/x)$ never
# comes to rest.

# %%
functions = {
    "a hole": (lambda x: (x**2 - 4) / (x - 2), 2),
    "no end": (lambda x: 1 / (1 - x), 1),
    "a jump": (np.sign, 0),
    "no rest": (lambda x: np.sin(1 / x), 0),
}
limits = {}
for name, (function, at) in functions.items():
    try:
        limits[name] = zoo.by_hand.limit(function, at)
        print(f"{name}: the limit at {at} is {limits[name]:.6f}")
    except zoo.InputError as none:
        print(f"{name}: {none}")
run.keep("limits", zoo.plots.limits({k: (*v, limits.get(k)) for k, v in functions.items()}))

# %% [markdown]
# ## The slope at a point
# The straight line through two points of a curve has the slope $(f(a + \delta) - f(a)) / \delta$. As $\delta$ shrinks,
# the line turns into the tangent, and its slope goes to the derivative $f'(a)$. A tenth of $\delta$ leaves about a
# tenth of the error; from $a - \delta$ to $a + \delta$, a hundredth.


# %%
def f(x):
    return x**4 - 4 * x**2 + x


run.keep("secants", zoo.plots.secants(f, 1.0, (1, 0.5, 0.2, 0.01)))
if run.animation:
    run.keep("secants.gif", zoo.plots.secant_animation(f, 1.0, np.geomspace(1, 0.01, 40)))
for step in (0.1, 0.01, 0.001):
    one_side, both_sides = (f(1 + step) - f(1)) / step, (f(1 + step) - f(1 - step)) / (2 * step)
    print(f"δ = {step}: to one side {one_side:.6f}, to both sides {both_sides:.6f}; the limit is -3")

# %% [markdown]
# ## The rules, and where the slope is zero
# Rules make the slope of a large formula from those of its parts. Each line shows both sides of one, at 0.5 and
# for $f = \sin x$, $g = e^x$: $[f + g]' = f' + g'$, $[fg]' = f'g + fg'$ and $[f(g)]' = f'(g)\,g'$.
#
# On a peak and in a valley the slope is zero: $x^4 - 4x^2 + x$ has two valleys and a peak between them, where
# $4x^3 - 8x + 1 = 0$. Not the other way round: $x^3$ is flat at 0 and goes on rising. And there must be a slope:
# $|x|$ is least at 0, where its slope jumps from -1 to 1.

# %%
for rule in ("sum", "product", "chain"):
    left, right = getattr(zoo.by_hand, f"{rule}_rule")(np.sin, np.exp, 0.5)
    print(f"{rule} rule: {left:.8f} = {right:.8f}")
for x in np.sort(np.roots([4, 0, -8, 1])):
    print(f"x = {x:.4f}: height {f(x):.4f}, slope {zoo.by_hand.derivative(f, x):.0e}")

# %% [markdown]
# ## Keras computes the same
# Gradient descent subtracts the learning rate times the slope. Take 25 neurons that are fed a zero, so that each
# answers with its bias $b$, and call $f(b)$ the loss. One step with learning rate 1 takes $f'(b)$ off each bias; in
# the picture that is the slope of the short lines. Many small steps lead each bias into a valley: the dots.


# %%
def loss(truth, b):
    return keras.ops.sum(f(b), axis=-1)


x = np.linspace(-2, 2, 25, dtype="float32")
model, after = zoo.create_model("linear", input_shape=(1,), num_outputs=len(x)), {}
for rate, epochs in ((1.0, 1), (run.learning_rate, run.epochs)):
    model.set_weights([np.zeros((1, len(x))), x])
    model.compile(keras.optimizers.SGD(rate), loss)
    history = zoo.fit(model, np.zeros((1, 1)), np.zeros((1, len(x))), epochs=epochs, verbose=0)
    after[rate] = model.get_weights()[1]
steps, ends = x - after[1.0], after[run.learning_rate]
slopes, left = (zoo.by_hand.gradient(lambda b: f(b).sum(), b) for b in (x, ends))
figures = {"slope_error": np.abs(steps - slopes).max(), "final_slope_error": np.abs(left).max()}
print("at most", {name: f"{value:.1e}" for name, value in figures.items()})
run.keep("slopes", zoo.plots.tangents(f, x, steps, ends=ends))
run.finish(model, history, metrics=figures, expect={"slope_error": 1e-5, "final_slope_error": 1e-3})
