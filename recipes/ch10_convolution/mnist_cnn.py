# %% [markdown]
# # MNIST with a convolutional network
# A filter of 3x3 pixels is slid over the whole picture and answers where it finds its pattern. The deck puts 128
# filters on 128 filters and looks at every pixel of every answer: 1,152,394 weights, and minutes an epoch. Pooling
# halves the picture's sides after each convolution, and a thirtieth of the weights is enough to read 99 of 100 digits.
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing. Expect
# 99.1 % on the test rows (8x8: 97 %), in a minute of training. Source: the deck, "CNN".

# %%
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run mnist_cnn --filters 32,64`
run = zoo.Run(
    "mnist_cnn",
    rows=0,
    filters=(8, 16, 32),
    dropout=0.1,
    epochs=3,
    batch_size=128,
    learning_rate=0.01,
    seed=0,
)

# %% [markdown]
# ## The data
# Three parts: to learn from, to watch while learning, and to judge by at the end. The built-in digits are few:
# they are gone through more often, in smaller batches.

# %%
data = zoo.load_dataset(
    "mnist", fallback=("digits",), train_size=run.rows, validation_split=1 / 12, seed=run.seed
)
laps, batch_size = {"mnist": (1, run.batch_size), "digits": (8, 32)}[data.name]
print(data)

# %% [markdown]
# ## The network
# The first filters find edges, and the ones behind them, which see twice as far after each pooling, find corners
# and loops. Batch normalisation keeps the answers of each layer at one size, so the steps may be long.

# %%
shape = {"input_shape": data.input_shape, "num_classes": data.num_classes}
deck = zoo.create_model("cnn_deck", **shape)
model = zoo.create_model(
    "cnn",
    **shape,
    filters=run.filters,
    hidden=(64,),
    dropout=run.dropout,
    batch_normalization=True,
    seed=run.seed,
)
model.summary()
print(f"The deck's network has {deck.count_params():,} weights, this one {model.count_params():,}.")

# %% [markdown]
# ## Learning
# The learning rate rises for a third of the steps and falls to almost nothing.

# %%
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(
    model,
    data,
    epochs=laps * run.epochs,
    batch_size=batch_size,
    callbacks=zoo.OneCycle(run.learning_rate),
    seed=run.seed,
)

# %% [markdown]
# ## The first filters
# Light pixels count for the pattern, dark ones against it. Most are edges: light on one side, dark on the other,
# at one angle each. Nobody asked for edges; they are what reading digits needs first.

# %%
kernels = model.get_layer("conv_1").get_weights()[0]
figure = Figure(figsize=(9, 1.4), layout="constrained")
for number, axes in enumerate(figure.subplots(1, kernels.shape[-1])):
    axes.imshow(kernels[:, :, 0, number], cmap="gray")
    axes.set_axis_off()
run.keep("filters", figure)

# %% [markdown]
# ## Which ones does it get wrong?
# Try it on your own hand: draw a digit in Paint, and `zoo predict mnist_cnn my_digit.png`.

# %%
run.keep("confusion", zoo.plots.confusion(model, data.test))
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
run.finish(model, history, data, expect={"test_accuracy": {"mnist": 0.99, "digits": 0.95}[data.name]})
