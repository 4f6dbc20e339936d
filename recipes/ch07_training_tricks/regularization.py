# %% [markdown]
# # Regularisation: a price on every weight
# Large weights make a function that bends sharply, and a network that learns by heart needs them. So the loss gets
# a second part: $\lambda \sum |\theta_i|$ (L1) or $\lambda \sum \theta_i^2$ (L2; the deck writes it as a norm, but
# it is the norm's square). L2 makes all weights small. L1 makes most of them zero.
#
# Data: 300 of 1,797 real digits, built in. Expect L1 to make five weights in six zero, and the
# network to be as good without them, in half a minute. Source: the deck, "regularization".

# %%
import keras
import numpy as np

import zoo

# Change these here, or on the command line: `zoo run regularization --l1 0.001`
run = zoo.Run(
    "regularization",
    rows=300,
    l1=3e-3,
    l2=5e-3,
    near=1e-3,
    epochs=60,
    batch_size=32,
    learning_rate=5e-3,
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
    # Metrics of its own for each model: shared ones would carry one training's figures into the next.
    metrics = ["accuracy", keras.metrics.SparseCategoricalCrossentropy(name="cross_entropy")]
    steps = run.epochs * -(-len(data.train) // run.batch_size)  # batches an epoch, rounded up
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(run.learning_rate, steps))
    models[name].compile(adam, "sparse_categorical_crossentropy", metrics=metrics)
    fit = {"epochs": run.epochs, "batch_size": run.batch_size, "verbose": 0, "seed": run.seed}
    histories[name] = zoo.fit(models[name], data, **fit)

# %% [markdown]
# ## The weights
# Keras' gradient steps jump over zero and back, by less and less as the learning rate falls, so a weight comes to
# lie near zero, not at it; `near` says what counts. The curves show the cross entropy alone, without the price.

# %%
run.keep("weights", zoo.plots.weight_histograms(models, near=run.near))
run.keep("compare", zoo.plots.compare(histories, ("cross_entropy", "val_cross_entropy")))

# %% [markdown]
# ## Are they really not needed?
# Cut the smallest weights out of each network, as many as L1 left near zero, and ask it again. L1's network does not
# notice. Without a price, knowledge is spread over all the weights, and much of it is lost.

# %%
looked_at, lost = {}, {}
kernels = [np.abs(weight).ravel() for weight in models["L1"].get_weights() if weight.ndim == 2]
share_cut = float((np.concatenate(kernels) <= run.near).mean())
for name, model in models.items():
    before, weights = zoo.evaluate(model, data.test)["accuracy"], model.get_weights()
    looked_at[name] = np.abs(weights[0]).sum(axis=1).reshape(8, 8)
    limit = np.quantile(np.concatenate([np.abs(w).ravel() for w in weights if w.ndim == 2]), share_cut)
    model.set_weights([w * (np.abs(w) > limit) if w.ndim == 2 else w for w in weights])
    after = zoo.evaluate(model, data.test)["accuracy"]
    lost[name] = before - after
    print(f"{name}: {share_cut:.0%} cut; {before:.1%} of the test digits before, {after:.1%} after")

# %% [markdown]
# ## What the first layer looks at
# For each pixel the sizes of its weights, added up; dark is much. With a price, next to nothing is left at the
# left and right edges, where there is hardly ever any ink: they are not worth it. L1 drops more pixels than L2.

# %%
with zoo.plots.drawing(7.5, 2.8) as figure:
    for axes, (name, pixels) in zip(figure.subplots(1, 3), looked_at.items(), strict=True):
        axes.imshow(pixels, vmin=0)
        axes.set(title=name, xticks=[], yticks=[])
        axes.grid(False)
run.keep("pixels", figure)
figures = {"share_cut": share_cut, "lost_without_a_price": lost["none"]}
run.finish(
    models["L1"],
    histories["L1"],
    data,
    metrics=figures,
    expect={"test_accuracy": 0.88, "share_cut": 0.75, "lost_without_a_price": 0.05},
)
