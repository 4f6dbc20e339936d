# %% [markdown]
# # A line through points, by a formula
# Points that lie along a line, and the question of which line it is. The best one has the least squared error, and
# least squares has a formula: two sums, and both parameters are known at once. It is written out here, computed
# by `zoo.by_hand` in one step, and found once more by a network of one weight that has never heard of it.
#
# Data: 200 points around a line, made from a seed in place of the deck's file. Expect y = 1.020 x - 0.009, as in the
# deck, and Keras at the same place to four decimals, in fifteen seconds. Source: the deck, "Linear Regression".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run linear_regression_closed_form --noise 0.5`
run = zoo.Run("linear_regression_closed_form", rows=200, noise=0.1, epochs=60, learning_rate=1.0, seed=0)

# %% [markdown]
# ## The data
# All rows are for learning: nothing is set aside, for nothing is judged but the line itself.

# %%
data = zoo.load_dataset("linear_regression1", n=run.rows, noise=run.noise, test_split=0, seed=run.seed)
print(data)
x, y = data.train.x[:, 0].astype("float64"), data.train.y.astype("float64")

# %% [markdown]
# ## The formula
# Where the loss $L(w, b) = \frac{1}{n} \sum (w x_i + b - y_i)^2$ is least, both its slopes are zero. That makes two
# equations for two unknowns, and their solution is
# $w = \frac{\sum (x_i - \bar x)(y_i - \bar y)}{\sum (x_i - \bar x)^2}$ and $b = \bar y - w \bar x$.

# %%
w = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
b = y.mean() - w * x.mean()
print(f"y = {w:.3f} x {b:+.3f}")

# %% [markdown]
# ## By hand
# `zoo.by_hand.LinearRegression` computes the same for any number of features. It also keeps its path, which here is
# short: from (0, 0) to the best line in one step.

# %%
by_hand = zoo.by_hand.LinearRegression().fit(data.train.x, data.train.y)
formula_error = max(abs(by_hand.coef_[0] - w), abs(by_hand.intercept_ - b))
print(
    f"zoo.by_hand agrees to {formula_error:.0e}; its loss goes {' -> '.join(f'{v:.4f}' for v in by_hand.trace_.loss)}."
)
run.keep("line", zoo.plots.line_fit(x, y, {"at the start": (0, 0), f"y = {w:.3f} x {b:+.3f}": (w, b)}))

# %% [markdown]
# ## The loss, seen as a landscape
# Over each pair (w, b) stands the loss of that line. It is a bowl, long and narrow, with one lowest point: wherever
# x is near a half, a larger $w$ can be made up for by a smaller $b$. The logarithm shows its bottom.


# %%
def loss(w, b):
    return np.mean((np.multiply.outer(w, x) + b[..., None] - y) ** 2, axis=-1)


bowl = {"extent": (-6, 6, -6, 6), "axis_names": ("w", "b", "loss"), "minimum": (w, b)}
run.keep("bowl", zoo.plots.path_on_surface(loss, {"one step": by_hand.trace_}, **bowl, log=True))

# %% [markdown]
# ## Keras computes the same
# The model of one weight and one bias, and gradient descent with momentum, all rows at once. It needs dozens of steps
# for what the formula does in one; but it will go on working where there is no formula any more.

# %%
model = zoo.create_model("linear", input_shape=data.input_shape)
model.compile(keras.optimizers.SGD(run.learning_rate, momentum=0.4), "mse")
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(data.train), verbose=0, seed=run.seed)
kernel, bias = model.get_weights()
weight_error = max(abs(kernel[0, 0] - w), abs(bias[0] - b))
print(f"Keras: y = {kernel[0, 0]:.4f} x {bias[0]:+.4f}, which differs by {weight_error:.0e}.")

# %%
deck_error = max(abs(w - 1.020), abs(b + 0.009))
errors = {"deck_error": deck_error, "formula_error": formula_error, "weight_error": weight_error}
run.finish(
    model,
    history,
    data,
    metrics=errors,
    expect={"deck_error": 5e-4, "formula_error": 1e-9, "weight_error": 1e-4},
)
