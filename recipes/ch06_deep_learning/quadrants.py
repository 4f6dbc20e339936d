# %% [markdown]
# # Quadrants: the network invents the product
# Points in opposite quadrants belong together. Neither $x$ nor $y$ alone says anything about the class, and no
# straight line does either; their product says it all. Someone who knows that trick needs two weights. A
# network that does not know it needs 751, and no help.
#
# Data: 1,000 points made from a seed, in place of the deck's `feature_extraction2`. Expect 95 to 100 % from the
# product and from the network, in half a minute. Source: the deck, "feature transformation", "Deep Learning",
# its second picture, and "ReLU".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run quadrants --noise 0.5`, `zoo run quadrants --no-animation`
run = zoo.Run(
    "quadrants",
    rows=1000,
    noise=0.12,
    epochs=60,
    batch_size=50,
    learning_rate=0.5,
    every=5,
    animation=True,
    seed=0,
)

# %%
data = zoo.load_dataset("feature_extraction2", n=run.rows, noise=run.noise, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## The trick
# Logistic regression on one feature made by hand, $x y$: positive where the signs agree.

# %%
product, product_test = (np.prod(split.x, axis=1, keepdims=True) for split in (data.train, data.test))
trick = zoo.create_model("logistic_regression", input_shape=(1,))
trick.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
zoo.fit(
    trick,
    product,
    data.train.y,
    epochs=min(run.epochs, 40),
    batch_size=len(product),
    verbose=0,
    seed=run.seed,
)
print(f"the product alone: {zoo.evaluate(trick, product_test, data.test.y)['accuracy']:.1%}")

# %% [markdown]
# ## The network: 2-25-25-1
# The same network as for the rings (`rings`), on the coordinates as they are: once with sigmoid, once with ReLU.

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
# Again the sigmoid network is no better than a coin for a while, and then turns.

# %%
run.keep("sigmoid_against_relu", zoo.plots.compare(histories))

# %% [markdown]
# ## Watching it bend
# The boundary has to become a cross. In the middle, where four quadrants meet, both networks round the corners:
# few points lie there to teach them better.

# %%
if run.animation:
    run.keep("boundary.gif", zoo.plots.boundary_animation(recorders, data.train, **names))
run.keep("boundary", zoo.plots.boundary(model, data.test, **names))
run.finish(model, histories["ReLU"], data, expect={"test_accuracy": 0.92})
