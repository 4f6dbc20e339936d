# %% [markdown]
# # Regularisation: a price on every weight
# Large weights make a function that bends sharply, and a network that learns by heart needs them. So the loss gets
# a second part: $\lambda \sum |\theta_i|$ (L1) or $\lambda \sum \theta_i^2$ (L2; the deck writes it as a norm, but
# it is the norm's square). L2 makes all weights small. L1 makes most of them zero.
#
# Data: 300 of 1,797 real digits, built in. Expect L1 to leave fewer than one weight in ten, and the network to be
# as good without the others, in half a minute. Source: the deck, "regularization".

# %%
import keras
import numpy as np
from matplotlib.figure import Figure

import zoo

# Change these here, or on the command line: `zoo run regularization --l1 0.001`
run = zoo.Run(
    "regularization",
    rows=300,
    l1=2e-3,
    l2=5e-3,
    near=5e-3,
    epochs=80,
    batch_size=32,
    learning_rate=3e-3,
    seed=0,
)

# %%
data = zoo.load_dataset("digits", validation_split=0.3, train_size=run.rows, seed=run.seed)
print(data)

# %% [markdown]
# ## The same network without a price, with L2 and with L1
# The slope of $\theta^2$ is $2 \theta$: the smaller a weight, the less it is pulled, so it never arrives. The slope of
# $|\theta|$ is 1 at any size: the pull stays the same down to zero, and a weight that is not worth it goes there.

# %%
models, histories = {}, {}
for name, price in {"none": {}, "L2": {"l2": run.l2}, "L1": {"l1": run.l1}}.items():
    shape = {"input_shape": data.input_shape, "num_classes": data.num_classes, "hidden": (64, 64)}
    models[name] = zoo.create_model("mlp", **shape, **price, seed=run.seed)
    steps = run.epochs * -(-len(data.train) // run.batch_size)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(run.learning_rate, steps))
    models[name].compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(models[name], data, **fit)

# %% [markdown]
# ## The weights
# Keras' gradient steps jump over zero and back, so a weight comes to lie near zero, not at it; `near` says what
# counts. The curves show the accuracy, for the losses now hold different prices.

# %%
run.keep("weights", zoo.plots.weight_histograms(models, near=run.near))
run.keep("compare", zoo.plots.compare(histories, ("accuracy", "val_accuracy")))

# %% [markdown]
# ## Are they really zero?
# Cut the weights that lie near zero out of each network, and ask it again. If L1's are not needed, nothing happens.
# That others of the same number are needed shows L2's network, when as many of its smallest are cut.

# %%
cut, kernels = {}, {}
for name, model in models.items():
    weights = model.get_weights()
    sizes = np.concatenate([np.abs(weight).ravel() for weight in weights if weight.ndim == 2])
    cut[name] = float((sizes <= run.near).mean())
    before = zoo.evaluate(model, data.test)["accuracy"]
    kernels[name] = np.abs(weights[0]).sum(axis=1).reshape(8, 8)
    model.set_weights([weight * (np.abs(weight) > run.near) if weight.ndim == 2 else weight for weight in weights])
    after = zoo.evaluate(model, data.test)["accuracy"]
    print(f"{name}: {cut[name]:.1%} of the weights cut, {before:.1%} of the test digits before, {after:.1%} after")

# %% [markdown]
# ## What the first layer looks at
# The sum of each pixel's weights. L1 no longer looks at the border, where there is never any ink: those pixels
# are not worth their price.

# %%
figure = Figure(figsize=(7.5, 2.8), layout="constrained")
for axes, (name, pixels) in zip(figure.subplots(1, 3), kernels.items(), strict=True):
    axes.imshow(pixels, cmap="gray_r", vmin=0)
    axes.set(title=name, xticks=[], yticks=[])
run.keep("pixels", figure)
promise = {"test_accuracy": 0.92, "share_cut": 0.85}
run.finish(models["L1"], histories["L1"], data, metrics={"share_cut": cut["L1"]}, expect=promise)
