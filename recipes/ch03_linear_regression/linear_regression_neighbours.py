# %% [markdown]
# # A line found step by step
# Without a formula one can still search. Stand at some (w, b), look at the eight neighbours a step away, and go to
# the one with the least loss; where none is better, stop. A large step is fast and coarse, a small one slow and
# exact. The search knows nothing of slopes, and it is already learning: the next chapter only walks better.
#
# Data: 200 points around a line, made from a seed in place of the deck's file. Expect the deck's thirteen points for
# steps of 0.5, and an end within one step of the best line for steps of 0.001, in twenty seconds.
# Source: the deck, "Linear Regression".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run linear_regression_neighbours --start 6,6`
run = zoo.Run(
    "linear_regression_neighbours",
    rows=200,
    start=(-4.0, 4.0),
    coarse_step=0.5,
    fine_step=0.001,
    epochs=60,
    learning_rate=1.0,
    animation=True,
    seed=0,
)

# %% [markdown]
# ## The data
# The best line is known, from the formula, so that the search can be judged.

# %%
data = zoo.load_dataset("linear_regression1", n=run.rows, test_split=0, seed=run.seed)
print(data)
x, y = data.train.x[:, 0].astype("float64"), data.train.y.astype("float64")
formula = zoo.by_hand.LinearRegression().fit(data.train.x, data.train.y)
best = np.append(formula.coef_, formula.intercept_)

# %% [markdown]
# ## The search
# From (-4, 4), twice. With steps of 0.5 the first one goes aside, to (-4.5, 3.5), because that is the deepest of the
# eight; then the path leads along the bottom of the valley, and ends as near as its grid allows.

# %%
traces, ends = {}, {}
for step in (run.coarse_step, run.fine_step):
    search = zoo.by_hand.LinearRegression("neighbour_search", start=run.start, step=step)
    search.fit(data.train.x, data.train.y)
    traces[f"steps of {step:g}"], ends[step] = search.trace_, search.trace_.parameters[-1]
    w, b = ends[step]
    print(f"Step {step:g}: y = {w:.3f} x {b:+.3f} after {search.n_iter_:,} updates")
coarse = traces[f"steps of {run.coarse_step:g}"]
print(*(f"({w:g}, {b:g})" for w, b in coarse.parameters))

# %% [markdown]
# ## Looking down on it
# The contour lines of the loss show the valley, and the star its lowest point. Only eight directions are open, so
# both searches go aside, slantwise to the valley's floor, and then along it as well as they can: the large steps
# zigzag, and so do the small ones, too finely to be seen. The logarithm of the loss shows how deep the bottom is.


# %%
def loss(w, b):
    return np.mean((np.multiply.outer(w, x) + b[..., None] - y) ** 2, axis=-1)


valley = {"extent": (-6, 6, -6, 6), "minimum": best, "axis_names": ("w", "b", "loss")}
run.keep("paths", zoo.plots.path_on_contours(loss, traces, **valley))
run.keep("surface", zoo.plots.path_on_surface(loss, traces, **valley, log=True))
if run.animation:
    path = {f"steps of {run.coarse_step:g}": coarse}
    run.keep("coarse.gif", zoo.plots.path_animation(loss, path, **valley, frames_per_second=3))
    run.keep("line.gif", zoo.plots.line_fit_animation(x, y, traces, spacing="geometric"))

# %% [markdown]
# ## Keras computes the same
# The model of one weight and one bias, trained by gradient descent with momentum. It ends at the lowest point itself,
# which the fine search can miss by a step of its grid.

# %%
model = zoo.create_model("linear", input_shape=data.input_shape)
model.compile(keras.optimizers.SGD(run.learning_rate, momentum=0.4), "mse")
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(data.train), verbose=0, seed=run.seed)
keras_end = np.concatenate([weights.ravel() for weights in model.get_weights()])

errors = {
    "fine_step_error": np.abs(ends[run.fine_step] - best).max(),
    "coarse_step_error": np.abs(ends[run.coarse_step] - best).max(),
    "weight_error": np.abs(ends[run.fine_step] - keras_end).max(),
}
print(f"Keras: w = {keras_end[0]:.4f}, b = {keras_end[1]:.4f}, {errors['weight_error']:.4f} from the search.")
run.finish(
    model,
    history,
    data,
    metrics=errors,
    expect={"fine_step_error": 0.001, "coarse_step_error": 0.05, "weight_error": 0.0015},
)
