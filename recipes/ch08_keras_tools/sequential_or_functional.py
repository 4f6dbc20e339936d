# %% [markdown]
# # Sequential or functional: the same network, built both ways
# A Sequential model is a list of layers. The functional API calls a layer like a function, $y = f(x)$, and a
# model is what lies between some tensors and others. For a plain row of layers both give the same network: here
# the weights move from one to the other, and the outputs are equal to the last bit.
#
# Data: 442 patients of ten numbers each, built in; the target is how far their diabetes has come a year later.
# Expect a largest difference of exactly 0 and a mean absolute error of about 45 points, in a few seconds.
# Source: the deck, "functional API".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run sequential_or_functional --dropout 0.2`
run = zoo.Run("sequential_or_functional", epochs=30, batch_size=32, learning_rate=1e-3, dropout=0.5, seed=0)

# %%
data = zoo.load_dataset("diabetes", validation_split=0.2, seed=run.seed)
print(data)
mean, deviation = data.train.y.mean(), data.train.y.std()

# %% [markdown]
# ## The first way: a list
# The deck's layers, with three things mended. Without an activation, two Dense layers in a row are one linear
# function, so these have ReLU. Its last layer has 128 units and is called the output; a number is predicted by
# one unit. And `input_shape=` on a layer is an `Input` of its own today. One layer is new: `points`
# learns nothing; it brings the prediction to the patients' scale, times the deviation plus the mean.

# %%
sequential = keras.Sequential(
    [
        keras.Input((10,), name="input"),
        keras.layers.Dense(128, activation="relu", name="hidden_1"),
        keras.layers.Dropout(run.dropout, name="dropout"),
        keras.layers.Dense(128, activation="relu", name="hidden_2"),
        keras.layers.Dense(1, name="prediction"),
        keras.layers.Rescaling(deviation, offset=mean, name="points"),
    ],
    name="sequential",
)

# %% [markdown]
# ## The second way: functions
# Each line takes a tensor and gives a tensor. The deck writes `Input(sgape=...)`, which no Keras knows: it is
# `shape`, without the axis of the rows. The names on the left are free, so a name can be used again.

# %%
inputs = keras.Input(shape=(10,), name="input")
hidden = keras.layers.Dense(128, activation="relu", name="hidden_1")(inputs)
dropped = keras.layers.Dropout(run.dropout, name="dropout")(hidden)
prediction = keras.layers.Dense(128, activation="relu", name="hidden_2")(dropped)
prediction = keras.layers.Dense(1, name="prediction")(prediction)
outputs = keras.layers.Rescaling(deviation, offset=mean, name="points")(prediction)
functional = keras.Model(inputs, outputs, name="functional")
functional.summary()

# %% [markdown]
# ## Learning, and moving house
# The functional one learns; then its weights, a list of arrays in the order of the layers, move into the other.

# %%
functional.compile(keras.optimizers.Adam(run.learning_rate), "mse", metrics=["mae"])
history = zoo.fit(functional, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
before = np.abs(sequential.predict(data.test.x, verbose=0) - functional.predict(data.test.x, verbose=0)).max()
sequential.set_weights(functional.get_weights())
after = np.abs(sequential.predict(data.test.x, verbose=0) - functional.predict(data.test.x, verbose=0)).max()
print(f"Largest difference of two predictions: {before:.3f} before the move, {after} after it.")

# %% [markdown]
# ## What only the second way can do
# Tensors inside have names, so a model can also end at one of them. This one shares its layers, and therefore
# its weights, with the whole: nothing is copied, and what the whole learns later this one knows.

# %%
middle = keras.Model(inputs, hidden, name="middle")
shared = middle.layers[1] is functional.get_layer("hidden_1")
active = (middle.predict(data.test.x, verbose=0) > 0).mean()
print(f"The same layer object: {shared}. For a patient {active:.0%} of the first hidden units are on.")

# %% [markdown]
# The zoo's own builders take either way as an argument, and from the same seed they start the same.

# %%
shape = {"input_shape": (10,), "num_outputs": 1, "hidden": (128, 128), "dropout": run.dropout}
pair = [zoo.create_model("mlp", api=api, seed=run.seed, **shape) for api in ("sequential", "functional")]
apart = max(np.abs(a - b).max() for a, b in zip(*(model.get_weights() for model in pair), strict=True))
print(f"zoo.create_model('mlp', api=...): largest difference of two weights {apart}.")
run.keep("predictions", zoo.plots.predictions(functional, data.test))
figures = {"largest_output_error": float(after), "largest_weight_error": float(apart)}
run.finish(
    functional,
    history,
    data,
    metrics=figures,
    expect={"largest_output_error": 0.0, "largest_weight_error": 0.0, "test_mae": 52},
)
