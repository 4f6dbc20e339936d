# %% [markdown]
# # Softmax regression by hand: more than two classes
# One neuron a class, each with a score $z_k = w_k \cdot x + b_k$, and softmax makes the scores probabilities: it takes
# $e^{z_k}$, so that all are positive, and divides by their sum, so that they add up to one. First three kinds of iris
# by their petals, where the boundaries can be seen, then ten handwritten digits, where the weights can be seen.
#
# Data: 150 real irises and 1,797 real digits of 8x8 pixels, built in. Expect 19 of 20 right of both, and weights that
# agree with Keras' to five digits behind the point, in half a minute. Source: the deck, "multi-class classification".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run softmax_regression --learning_rate 0.1`, `--no-animation`
run = zoo.Run("softmax_regression", learning_rate=0.5, updates=300, epochs=60, animation=True, seed=0)

# %% [markdown]
# ## From scores to probabilities
# A score that is larger by 1 makes a class $e$ times as likely. The same number added to all scores changes nothing, so
# the largest may be taken off first: $e^{1000}$ is too large for a computer, $e^0$ is not.


# %%
def softmax(z):
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


for scores in ([2.0, 1.0, 0.0], [1002.0, 1001.0, 1000.0], [2.0, 2.0, 2.0]):
    print(scores, "->", softmax(np.array([scores]))[0].round(3))

# %% [markdown]
# ## The loss and its slope
# The loss is the surprise at the truth, as in `logistic_regression`: the mean of $-\ln p$ of the right class. With a
# table $Y$ that has a one for the right class of each row and zeros beside it, the slope is again short: $\partial L /
# \partial W = \frac1n (P - Y)^T X$, what it said less what is true, times what it saw.

# %%
iris = zoo.load_dataset("iris", seed=run.seed)
petals = zoo.Split(iris.train.x[:, 2:].astype("float64"), iris.train.y)
Y = np.eye(3)[petals.y]


def loss_and_gradient(weights):
    P = softmax(petals.x @ weights.reshape(3, 2).T)  # without b, to keep it short
    return -np.mean(np.log((P * Y).sum(axis=1))), ((P - Y).T @ petals.x / len(Y)).ravel()


check = zoo.by_hand.gradient_check(loss_and_gradient, [0.3, -0.2, 0.1, 0.5, -0.4, 0.0])
print("by formula and by tiny steps:", check.analytic.round(6), check.numerical.round(6), sep="\n")

# %% [markdown]
# ## Irises: watch three boundaries form
# Every weight starts at zero: every kind is as likely everywhere. Where two scores are equal lies a straight line, and
# the three lines meet in one point, wherever that is.

# %%
by_hand = zoo.by_hand.SoftmaxRegression(learning_rate=run.learning_rate, max_iter=run.updates)
by_hand.fit(petals.x, petals.y)
names = {"class_names": iris.class_names, "feature_names": ("petal length, scaled", "petal width, scaled")}
run.keep("irises", zoo.plots.boundary(by_hand, petals, **names))
if run.animation:
    path = by_hand.trace_.parameters.reshape(-1, 3, 3)
    rows = np.unique(np.geomspace(1, len(path), 40).astype(int)) - 1
    moments = {int(n): lambda p, n=n: softmax(p @ path[n, :, :2].T + path[n, :, 2]) for n in rows}
    run.keep("irises.gif", zoo.plots.boundary_animation(moments, petals, unit="update", **names))

# %% [markdown]
# ## Digits: 64 weights for each
# The same lines of code, a score for each of ten digits from 64 pixels. Which does it take for which?

# %%
data = zoo.load_dataset("digits", seed=run.seed)
pixels = data.train.x.reshape(len(data.train), -1).astype("float64")
by_hand.fit(pixels, data.train.y)
print(
    f"{len(by_hand.trace_) - 1} updates, loss {by_hand.trace_.loss[0]:.3f} -> {by_hand.trace_.loss[-1]:.3f}"
)
run.keep("confusion", zoo.plots.confusion(by_hand, data.test, class_names=data.class_names))

# %% [markdown]
# ## Keras computes the same
# From zero, at the same rate, with all rows in one batch, so that an epoch is an update; it stops after the first 60.
# In the picture orange pixels speak for a digit, blue ones against it.

# %%
model = zoo.create_model("softmax_regression", input_shape=data.input_shape, num_classes=10)
model.set_weights([np.zeros((64, 10)), np.zeros(10)])
model.compile(
    keras.optimizers.SGD(run.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(pixels), verbose=0)
of_keras = np.vstack(model.get_weights()).T  # a row for each digit, its bias last
figures = {"weight_error": np.abs(of_keras - by_hand.trace_.parameters[run.epochs].reshape(10, 65)).max()}
print(f"After {run.epochs} updates the weights differ by {figures['weight_error']:.1e}.")
run.keep("weights", zoo.plots.filters(model, class_names=data.class_names))
figures["by_hand_accuracy"] = by_hand.score(data.test.x.reshape(len(data.test), -1), data.test.y)
run.finish(model, history, data, metrics=figures, expect={"by_hand_accuracy": 0.92, "weight_error": 1e-5})
