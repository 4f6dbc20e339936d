# %% [markdown]
# # One hidden layer is enough, if only it can be found
# A network with a single hidden layer comes as near as we like to any continuous function on a stretch of the line, if
# it has units enough: the universal approximation theorem. Here such networks are *built*, weight by weight, and twice
# the units leave a quarter of the error. Then networks of the same sizes *learn*, and come as near as learning finds
# its way. "Possible, but not feasible", says the deck.
#
# Data: 200 points of two waves added up, without noise. Expect the built network of 50 units to be off by less than a
# hundredth, and those that learn by some hundredths, from ten units on and however many more they get, in half a
# minute. Source: the deck, "Universal approximation theorem".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run universal_approximation --updates 500`, `--no-animation`
run = zoo.Run("universal_approximation", updates=2000, learning_rate=0.02, epochs=60, animation=True, seed=0)


def wave(x):
    return (np.sin(1.5 * x) + 0.5 * np.sin(3.75 * x + 1)) / 1.5


x = np.linspace(-4, 4, 200)
y, sizes = wave(x), (1, 3, 5, 10, 50, 200)

# %% [markdown]
# ## Built
# A ReLU unit, $\max(0, x - k)$, is zero up to its knot $k$ and rises from there: a hinge. Hang one at each of $n$
# knots, with as much weight as the slope has to change there, and their sum is a chain of straight pieces through the
# function. Nothing is learned: the weights are differences of slopes.


# %%
def build(units):
    knots = np.linspace(-4, 4, units + 1)
    slopes = np.diff(wave(knots)) / np.diff(knots)
    return np.concatenate([np.ones(units), -knots[:-1], np.diff(slopes, prepend=0), wave(knots[:1])])


def say(theta, x, activation="relu"):
    network = zoo.by_hand.MLP((1, len(theta) // 3, 1), activation, head="linear")
    return network.forward(theta, np.reshape(x, (-1, 1)))[-1][:, 0]


built = {n: build(n) for n in sizes}
run.keep("built", zoo.plots.line_fit(x, y, {f"{n} units": built[n] for n in sizes[1:]}, curve=say))

# %% [markdown]
# ## Learned
# Units of tanh (a smooth step from -1 to 1), random weights, and 2,000 updates of Adam, a gradient descent with a rate
# of its own for each weight, all in NumPy. Ten units have what it takes. Two hundred have it too, and hardly come
# nearer: at this learning rate the loss of a large network leaps about. That good weights exist, says the theorem; it
# does not say that descent finds them.

# %%
options = {"activation": "tanh", "learning_rate": run.learning_rate, "random_state": run.seed}
learned = {n: zoo.by_hand.MLPRegressor(n, max_iter=run.updates, **options).fit(x[:, None], y) for n in sizes}
look = {"curve": lambda theta, x: say(theta, x, "tanh")}
paths = {f"{n} units": learned[n].trace_ for n in (3, 5, 10, 200)}
run.keep("learned", zoo.plots.line_fit(x, y, paths, **look))
if run.animation:
    run.keep("learned.gif", zoo.plots.line_fit_animation(x, y, paths, **look, spacing="geometric"))

off = {"built": [np.sqrt(np.mean((say(built[n], x) - y) ** 2)) for n in sizes]}
off["learned"] = [np.sqrt(learned[n].trace_.loss[-1]) for n in sizes]
with zoo.plots.drawing(5, 3.4) as figure:
    axes = figure.subplots()
    axes.set(xlabel="units", ylabel="root mean squared error")
    for kind, errors in off.items():
        print(f"{kind}:", ", ".join(f"{n} units {error:.4f}" for n, error in zip(sizes, errors, strict=True)))
        axes.loglog(sizes, errors, "o-", label=kind)
    axes.legend()
run.keep("error_by_units", figure)

# %% [markdown]
# ## Keras computes the same
# Given the built weights, it says the same. From the start of the ten units, with all rows in one batch, so that an
# epoch is an update, its Adam takes the same steps.

# %%
hinges = zoo.create_model("mlp", input_shape=(1,), num_outputs=1, hidden=(50,), activation="relu")
model = zoo.create_model("mlp", input_shape=(1,), num_outputs=1, hidden=(10,), activation="tanh")
path = learned[10].trace_.parameters
for network, theta in ((hinges, built[50]), (model, path[0])):
    layers = zoo.by_hand.MLP((1, len(theta) // 3, 1)).unpack(theta)
    network.set_weights([part for layer in layers for part in layer])
figures = {"output_error": np.abs(hinges.predict(x, verbose=0)[:, 0] - say(built[50], x)).max()}
model.compile(keras.optimizers.Adam(run.learning_rate), "mse")
history = zoo.fit(model, x[:, None], y, epochs=run.epochs, batch_size=len(x), verbose=0)
weights = np.concatenate([part.ravel() for part in model.get_weights()])
figures["weight_error"] = np.abs(weights - path[run.epochs]).max()
print({name: f"{value:.0e}" for name, value in figures.items()})
figures |= {"built_rmse": off["built"][4], "learned_rmse": off["learned"][3]}
run.finish(
    model, history, metrics=figures, expect={"weight_error": 1e-4, "built_rmse": 0.01, "learned_rmse": 0.1}
)
