# %% [markdown]
# # Digits bent, for more hands than there are
# A digit that is turned a little, slanted or stretched is still that digit, written by another hand. So each picture
# can be shown again and again, bent in another way each time, and the network has to learn what does not change.
# What is that worth? Twice the same network and the same number of steps; only the pictures differ.
#
# Data: MNIST, 70,000 real digits of 28x28 pixels, or the built-in 8x8 digits where its file is missing. Expect a third
# of the mistakes to go, in a minute with the few rows of the default (8x8: none, bending blurs them too much).
# Source: the deck, "CNN", "overfitting?" and its rule to collect more data; Simard, Steinkraus and Platt (2003).

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run mnist_augmented --rows 500`
run = zoo.Run(
    "mnist_augmented",
    rows=2000,
    copies=4,
    strength=0.8,
    filters=(16, 32, 64),
    dropout=0.2,
    smoothing=0.05,
    epochs=4,
    batch_size=128,
    learning_rate=0.008,
    compare=True,
    seed=0,
)

# %% [markdown]
# ## The data
# The built-in digits fill their frame of 8x8 pixels, and are bent less.

# %%
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
strength, first = {"mnist": (run.strength, (5, 2)), "digits": (run.strength / 3, (3, 1))}[data.name]
print(data)
x, y = data.train.x, keras.utils.to_categorical(data.train.y)
copies = [zoo.datasets.warped(x, strength=strength, seed=run.seed + k) for k in range(run.copies)]
few = {"as it was": x[:8], **{f"copy {k}": copy[:8] for k, copy in enumerate(copies[:4], start=1)}}
run.keep("bent", zoo.plots.image_rows(few))

# %% [markdown]
# ## The network
# A 5x5 convolution that moves by two pixels leaves a quarter of the picture, and the ones behind it cost a quarter.


# %%
def learned(x, y):
    model = zoo.create_model(
        "cnn",
        input_shape=data.input_shape,
        num_classes=data.num_classes,
        filters=run.filters,
        first_kernel_size=first[0],
        first_strides=first[1],
        dropout=run.dropout,
        batch_normalization=True,
        seed=run.seed,
    )
    # The right digit is to get a little under 100 %, so that what is sure already pulls no more.
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=run.smoothing)
    model.compile("adam", loss, metrics=["accuracy"])
    cycle = zoo.OneCycle(run.learning_rate)
    history = zoo.fit(
        model, x, y, epochs=run.epochs, batch_size=run.batch_size, callbacks=cycle, seed=run.seed
    )
    return model, history


# %% [markdown]
# ## Learning
# First the pictures as they are, so many times as there are copies; then the copies.

# %%
test, plain = (data.test.x, keras.utils.to_categorical(data.test.y)), {}
many = np.tile(y, (run.copies, 1))
if run.compare:
    straight, _ = learned(np.tile(x, (run.copies, 1, 1, 1)), many)
    plain = {"plain_accuracy": zoo.evaluate(straight, test)["accuracy"]}
model, history = learned(np.concatenate(copies), many)
model.summary()

# %% [markdown]
# ## What it was worth
# The training accuracy of the bent digits is the lower one, for they are harder; the test accuracy is what counts.

# %%
if run.compare:
    both = plain["plain_accuracy"], zoo.evaluate(model, test)["accuracy"]
    wrong = [round((1 - accuracy) * len(data.test)) for accuracy in both]
    print(f"Mistakes in {len(data.test):,} test digits: {wrong[0]} as they are, {wrong[1]} bent.")
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
low = {"mnist": 0.965, "digits": 0.95}[data.name]
run.finish(model, history, data, test=test, metrics=plain, expect={"test_accuracy": low})
