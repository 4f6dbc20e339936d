# %% [markdown]
# # Logistic regression by hand: one neuron finds a line
# A neuron adds up what it sees, $z = w \cdot x + b$, and the sigmoid $\sigma(z) = 1 / (1 + e^{-z})$ makes the sum a
# probability. Where it is one half the neuron cannot decide, and that is a straight line. Gradient descent, written
# out in NumPy, turns and moves this line a thousand times; Keras takes the same steps.
#
# Data: 1,000 points of two clouds, made from a seed, in place of the deck's `logistic_regression1`. Expect about 97 %,
# as in the deck, and weights that agree with Keras' to five digits behind the point, in a quarter of a minute.
# Source: the deck, "Logistic Regression" and "Let's train!!!".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run logistic_regression --learning_rate 0.1`, `--no-animation`
run = zoo.Run(
    "logistic_regression",
    rows=1000,
    start=(0.1, 0.1, 1.0),
    learning_rate=0.01,
    updates=1000,
    epochs=100,
    animation=True,
    seed=0,
)

# %%
data = zoo.load_dataset("logistic_regression1", n=run.rows, seed=run.seed)
x, y = data.train.x.astype("float64"), data.train.y
print(data)
names = {"class_names": data.class_names, "feature_names": data.feature_names}

# %% [markdown]
# ## The loss: how surprised it is
# The neuron says $p$, the probability of class 1. Then the truth comes as a surprise of $-\ln p$ if it is 1, and of
# $-\ln(1 - p)$ if it is 0: none for who was sure and right, any amount for who was sure and wrong. The mean over all
# rows is the *cross entropy*. The deck's code has an exponential where its formula has the logarithm, which hardly
# tells right from wrong; it gets away with it because its steps never ask the loss, only the slope, and that is right.

# %%
for p in (0.99, 0.5, 0.01, 0.0001):
    print(f"truth 1, said {p}: surprise {-np.log(p):.2f}; with the deck's exponential {-np.exp(p):.2f}")

# %% [markdown]
# ## Its slope
# The chain rule leaves little: the mean of $(p - y)\,x$ for $w$, of $p - y$ for $b$. Tiny steps of the loss agree.


# %%
def probability(theta, points):
    return 1 / (1 + np.exp(-(points @ theta[:2] + theta[2])))


def loss(theta):
    p = probability(theta, x)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


start = np.array(run.start)
wrong_by = probability(start, x) - y
print("formula:   ", np.array([*(wrong_by @ x / len(x)), wrong_by.mean()]).round(6))
print("tiny steps:", zoo.by_hand.gradient(loss, start).round(6))

# %% [markdown]
# ## A thousand updates
# $w \leftarrow w - \eta\, \partial L / \partial w$ and $b \leftarrow b - \eta\, \partial L / \partial b$, all at once,
# with the deck's start and its learning rate $\eta$. They are still on their way: Newton's method, which also uses how
# the slope changes, finds the lowest loss in a few updates. To the boundary it makes little difference.

# %%
neuron = zoo.by_hand.LogisticRegression(learning_rate=run.learning_rate, start=start, max_iter=run.updates)
neuron.fit(x, y)
newton = zoo.by_hand.LogisticRegression("newton").fit(x, y)
for name, model in {"gradient descent": neuron, "Newton": newton}.items():
    w, right = model.coef_[0].round(3), model.score(data.test.x, data.test.y)
    print(
        f"{name}: {model.n_iter_} updates, loss {model.trace_.loss[-1]:.4f}, w = {w}, {right:.1%} of the test points"
    )
path = neuron.trace_.parameters
run.keep("boundary", zoo.plots.boundary(neuron, data.test, **names))
if run.animation:
    rows = np.unique(np.geomspace(1, len(path), 40).astype(int)) - 1
    moments = {int(row): lambda points, row=row: probability(path[row], points) for row in rows}
    run.keep("boundary.gif", zoo.plots.boundary_animation(moments, data.train, unit="update", **names))

# %% [markdown]
# ## Keras computes the same
# The same start, the same rate, and all rows in one batch, so that an epoch is an update.

# %%
model = zoo.create_model("logistic_regression", input_shape=(2,))
model.set_weights([start[:2, None], start[2:]])
model.compile(keras.optimizers.SGD(run.learning_rate), "binary_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, x, y, epochs=run.epochs, batch_size=len(x), verbose=0)
weights = np.concatenate([part.ravel() for part in model.get_weights()])
figures = {"weight_error": np.abs(weights - path[run.epochs]).max(), "by_hand_accuracy": neuron.score(x, y)}
print(f"After {run.epochs} updates the weights differ by {figures['weight_error']:.1e}.")
run.finish(model, history, data, metrics=figures, expect={"by_hand_accuracy": 0.96, "weight_error": 1e-5})
