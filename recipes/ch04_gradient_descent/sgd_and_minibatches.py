# %% [markdown]
# # All rows, one row, fifty rows
# A gradient over all rows is exact, and costs a walk through all of them for one step. A row drawn at random gives a
# gradient that is right on average, for next to nothing, and the path jumps about. Fifty rows are the bargain: nearly
# the exact direction for nearly the price of one row.
#
# Data: a million points around a line, made from a seed in place of the deck's file of a thousand. Expect fifty rows
# to walk almost as straight as a million and dozens of times as fast, one row to miss, and Keras to take the same
# steps to five decimals, in half a minute. Source: the deck, "stochastic gradient descent" and "mini-batch SGD".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run sgd_and_minibatches --rows 1000`
run = zoo.Run(
    "sgd_and_minibatches", rows=1_000_000, batch_size=50, learning_rate=1.0, epochs=5, animation=True, seed=0
)

# %%
data = zoo.load_dataset("linear_regression2", n=run.rows, test_split=0, seed=run.seed)
print(data)
x, y = data.train.x[:, 0].astype("float64"), data.train.y.astype("float64")
X = np.column_stack([x, np.ones(len(x))])
best = np.linalg.lstsq(X, y, rcond=None)[0]

# %% [markdown]
# ## A gradient from some of the rows
# $\frac{1}{m} \sum (w x_i + b - y_i)\,(x_i, 1)$ over $m$ rows. Both partial derivatives are taken on the same rows; the
# deck's code draws other ones for $b$ than for $w$. The loss over all rows, for the pictures, takes five means.


# %%
def gradient_on(choose):
    def loss_and_gradient(parameters):
        rows = choose()
        off = X[rows] @ parameters - y[rows]
        return np.mean(off**2), off @ X[rows] / len(off)

    return loss_and_gradient


def loss(w, b):
    second_order = np.mean(x**2) * w**2 + 2 * np.mean(x) * w * b + b**2
    return second_order - 2 * np.mean(x * y) * w - 2 * np.mean(y) * b + np.mean(y**2)


# %% [markdown]
# ## Three descents, and a clock
# The same start, the same rate, as many updates; only the number of rows differs. The seconds are this machine's. With
# `--rows 1000`, as in the deck, NumPy is through all rows as soon as through one: what is saved is counted in rows.

# %%
random = np.random.default_rng(run.seed)
ways = {
    "all rows": lambda: slice(None),
    "a batch": lambda: random.integers(len(x), size=run.batch_size),
    "one row": lambda: random.integers(len(x), size=1),
}
start, rate = np.array([-4.0, 4.0]), zoo.by_hand.SGD(run.learning_rate)
paths, losses, seconds, off = {}, {}, {}, {}
for name, choose in ways.items():
    path = zoo.by_hand.descend(gradient_on(choose), start, rate, max_iter=100)
    paths[name], losses[name], seconds[name] = path, loss(*path.parameters.T), path.seconds
    off[name] = np.abs(path.parameters[-1] - best).max()
    print(f"{name}: {path.seconds:.4f} s for 100 updates, which end {off[name]:.3f} off")

# %%
view = {"extent": (-7, 7, -7, 7), "minimum": best, "axis_names": ("w", "b"), "side_by_side": True}
run.keep("paths", zoo.plots.path_on_contours(loss, paths, **view))
run.keep("loss_and_time", zoo.plots.descents(losses, seconds=seconds, lowest=loss(*best)))
if run.animation:
    run.keep("paths.gif", zoo.plots.path_animation(loss, paths, **view))

# %% [markdown]
# ## Keras computes the same
# On a thousand rows, fifty at a time, in one order: `zoo.fit` draws that of each epoch from the seed and the epoch.
# Keras keeps the 2 of the square, so its rate is half of ours.

# %%
n, size = min(len(x), 1000), run.batch_size
orders = [np.random.default_rng([run.seed, epoch]).permutation(n) for epoch in range(run.epochs + 1)]
drawn = iter([order[i : i + size] for order in orders for i in range(0, n, size)])
path = zoo.by_hand.descend(gradient_on(lambda: next(drawn)), start, rate, max_iter=run.epochs * -(-n // size))
model = zoo.create_model("linear", input_shape=data.input_shape)
model.set_weights([start[:1, None], start[1:]])
model.compile(keras.optimizers.SGD(run.learning_rate / 2), "mse")
fit = {"epochs": run.epochs, "batch_size": size, "verbose": 0, "seed": run.seed}
history = zoo.fit(model, data.train.x[:n], data.train.y[:n], **fit)
theirs = np.concatenate([weights.ravel() for weights in model.get_weights()])
figures = {"weight_error": np.abs(theirs - path.parameters[-1]).max(), "batch_error": off["a batch"]}
print(f"After {path.update[-1]} updates Keras is {figures['weight_error']:.0e} away from the path by hand.")
figures["speedup"] = seconds["all rows"] / seconds["a batch"]
run.finish(
    model, history, data, metrics=figures, expect={"weight_error": 1e-5, "batch_error": 0.2, "speedup": 5}
)
