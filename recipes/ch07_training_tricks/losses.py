# %% [markdown]
# # Which error to make small: squares or cross entropy
# A classifier says a probability $p$, and the truth is 0 or 1. The mean squared error $(p - y)^2$ looks as good a
# measure as the cross entropy $-y \log p - (1 - y) \log(1 - p)$. It is not: where the network is sure and wrong,
# the squared error is flat, and a network that learns from slopes learns nothing there.
#
# Data: 569 real tumours, built in. Expect a network that starts out sure and wrong to be put right by cross
# entropy, to more than 90 %, and to stay wrong with squares, in ten seconds.
# Source: the deck, "cross entropy" and "mse".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run losses --start 2`
run = zoo.Run("losses", rows=0, epochs=40, batch_size=32, learning_rate=0.2, start=3.0, seed=0)

# %% [markdown]
# ## The two errors of one answer
# The truth is 1. The last unit's sum is $z$, and $p = \sigma(z) = 1 / (1 + e^{-z})$. Far left the network is sure
# of the wrong answer. (The deck's code has `exp` where its cross entropy has $\log$, and calls the loss for several
# classes `categorical_entropy`; Keras knows it as `categorical_crossentropy`.)

# %%
z = np.linspace(-8, 8, 321, dtype="float32")
p = np.asarray(keras.ops.sigmoid(z))
squares, cross_entropy = (p - 1) ** 2, np.log1p(np.exp(-z))

# %% [markdown]
# ## And their slopes, which are all that learning sees
# By the chain rule the squares give $2 (p - 1) \cdot p (1 - p)$: the sigmoid's own slope, which is nothing at a
# sure answer, right or wrong, is a factor of it. The logarithm of the cross entropy takes just that factor away:
# what remains is $p - y$, the mistake itself.

# %%
slopes = {"mse": 2 * (p - 1) * p * (1 - p), "cross entropy": p - 1}
middle = (z[1:] + z[:-1]) / 2
for name, error in {"mse": squares, "cross entropy": cross_entropy}.items():
    measured = np.interp(z[1:-1], middle, np.diff(error.astype("float64")) / np.diff(z))
    print(f"{name}: formula and measured slope differ by {np.abs(measured - slopes[name][1:-1]).max():.0e}")
with zoo.plots.drawing(8, 3) as figure:
    left, right = figure.subplots(1, 2)
    left.plot(z, squares, z, cross_entropy)
    left.set(title="error, where the truth is 1", xlabel="z, from sure and wrong to sure and right")
    right.plot(z, slopes["mse"], z, slopes["cross entropy"])
    right.set(title="its slope", xlabel="z")
    right.legend(["mse", "cross entropy"])
run.keep("two_errors", figure)
for name, slope in slopes.items():
    print(f"sure and wrong, z = -8: the slope of {name} is {slope[0]:.4f}")

# %% [markdown]
# ## The same on a real table
# Logistic regression learns the tumours with cross entropy. Then we turn its answer round: the weights times
# `-start` make it sure of the wrong answer for nearly every row. From there both losses get the same number of
# steps, with the same learning rate, to put it right.

# %%
data = zoo.load_dataset("breast_cancer", train_size=run.rows, seed=run.seed)
print(data)
arguments = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
taught = zoo.create_model("logistic_regression", input_shape=data.input_shape, seed=run.seed)
taught.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
zoo.fit(taught, data, **arguments)
print(f"logistic regression: {zoo.evaluate(taught, data.test)['accuracy']:.1%} of the test tumours")

# %%
histories, accuracy = {}, {}
for name, loss in {"mse": "mse", "cross entropy": "binary_crossentropy"}.items():
    model = zoo.create_model("logistic_regression", input_shape=data.input_shape)
    model.set_weights([-run.start * weight for weight in taught.get_weights()])
    model.compile(keras.optimizers.SGD(run.learning_rate), loss, metrics=["accuracy"])
    histories[name] = zoo.fit(model, data, **arguments)
    accuracy[name] = zoo.evaluate(model, data.test)["accuracy"]
    print(f"from sure and wrong, with {name}: {accuracy[name]:.1%}")

# %% [markdown]
# ## What to take home
# For classes: cross entropy. For numbers, where no sigmoid stands at the end, nothing flattens the squares, and
# the mean squared error is the right one.

# %%
run.keep("mse_against_cross_entropy", zoo.plots.compare(histories, "accuracy"))
lead = {"lead_of_cross_entropy": accuracy["cross entropy"] - accuracy["mse"]}
run.finish(
    model,
    histories["cross entropy"],
    data,
    metrics=lead,
    expect={"test_accuracy": 0.9, "lead_of_cross_entropy": 0.7},
)
