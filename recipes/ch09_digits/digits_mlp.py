# %% [markdown]
# # Handwritten digits with a multilayer perceptron
# The picture is laid out as a row of 64 numbers and passed through two hidden layers. The network does not
# know which pixels are neighbours, and still reads 98 of 100 digits: compare `digits_cnn`, which does know.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect about 98 % on 360 digits that the network has never
# seen, in some ten seconds of training. Source: the deck, "MNIST", its network with hidden layers.

# %%
import keras

import zoo

# Change these here, or on the command line: `zoo run digits_mlp --hidden 64 --epochs 10`
run = zoo.Run(
    "digits_mlp", hidden=(256, 128), epochs=40, batch_size=32, learning_rate=2e-3, dropout=0.3, seed=0
)

# %% [markdown]
# ## The data
# Three parts: to learn from, to watch while learning, and to judge by at the end.

# %%
data = zoo.load_dataset("digits", validation_split=0.15, seed=run.seed)
print(data)

# %% [markdown]
# ## The network
# Each hidden unit weighs all the numbers before it, adds them up, and passes on what is above zero:
# $h = \max(0, W x + b)$. Dropout switches off three in ten units at each step, so none can rely on another.

# %%
model = zoo.create_model(
    "mlp",
    input_shape=data.input_shape,
    num_classes=data.num_classes,
    hidden=run.hidden,
    dropout=run.dropout,
)
model.summary()

# %% [markdown]
# ## Learning
# The loss is the cross entropy, $-\log p_k$ of the right digit $k$: nothing for a sure right answer, much for a
# sure wrong one.

# %%
model.compile(
    keras.optimizers.Adam(run.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = zoo.fit(
    model,
    data,
    epochs=run.epochs,
    batch_size=run.batch_size,
    callbacks=zoo.early_stopping(patience=8),
    seed=run.seed,
)
zoo.plots.curves(history)

# %% [markdown]
# ## Looking
# Which digits are taken for which, and which mistakes was it surest of?

# %%
run.keep("confusion", zoo.plots.confusion(model, data.test))
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
run.finish(model, history, data, expect={"test_accuracy": 0.97})
