# %% [markdown]
# # 99 % with as few weights as can be
# The deck's convolutional network has 1,152,394 weights, nearly all of them in its last layer: one for each place, each
# filter and each digit. Here a filter has one small picture instead, of the places at which its answers count, and the
# last layer gets one number a filter. How few weights can read 99 of 100 digits?
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing. Expect 97 % or
# more from 2,616 weights and the few rows of the default, in a minute; the finished weights took all rows.
# Source: the deck, "CNN"; Howard and others (2017) for convolutions of one filter each.

# %%
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run tiny_network --filters 4,6,6,8`
run = zoo.Run(
    "tiny_network",
    rows=6000,
    filters=(6, 8, 8, 10),
    copies=1,
    strength=0.3,
    epochs=15,
    batch_size=64,
    learning_rate=0.01,
    seed=0,
)

# %% [markdown]
# ## The data
# Some digits as they are, and as many bent a little: see `mnist_augmented`.

# %%
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
laps = {"mnist": 1, "digits": 4}[data.name]
print(data)
bent = [
    zoo.datasets.warped(data.train.x, strength=run.strength, seed=run.seed + k) for k in range(run.copies)
]
x, y = np.concatenate([data.train.x, *bent]), np.tile(data.train.y, 1 + run.copies)

# %% [markdown]
# ## Where the weights are
# In the deck's network the last layer has them; in this one no layer has many.

# %%
shape = {"input_shape": data.input_shape, "num_classes": data.num_classes}
deck = zoo.create_model("cnn_deck", **shape)
model = zoo.create_model("tiny", **shape, filters=run.filters, seed=run.seed)
model.summary()
figure = Figure(figsize=(9, 3.2), layout="constrained")
networks = {"the deck's": deck, "this one": model}
for axes, (name, network) in zip(figure.subplots(1, 2), networks.items(), strict=True):
    layers = [layer for layer in network.layers if layer.count_params() and "norm" not in layer.name]
    axes.barh([layer.name for layer in layers], [layer.count_params() for layer in layers], color="#0072B2")
    axes.set(title=f"{name}: {network.count_params():,} weights")
    axes.invert_yaxis()
run.keep("weights", figure)

# %% [markdown]
# ## Learning
# A small network does not learn by heart; it needs time, and long steps.

# %%
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(
    model,
    x,
    y,
    epochs=laps * run.epochs,
    batch_size=run.batch_size,
    callbacks=zoo.OneCycle(run.learning_rate),
    seed=run.seed,
)

# %% [markdown]
# ## What it looks for, and where
# Above, the first filters: edges and strokes. Below, for each filter of the last convolution the places at which its
# answers count: light ones are added, dark ones subtracted, in the upper part, the lower, on one side.

# %%
filters = model.get_layer("conv_1").get_weights()[0][:, :, 0]
places = model.get_layer("places").get_weights()[0][..., 0]
figure = Figure(figsize=(9, 2.2), layout="constrained")
rows = figure.subplots(2, max(filters.shape[-1], places.shape[-1]), squeeze=False)
for kernels, row in zip((filters, places), rows, strict=True):
    for number, axes in enumerate(row):
        axes.set_axis_off()
        if number < kernels.shape[-1]:
            axes.imshow(kernels[..., number], cmap="gray")
run.keep("filters", figure)
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
run.finish(model, history, data, expect={"test_accuracy": {"mnist": 0.965, "digits": 0.94}[data.name]})
