# %% [markdown]
# # Dropout: every day another network
# At each training step a share $p$ of the hidden units is switched off at random, so that none can rely on its
# neighbours. At the end all of them are there, and their sums would be too large. The deck makes the weights
# smaller then, by $1 - p$. Keras makes the units that remain louder while it trains, by $1 / (1 - p)$. We show
# with numbers that this is the same thing, and then what dropout is good for.
#
# Data: 300 of 1,797 real digits, built in. Expect the validation loss, which rises again without dropout, to end
# a fifth lower with it, in half a minute. Source: the deck, "Dropout".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run dropout --share 0.2`
run = zoo.Run("dropout", rows=300, share=0.5, epochs=60, batch_size=32, learning_rate=2e-3, seed=0)

# %% [markdown]
# ## What Keras' layer does
# While it trains it sets some values to zero and divides the others by $1 - p$. At inference it does nothing.

# %%
layer = keras.layers.Dropout(run.share, seed=run.seed)
print("training: ", np.asarray(layer(np.ones((1, 10)), training=True))[0])
print("inference:", np.asarray(layer(np.ones((1, 10)), training=False))[0])

# %% [markdown]
# ## The deck's way and Keras' way
# One unit that sums 100 inputs, under 10,000 random masks. The deck trains with weights $w$ and uses
# $w' = (1 - p) w$ at the end; its formula is "number times weight $= (1 - p) w = 1 \cdot w'$". Keras trains $w'$
# itself, with louder inputs, and leaves it as it is. With the same masks the sums are equal, in training and after.

# %%
random = np.random.default_rng(run.seed)
inputs, w = random.random(100).astype("float32"), random.normal(0.1, 0.1, 100).astype("float32")
masks = np.asarray(layer(np.ones((10_000, 100), dtype="float32"), training=True))
kept = masks > 0

deck_training, deck_after = (kept * inputs) @ w, inputs @ ((1 - run.share) * w)
w_keras = (1 - run.share) * w
keras_training, keras_after = (masks * inputs) @ w_keras, inputs @ w_keras
print(f"largest difference in training: {np.abs(deck_training - keras_training).max():.0e}")
print(f"difference after training: {abs(deck_after - keras_after):.0e}")
print(f"mean in training {keras_training.mean():.3f}, after it {keras_after:.3f}, unscaled it were {inputs @ w:.3f}")

# %%
figure = Figure(figsize=(6.4, 3.2), layout="constrained")
axes = figure.subplots()
axes.hist(keras_training, bins=60, color="#56B4E9", label="in training, one mask after another")
axes.axvline(keras_training.mean(), color="#0072B2", linewidth=4, label="their mean")
axes.axvline(keras_after, color="black", linestyle="--", label="after training, scaled")
axes.axvline(inputs @ w, color="#D55E00", label="after training, if nobody had scaled")
axes.set(title="what one unit sums up", xlabel="sum", ylabel="masks")
axes.legend(frameon=False, fontsize=8)
run.keep("scaling", figure)

# %% [markdown]
# ## What it is good for
# A large network and few digits: the best ground for learning by heart. The same network without dropout, with a
# little, and with the deck's half.

# %%
data = zoo.load_dataset("digits", validation_split=0.3, train_size=run.rows, seed=run.seed)
print(data)
histories, test = {}, {}
for share in (0.0, run.share / 2, run.share):
    name = f"p = {share:g}"
    shape = {"input_shape": data.input_shape, "num_classes": data.num_classes, "hidden": (256, 256)}
    model = zoo.create_model("mlp", **shape, dropout=share, seed=run.seed)
    adam = keras.optimizers.Adam(run.learning_rate)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(model, data, **fit)
    test[name] = zoo.evaluate(model, data.test)
    print(f"{name}: test loss {test[name]['loss']:.3f}, {test[name]['accuracy']:.1%} of the test digits")

# %% [markdown]
# ## Looking
# With dropout the training loss is larger: it is measured with units missing. The validation loss, measured with
# all of them, is smaller, and that is the one that counts.

# %%
run.keep("compare", zoo.plots.compare(histories, ("loss", "val_loss", "val_accuracy")))
without, _, with_it = test.values()
saved = {"loss_saved": 1 - with_it["loss"] / without["loss"]}
promise = {"test_accuracy": 0.93, "loss_saved": 0.1}
run.finish(model, histories[name], data, metrics=saved, expect=promise)
