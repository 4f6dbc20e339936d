# %% [markdown]
# # Handwritten digits with a convolutional network
# A convolution looks for the same small pattern everywhere in a picture, which is what a digit needs: a
# stroke is a stroke wherever it is drawn. Dropout and early stopping keep 93,000 weights from learning
# 1,300 pictures by heart.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect about 99 % on 360 digits that the network has never
# seen, in some ten seconds of training. Source: the deck, "CNN" and "MNIST".

# %%
import keras

import zoo

# Change these here, or on the command line: `zoo run digits_cnn --epochs 5`
run = zoo.Run("digits_cnn", epochs=20, batch_size=64, learning_rate=3e-3, dropout=0.3, seed=0)

# %% [markdown]
# ## The data
# Three parts: to learn from, to watch while learning, and to judge by at the end.

# %%
data = zoo.load_dataset("digits", validation_split=0.1, seed=run.seed)
print(data)
run.keep("samples", zoo.plots.samples(data.train))

# %% [markdown]
# ## The network
# Two convolutions of 48 and 96 filters, each followed by pooling, which halves the picture. Then a layer that
# sees all of it, and a probability for each digit. The last layer gives $p_k = e^{z_k} / \sum_j e^{z_j}$.

# %%
model = zoo.create_model(
    "cnn",
    input_shape=data.input_shape,
    num_classes=data.num_classes,
    filters=(48, 96),
    dropout=run.dropout,
    batch_normalization=True,
)
model.summary()

# %% [markdown]
# ## Learning
# The learning rate falls along half a cosine, large steps first and small ones last. When the loss on the
# validation rows has not improved for eight epochs, training stops and the best weights come back.

# %%
steps = run.epochs * -(-len(data.train) // run.batch_size)
schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, decay_steps=steps)
model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
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
# Which ones does it get wrong, and would you have known?

# %%
run.keep("confusion", zoo.plots.confusion(model, data.test))
run.keep("mistakes", zoo.plots.mistakes(model, data.test))
run.finish(model, history, data, expect={"test_accuracy": 0.98})
