# %% [markdown]
# # Gradient descent, six learning rates
# The loss of a line is a landscape over its two parameters, and its gradient points uphill. Gradient descent steps the
# other way, again and again. How far a step goes is the learning rate: with a small one it creeps, with a large one it
# jumps from wall to wall, and with one that is too large it jumps out. Six rates walk side by side from one start.
#
# Data: 200 points around a line, made from a seed in place of the deck's file. Expect the rate 1 to arrive at
# y = 1.020 x - 0.009, the rate 1.65 to be reported as diverging, and Keras to take the same 100 steps to five
# decimals, in half a minute. Source: the deck, "Gradient Descent".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run gradient_descent --start 4,-4`. An epoch is one update.
run = zoo.Run(
    "gradient_descent",
    rows=200,
    start=(-4.0, 4.0),
    rates=(1.65, 1.6, 1.5, 1.0, 0.1, 0.01),
    epochs=100,
    animation=True,
    seed=0,
)

# %%
data = zoo.load_dataset("linear_regression1", n=run.rows, test_split=0, seed=run.seed)
print(data)
x, y = data.train.x.astype("float64"), data.train.y.astype("float64")

# %% [markdown]
# ## One step
# $L(w, b) = \frac{1}{n} \sum (w x_i + b - y_i)^2$ changes with $w$ and $b$ by its partial derivatives, and both
# parameters move at once: $w \leftarrow w - \frac{\eta}{n} \sum (w x_i + b - y_i) x_i$ and
# $b \leftarrow b - \frac{\eta}{n} \sum (w x_i + b - y_i)$. As in the deck's code, $\eta$ swallows the 2 of the square.
# Along the steepest direction each step takes the distance to the bottom times $1 - \eta \lambda$, where $\lambda$
# measures how sharply the bowl bends. Beyond $\eta = 2 / \lambda$, here 1.625, that is an overshoot by more than there
# was: the descent diverges. `zoo.by_hand` knows the limit, warns, and keeps the best line that it saw.

# %%
least = zoo.by_hand.LinearRegression().fit(x, y)
w, b = least.coef_[0], least.intercept_
paths, diverged = {}, []
for rate in run.rates:
    descent = zoo.by_hand.LinearRegression(
        "gradient_descent", learning_rate=rate, start=run.start, max_iter=run.epochs, tol=0
    ).fit(x, y)
    paths[f"η = {rate:g}"] = descent.trace_
    diverged += [rate] * descent.diverged_
    away = np.hypot(*(descent.trace_.parameters[-1] - (w, b)))
    print(f"η = {rate:4g}: {away:9.2e} from the best line{' and moving away' * descent.diverged_}")

# %% [markdown]
# ## Six paths
# 1.6 and 1.5 jump from wall to wall, yet a little less each time; 1 goes down nearly straight; 0.1 and 0.01 have no
# trouble but time.


# %%
def loss(w, b):
    return np.mean((np.multiply.outer(w, x[:, 0]) + b[..., None] - y) ** 2, axis=-1)


bowl = {"extent": (-7, 7, -7, 7), "minimum": (w, b)}
plan = {**bowl, "axis_names": ("w", "b"), "side_by_side": True}
run.keep("paths", zoo.plots.path_on_contours(loss, paths, **plan))
run.keep("surface", zoo.plots.path_on_surface(loss, paths, **bowl, axis_names=("w", "b", "loss"), log=True))
run.keep("losses", zoo.plots.descents(paths, lowest=least.trace_.loss[-1]))
if run.animation:
    run.keep("paths.gif", zoo.plots.path_animation(loss, paths, **plan))
    axes = ("w", "b", "loss")
    run.keep(
        "surface.gif", zoo.plots.path_on_surface_animation(loss, paths, **bowl, axis_names=axes, log=True)
    )
    run.keep("lines.gif", zoo.plots.line_fit_animation(x, y, paths, frames_per_second=6))

# %% [markdown]
# ## Keras computes the same
# One weight, one bias, from the same start. Keras keeps the 2 of the square, so its rate is half of ours.

# %%
sound = max(rate for rate in run.rates if rate not in diverged)
model = zoo.create_model("linear", input_shape=data.input_shape)
model.set_weights([np.array([[run.start[0]]]), np.array([run.start[1]])])
model.compile(keras.optimizers.SGD(sound / 2), "mse")
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(data.train), verbose=0, seed=run.seed)
theirs = np.concatenate([weights.ravel() for weights in model.get_weights()])
weight_error = np.abs(theirs - paths[f"η = {sound:g}"].parameters[-1]).max()
print(f"After {run.epochs} steps of η = {sound:g} Keras is {weight_error:.0e} away from the path by hand.")

# %%
arrival_error = np.abs(paths["η = 1"].parameters[-1] - (w, b)).max() if "η = 1" in paths else np.nan
figures = {"weight_error": weight_error, "arrival_error": arrival_error, "diverged": len(diverged)}
run.finish(
    model, history, data, metrics=figures, expect={"weight_error": 1e-5, "arrival_error": 0.01, "diverged": 1}
)
