# %% [markdown]
# # Batch size, depth and width: what each of them does
# The deck hands out a network for digits and asks: what do the batch size, the number of layers and the number of
# units a layer change? Here each of the three goes through four values while the other two stay, and every
# network is trained from several seeds, so that an effect can be told from luck.
#
# Data: 2,000 digits of MNIST to learn from, or the built-in 8x8 digits where its file is missing. Expect about
# 90 % from the network in the middle, and a minute and a half for forty trainings.
# Source: the deck, "MNIST", its exercise on batch_size, depth and width.

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run batch_size_depth_width --seeds 10 --depth 1,2,4,8,16`
run = zoo.Run(
    "batch_size_depth_width",
    rows=2000,
    batch_size=(8, 32, 128, 512),
    depth=(1, 2, 4, 8),
    width=(8, 32, 128, 512),
    epochs=10,
    learning_rate=0.1,
    seeds=4,
    seed=0,
)
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## Forty trainings
# The network in the middle has batches of 32 and two hidden layers of 128 units, where the deck's has three. Everything
# is trained for the same number of epochs with the same learning rate, by plain gradient descent.

# %%
middle = {"batch_size": 32, "depth": 2, "width": 128}
trained = {}
for effect in middle:
    for value in getattr(run, effect):
        setting = {**middle, effect: value}
        for seed in range(run.seed, run.seed + run.seeds):
            key = (*setting.values(), seed)
            if key in trained:
                continue
            hidden = (setting["width"],) * setting["depth"]
            shape = {"input_shape": data.input_shape, "num_classes": data.num_classes, "hidden": hidden}
            model = zoo.create_model("mlp", **shape, seed=seed)
            optimizer = keras.optimizers.SGD(run.learning_rate)
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            fitting = {"epochs": run.epochs, "batch_size": setting["batch_size"], "seed": seed, "verbose": 0}
            history = zoo.fit(model, data.train, **fitting)
            answers = keras.ops.convert_to_numpy(model(data.test.x)).argmax(axis=1)
            trained[key] = (np.mean(answers == data.test.y), history.params["seconds"], model, history)
        print(f"{effect} {value}: {np.mean([t[0] for k, t in trained.items() if k[:3] == key[:3]]):.1%}")

# %% [markdown]
# ## The three effects
# A dot is one training; the bar is the 95 % interval of the mean over the seeds, by the bootstrap: the means of 2,000
# draws from the dots. Where two bars overlap widely, these seeds do not show a difference.

# %%
random = np.random.default_rng(run.seed)
figure = Figure(figsize=(10, 5.4), layout="constrained")
panels = figure.subplots(2, 3, sharex="col", sharey="row")
for column, effect in enumerate(middle):
    for place, value in enumerate(getattr(run, effect)):
        key = tuple({**middle, effect: value}.values())
        for row, scale in ((0, 100), (1, 1)):  # accuracy, in per cent, and below it seconds
            values = scale * np.array([found[row] for k, found in trained.items() if k[:3] == key])
            means = random.choice(values, (2000, len(values))).mean(axis=1)
            panels[row, column].plot(
                [place] * 2, np.percentile(means, [2.5, 97.5]), color="#0072B2", lw=6, alpha=0.4
            )
            panels[row, column].plot([place] * len(values), values, "o", color="#0072B2", markersize=4)
    panels[1, column].set_xticks(range(len(getattr(run, effect))), getattr(run, effect))
    panels[1, column].set_xlabel(effect.replace("_", " "))
panels[0, 0].set_ylabel("test accuracy, %")
panels[1, 0].set_ylabel("seconds of training")
run.keep("effects", figure)

# %% [markdown]
# ## Reading the picture
# **Batch size.** The smaller, the better here, and the slower: with batches of 8 the network takes some 60 times as
# many steps in the same epochs as with 512, which is still on its way when training ends. Large batches want a higher
# learning rate or more epochs. **Depth.** Up to four layers little changes. With eight the result falls and the
# dots part: gradients must come back through all of them, and luck decides how well. **Width.** Eight units are
# too few to tell ten digits apart; from there on each fourfold brings less than the one before. Nothing here says
# that it must be so for other data: that is why one measures.

# %%
accuracy, _, model, history = trained[(*middle.values(), run.seed)]
run.finish(model, history, data, expect={"test_accuracy": {"mnist": 0.88, "digits": 0.93}[data.name]})
