# %% [markdown]
# # Two clouds, and the best that anyone can do
# Two round clouds of points overlap. A network with five hidden layers learns to tell them apart, up to a limit
# that no network passes: where the clouds overlap, a point could have come from either. Because we made the
# clouds ourselves, that limit (the Bayes limit) can be computed, and drawn beside what the network reaches.
#
# Data: 4,000 points of two Gaussian clouds, made from a seed. Expect 89 to 90 % on 50,000 fresh points, where the
# limit is 89.7 %, after some ten seconds of training. Source: the deck, "Let's play", its second network.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run two_blobs --noise 1`
run = zoo.Run("two_blobs", rows=4000, noise=2.236, epochs=25, batch_size=128, learning_rate=1e-3, seed=0)

# %% [markdown]
# ## The data
# One cloud lies round $(-2, 2)$, the other round $(2, -2)$; each coordinate has the variance 5.

# %%
data = zoo.load_dataset("two_blobs", n=run.rows, noise=run.noise, validation_split=0.2, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}
run.keep("scatter", zoo.plots.scatter(data.train, **names))

# %% [markdown]
# ## The limit
# Both clouds are round, equally large and equally likely, so the best guess is the nearer centre, and the best
# boundary the line halfway between. A point crosses it when noise moves it by half the centres' distance, $d/2$,
# along the line that joins them, so the share of right guesses is
# $\Phi(d / 2\sigma) = \frac12 + \frac12 \mathrm{erf}(d / 2\sqrt2\sigma)$.

# %%
distance = np.hypot(2 - -2, -2 - 2)
limit = 0.5 + 0.5 * float(keras.ops.erf(distance / (2 * np.sqrt(2) * run.noise)))
print(f"Nobody can be right more often than {limit:.2%}.")

# %% [markdown]
# ## The network
# The deck's: five layers of a hundred sigmoid units, and a probability for each cloud. In its first epochs it
# is no better than a coin: five sigmoids in a row hardly let the gradient through. Then it learns all at once.

# %%
model = zoo.create_model("mlp", input_shape=(2,), num_classes=2, hidden=(100,) * 5, activation="sigmoid")
model.summary()
adam = keras.optimizers.Adam(run.learning_rate)
model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)

# %% [markdown]
# ## The network beside the limit
# On a few hundred validation points the curve can jump above the limit: that is luck, which 50,000 fresh points
# take out.

# %%
fresh = zoo.load_dataset("two_blobs", n=62_500, noise=run.noise, seed=run.seed + 1).train
reached = zoo.evaluate(model, fresh)["accuracy"]
print(f"{reached:.2%} of {len(fresh):,} fresh points, {limit - reached:.2%} below the limit.")
figure = zoo.plots.curves(history)
figure.axes[1].axhline(limit, color="black", linestyle="--", label=f"Bayes limit, {limit:.1%}")
figure.axes[1].plot(run.epochs, reached, "D", color="black", label=f"fresh points, {reached:.1%}")
figure.axes[1].set_ylim(0.8, 0.95)
figure.axes[1].legend(frameon=False, loc="lower right")
run.keep("accuracy_and_limit", figure)

# %% [markdown]
# ## Looking
# The best boundary is the dashed diagonal, and the network's comes close to it where there are points. Far out,
# where there are none, nothing has told it where to go.

# %%
figure = zoo.plots.boundary(model, data.test, **names)
figure.axes[0].axline((0, 0), slope=1, color="black", linestyle="--")
run.keep("boundary", figure)
run.finish(model, history, data, expect={"test_accuracy": 0.86})
