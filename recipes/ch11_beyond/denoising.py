# %% [markdown]
# # Digits out of the noise
# An autoencoder squeezes a picture into a few numbers and draws it again. If it is shown spoilt pictures and asked for
# the clean ones, it learns what digits have in common and noise has not. How much of the noise can be taken away
# until a digit can be read again?
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing; the labels
# serve only to judge. Expect nine tenths of the squared error taken away (8x8: three quarters), in half a minute of
# training. Source: the deck, "Artist Robot"; Vincent, Larochelle, Bengio and Manzagol (2008).

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run denoising --noise 0.8`
run = zoo.Run(
    "denoising",
    rows=20000,
    noise=0.5,
    latent=48,
    epochs=12,
    batch_size=128,
    learning_rate=2e-3,
    seed=0,
)

# %%
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
laps, batch_size = {"mnist": (1, run.batch_size), "digits": (4, 64)}[data.name]
print(data)
x, unseen = data.train.x, data.test.x

# %% [markdown]
# ## The network
# 784 pixels, 256 hidden units, a code of 48 numbers, and the same way back. The noise is a layer of the model, which is
# there in training only and spoils a picture anew each time it is seen; so the target is the input itself.

# %%
model = zoo.create_model(
    "denoising_autoencoder", input_shape=data.input_shape, latent=run.latent, noise=run.noise, seed=run.seed
)
model.summary()

# %% [markdown]
# ## Learning
# Cross entropy pixel by pixel: how surprised is the network by the clean picture? The rate falls along half a cosine.

# %%
steps = laps * run.epochs * -(-len(x) // batch_size)  # batches an epoch, rounded up
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(keras.optimizers.Adam(schedule), "binary_crossentropy")
history = zoo.fit(model, x, x, epochs=laps * run.epochs, batch_size=batch_size, seed=run.seed)

# %% [markdown]
# ## What comes out
# Digits that it has never seen, spoilt as in training. Where a stroke has drowned, the network draws what is likeliest.

# %%
spoilt = unseen + np.random.default_rng(run.seed).normal(0, run.noise, unseen.shape).astype("float32")
cleaned = model.predict(spoilt, batch_size=256, verbose=0)
rows = {"spoilt": spoilt, "cleaned": cleaned, "as it was": unseen}
run.keep("denoising", zoo.plots.image_rows(rows))
removed = 1 - np.mean((cleaned - unseen) ** 2) / np.mean((spoilt - unseen) ** 2)
print(f"{removed:.1%} of the noise is gone.")

# %% [markdown]
# ## How much noise can it take?
# It learnt at one strength, the dotted line. Where there is little noise, its own blur costs as much as it takes away;
# where there is more than it knows, strokes drown.

# %%
levels, errors = np.linspace(0.1, 1.2, 8), {"spoilt": [], "cleaned": []}
for level in levels:
    noisy = unseen + np.random.default_rng(run.seed).normal(0, level, unseen.shape).astype("float32")
    errors["spoilt"].append(np.sqrt(np.mean((noisy - unseen) ** 2)))
    errors["cleaned"].append(
        np.sqrt(np.mean((model.predict(noisy, batch_size=256, verbose=0) - unseen) ** 2))
    )
figure = Figure(figsize=(6, 3.4), layout="constrained")
axes = figure.add_subplot(xlabel="deviation of the noise", ylabel="root of the mean squared error")
for name, values in errors.items():
    axes.plot(levels, values, label=name)
axes.axvline(run.noise, color="#777777", linestyle=":")
axes.legend(frameon=False)
run.keep("strengths", figure)
low = {"mnist": 0.85, "digits": 0.75}[data.name]
run.finish(
    model,
    history,
    data,
    test=(unseen, unseen),
    metrics={"noise_removed": removed},
    expect={"noise_removed": low},
)
