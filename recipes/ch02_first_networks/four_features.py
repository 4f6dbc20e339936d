# %% [markdown]
# # The first network, and a test that follows another formula
# Four numbers go in, one comes out: $y = 0 x_0 + 1 x_1 + 2 x_2 + 3 x_3$. The network finds that formula from
# examples alone. The deck then judges it on targets made by another formula, $\sum_j j x_j^j$, and the error is
# thousands of times what it was: a network that is right and a test that is wrong look like a network that
# is wrong.
#
# Data: 10,000 rows to learn from and 1,000 to judge by, made from a seed. Expect a mean absolute error below
# 0.01 on targets of the same formula and of about 1.1 on the deck's, after some five seconds of training.
# Source: the deck, "Let's play", its first network.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run four_features --noise 0.5`
run = zoo.Run("four_features", rows=10_000, noise=0.0, epochs=8, batch_size=50, learning_rate=3e-3, seed=0)

# %% [markdown]
# ## The data
# Two versions of it. The rows to learn from are the same, and so are the test's inputs; only its targets differ.

# %%
choice = {"n": run.rows, "noise": run.noise, "validation_split": 0.2, "seed": run.seed}
data = zoo.load_dataset("four_features", **choice)
deck = zoo.load_dataset("four_features", test_formula="deck", **choice)
print(data)
print("same inputs:", np.array_equal(data.test.x, deck.test.x))

# %% [markdown]
# ## The network
# The deck's: a hidden layer of a hundred units without an activation, and one unit that adds them up. The
# learning rate falls to nothing, so that the last steps are small ones.

# %%
model = zoo.create_model("mlp", input_shape=(4,), num_outputs=1, hidden=(100,), activation="linear")
model.summary()
steps = run.epochs * -(-len(data.train) // run.batch_size)
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(keras.optimizers.Adam(schedule), "mse", metrics=["mae"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
zoo.plots.curves(history)

# %% [markdown]
# ## Judged by the deck's test
# The validation rows say that it has learned the formula, and the test says that it has not. They cannot both be
# right about the same thing: when they part so far, look at the data before you look at the network.

# %%
for name, split in (("validation", data.validation), ("the deck's test", deck.test)):
    print(f"{name}: mean absolute error {zoo.evaluate(model, split)['mae']:.4f}")
run.keep("predictions_wrong_test", zoo.plots.predictions(model, deck.test))

# %% [markdown]
# ## What has it learned?
# Without an activation, two layers are one: their matrices multiplied are the weights of the formula. They
# should be 0, 1, 2, 3, with nothing added. So the network is right, and the test asked for something else.

# %%
first, bias, second, last_bias = model.get_weights()
print("weights:", np.round((first @ second).ravel(), 2), "added:", np.round(bias @ second + last_bias, 2))

# %% [markdown]
# ## The test mended
# The same network, the same inputs, and targets of the formula that it was taught.

# %%
run.keep("predictions", zoo.plots.predictions(model, data.test))
run.finish(model, history, data, expect={"test_mae": 0.01})
