# %% [markdown]
# # Five ways downhill
# The gradient says where it is steepest, not how far to go. Gradient descent takes a step of the same rate along
# every axis. Momentum keeps rolling. Adagrad and RMSprop give each weight a rate of its own, smaller where it
# has been steep; Adam does both. Seen from above they are five paths from the same start.
#
# Data: a valley of two numbers, and 1,000 points of two spirals, made from a seed. Expect Adam to wind round the
# spirals, at least 97 % right, where plain gradient descent is still 20 points or more behind, in half a minute.
# Source: the deck, "powerful optimizers".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run optimizers --rates 0.3,0.05,0.2,0.2,0.2`
run = zoo.Run(
    "optimizers",
    rows=1000,
    start=(-9.0, 2.0),
    steps=60,
    rates=(0.4, 0.05, 1.0, 0.3, 0.4),
    epochs=30,
    batch_size=50,
    network_rates=(0.1, 0.1, 0.1, 0.01, 0.01),
    animation=True,
    seed=0,
)

# %% [markdown]
# ## A long valley
# $h(x, y) = \frac{x^2}{10} + 2 y^2$ is twenty times as steep across as along. A rate that is right for $x$ makes
# the path jump from wall to wall in $y$; one that is right for $y$ hardly moves along $x$. Keras' optimizers are
# given the slope $(x / 5, 4 y)$ and nothing else.

# %%
kinds = {
    "SGD": (keras.optimizers.SGD, {}),
    "momentum": (keras.optimizers.SGD, {"momentum": 0.9}),
    "Adagrad": (keras.optimizers.Adagrad, {}),
    "RMSprop": (keras.optimizers.RMSprop, {}),
    "Adam": (keras.optimizers.Adam, {}),
}
paths = {}
for (name, (kind, options)), rate in zip(kinds.items(), run.rates, strict=True):
    optimizer = kind(rate, **options)
    point = keras.Variable(run.start, dtype="float32")
    paths[name] = [np.array(point)]
    for _ in range(min(run.steps, 10 * run.epochs)):  # `--epochs 1`, for a quick look, shortens the walk too
        x, y = paths[name][-1]
        optimizer.apply([np.array([x / 5, 4 * y])], [point])
        paths[name].append(np.array(point))
    print(f"{name}: height {x**2 / 10 + 2 * y**2:.4f} before the last step")

# %% [markdown]
# ## The five paths
# SGD zigzags down the walls and then creeps. Momentum and Adam roll: they swing from wall to wall, past the
# bottom and back. Adagrad and RMSprop turn to the bottom at once, on the same track; there RMSprop keeps its
# pace, while Adagrad, which never forgets how steep the walls were, grows slower and slower.

# %%
valley = {"extent": (-10, 3, -3, 3), "minimum": (0, 0)}
run.keep("paths", zoo.plots.path_on_contours(lambda x, y: x**2 / 10 + 2 * y**2, paths, **valley))
if run.animation:
    film = zoo.plots.path_animation(lambda x, y: x**2 / 10 + 2 * y**2, paths, **valley)
    run.keep("paths.gif", film)

# %% [markdown]
# ## A real network
# Two spirals and the network 2-25-25-1, five times from the same start. SGD and momentum have the same rate, so that
# only the momentum differs (a larger rate helps SGD, until it jumps); the others have rates that are common for
# them. In 751 dimensions nobody sees a path, but the loss tells how far down each has come.

# %%
data = zoo.load_dataset("feature_extraction3", n=run.rows, seed=run.seed)
print(data)
histories, final = {}, {}
for (name, (kind, options)), rate in zip(kinds.items(), run.network_rates, strict=True):
    shape = {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25)}
    model = zoo.create_model("mlp", **shape, seed=run.seed)
    model.compile(kind(rate, **options), "binary_crossentropy", metrics=["accuracy"])
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(model, data, **fit)
    final[name] = zoo.evaluate(model, data.test)
    print(f"{name}: loss {final[name]['loss']:.3f}, {final[name]['accuracy']:.1%} of the test points")

# %%
run.keep("compare", zoo.plots.compare(histories))
lead = {"lead_of_adam_over_sgd": final["Adam"]["accuracy"] - final["SGD"]["accuracy"]}
run.finish(
    model,
    histories["Adam"],
    data,
    metrics=lead,
    expect={"test_accuracy": 0.96, "lead_of_adam_over_sgd": 0.15},
)
