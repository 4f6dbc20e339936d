# %% [markdown]
# # Linear regression on a real table
# How far will a patient's diabetes have progressed in a year? Ten measurements, one number to predict, and
# the smallest network there is: a weight for each measurement and no hidden layer. Because its loss has one
# lowest point, gradient descent must end where the formula for least squares does: the recipe checks that.
#
# Data: 442 real patients, built in. Expect a mean absolute error of about 47 on a scale from 25 to 346, in
# a few seconds. Source: the deck, "Linear Regression" and "Gradient Descent".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run diabetes_regression --learning_rate 0.01`
run = zoo.Run("diabetes_regression", epochs=60, batch_size=32, learning_rate=0.02, seed=0)

# %% [markdown]
# ## The data
# Each column is scaled to mean 0 and deviation 1 over the training rows, so that one learning rate suits all.

# %%
data = zoo.load_dataset("diabetes", validation_split=0.15, seed=run.seed)
print(data)
print(data.to_pandas().head())

# %% [markdown]
# ## The network and its loss
# $\hat y = w \cdot x + b$, and the loss is the mean of $(\hat y - y)^2$. Each step moves $w$ and $b$ against the
# gradient, computed on 32 patients. The steps shrink as the learning rate falls, so that the noise of the
# small batches dies out.

# %%
model = zoo.create_model("linear", input_shape=data.input_shape)
steps = run.epochs * -(-len(data.train) // run.batch_size)
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(keras.optimizers.SGD(schedule), "mse", metrics=["mae"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
zoo.plots.curves(history)

# %% [markdown]
# ## The formula computes the same
# Least squares in one line of linear algebra, on the same rows. The columns of this table go together
# (cholesterol is measured in four ways), which leaves a long flat valley: the two sets of weights may differ
# along it, while the predictions agree.

# %%
ones = np.ones((len(data.train), 1))
solution = np.linalg.lstsq(np.hstack([data.train.x, ones]), data.train.y, rcond=None)[0]
formula = data.test.x @ solution[:-1] + solution[-1]
network = model.predict(data.test.x, verbose=0).ravel()
print(f"Predictions differ from the formula's by {np.abs(network - formula).mean():.2f} on average.")

# %% [markdown]
# ## Looking
# A perfect prediction lies on the line. Ten measurements explain about half of what there is to explain.

# %%
run.keep("predictions", zoo.plots.predictions(model, data.test))
run.finish(model, history, data, expect={"test_mae": 48.5})
