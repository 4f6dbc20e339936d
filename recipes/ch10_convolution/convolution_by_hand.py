# %% [markdown]
# # Convolution by hand: one small pattern, looked for everywhere
# An inner product tells how much of a pattern is in a piece of an image. Slide the pattern over the image, take the
# inner product at each place, and the result is an image of where the pattern is: a convolution. First with patterns
# that we choose, then with those that a network learns; then that whole network, forwards and backwards, in NumPy.
#
# Data: 5,000 MNIST digits of 28x28 pixels to learn from, or the built-in 8x8 digits where its file is missing. Expect
# about 95 % right, and outputs and gradients by hand that agree with Keras' to five digits behind the point, in half a
# minute. Source: the deck, "CNN" and "Backpropagation".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run convolution_by_hand --filters 16`
run = zoo.Run(
    "convolution_by_hand", rows=5000, filters=8, epochs=4, batch_size=64, learning_rate=5e-3, seed=0
)
data = zoo.load_dataset("mnist", fallback=("digits",), train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## An inner product finds a pattern
# Multiply what lies on top of each other, and add. The pattern below is an upright stroke: it wants ink in the middle,
# and none beside it. A stroke agrees with it; one that lies down does not, nor does a piece that is all ink.

# %%
upright = np.array([[-1.0, 2.0, -1.0]] * 3)
stroke = np.array([[0.0, 1.0, 0.0]] * 3)
for name, piece in {"upright stroke": stroke, "lying stroke": stroke.T, "all ink": np.ones((3, 3))}.items():
    print(f"{name}: {(upright * piece).sum():.0f}")

# %% [markdown]
# ## Slide it over a digit
# Two loops over all places: that is a convolution. `conv2d` does the same for many images and many patterns, called
# *filters*, at once. In the picture black is where a filter answers most; what is below zero is left white. Three of
# them sum to zero and are silent where nothing changes; the last takes the mean of nine pixels, which blurs.

# %%
digits = data.test.x[:10].astype("float64")
ours = {"upright": upright, "lying": upright.T, "upper edge": np.outer([-1.0, 0.0, 1.0], np.ones(3))}
ours["blur"] = np.full((3, 3), 1 / 9)
answers = zoo.by_hand.conv2d(digits, np.stack(list(ours.values()), axis=-1)[:, :, None])
places = np.ndindex(answers.shape[1:3])
loops = [(upright * digits[0, i : i + 3, j : j + 3, 0]).sum() for i, j in places]
print(f"loops and conv2d are {np.abs(answers[0, :, :, 0].ravel() - loops).max():.0e} apart")
rows = {name: answers[..., k] / answers[..., k].max() for k, name in enumerate(ours)}
run.keep("filters_of_ours", zoo.plots.image_rows({"digit": digits[:, 1:-1, 1:-1], **rows}))

# %% [markdown]
# ## Filters that a network learns
# Filters of 5x5 pixels, ReLU (what is below zero becomes zero), the largest of each 2x2 pixels (*max pooling*: where
# exactly does not matter), and a softmax over what is left (`softmax_regression`). Orange pixels of a filter want ink,
# blue ones want none.

# %%
shape = {"input_shape": data.input_shape, "filters": (run.filters,), "kernel_size": 5, "hidden": ()}
model = zoo.create_model("cnn", num_classes=10, **shape, seed=run.seed)
model.compile(
    keras.optimizers.Adam(run.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = zoo.fit(model, data, epochs=run.epochs, batch_size=run.batch_size, seed=run.seed)
run.keep("filters_learned", zoo.plots.filters(model))

# %% [markdown]
# ## Keras computes the same
# Forwards: a convolution, ReLU, pooling, a matrix, softmax. Backwards, by the chain rule, from the last to the first:
# $P - Y$, what it said less what is true, goes through the matrix, to the winners of the pooling, through ReLU where
# it was on, and is summed over all places where a filter was. Keras' gradient is seen in one step of gradient descent
# with learning rate 1.

# %%
x, y = data.train.x[:200].astype("float64"), data.train.y[:200]
kernel, bias, W, b = model.get_weights()
z = zoo.by_hand.conv2d(x, kernel, padding="same") + bias
pooled = zoo.by_hand.max_pool2d(np.maximum(z, 0), padding="same")
scores = pooled.reshape(len(x), -1) @ W + b
P = np.exp(scores - scores.max(axis=1, keepdims=True))
P /= P.sum(axis=1, keepdims=True)

d_scores = (P - np.eye(10)[y]) / len(x)
d_pooled = (d_scores @ W.T).reshape(pooled.shape)
d_z = zoo.by_hand.max_pool2d_backward(d_pooled, np.maximum(z, 0), padding="same") * (z > 0)
_, d_kernel = zoo.by_hand.conv2d_backward(d_z, x, kernel, padding="same")

says = model.predict(x, verbose=0)
twin = keras.models.clone_model(model)
twin.set_weights(model.get_weights())
twin.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
zoo.fit(twin, x, y, batch_size=len(x), verbose=0)
step = kernel - twin.get_weights()[0]
figures = {"output_error": np.abs(says - P).max(), "gradient_error": np.abs(step - d_kernel).max()}
print(f"Outputs are at most {figures['output_error']:.0e} apart.")
print(f"Gradients of up to {np.abs(step).max():.2f} are at most {figures['gradient_error']:.0e} apart.")
run.finish(model, history, data, metrics=figures, expect={"output_error": 1e-5, "gradient_error": 1e-5})
