# %% [markdown]
# # 99 % of MNIST, as soon as possible
# How many seconds does a laptop without a graphics card need until it reads 99 of 100 digits? A network that
# shrinks the picture in its first layer, batch normalisation, and a learning rate that rises once and falls once:
# it is there after once or twice through the digits. The same network with a steady learning rate is not.
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing. Expect
# 99 % of the test rows after some ten seconds of training, 99.2 % after twenty (8x8: 98 %); a minute in all.
# Source: the deck, "CNN" and "MNIST"; the cycle is Smith's (2018).

# %%
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run mnist_fast --epochs 4`
run = zoo.Run("mnist_fast", rows=0, epochs=2, batch_size=256, learning_rate=0.02, seed=0)

# %% [markdown]
# ## The data
# The built-in digits are few: they are gone through more often, in smaller batches.

# %%
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
laps, batch_size = {"mnist": (1, run.batch_size), "digits": (12, 32)}[data.name]
print(data)

# %% [markdown]
# ## The network
# The 5x5 filters of the first layer move by two pixels, which leaves a quarter of the picture, and everything
# after them has a quarter of the work. With 39,898 weights it is a small network, too.

# %%
shape = {"input_shape": data.input_shape, "num_classes": data.num_classes}
zoo.create_model("cnn_fast", **shape).summary()

# %% [markdown]
# ## Two ways to learn
# Once with Adam's usual learning rate of 0.001 all the way. Once with a rate that rises to twenty times that
# while the network finds its direction, and falls to almost nothing, so that it settles. Since a cycle must end,
# each length of training is a training of its own.

# %%
seconds, accuracies = {}, {}
for way in ("steady rate", "one cycle"):
    for epochs in range(1, run.epochs + 1):
        model = zoo.create_model("cnn_fast", **shape, seed=run.seed)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        cycle = zoo.OneCycle(run.learning_rate)
        history = zoo.fit(
            model,
            data,
            epochs=laps * epochs,
            batch_size=batch_size,
            callbacks=cycle if way == "one cycle" else None,
            seed=run.seed,
        )
        seconds[way, epochs] = history.params["seconds"]
        accuracies[way, epochs] = zoo.evaluate(model, data.test)["accuracy"]
        print(f"{way}: {accuracies[way, epochs]:.2%} after {seconds[way, epochs]:.1f} s")

# %% [markdown]
# ## How soon?
# On the left the cycle, step by step. On the right what each training reached, and when. The seconds are this
# machine's, and count the training alone.

# %%
figure = Figure(figsize=(9, 3.6), layout="constrained")
rate, reached = figure.subplots(1, 2)
rate.plot(cycle.learning_rates, color="#0072B2")
rate.set(title="the cycle", xlabel="step", ylabel="learning rate")
for way, colour in (("steady rate", "#D55E00"), ("one cycle", "#0072B2")):
    points = np.array([(seconds[key], 100 * accuracies[key]) for key in seconds if key[0] == way])
    reached.plot(*points.T, "o-", color=colour, label=way)
reached.axhline(99, color="#777777", linestyle=":")
reached.set(title="test accuracy, %", xlabel="seconds of training")
reached.legend(frameon=False)
run.keep("how_soon", figure)

# %%
soonest = [seconds[key] for key in seconds if key[0] == "one cycle" and accuracies[key] >= 0.99]
print(f"99 % after {soonest[0]:.1f} s." if soonest else "It did not reach 99 %.")
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
run.finish(
    model,
    history,
    data,
    metrics={"seconds_to_99_percent": soonest[0]} if soonest else {},
    expect={"test_accuracy": {"mnist": 0.99, "digits": 0.97}[data.name]},
)
