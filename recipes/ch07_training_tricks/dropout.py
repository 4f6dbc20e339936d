# %% [markdown]
# # Dropout: every day another network
# At each training step a share $p$ of the hidden units is switched off at random, so that none can rely on its
# neighbours. At the end all of them are there, and their sums would be too large. The deck then
# multiplies the weights by $1 - p$. Keras multiplies the units that remain by $1 / (1 - p)$ while it trains. We show
# with numbers that this is the same thing, and then what dropout is good for.
#
# Data: 120 points of two Gaussian clouds to learn from, made from a seed. Expect dropout to save 40 to 50 % of the
# test loss of a network that learns by heart, in half a minute. Source: the deck, "Dropout".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run dropout --share 0.2`
run = zoo.Run("dropout", rows=120, share=0.5, epochs=100, batch_size=32, learning_rate=5e-3, seed=0)

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
print(
    f"mean in training {keras_training.mean():.3f}, after it {keras_after:.3f}, unscaled it were {inputs @ w:.3f}"
)

# %%
with zoo.plots.drawing(6.4, 3.6) as figure:
    axes = figure.subplots()
    axes.hist(keras_training, bins=60, color="#56B4E9", label="in training, one mask after another")
    axes.axvline(keras_training.mean(), color="#0072B2", linewidth=5, label="their mean")
    axes.axvline(keras_after, color="black", linestyle="--", label="after training, scaled")
    axes.axvline(inputs @ w, color="#D55E00", label="after training, had nobody scaled")
    axes.set(title="what one unit sums up", xlabel="sum", ylabel="masks")
    figure.legend(loc="outside lower center", ncols=2)
run.keep("scaling", figure)

# %% [markdown]
# ## What it is good for
# A large network and 120 points of two clouds that overlap: the best ground for learning by heart (`overfitting`
# shows how it does). The same network without dropout, with a little, and with the deck's half.

# %%
data = zoo.load_dataset("two_blobs", n=2500, validation_split=0.2, train_size=run.rows, seed=run.seed)
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}
histories, test = {}, {}
for share in (0.0, run.share / 2, run.share):
    name = f"p = {share:g}"
    model = zoo.create_model(
        "mlp", input_shape=(2,), num_classes=1, hidden=(100, 100), dropout=share, seed=run.seed
    )
    model.compile(keras.optimizers.Adam(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(model, data, **fit)
    test[name] = zoo.evaluate(model, data.test)
    print(f"{name}: test loss {test[name]['loss']:.3f}, {test[name]['accuracy']:.1%} of the test points")
    run.keep(f"boundary_{share:g}.png", zoo.plots.boundary(model, data.train, **names))

# %% [markdown]
# ## Looking
# With dropout the training loss is larger: it is measured with units missing. The validation loss, measured with
# all of them, rises more slowly, and that is the one that counts. The boundary bends less round single points.

# %%
run.keep("compare", zoo.plots.compare(histories, ("loss", "val_loss")))
without, _, with_it = test.values()
saved = {"loss_saved": 1 - with_it["loss"] / without["loss"]}
run.finish(model, histories[name], data, metrics=saved, expect={"test_accuracy": 0.85, "loss_saved": 0.25})
