# %% [markdown]
# # Why deep networks stopped learning, and what ReLU changed
# The gradient is computed from the last layer back to the first, and each layer multiplies it by its weights and by
# the slope of its activation. The slope of a sigmoid is at most a quarter, and ten such factors make at most a
# millionth: the first layers hear nothing and learn nothing. The slope of ReLU is one wherever it is on.
#
# Data: 1,797 real digits of 8x8 pixels, built in. Expect a sigmoid network of ten layers to stay at one digit in
# ten right, where ReLU reaches more than 90 %, in half a minute. Source: the deck, "ReLU" and
# "gradient vanishing".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run activations_and_vanishing_gradients --depths 2,5`
run = zoo.Run(
    "activations_and_vanishing_gradients",
    rows=0,
    depths=(2, 4, 7, 10),
    epochs=25,
    batch_size=32,
    learning_rate=0.1,
)

# %%
data = zoo.load_dataset("digits", train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## Two activations and their slopes
# The sigmoid is flat almost everywhere, and at its steepest it rises by a quarter.

# %%
z = np.linspace(-6, 6, 241, dtype="float32")
sigmoid = np.asarray(keras.ops.sigmoid(z))
with zoo.plots.drawing(7, 2.8) as figure:
    left, right = figure.subplots(1, 2)
    left.plot(z, sigmoid, z, np.asarray(keras.ops.relu(z)))
    left.set(title="activation", xlabel="z", ylim=(-0.2, 3))
    right.plot(z, sigmoid * (1 - sigmoid), z, z > 0)
    right.set(title="its slope", xlabel="z")
    right.legend(["sigmoid", "ReLU"])
run.keep("activations", figure)

# %% [markdown]
# ## Networks of 2 to 10 hidden layers
# Everything but the activation is the same for both: data, widths, start, learning rate, which falls to 0 so that no
# last epoch is a leap. `zoo.GradientNorms` measures, on the same 256 digits each time, how long the gradient is at each
# layer's weights.

# %%
steps = run.epochs * -(-len(data.train) // run.batch_size)
histories, recorders, accuracy = {}, {}, {}
for activation in ("sigmoid", "ReLU"):
    for depth in run.depths:
        name = f"{activation}, {depth} layers"
        shape = {"input_shape": data.input_shape, "num_classes": 10, "hidden": (64,) * depth}
        model = zoo.create_model("mlp", **shape, activation=activation.lower(), seed=run.seed)
        sgd = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(run.learning_rate, steps))
        model.compile(sgd, "sparse_categorical_crossentropy", metrics=["accuracy"])
        recorders[name] = zoo.GradientNorms(data.train, every=5)
        fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
        histories[name] = zoo.fit(model, data, callbacks=recorders[name], **fit)
        accuracy[name] = zoo.evaluate(model, data.test)["accuracy"]
        print(f"{name}: {accuracy[name]:.1%} of the test digits")

# %% [markdown]
# ## Before the first step
# Read each line from right to left, the way the gradient travels. With sigmoid it falls by much the same factor
# at every layer, which on this scale is a straight line; with ReLU it arrives almost as long as it left.

# %%
with zoo.plots.drawing(8, 3.4) as figure:
    for axes, activation in zip(figure.subplots(1, 2, sharey=True), ("sigmoid", "ReLU"), strict=True):
        for depth in run.depths:
            norms = recorders[f"{activation}, {depth} layers"].norms[0]
            axes.plot(range(1, depth + 2), norms, "o-", label=f"{depth} layers")
        axes.set(title=activation, xlabel="layer", ylabel="norm of the gradient", yscale="log")
    axes.legend(loc="lower left")
run.keep("gradient_per_layer", figure)
deepest = {name: f"{name}, {run.depths[-1]} layers" for name in ("sigmoid", "ReLU")}
shrinks = {name: recorders[long].norms[0][-1] / recorders[long].norms[0][0] for name, long in deepest.items()}
print("from last layer to first the gradient shrinks by", {k: f"{v:,.0f}" for k, v in shrinks.items()})

# %% [markdown]
# ## While they learn
# The deep sigmoid network learns how often each digit comes, which the last layer can do alone, and nothing more.
# With ReLU every layer hears of its mistakes from the first epoch on.

# %%
run.keep("gradients", zoo.plots.gradient_norms({name: recorders[long] for name, long in deepest.items()}))
names = [f"{name}, {depth} layers" for name in shrinks for depth in (run.depths[0], run.depths[-1])]
run.keep("compare", zoo.plots.compare({name: histories[name] for name in names}))
lead = accuracy[deepest["ReLU"]] - accuracy[deepest["sigmoid"]]
figures = {"lead_of_relu": lead, "shrinkage": float(shrinks["sigmoid"])}
history = histories[deepest["ReLU"]]
run.finish(model, history, data, metrics=figures, expect={"test_accuracy": 0.88, "lead_of_relu": 0.7})
