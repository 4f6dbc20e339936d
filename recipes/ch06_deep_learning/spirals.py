# %% [markdown]
# # Spirals: where no trick is known
# Two spirals wind into one another. The distance from the middle, which solved the ring, is the same for both,
# and so is the product, which solved the quadrants. Nobody hands us a feature here, and the network needs none:
# its hidden layers are features that it makes for itself.
#
# Data: 1,000 points made from a seed, in place of the deck's `feature_extraction3`. Expect a coin's 50 % from
# distance and product and 98 to 100 % from the network with ReLU, in half a minute. Source: the deck,
# "Deep Learning", its third picture, "ReLU" and "powerful optimizers".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run spirals --noise 0.5`, `zoo run spirals --no-animation`
run = zoo.Run(
    "spirals",
    rows=1000,
    noise=0.15,
    epochs=100,
    batch_size=100,
    learning_rate=0.03,
    every=5,
    animation=True,
    seed=0,
)

# %%
data = zoo.load_dataset("feature_extraction3", n=run.rows, noise=run.noise, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## The tricks fail
# Logistic regression on the distance from the middle and on the product, both at once.

# %%
tricks, tricks_test = (
    np.stack([np.hypot(*split.x.T), np.prod(split.x, axis=1)], axis=1) for split in (data.train, data.test)
)
line = zoo.create_model("logistic_regression", input_shape=(2,))
line.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
zoo.fit(
    line, tricks, data.train.y, epochs=min(run.epochs, 40), batch_size=len(tricks), verbose=0, seed=run.seed
)
print(f"distance and product: {zoo.evaluate(line, tricks_test, data.test.y)['accuracy']:.1%}")

# %% [markdown]
# ## The network: 2-25-25-1
# The same network as for ring and quadrants. Plain gradient descent takes long to wind this far; Adam, which has
# a step size for each weight, does it in a few dozen epochs.

# %%
histories, recorders = {}, {}
for name in ("sigmoid", "ReLU"):
    shape = {"input_shape": (2,), "num_classes": 1, "hidden": (25, 25)}
    model = zoo.create_model("mlp", **shape, activation=name.lower(), seed=run.seed)
    model.compile(keras.optimizers.Adam(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
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
# The harder the picture, the wider the gap.

# %%
run.keep("sigmoid_against_relu", zoo.plots.compare(histories))

# %% [markdown]
# ## Watching it wind
# First a line, then an S, and then both arms are followed to their ends.

# %%
if run.animation:
    run.keep("boundary.gif", zoo.plots.boundary_animation(recorders, data.train, **names))
run.keep("boundary", zoo.plots.boundary(model, data.test, **names))
run.finish(model, histories["ReLU"], data, expect={"test_accuracy": 0.97})
