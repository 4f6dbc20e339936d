# %% [markdown]
# # Backpropagation, layer by layer
# Forwards a network is a matrix a layer and a bend after each. Backwards it is the chain rule: the slope of the loss
# with respect to the last layer's output is handed from layer to layer, and on its way gives every weight its own
# slope. Here both ways are written out, checked against tiny steps, and used until a ring is told from its disc.
#
# Data: 1,000 points made from a seed, in place of the deck's `feature_extraction1`. Expect the slopes to agree with
# central differences to eight decimals and with Keras' to six, and 95 to 98 % in half a minute.
# Source: the deck, "Deep Learning" and "Backpropagation".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run backpropagation --hidden 25,25`
run = zoo.Run("backpropagation", rows=1000, hidden=(8, 8), epochs=150, animation=True, seed=0)

# %%
data = zoo.load_dataset("feature_extraction1", n=run.rows, seed=run.seed)
print(data)
x, y = data.train.x.astype("float64"), np.eye(2)[data.train.y]

# %% [markdown]
# ## Forwards
# $A^0 = X$, $Z^l = A^{l-1} W^l + b^l$, $A^l = \tanh Z^l$, and at the end probabilities $P = \mathrm{softmax}(Z^L)$,
# whose loss is $L = -\frac{1}{n} \sum y \ln p$. `zoo.by_hand.MLP` is this as a function of the table and of one long
# vector of all weights; `unpack` shows them layer by layer.

# %%
network = zoo.by_hand.MLP((2, *run.hidden, 2), activation="tanh")
weights = network.initial_parameters(run.seed)
layers = network.unpack(weights)
outputs = [x]
for W, b in layers[:-1]:
    outputs.append(np.tanh(outputs[-1] @ W + b))
scores = np.exp(outputs[-1] @ layers[-1][0] + layers[-1][1])
probabilities = scores / scores.sum(axis=1, keepdims=True)
forward_error = np.abs(probabilities - network.forward(weights, x)[-1]).max()
print(
    "shapes:", *(a.shape for a in [*outputs, probabilities]), f"; zoo.by_hand differs by {forward_error:.0e}"
)

# %% [markdown]
# ## Backwards
# It begins with $\delta^L = \frac{1}{n} (P - Y)$. A layer's weights have the slope $(A^{l-1})^T \delta^l$, its biases
# the sum of $\delta^l$ over the rows, and $\delta^{l-1} = \delta^l (W^l)^T \odot (1 - A^{l-1} \odot A^{l-1})$.

# %%
delta, slopes = (probabilities - y) / len(y), []
for (W, _), a in zip(reversed(layers), reversed(outputs), strict=True):
    slopes = [(a.T @ delta).ravel(), delta.sum(axis=0), *slopes]
    delta = delta @ W.T * (1 - a**2)
slopes = np.concatenate(slopes)

# %% [markdown]
# ## Is it right? Tiny steps say so
# Each weight is moved a little up and a little down, which takes two losses a weight. The dots lie on the diagonal.

# %%
learn = lambda theta: network.loss_and_gradient(theta, x, y)  # noqa: E731
check = zoo.by_hand.gradient_check(lambda theta: (learn(theta)[0], slopes), weights)
print(f"{network.n_parameters} slopes differ from central differences by {check.error:.0e} at most")
axes = {"axis_names": ("slope by tiny steps", "slope by backpropagation")}
run.keep("slopes", zoo.plots.line_fit(check.numerical, slopes, {"equal": (1, 0)}, **axes))

# %% [markdown]
# ## Keras computes the same
# One step of plain descent with the rate 1 takes the whole gradient off the weights, so their difference is Keras'
# gradient. Then both learn from the same start, with the same slopes and momentum.

# %%
model = zoo.create_model("mlp", input_shape=(2,), num_classes=2, hidden=run.hidden, activation="tanh")
model.set_weights(first := [part for layer in layers for part in layer])
model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
model.train_on_batch(data.train.x, data.train.y)
moved = np.concatenate([part.ravel() for part in model.get_weights()])
gradient_error = np.abs((weights - moved) - slopes).max()
path = zoo.by_hand.descend(learn, weights, zoo.by_hand.Momentum(0.2), max_iter=run.epochs)
model.set_weights(first)
momentum = keras.optimizers.SGD(0.2, momentum=0.9)
model.compile(momentum, "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(x), verbose=0, seed=run.seed)
moved = np.concatenate([part.ravel() for part in model.get_weights()])
weight_error = np.abs(moved - path.parameters[-1]).max()
print(f"Keras' gradient differs by {gradient_error:.0e}, its weights at the end by {weight_error:.0e}")
names = {"class_names": data.class_names, "feature_names": data.feature_names}
if run.animation:
    film = {k: lambda p, k=k: network.forward(path.parameters[k], p)[-1] for k in range(0, len(path), 5)}
    run.keep("boundary.gif", zoo.plots.boundary_animation(film, data.train, unit="update", **names))
run.keep("boundary", zoo.plots.boundary(model, data.test, **names))
errors = {"check_error": check.error, "gradient_error": gradient_error, "weight_error": weight_error}
run.finish(
    model,
    history,
    data,
    metrics=errors,
    expect={"check_error": 1e-7, "gradient_error": 1e-6, "weight_error": 1e-4, "test_accuracy": 0.93},
)
