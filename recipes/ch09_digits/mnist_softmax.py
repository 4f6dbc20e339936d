# %% [markdown]
# # MNIST with one layer: what ten weights a pixel look like
# The smallest network for digits: 784 pixels go in, ten probabilities come out, and nothing is between. Each digit
# has one weight a pixel, so what was learned can be looked at: ten pictures. It reads 92 of 100 digits, which is
# a measure for every network after it.
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing. Expect
# about 92 % on the test rows (8x8: 95 %), in ten seconds of training.
# Source: the deck, "MNIST", its first network.

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run mnist_softmax --rows 1000`
run = zoo.Run("mnist_softmax", rows=0, epochs=6, batch_size=128, learning_rate=0.5, seed=0)

# %% [markdown]
# ## The data
# 60,000 digits to learn from and 10,000 to judge by, written by other people. A pixel is a number from 0, black,
# to 1, white. The built-in digits are few: they are gone through more often, in smaller batches.

# %%
data = zoo.load_dataset(
    "mnist", fallback=("digits",), train_size=run.rows, validation_split=0.1, seed=run.seed
)
laps, batch_size = {"mnist": (1, run.batch_size), "digits": (6, 32)}[data.name]
print(data)
run.keep("samples", zoo.plots.samples(data.train))

# %% [markdown]
# ## The network
# Each digit $k$ adds up the pixels with weights of its own, $z_k = \sum_i w_{ki} x_i + b_k$, and softmax turns the
# ten sums into probabilities, $p_k = e^{z_k} / \sum_j e^{z_j}$. That is 784 weights and a bias for each digit.

# %%
model = zoo.create_model(
    "softmax_regression", input_shape=data.input_shape, num_classes=data.num_classes, seed=run.seed
)
model.summary()

# %% [markdown]
# ## Learning
# Plain stochastic gradient descent, as in the deck. There the learning rate is Keras' 0.01; the loss of one layer
# has one lowest point, so steps fifty times as long get there too, and sooner.

# %%
optimizer = keras.optimizers.SGD(run.learning_rate)
model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, data, epochs=laps * run.epochs, batch_size=batch_size, seed=run.seed)

# %% [markdown]
# ## Looking at the weights
# Blue pixels speak for the digit, red ones against it. The nought wants its middle empty. The one wants a bar. The
# others are blurs: one picture has to do for every way of writing a five, and that is what this network lacks.

# %%
weights = model.get_layer("probability").get_weights()[0]
height, width, _ = data.input_shape
figure = Figure(figsize=(9, 4), layout="constrained")
for digit, axes in enumerate(figure.subplots(2, 5).flat):
    most = np.abs(weights[:, digit]).max()
    axes.imshow(weights[:, digit].reshape(height, width), cmap="RdBu", vmin=-most, vmax=most)
    axes.set_title(data.class_names[digit])
    axes.set_axis_off()
run.keep("weights", figure)

# %% [markdown]
# ## Which digits it takes for which
# Fours and nines, threes, fives and eights: digits that share most of their pixels.

# %%
run.keep("confusion", zoo.plots.confusion(model, data.test))
run.finish(model, history, data, expect={"test_accuracy": {"mnist": 0.915, "digits": 0.93}[data.name]})
