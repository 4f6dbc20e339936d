# %% [markdown]
# # Batch size, depth and width: what each of them does
# The deck hands out a network for digits and asks: what do the batch size, the number of layers and the number of
# units a layer change? Here each of the three goes through four values while the other two stay, and every
# network is trained from ten seeds, all of them at once, so that an effect can be told from luck.
#
# Data: 2,000 digits of MNIST to learn from, or the built-in 8x8 digits where its file is missing. Expect about
# 90 % from the network in the middle, and a minute or two for a hundred trainings.
# Source: the deck, "MNIST", its exercise on batch_size, depth and width.

# %%
import keras
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run batch_size_depth_width --seeds 20 --depth 1,2,4,8,16`
run = zoo.Run(
    "batch_size_depth_width",
    rows=2000,
    batch_size=(8, 32, 128, 512),
    depth=(1, 2, 4, 8),
    width=(8, 32, 128, 512),
    epochs=10,
    learning_rate=0.1,
    seeds=10,
    seed=0,
)
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## A hundred trainings
# The network in the middle has batches of 32 and two hidden layers of 128 units, where the deck's has three. Everything
# is trained for the same number of epochs with the same learning rate, by plain gradient descent. The ten networks of a
# setting differ in their seed alone, so `fit_many` stacks their weights and takes a step of all ten as one computation.

# %%
middle = {"batch_size": 32, "depth": 2, "width": 128}
seeds = {"seed": range(run.seed, run.seed + run.seeds)}
trained, accuracies = {}, {}
for effect in middle:
    for value in getattr(run, effect):
        setting = {**middle, effect: value}
        key = tuple(setting.values())
        if key not in trained:
            hidden = (setting["width"],) * setting["depth"]
            shape = {"input_shape": data.input_shape, "num_classes": data.num_classes, "hidden": hidden}
            compiling = {"optimizer": keras.optimizers.SGD(run.learning_rate), "metrics": ["accuracy"]}
            compiling["loss"] = "sparse_categorical_crossentropy"
            fitting = {"epochs": run.epochs, "batch_size": setting["batch_size"], "verbose": 0}
            trained[key] = zoo.fit_many("mlp", seeds, data.train, compile=compiling, **fitting, **shape)
            accuracies[key] = trained[key].evaluate(data.test)["accuracy"]
        mean, low, high = trained[key].interval(accuracies[key])
        print(f"{effect} {value}: {mean:.1%}, from {low:.1%} to {high:.1%}")

# %% [markdown]
# ## The three effects
# A dot is one training; the bar is the 95 % interval of the mean over the seeds, by Student's t. Where two bars overlap
# widely, these seeds do not show a difference. Below, the seconds that all the seeds took together.

# %%
figure = Figure(figsize=(10, 5.4), layout="constrained")
panels = figure.subplots(2, 3, sharex="col", sharey="row")
for column, effect in enumerate(middle):
    for place, value in enumerate(getattr(run, effect)):
        key = tuple({**middle, effect: value}.values())
        mean, low, high = trained[key].interval(accuracies[key])
        panels[0, column].plot([place] * 2, [100 * low, 100 * high], color="#0072B2", lw=6, alpha=0.4)
        dots = 100 * accuracies[key]
        panels[0, column].plot([place] * len(dots), dots, "o", color="#0072B2", markersize=4)
        panels[1, column].bar(place, trained[key].seconds, color="#0072B2", width=0.5)
    panels[1, column].set_xticks(range(len(getattr(run, effect))), getattr(run, effect))
    panels[1, column].set_xlabel(effect.replace("_", " "))
panels[0, 0].set_ylabel("test accuracy, %")
panels[1, 0].set_ylabel(f"seconds, {run.seeds} networks")
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
many = trained[tuple(middle.values())]
model, history = many.model(0), many.history_of(0)
run.finish(model, history, data, expect={"test_accuracy": {"mnist": 0.88, "digits": 0.93}[data.name]})
