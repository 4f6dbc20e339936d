# %% [markdown]
# # A disc in a ring: what a straight line cannot part
# Logistic regression draws a straight line, and no straight line parts a disc from the ring round it. Someone who
# sees the picture can help: the distance from the middle is all that counts. A network with two hidden layers
# finds its own way, and finds it sooner with ReLU than with sigmoid.
#
# Data: 1,000 points made from a seed, in place of the deck's `feature_extraction1`. Expect about a coin's 50 %
# from the straight line and 95 to 98 % from the distance and from the network, in half a minute.
# Source: the deck, "feature transformation", "Deep Learning" and "ReLU".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run rings --noise 0.5`, `zoo run rings --no-animation`
run = zoo.Run(
    "rings",
    rows=1000,
    noise=0.12,
    epochs=120,
    batch_size=100,
    learning_rate=0.9,
    every=10,
    animation=True,
    seed=0,
)

# %%
data = zoo.load_dataset("feature_extraction1", n=run.rows, noise=run.noise, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## A straight line, and a feature made by hand
# The same logistic regression twice: on $(x, y)$, and on $\sqrt{x^2 + y^2}$ alone.

# %%
splits = (data.train, data.test)
for feature, (x, x_test) in {
    "coordinates": [split.x for split in splits],
    "distance": [np.linalg.norm(split.x, axis=1, keepdims=True) for split in splits],
}.items():
    line = zoo.create_model("logistic_regression", input_shape=x.shape[1:])
    line.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    zoo.fit(line, x, data.train.y, epochs=min(run.epochs, 80), batch_size=len(x), verbose=0, seed=run.seed)
    print(f"logistic regression on {feature}: {zoo.evaluate(line, x_test, data.test.y)['accuracy']:.1%}")

# %% [markdown]
# ## The network: 2-25-25-1
# The deck's, with its learning rate of 0.9: two numbers in, twice 25 hidden units, one probability out, 751
# weights. Once with sigmoid, $1 / (1 + e^{-z})$, whose slope is at most a quarter, and once with ReLU,
# $\max(0, z)$, whose slope is one wherever it is on.

# %%
histories, recorders = {}, {}
for name in ("sigmoid", "ReLU"):
    shape = {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25)}
    model = zoo.create_model("mlp", **shape, activation=name.lower(), seed=run.seed)
    model.compile(keras.optimizers.SGD(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
    recorders[name] = zoo.BoundaryRecorder(data.train, every=run.every)
    histories[name] = zoo.fit(
        model,
        data,
        epochs=run.epochs,
        batch_size=run.batch_size,
        callbacks=recorders[name],
        seed=run.seed,
    )
    print(f"{name}: {zoo.evaluate(model, data.test)['accuracy']:.1%} of the test points")

# %% [markdown]
# ## Sigmoid against ReLU
# The sigmoid network stays where it began for many epochs, and then turns all at once.

# %%
run.keep("sigmoid_against_relu", zoo.plots.compare(histories))

# %% [markdown]
# ## Watching it bend
# The deck draws the boundary every 50 epochs; most of it happens before, so this goes by tens (`--every`).

# %%
if run.animation:
    run.keep("boundary.gif", zoo.plots.boundary_animation(recorders, data.train, **names))
run.keep("boundary", zoo.plots.boundary(model, data.test, **names))
run.finish(model, histories["ReLU"], data, expect={"test_accuracy": 0.93})
