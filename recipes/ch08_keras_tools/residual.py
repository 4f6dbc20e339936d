# %% [markdown]
# # Deep, with and without shortcuts
# A deep network should do at least as well as a shallow one: its further layers need only pass on what comes in.
# Left to itself it does not find that out. A residual block adds its input to its output, $y = x + f(x)$, so
# passing on is what it does when $f$ is 0, and the gradient has a way back round the layers.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect 96 to 98 % with shortcuts after six epochs, and 70
# to 85 % without, in about a minute. Source: the deck, "functional API" and "Deep Learning"; He et al. (2015).

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run residual --depth 2`
run = zoo.Run("residual", epochs=6, filters=(8, 16), depth=5, batch_size=64, learning_rate=4e-3, seed=0)

# %%
data = zoo.load_dataset("digits", validation_split=0.1, seed=run.seed)
print(data)

# %% [markdown]
# ## Two networks of the same layers
# Each has two stages of blocks, two convolutions a block. The second one leaves the additions out; its
# convolutions are the same, and stand in a plain row. (The first has one more, of 1x1 pixels: where the second stage
# begins, it brings the shortcut to the new shape.) What Sequential could not say is the shortcut: a tensor that is
# used twice.

# %%
models, histories = {}, {}
steps = run.epochs * -(-len(data.train) // run.batch_size)  # batches an epoch, rounded up
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
for name, shortcuts in {"with shortcuts": True, "without": False}.items():
    model = zoo.create_model(
        "resnet_small",
        input_shape=data.input_shape,
        num_classes=data.num_classes,
        filters=run.filters,
        depth=run.depth,
        shortcuts=shortcuts,
        seed=run.seed,
    )
    model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
    histories[name] = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
    models[name] = model
    convolutions = sum(isinstance(layer, keras.layers.Conv2D) for layer in model.layers)
    print(f"{name}: {convolutions} convolutions, {model.count_params():,} parameters")

# %% [markdown]
# ## Side by side
# The plain row is not bad because it learns by heart: its loss on the training rows is the higher one too. It is
# harder to train.

# %%
figure = Figure(figsize=(10, 3.6), layout="constrained")
for axes, metric in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
    for (name, history), colour in zip(histories.items(), ("#0072B2", "#D55E00"), strict=True):
        for prefix, dashes in {"": "-", "val_": "--"}.items():
            values = history.history[prefix + metric]
            label = f"{name}, {'validation' if prefix else 'training'}"
            axes.plot(range(1, len(values) + 1), values, dashes, color=colour, label=label)
    axes.set(title=metric, xlabel="epoch")
axes.legend(frameon=False)
run.keep("with_and_without", figure)

# %% [markdown]
# ## What a block adds
# The height of a bar is the size of what a block adds, over the size of what comes in. At each width the first
# blocks rewrite, and the further ones correct: the more has been said, the smaller the part of the next one.

# %%
model = models["with shortcuts"]
adds = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
tensors = [tensor for layer in adds for tensor in layer.input]
values = keras.Model(model.input, tensors).predict(data.test.x, verbose=0)
sizes = [np.linalg.norm(value) for value in values]
share = np.divide(sizes[1::2], sizes[::2])
figure = Figure(figsize=(10, 3), layout="constrained")
axes = figure.subplots()
axes.bar(range(1, len(share) + 1), share, color="#0072B2")
axes.set(title="what a block adds, over what comes in", xlabel="block", ylim=(0, None))
run.keep("corrections", figure)

# %%
scores = {name: zoo.evaluate(model, data.test)["accuracy"] for name, model in models.items()}
print({name: f"{score:.1%}" for name, score in scores.items()})
figures = {"gain_of_shortcuts": scores["with shortcuts"] - scores["without"]}
history = histories["with shortcuts"]
run.finish(model, history, data, metrics=figures, expect={"test_accuracy": 0.93, "gain_of_shortcuts": 0.05})
