# %% [markdown]
# # Autoencoders: a network that draws its own input
# Nobody tells these networks which digit they see. One must squeeze it into 16 numbers and draw it again, one
# gets it spoilt and must draw it clean, and one learns a map on which every point is a digit.
#
# Data: 1,797 real digits of 8x8 pixels, built in; the labels only colour a picture. Expect drawings that keep 90 %
# of what tells a digit from the average one, four fifths of the noise taken away, and a map on which the nearest
# neighbour is the same digit three times in four, in half a minute.
# Source: the deck, "Artist Robot", "generate pictures".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run autoencoders --latent 4`
run = zoo.Run("autoencoders", rows=0, epochs=30, batch_size=64, latent=16, noise=0.3, beta=0.3, seed=0)

# %%
data = zoo.load_dataset("digits", train_size=run.rows, seed=run.seed)
x, unseen = data.train.x, data.test.x
options = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}

# %% [markdown]
# ## Through a narrow place
# 64 pixels go in, 16 numbers pass, 64 pixels come out, and the target is the input itself: `zoo.fit(model, x, x)`.
# To compare: the error of drawing the same average digit for each. By what share ours is smaller is `explained`.

# %%
model = zoo.create_model("autoencoder", input_shape=data.input_shape, latent=run.latent, seed=run.seed)
model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
zoo.fit(model, x, x, **options)
drawn = model.predict(unseen, verbose=0)
run.keep(
    "reconstruction", zoo.plots.image_rows({"unseen digit": unseen, f"from {run.latent} numbers": drawn})
)
explained = 1 - np.mean((drawn - unseen) ** 2) / np.mean((x.mean(axis=0) - unseen) ** 2)
print(f"{explained:.1%} of what tells one digit from the average digit passes {run.latent} numbers.")

# %% [markdown]
# ## Out of the noise
# The same again with 32 numbers, but in training each picture is spoilt first, by a layer inside the model, and the
# clean one is asked for. Noise does not pass the narrow place: it has nothing in common from one picture to the next.

# %%
shape = data.input_shape
cleaner = zoo.create_model("denoising_autoencoder", input_shape=shape, noise=run.noise, seed=run.seed)
cleaner.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
zoo.fit(cleaner, x, x, **options)
spoilt = unseen + np.random.default_rng(run.seed).normal(0, run.noise, unseen.shape).astype("float32")
cleaned = cleaner.predict(spoilt, verbose=0)
run.keep("denoising", zoo.plots.image_rows({"spoilt": spoilt, "cleaned": cleaned, "as it was": unseen}))
removed = 1 - np.mean((cleaned - unseen) ** 2) / np.mean((spoilt - unseen) ** 2)
print(f"{removed:.1%} of the noise is gone.")

# %% [markdown]
# ## A map of the digits
# Now the code has two numbers and is a cloud, not a point: the decoder draws from anywhere in it. The loss also
# holds $\beta \cdot \mathrm{KL}$, the Kullback-Leibler divergence: how far each cloud is from one standard normal one.
# That pulls them together and leaves no gaps. This one learns four times as long.

# %%
artist = zoo.create_model("variational_autoencoder", input_shape=shape, beta=run.beta, seed=run.seed)
artist.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
history = zoo.fit(artist, x, x, **{**options, "epochs": 4 * run.epochs})
codes, places = (artist.get_layer("encoder").predict(part, verbose=0) for part in (x, unseen))
figure = Figure(figsize=(6, 6), layout="constrained")
axes = figure.add_subplot(xlabel="code 1", ylabel="code 2")
for digit, name in enumerate(data.class_names):
    own = codes[data.train.y == digit]
    axes.scatter(*own.T, s=6, alpha=0.5)
    axes.annotate(name, np.median(own, axis=0), fontsize=22, weight="bold", ha="center", va="center")
run.keep("map", figure)
nearest = np.square(places[:, None] - codes[None]).sum(axis=-1).argmin(axis=1)
same = np.mean(data.train.y[nearest] == data.test.y)
print(f"The nearest digit on the map is the same one for {same:.1%} of the unseen digits.")

# %% [markdown]
# ## A walk over the map
# Each point is drawn by the decoder. Between two digits lies no gap: one shape turns into the other, since where
# their clouds overlap a drawing has to do for both.

# %%
steps = np.linspace(-2.2, 2.2, 15, dtype="float32")
points = np.stack(np.meshgrid(steps, steps[::-1]), axis=-1).reshape(-1, 2)
painted = artist.get_layer("decoder").predict(points, verbose=0)
walk = {f"{height:.1f}": painted[15 * row : 15 * row + 15] for row, height in enumerate(steps[::-1])}
run.keep("walk", zoo.plots.image_rows(walk, most=15))
metrics = {"explained": explained, "noise_removed": removed, "same_neighbour": same}
run.finish(
    artist,
    history,
    data,
    test=(unseen, unseen),
    metrics=metrics,
    expect={"explained": 0.82, "noise_removed": 0.7, "same_neighbour": 0.65},
)
