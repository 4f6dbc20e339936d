# %% [markdown]
# # The chain rule, backwards
# Every formula is a graph: numbers at the top, an operation in each box below, the result at the bottom. If each box
# knows how much it changes with what it was made from, the slopes of all of it come from one walk back up: gradient
# times local slope, added up where a number was used twice. That is what a deep-learning library does, and here it is
# drawn, and then learns.
#
# Data: one neuron with two inputs; then 150 points of a disc in a ring, made from a seed. Expect a network of single
# numbers to take the same 100 steps as Keras to five decimals, in half a minute.
# Source: the deck, "Backpropagation", its chain rule.

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run autograd --hidden 6`
run = zoo.Run("autograd", rows=150, hidden=4, learning_rate=1.0, epochs=100, animation=True, seed=0)

# %% [markdown]
# ## One neuron
# $p = \sigma(w_1 x_1 + w_2 x_2 + b)$ is what it says of one point, and $-\ln p$ the loss if the truth is 1. A `Scalar`
# computes like a number and remembers what it was made from. `backward` begins at the loss with the gradient 1; each
# arrow hands on the gradient of the box below times the local slope that stands on it.

# %%
Scalar = zoo.by_hand.Scalar
w1, w2, b = Scalar(0.5, "w1"), Scalar(-1.0, "w2"), Scalar(0.25, "b")
x1, x2 = Scalar(2.0, "x1"), Scalar(3.0, "x2")
loss = -(w1 * x1 + w2 * x2 + b).sigmoid().log()
loss.backward()
print(f"loss {loss.value:.4f}, its slopes {w1.grad:.4f}, {w2.grad:.4f} and {b.grad:.4f}")
run.keep("graph.svg", zoo.plots.scalar_graph(loss))

# %% [markdown]
# Keras has the same neuron. One step of plain descent with the rate 1 takes its gradient off its weights.

# %%
neuron = zoo.create_model("logistic_regression", input_shape=(2,))
neuron.set_weights([np.array([[w1.value], [w2.value]]), np.array([b.value])])
neuron.compile(keras.optimizers.SGD(1.0), "binary_crossentropy")
neuron.train_on_batch(np.array([[2.0, 3.0]]), np.array([1]))
kernel, bias = neuron.get_weights()
theirs = np.array([w1.value, w2.value, b.value]) - [*kernel[:, 0], *bias]
gradient_error = np.abs(theirs - [w1.grad, w2.grad, b.grad]).max()
print(f"Keras' gradient differs by {gradient_error:.0e}")

# %% [markdown]
# ## A network of single numbers
# Hidden units $\tanh(w_1 x_1 + w_2 x_2 + b)$, and a neuron on top of them. The loss over all points is one graph of
# thousands of boxes, made anew for each step, and each step is $w \leftarrow w - \eta \, \partial L / \partial w$.

# %%
data = zoo.load_dataset("feature_extraction1", n=run.rows, seed=run.seed)
print(data)
shape = zoo.by_hand.MLP((2, run.hidden, 1), "tanh", "linear")  # for its first weights, and for pictures
path = [shape.initial_parameters(run.seed)]
weights = [Scalar(value) for value in path[0].tolist()]


def probability(x1, x2, h=run.hidden):
    units = [(weights[j] * x1 + weights[h + j] * x2 + weights[2 * h + j]).tanh() for j in range(h)]
    return sum((unit * w for unit, w in zip(units, weights[3 * h :], strict=False)), weights[-1]).sigmoid()


for _ in range(run.epochs):
    said = [probability(*point) for point in data.train.x.tolist()]
    right = [p if label else 1 - p for p, label in zip(said, data.train.y, strict=True)]
    loss = sum(-p.log() for p in right) / len(right)
    loss.backward()
    for weight in weights:
        weight.value -= run.learning_rate * weight.grad
    path.append(np.array([weight.value for weight in weights]))
print(f"{len(loss.ancestors()):,} boxes a step; the loss is {loss.value:.3f} after {run.epochs}")

# %% [markdown]
# ## Keras computes the same

# %%
model = zoo.create_model("mlp", input_shape=(2,), num_classes=1, hidden=(run.hidden,), activation="tanh")
model.set_weights([part for layer in shape.unpack(path[0]) for part in layer])
model.compile(keras.optimizers.SGD(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(data.train), verbose=0, seed=run.seed)
weight_error = np.abs(np.concatenate([part.ravel() for part in model.get_weights()]) - path[-1]).max()
print(f"After {run.epochs} steps the weights differ by {weight_error:.0e}")
if run.animation:
    says = lambda theta: lambda x: 1 / (1 + np.exp(-shape.forward(theta, x)[-1][:, 0]))  # noqa: E731
    film = {step: says(path[step]) for step in range(0, len(path), 2)}
    run.keep("boundary.gif", zoo.plots.boundary_animation(film, data.train, unit="step"))
errors = {"gradient_error": gradient_error, "weight_error": weight_error}
run.finish(
    model,
    history,
    data,
    metrics=errors,
    expect={"gradient_error": 1e-6, "weight_error": 1e-4, "test_accuracy": 0.75},
)
