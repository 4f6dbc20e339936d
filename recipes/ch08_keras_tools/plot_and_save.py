# %% [markdown]
# # Draw it, save it, load it, and say it in PyTorch
# A model can be looked at as a table and as a drawing, kept in a file, and opened again: by this program, by
# another one, under another backend. A small network for handwritten digits goes through all of it.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect the same predictions from both
# files, and equal to 0.00001 under the other backends, in half a minute.
# Source: the deck, "plot_model", "model.save(path)", "model.fit()" and "Keras Pytorch".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run plot_and_save --epochs 20`
run = zoo.Run("plot_and_save", rows=0, epochs=10, batch_size=64, learning_rate=3e-3, seed=0)

# %% [markdown]
# ## A network, trained for a moment
# What `fit` returns remembers every epoch. The deck reads `history['acc']`; the name today is `accuracy`.

# %%
data = zoo.load_dataset("digits", train_size=run.rows, seed=run.seed)
shape = {
    "input_shape": data.input_shape,
    "num_classes": data.num_classes,
    "filters": (8, 16),
    "hidden": (32,),
}
model = zoo.create_model("cnn", **shape, seed=run.seed)
model.compile(
    keras.optimizers.Adam(run.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
print("accuracy after each epoch:", np.round(history.history["accuracy"], 3))
zoo.plots.curves(history)

# %% [markdown]
# ## Looking at it
# The summary is a table: what each layer returns, and how many weights it has. The drawing says the same and
# shows what feeds what; `plot_model` of the deck needs Graphviz for it, `zoo.plots.diagram` does not.

# %%
model.summary()
run.keep("diagram", zoo.plots.diagram(model))

# %% [markdown]
# ## Saving and loading
# `.keras` is today's format, `.h5` the deck's. Each holds the layers, the weights and the state of the optimizer,
# so a loaded model predicts the same and can go on learning.

# %%
predictions = model.predict(data.test.x, verbose=0)
files = [zoo.save_model(model, run.folder / f"digits{suffix}") for suffix in (".keras", ".h5")]
file_gaps = []
for file in files:
    loaded = zoo.load_model(file)
    file_gaps.append(np.abs(loaded.predict(data.test.x, verbose=0) - predictions).max())
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB, largest difference {file_gaps[-1]}")

# %% [markdown]
# ## The same weights under another backend
# Keras leaves the arithmetic to TensorFlow, JAX or PyTorch, and a saved model belongs to none of them. They add up
# in another order, so the last digits differ. Each is asked in a process of its own, which takes some seconds.

# %%
backend_gaps = [0.0]
for backend in zoo.installed_backends():
    if backend != keras.config.backend():
        there = zoo.predict_under(backend, files[0], data.test.x)
        backend_gaps.append(np.abs(there - predictions).max())
        print(f"{backend} against {keras.config.backend()}: largest difference {backend_gaps[-1]:.1e}")

# %% [markdown]
# ## The same network in PyTorch
# Without Keras, this is the network in PyTorch's own words, as the deck shows the two side by side (in its
# `nn.Sequential` the comma after `nn.ReLU()` is missing), and below it how the weights move: PyTorch keeps its arrays
# turned round. To try it, say `keras_model = model` first, and do it last: the text calls its own network `model`.

# %%
print(zoo.torch_code(model))

# %%
run.finish(
    model,
    history,
    data,
    metrics={"file_error": float(max(file_gaps)), "backend_error": float(max(backend_gaps))},
    expect={"test_accuracy": 0.93, "file_error": 1e-6, "backend_error": 1e-5},
)
