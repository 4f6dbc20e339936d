# %% [markdown]
# # Local minima, and a ball that rolls
# Gradient descent goes down from where it stands and stops at the first bottom, which need not be the lowest. Where it
# ends is settled by where it began. Momentum keeps part of the last step, like a ball with a weight: it rolls through
# shallow dents and stays in deep ones. Hundreds of starts are tried with it and without, and those that arrive counted.
#
# Data: a bowl with dents, and 300 points of four quadrants, both made here. Expect momentum to bring half of the starts
# to the lowest point and plain descent one in twenty, a network to have bad valleys too, and Keras to take the
# same steps to five decimals, in half a minute. Source: the deck, "global minima v.s. local minima".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run local_minima --momentum 0.8 --depth_of_dents 0.4`
run = zoo.Run("local_minima", depth_of_dents=0.25, momentum=0.9, epochs=100, animation=True, seed=0)

# %% [markdown]
# ## A bowl with dents
# $h(x, y) = \frac{x^2 + y^2}{20} + 2a - a \cos 2x - a \cos 2y$ is lowest at (0, 0), where it is 0, and has dents all
# around. It treats $x$ and $y$ alike, so all starts can walk at once: one long vector, and a gradient for each number.


# %%
def dented(x, y, a=run.depth_of_dents):
    return (x**2 + y**2) / 20 + a * (2 - np.cos(2 * x) - np.cos(2 * y))


def height_and_slope(v):
    return dented(v[::2], v[1::2]).sum(), v / 10 + 2 * run.depth_of_dents * np.sin(2 * v)


# %% [markdown]
# ## Many starts
# The same starts, the same rate, four hundred steps; a start arrives if it ends within 0.1 of the lowest point.

# %%
starts = np.random.default_rng(run.seed).uniform(-8, 8, size=(400, 2))
plain, rolling = zoo.by_hand.SGD(0.1), zoo.by_hand.Momentum(0.1, run.momentum)
walks, arrives = {}, {}
for name, optimizer in {"without momentum": plain, "with momentum": rolling}.items():
    trace = zoo.by_hand.descend(height_and_slope, starts.ravel(), optimizer, max_iter=4 * run.epochs)
    walks[name] = trace.parameters.reshape(len(trace), -1, 2)
    arrives[name] = np.abs(walks[name][-1]).max(axis=1) < 0.1
    print(f"{name}: {arrives[name].mean():.0%} of {len(starts)} starts arrive at the lowest point")
    picture = zoo.plots.scatter(zoo.Split(starts, 1 * arrives[name]), class_names=("gets stuck", "arrives"))
    run.keep(f"starts_{name.replace(' ', '_')}", picture)

# %% [markdown]
# ## One start, both ways
# Without momentum it lies in the first dent. With it the ball swings past the lowest point and back.

# %%
one = np.argmax(arrives["with momentum"] & ~arrives["without momentum"])
paths = {name: walk[:101, one] for name, walk in walks.items()}
bowl = {"extent": (-8, 8, -8, 8), "minimum": (0, 0)}
run.keep("paths", zoo.plots.path_on_contours(dented, paths, **bowl))
surface = {**bowl, "axis_names": ("x", "y", "height"), "view": (60.0, -60.0)}
run.keep("surface", zoo.plots.path_on_surface(dented, paths, **surface))
if run.animation:
    run.keep("paths.gif", zoo.plots.path_on_surface_animation(dented, paths, **surface))

# %% [markdown]
# ## A network has them too
# Four hidden units part four quadrants, from twenty random starts, all with momentum. Most come down to one level;
# some stay above it for good.

# %%
data = zoo.load_dataset("feature_extraction2", n=300, seed=run.seed)
x, y = data.train.x.astype("float64"), np.eye(2)[data.train.y]
network = zoo.by_hand.MLP((2, 4, 2), activation="tanh")
learn = lambda theta: network.loss_and_gradient(theta, x, y)  # noqa: E731
first = [network.initial_parameters(20 * run.seed + k) for k in range(20)]
traces = [zoo.by_hand.descend(learn, theta, rolling, max_iter=8 * run.epochs) for theta in first]
ends = np.array([trace.loss[-1] for trace in traces])
print(f"{np.mean(ends < ends.min() + 0.05):.0%} of the networks end near the best loss, {ends.min():.3f}")
run.keep("networks", zoo.plots.descents({f"start {k}": trace for k, trace in enumerate(traces[:7])}))

# %% [markdown]
# ## Keras computes the same
# The best network once more: its first weights, its rate, its momentum, all rows at once.

# %%
best = traces[ends.argmin()]
model = zoo.create_model("mlp", input_shape=(2,), num_classes=2, hidden=(4,), activation="tanh")
model.set_weights([part for layer in network.unpack(best.parameters[0]) for part in layer])
optimizer = keras.optimizers.SGD(0.1, run.momentum)
model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
history = zoo.fit(model, data, epochs=run.epochs, batch_size=len(x), verbose=0, seed=run.seed)
theirs = np.concatenate([part.ravel() for part in model.get_weights()])
without, share = (one.mean() for one in arrives.values())
weight_error = abs(theirs - best.parameters[run.epochs]).max()
print(f"After {run.epochs} steps Keras is {weight_error:.0e} away from the path by hand.")
figures = {"arrive": share, "gain": share - without, "weight_error": weight_error}
run.finish(model, history, data, metrics=figures, expect={"gain": 0.3, "weight_error": 1e-4})
